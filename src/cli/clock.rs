//! The clock, which nothing else reads.

use std::time::SystemTime;

use jiff::civil::Date;
use jiff::tz::TimeZone;

/// The day in UTC, for reviews and waivers of projects without a fixed as-of.
#[expect(clippy::disallowed_methods, reason = "the one place that may ask what day it is")]
pub fn today() -> Date {
    jiff::Timestamp::now().to_zoned(TimeZone::UTC).date()
}

/// Seconds since 1970, for what a forge says about when to come back.
#[expect(clippy::disallowed_methods, reason = "how long to wait is no part of a result")]
pub fn seconds() -> i64 {
    jiff::Timestamp::now().as_second()
}

/// Now, for telling what was not used for a long time.
#[expect(clippy::disallowed_methods, reason = "what is remembered decides no result")]
pub fn now() -> SystemTime {
    SystemTime::now()
}
