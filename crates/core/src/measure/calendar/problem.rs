//! What can be wrong with a calendar.

use jiff::civil::Weekday;
use thiserror::Error;

use super::business::{FIRST_HOLIDAY_YEAR, LAST_HOLIDAY_YEAR};
use super::hours::Hours;

/// A name that is no time zone.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("unknown time zone `{name}`{}", suggested(.suggestion.as_deref()))]
pub struct UnknownZone {
    /// The name as written.
    pub name: String,
    /// The most similar name of a zone, if any is similar at all.
    pub suggestion: Option<String>,
}

/// A text that is no opening hours.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum HoursProblem {
    /// The text has not the form `HH:MM-HH:MM`.
    #[error("`{text}` is not of the form `HH:MM-HH:MM`, for example `08:00-18:00`")]
    Malformed {
        /// The text as written.
        text: String,
    },
    /// A time is none of the day: only 00:00 to 23:59, and 24:00 to close.
    #[error("`{time}` is not a time of day from 00:00 to 24:00")]
    NoSuchTime {
        /// The time as written.
        time: String,
    },
    /// The hours close before they open.
    #[error(
        "`{text}` closes before it opens; hours over midnight are written as two intervals, up to \
         24:00 on the first day and from 00:00 on the next"
    )]
    ClosesBeforeOpening {
        /// The text as written.
        text: String,
    },
    /// The hours close the moment they open.
    #[error("`{text}` is empty; a whole day is `00:00-24:00`")]
    Empty {
        /// The text as written.
        text: String,
    },
}

/// A mistake in the definition of a calendar.
///
/// Indices count from 0 in the list of the definition that the name of the field says, so that a
/// caller can point at the place in its own source.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum CalendarProblem {
    /// The zone does not exist.
    #[error(transparent)]
    UnknownZone(#[from] UnknownZone),
    /// No weekday has hours, so that no time would ever count.
    #[error("the calendar is never open")]
    NeverOpen,
    /// A text in the hours is none.
    #[error("{problem}")]
    BadHours {
        /// Index in `hours`.
        index: usize,
        /// What is wrong with the text.
        problem: HoursProblem,
    },
    /// Two intervals of a weekday share time.
    #[error("{first} and {second} overlap on {}", weekday_name(*.weekday))]
    OverlappingHours {
        /// The weekday both belong to.
        weekday: Weekday,
        /// The interval that opens first.
        first: Hours,
        /// Index of the first interval in `hours`.
        first_index: usize,
        /// The interval that opens later, or at the same time.
        second: Hours,
        /// Index of the second interval in `hours`.
        second_index: usize,
    },
    /// A text in the holidays is no date.
    #[error("`{text}` is not a date of the form `YYYY-MM-DD`")]
    BadHoliday {
        /// Index in `holidays`.
        index: usize,
        /// The text as written.
        text: String,
    },
    /// A holiday lies in a year that only a typing error explains.
    #[error(
        "holiday {text} is outside the years {first} to {last}",
        first = FIRST_HOLIDAY_YEAR,
        last = LAST_HOLIDAY_YEAR
    )]
    HolidayOutOfRange {
        /// Index in `holidays`.
        index: usize,
        /// The text as written.
        text: String,
    },
}

fn suggested(name: Option<&str>) -> String {
    name.map_or_else(String::new, |name| format!("; did you mean `{name}`?"))
}

fn weekday_name(weekday: Weekday) -> &'static str {
    match weekday {
        Weekday::Monday => "Monday",
        Weekday::Tuesday => "Tuesday",
        Weekday::Wednesday => "Wednesday",
        Weekday::Thursday => "Thursday",
        Weekday::Friday => "Friday",
        Weekday::Saturday => "Saturday",
        Weekday::Sunday => "Sunday",
    }
}
