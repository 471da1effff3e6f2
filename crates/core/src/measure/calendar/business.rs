//! Business calendars: how much of a span of time was open.

use std::collections::BTreeSet;
use std::sync::OnceLock;

use jiff::civil::{Date, Weekday};
use serde::{Deserialize, Serialize};

use super::hours::{Hours, parse_hours};
use super::open_year::OpenYear;
use super::problem::CalendarProblem;
use super::zones::{Zone, Zones};

/// The first year a holiday may lie in. No zone changed its clocks before it.
pub(super) const FIRST_HOLIDAY_YEAR: i64 = 1800;
/// The last year a holiday may lie in. Every zone follows a yearly rule after it.
pub(super) const LAST_HOLIDAY_YEAR: i64 = 2199;
/// Dates, weekdays and yearly rules repeat after 400 years: they are a whole number of weeks.
const CYCLE_YEARS: i64 = 400;
/// The first year with a table of its own: a cycle before the years of the holidays.
const FIRST_TABLE_YEAR: i64 = FIRST_HOLIDAY_YEAR - CYCLE_YEARS;
/// The years of the holidays, with a cycle before and a cycle after them for all other years.
const TABLES: i64 = LAST_HOLIDAY_YEAR + 1 + CYCLE_YEARS - FIRST_TABLE_YEAR;

const SECOND_MICROS: i64 = 1_000_000;
const DAY_MICROS: i64 = 86_400 * SECOND_MICROS;

/// A calendar as it is written down. All texts are checked by [`Calendar::new`].
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CalendarDefinition<'a> {
    /// Name of the time zone, such as `Europe/Berlin`.
    pub zone: &'a str,
    /// Opening hours such as `08:00-18:00` by weekday, in any order; a weekday may have several
    /// intervals or none.
    pub hours: Vec<(Weekday, &'a str)>,
    /// Local dates such as `2026-12-25` without opening hours, in any order.
    pub holidays: Vec<&'a str>,
}

/// A calendar as text that means the same in another process.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WrittenCalendar {
    zone: String,
    /// From Monday.
    hours: [Vec<String>; 7],
    holidays: Vec<String>,
}

/// Weekly opening hours in a time zone, closed on holidays.
///
/// The hours are wall-clock times. When the clocks change, an edge that never occurs is moved to
/// the moment of the change, and of an edge that occurs twice the opening takes the earlier and the
/// closing the later moment. 24:00 is the moment at which the date ends.
///
/// The open intervals of a year are worked out when a look-up first needs them, so a new calendar
/// costs little and a look-up is two binary searches. May be shared between threads.
#[derive(Debug)]
pub struct Calendar {
    zone: Zone,
    /// From Monday; ascending and disjoint for each day.
    weekly: [Vec<Hours>; 7],
    holidays: BTreeSet<Date>,
    years: Box<[OnceLock<OpenYear>]>,
}

impl Calendar {
    /// Checks a definition.
    ///
    /// # Errors
    ///
    /// Every problem of the definition, at least one.
    pub fn new(
        zones: &Zones,
        definition: &CalendarDefinition<'_>,
    ) -> Result<Self, Vec<CalendarProblem>> {
        let mut problems = Vec::new();
        let zone = zones.get(definition.zone).map_err(|unknown| problems.push(unknown.into())).ok();
        let weekly = read_hours(&definition.hours, &mut problems);
        let holidays = read_holidays(&definition.holidays, &mut problems);
        match zone {
            Some(zone) if problems.is_empty() => Ok(Self {
                zone,
                weekly,
                holidays,
                years: (0..TABLES).map(|_| OnceLock::new()).collect(),
            }),
            _ => Err(problems),
        }
    }

    /// The calendar as text, for another process.
    pub fn written(&self) -> WrittenCalendar {
        WrittenCalendar {
            zone: self.zone.name().to_owned(),
            hours: self
                .weekly
                .each_ref()
                .map(|hours| hours.iter().map(ToString::to_string).collect()),
            holidays: self.holidays.iter().map(ToString::to_string).collect(),
        }
    }

    /// The calendar that was written; `None` for what no calendar wrote.
    pub fn read(written: &WrittenCalendar) -> Option<Self> {
        let days = std::iter::successors(Some(Weekday::Monday), |day| Some(day.next()));
        let of_day = |(day, hours): (Weekday, &'_ Vec<String>)| {
            hours.iter().map(|hours| (day, hours.clone())).collect::<Vec<_>>()
        };
        let hours: Vec<(Weekday, String)> = days.zip(&written.hours).flat_map(of_day).collect();
        let definition = CalendarDefinition {
            zone: &written.zone,
            hours: hours.iter().map(|(day, hours)| (*day, hours.as_str())).collect(),
            holidays: written.holidays.iter().map(String::as_str).collect(),
        };
        Self::new(&Zones::default(), &definition).ok()
    }

    /// The time zone of the opening hours.
    #[must_use]
    pub fn zone(&self) -> &Zone {
        &self.zone
    }

    /// Whole seconds of open time from `start` to `end`, excluding `end`.
    ///
    /// Both are microseconds since 1970-01-01T00:00:00Z. The result is real elapsed time, cut off
    /// to whole seconds, and negative when `end` is before `start`. Every pair of instants has one:
    /// years outside 1800 to 2199 follow the clock rules of the nearest of these years.
    #[must_use]
    pub fn business_seconds(&self, start: i64, end: i64) -> i64 {
        let micros =
            if start <= end { self.open_micros(start, end) } else { -self.open_micros(end, start) };
        // Fits always: it is less than the seconds in 2^64 microseconds.
        i64::try_from(micros / i128::from(SECOND_MICROS)).unwrap_or_default()
    }

    /// Open microseconds from `start` to `end`, which is not before `start`.
    ///
    /// Wider than an instant, because two instants may be twice as far apart as one from 1970.
    fn open_micros(&self, start: i64, end: i64) -> i128 {
        let (first, last) = (YearAndInstant::of(start), YearAndInstant::of(end));
        let before_start = i128::from(self.open_until(first));
        let before_end = i128::from(self.open_until(last));
        self.open_in_years(first.year, last.year) + before_end - before_start
    }

    /// Open microseconds of the year of an instant before the instant.
    fn open_until(&self, instant: YearAndInstant) -> i64 {
        self.year(instant.year).map_or(0, |open| open.until(instant.micros))
    }

    /// Open microseconds from the start of one year to the start of another.
    fn open_in_years(&self, mut year: i64, end: i64) -> i128 {
        let mut micros = 0;
        while year < end {
            // Whole cycles in which all 400 years have the tables of any other cycle.
            let cycles = if year > LAST_HOLIDAY_YEAR {
                (end - year) / CYCLE_YEARS
            } else {
                (end.min(FIRST_HOLIDAY_YEAR) - year) / CYCLE_YEARS
            };
            if cycles > 0 {
                let cycle: i128 = (year..year + CYCLE_YEARS).map(|y| self.open_in(y)).sum();
                micros += cycle * i128::from(cycles);
                year += cycles * CYCLE_YEARS;
            } else {
                micros += self.open_in(year);
                year += 1;
            }
        }
        micros
    }

    /// Open microseconds of a year.
    fn open_in(&self, year: i64) -> i128 {
        self.year(year).map_or(0, |open| i128::from(open.total()))
    }

    /// The table of a year, or of a year that is the same but for a shift by whole cycles. There is
    /// always one.
    fn year(&self, year: i64) -> Option<&OpenYear> {
        let alike = if year < FIRST_HOLIDAY_YEAR {
            FIRST_TABLE_YEAR + (year - FIRST_TABLE_YEAR).rem_euclid(CYCLE_YEARS)
        } else if year > LAST_HOLIDAY_YEAR {
            let after = LAST_HOLIDAY_YEAR + 1;
            after + (year - after).rem_euclid(CYCLE_YEARS)
        } else {
            year
        };
        let table = self.years.get(usize::try_from(alike - FIRST_TABLE_YEAR).ok()?)?;
        if let Some(open) = table.get() {
            return Some(open);
        }
        let year = i16::try_from(alike).ok()?;
        Some(table.get_or_init(|| OpenYear::new(year, &self.zone, |date| self.hours_of(date))))
    }

    fn hours_of(&self, date: Date) -> &[Hours] {
        if self.holidays.contains(&date) {
            return &[];
        }
        self.weekly.get(from_monday(date.weekday())).map_or(&[], Vec::as_slice)
    }
}

/// An instant, split at the start of its UTC year.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct YearAndInstant {
    pub(super) year: i64,
    /// Microseconds since the start of the year.
    pub(super) micros: i64,
}

impl YearAndInstant {
    pub(super) fn of(instant: i64) -> Self {
        let day = instant.div_euclid(DAY_MICROS);
        // By the mean length of a year, which is off by one at most.
        let guess = 1970 + (day * 400).div_euclid(CYCLE_DAYS);
        let year = if first_day(guess) > day {
            guess - 1
        } else if first_day(guess + 1) <= day {
            guess + 1
        } else {
            guess
        };
        // Not instant - first_day * DAY_MICROS: the year may begin before the first instant.
        let micros = (day - first_day(year)) * DAY_MICROS + instant.rem_euclid(DAY_MICROS);
        Self { year, micros }
    }
}

/// Days in 400 years.
const CYCLE_DAYS: i64 = 146_097;

/// Days from 1970-01-01 to the first day of a year of the Gregorian calendar.
pub(super) fn first_day(year: i64) -> i64 {
    let past = year - 1;
    past * 365 + past.div_euclid(4) - past.div_euclid(100) + past.div_euclid(400) - 719_162
}

fn from_monday(weekday: Weekday) -> usize {
    usize::try_from(weekday.to_monday_zero_offset()).unwrap_or_default()
}

/// The hours of each weekday from Monday, ascending.
fn read_hours(written: &[(Weekday, &str)], problems: &mut Vec<CalendarProblem>) -> [Vec<Hours>; 7] {
    let mut read: Vec<(Weekday, Hours, usize)> = Vec::with_capacity(written.len());
    for (index, &(weekday, text)) in written.iter().enumerate() {
        match parse_hours(text) {
            Ok(hours) => read.push((weekday, hours, index)),
            Err(problem) => problems.push(CalendarProblem::BadHours { index, problem }),
        }
    }
    if written.is_empty() {
        problems.push(CalendarProblem::NeverOpen);
    }
    read.sort_unstable_by_key(|&(weekday, hours, index)| (from_monday(weekday), hours, index));

    for day in read.chunk_by(|a, b| a.0 == b.0) {
        // The interval that closes last so far: a long one may reach over several later ones.
        let mut longest: Option<(Hours, usize)> = None;
        for &(weekday, second, second_index) in day {
            match longest {
                Some((first, first_index)) if second.opens() < first.closes() => {
                    problems.push(CalendarProblem::OverlappingHours {
                        weekday,
                        first,
                        first_index,
                        second,
                        second_index,
                    });
                }
                _ => {}
            }
            if longest.is_none_or(|(first, _)| first.closes() < second.closes()) {
                longest = Some((second, second_index));
            }
        }
    }

    std::array::from_fn(|day| {
        read.iter()
            .filter(|(weekday, ..)| from_monday(*weekday) == day)
            .map(|&(_, hours, _)| hours)
            .collect()
    })
}

fn read_holidays(written: &[&str], problems: &mut Vec<CalendarProblem>) -> BTreeSet<Date> {
    let mut holidays = BTreeSet::new();
    for (index, &text) in written.iter().enumerate() {
        // The library reads other forms too, such as 20261225; one form is enough.
        let form = matches!(text.as_bytes(), [_, _, _, _, b'-', _, _, b'-', _, _]);
        match text.parse::<Date>() {
            Ok(date) if form => {
                let year = i64::from(date.year());
                if (FIRST_HOLIDAY_YEAR..=LAST_HOLIDAY_YEAR).contains(&year) {
                    holidays.insert(date);
                } else {
                    let text = text.to_owned();
                    problems.push(CalendarProblem::HolidayOutOfRange { index, text });
                }
            }
            _ => {
                let text = text.to_owned();
                problems.push(CalendarProblem::BadHoliday { index, text });
            }
        }
    }
    holidays
}
