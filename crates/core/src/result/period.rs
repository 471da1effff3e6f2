//! Periods and instants in UTC.

use jiff::Timestamp;
use jiff::tz::TimeZone;

/// A bucket of time: `start` is in it, `end` is not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Period {
    pub start: Timestamp,
    pub end: Timestamp,
}

/// `2026-03-01`: the UTC date of an instant. Periods begin at midnight UTC, so the date of the
/// start names the period.
pub fn date_text(instant: Timestamp) -> String {
    instant.to_zoned(TimeZone::UTC).date().to_string()
}

/// `2026-03-01T08:15:00Z`, with as many digits of a second as there are.
pub fn instant_text(instant: Timestamp) -> String {
    instant.to_string()
}
