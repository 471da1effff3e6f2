//! The periods of an evaluation.

use jiff::civil::{Date, Weekday};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};

use crate::project::definition::project::Grain;
use crate::result::Period;

/// The periods that are evaluated, and the instant of knowledge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Timeline {
    pub as_of: Timestamp,
    pub grain: Grain,
    /// In order, without gaps.
    pub periods: Vec<Period>,
}

/// Why there is no timeline.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TimelineError {
    #[error("the window from {from} to {to} is empty")]
    Empty { from: Timestamp, to: Timestamp },
    #[error("the window reaches beyond the years 1 to 9999")]
    OutOfRange,
    #[error("the window has more than {max} periods")]
    TooLong { max: usize },
}

/// Beyond this, a window is a typing error.
const MAX_PERIODS: usize = 40_000;

impl Timeline {
    /// The `count` periods up to the one that `as_of` lies in; a period that begins exactly at
    /// the as-of has not begun yet.
    ///
    /// # Errors
    /// A window outside the calendar.
    pub fn back_from(as_of: Timestamp, grain: Grain, count: u32) -> Result<Self, TimelineError> {
        let last = before(as_of, grain)?;
        let mut first = last;
        for _ in 1..count {
            first = step(first, grain, -1)?;
        }
        Self::of_dates(as_of, grain, first, step(last, grain, 1)?)
    }

    /// All periods that begin in `[from, to)` after rounding `from` down to its period, and that
    /// have begun before `as_of`.
    ///
    /// # Errors
    /// An empty or overlong window.
    pub fn between(
        as_of: Timestamp,
        grain: Grain,
        from: Timestamp,
        to: Timestamp,
    ) -> Result<Self, TimelineError> {
        let first = floor(from, grain)?;
        let end = step(before(to.min(as_of), grain)?, grain, 1)?;
        if first >= end || from >= to {
            return Err(TimelineError::Empty { from, to });
        }
        Self::of_dates(as_of, grain, first, end)
    }

    /// The period that holds an instant.
    ///
    /// # Errors
    /// A period outside the calendar.
    pub fn period(instant: Timestamp, grain: Grain) -> Result<Period, TimelineError> {
        let start = floor(instant, grain)?;
        Ok(Period { start: midnight(start)?, end: midnight(step(start, grain, 1)?)? })
    }

    /// The same timeline with `count` more periods before the first.
    ///
    /// # Errors
    /// A window outside the calendar.
    pub fn extended(&self, count: u32) -> Result<Self, TimelineError> {
        let (Some(first), Some(last)) = (self.periods.first(), self.periods.last()) else {
            return Ok(self.clone());
        };
        let mut start = floor(first.start, self.grain)?;
        for _ in 0..count {
            start = step(start, self.grain, -1)?;
        }
        Self::of_dates(self.as_of, self.grain, start, date(last.end))
    }

    fn of_dates(
        as_of: Timestamp,
        grain: Grain,
        first: Date,
        end: Date,
    ) -> Result<Self, TimelineError> {
        let mut periods = Vec::new();
        let mut start = first;
        while start < end {
            if periods.len() == MAX_PERIODS {
                return Err(TimelineError::TooLong { max: MAX_PERIODS });
            }
            let next = step(start, grain, 1)?;
            periods.push(Period { start: midnight(start)?, end: midnight(next)? });
            start = next;
        }
        Ok(Self { as_of, grain, periods })
    }
}

/// The first instant of the day, week, month, quarter or year that holds the last instant before
/// `as_of`: of the one that ends there, or that the as-of cuts.
///
/// # Errors
/// An instant outside the calendar.
pub fn period_start(as_of: Timestamp, unit: Grain) -> Result<Timestamp, TimelineError> {
    midnight(before(as_of, unit)?)
}

/// The start of the period that holds the instant just before `instant`.
fn before(instant: Timestamp, grain: Grain) -> Result<Date, TimelineError> {
    let earlier = instant.checked_sub(1.microsecond()).map_err(|_| TimelineError::OutOfRange)?;
    floor(earlier, grain)
}

fn floor(instant: Timestamp, grain: Grain) -> Result<Date, TimelineError> {
    let date = date(instant);
    let floored = match grain {
        Grain::Day => Ok(date),
        Grain::Week => {
            let back = date.weekday().since(Weekday::Monday);
            date.checked_sub(i64::from(back).days())
        }
        Grain::Month => Ok(date.first_of_month()),
        Grain::Quarter => Date::new(date.year(), (date.month() - 1) / 3 * 3 + 1, 1),
        Grain::Year => Ok(date.first_of_year()),
    };
    floored.map_err(|_| TimelineError::OutOfRange)
}

fn step(date: Date, grain: Grain, count: i64) -> Result<Date, TimelineError> {
    let span = match grain {
        Grain::Day => count.days(),
        Grain::Week => count.weeks(),
        Grain::Month => count.months(),
        Grain::Quarter => (count * 3).months(),
        Grain::Year => count.years(),
    };
    date.checked_add(span).map_err(|_| TimelineError::OutOfRange)
}

fn date(instant: Timestamp) -> Date {
    instant.to_zoned(TimeZone::UTC).date()
}

fn midnight(date: Date) -> Result<Timestamp, TimelineError> {
    date.to_zoned(TimeZone::UTC)
        .map(|zoned| zoned.timestamp())
        .map_err(|_| TimelineError::OutOfRange)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn starts(timeline: &Timeline) -> Vec<String> {
        let starts = timeline.periods.iter().map(|period| date(period.start).to_string());
        starts.collect()
    }

    #[test]
    fn a_boundary_ends_a_period_and_does_not_begin_one() {
        let timeline = Timeline::back_from(at("2026-07-01T00:00:00Z"), Grain::Month, 2).unwrap();
        assert_eq!(starts(&timeline), ["2026-05-01", "2026-06-01"]);
        let timeline = Timeline::back_from(at("2026-07-01T00:00:01Z"), Grain::Month, 2).unwrap();
        assert_eq!(starts(&timeline), ["2026-06-01", "2026-07-01"]);
    }

    #[test]
    fn weeks_begin_on_monday_and_quarters_in_january() {
        let timeline = Timeline::back_from(at("2026-01-01T12:00:00Z"), Grain::Week, 1).unwrap();
        assert_eq!(starts(&timeline), ["2025-12-29"]);
        let timeline = Timeline::back_from(at("2026-05-20T00:00:00Z"), Grain::Quarter, 2).unwrap();
        assert_eq!(starts(&timeline), ["2026-01-01", "2026-04-01"]);
    }

    #[test]
    fn the_end_of_a_period_belongs_to_what_ends_there() {
        let starts = |as_of: &str| -> Vec<String> {
            let starts = Grain::ALL.iter().map(|unit| period_start(at(as_of), *unit).unwrap());
            starts.map(|start| date(start).to_string()).collect()
        };
        // 2026 begins on a Thursday, so the week of its first instant goes on.
        assert_eq!(
            starts("2026-01-01T00:00:00Z"),
            ["2025-12-31", "2025-12-29", "2025-12-01", "2025-10-01", "2025-01-01"]
        );
        assert_eq!(
            starts("2026-01-01T00:00:00.000001Z"),
            ["2026-01-01", "2025-12-29", "2026-01-01", "2026-01-01", "2026-01-01"]
        );
    }

    #[test]
    fn a_window_is_cut_at_the_as_of() {
        let as_of = at("2026-03-10T00:00:00Z");
        let timeline = Timeline::between(
            as_of,
            Grain::Month,
            at("2026-01-15T00:00:00Z"),
            at("2026-12-01T00:00:00Z"),
        )
        .unwrap();
        assert_eq!(starts(&timeline), ["2026-01-01", "2026-02-01", "2026-03-01"]);
        assert!(Timeline::between(as_of, Grain::Month, as_of, as_of).is_err());
        assert_eq!(starts(&timeline.extended(1).unwrap())[0], "2025-12-01");
    }

    #[test]
    fn the_end_of_the_calendar_is_an_error() {
        let as_of = at("0001-03-01T00:00:00Z");
        assert_eq!(Timeline::back_from(as_of, Grain::Year, 10_100), Err(TimelineError::OutOfRange));
    }
}
