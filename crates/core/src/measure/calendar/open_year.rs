//! The open intervals of one year on the time line.

use jiff::civil::{Date, DateTime};
use jiff::{ToSpan, tz::Offset};

use super::hours::{Hours, TimeOfDay};
use super::zones::Zone;

/// The open intervals of one UTC year, for look-ups.
///
/// Times are seconds since the start of the year in UTC. A change of the clocks, and hence every
/// edge of an interval, falls on a whole second.
#[derive(Debug)]
pub(super) struct OpenYear {
    /// Ascending, disjoint, none of them empty.
    intervals: Vec<OpenInterval>,
    /// Open seconds of the whole year.
    total: u32,
}

#[derive(Debug, Clone, Copy)]
struct OpenInterval {
    opens: u32,
    closes: u32,
    /// Open seconds of the year before this interval.
    before: u32,
}

impl OpenYear {
    /// Places the hours of each local day that touches the UTC year on the time line.
    ///
    /// `hours_of` tells the opening hours of a local date. `year` must be one whose dates, and the
    /// two days on either side, are dates of the calendar library; else the year is never open.
    pub(super) fn new<'a>(year: i16, zone: &Zone, hours_of: impl Fn(Date) -> &'a [Hours]) -> Self {
        let edges = place_hours(year, zone, hours_of).unwrap_or_default();
        let mut intervals: Vec<OpenInterval> = Vec::with_capacity(edges.len());
        let mut total = 0;
        for (opens, closes) in edges {
            // A fold may make an interval reach into the next one: shared time counts once.
            let reached = intervals.last().map_or(0, |last| last.closes);
            let opens = opens.max(reached);
            if opens < closes {
                intervals.push(OpenInterval { opens, closes, before: total });
                total += closes - opens;
            }
        }
        Self { intervals, total }
    }

    /// Open microseconds of the whole year.
    pub(super) fn total(&self) -> i64 {
        i64::from(self.total) * MICROS
    }

    /// Open microseconds from the start of the year until `instant`, microseconds after it.
    pub(super) fn until(&self, instant: i64) -> i64 {
        let after = self
            .intervals
            .partition_point(|interval| i64::from(interval.opens) * MICROS <= instant);
        let last = after.checked_sub(1).and_then(|last| self.intervals.get(last));
        last.map_or(0, |interval| {
            let open_for = instant.min(i64::from(interval.closes) * MICROS)
                - i64::from(interval.opens) * MICROS;
            i64::from(interval.before) * MICROS + open_for
        })
    }
}

/// Microseconds in a second.
const MICROS: i64 = 1_000_000;

/// The `(opens, closes)` seconds of the year, ascending by opening, cut off at the year's ends.
fn place_hours<'a>(
    year: i16,
    zone: &Zone,
    hours_of: impl Fn(Date) -> &'a [Hours],
) -> Option<Vec<(u32, u32)>> {
    let new_year = Date::new(year, 1, 1).ok()?;
    let next_year = Date::new(year.checked_add(1)?, 1, 1).ok()?;
    let start = second_in_utc(new_year)?;
    let length = second_in_utc(next_year)? - start;
    let into_year = |second: i64| u32::try_from((second - start).clamp(0, length)).ok();

    let mut edges = Vec::new();
    // No zone is further than a day from UTC, but the local date may be skipped: two to be sure.
    let mut date = new_year.checked_sub(2.days()).ok()?;
    let end = next_year.checked_add(2.days()).ok()?;
    while date < end {
        for hours in hours_of(date) {
            let opens = zone.opening_second(wall_clock(date, hours.opens())?)?;
            let closes = closing_second(zone, date, hours.closes())?;
            edges.push((into_year(opens)?, into_year(closes)?));
        }
        date = date.tomorrow().ok()?;
    }
    edges.sort_unstable();
    Some(edges)
}

/// When a time that closes the hours of a date occurs.
///
/// 24:00 is the moment the date ends, and the next date begins with the first of its midnights if
/// it has two. So it is read as the opening of the next date; the calendars of two successive days
/// then share no time and leave none out.
fn closing_second(zone: &Zone, date: Date, time: TimeOfDay) -> Option<i64> {
    let wall = wall_clock(date, time)?;
    if time.is_end_of_day() { zone.opening_second(wall) } else { zone.closing_second(wall) }
}

fn wall_clock(date: Date, time: TimeOfDay) -> Option<DateTime> {
    let (date, minutes) =
        if time.is_end_of_day() { (date.tomorrow().ok()?, 0) } else { (date, time.minutes()) };
    let hour = i8::try_from(minutes / 60).ok()?;
    let minute = i8::try_from(minutes % 60).ok()?;
    DateTime::new(date.year(), date.month(), date.day(), hour, minute, 0, 0).ok()
}

/// Seconds since 1970 at which a date begins in UTC.
fn second_in_utc(date: Date) -> Option<i64> {
    let midnight = wall_clock(date, TimeOfDay::MIDNIGHT)?;
    Some(Offset::UTC.to_timestamp(midnight).ok()?.as_second())
}
