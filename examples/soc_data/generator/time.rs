//! Instants in whole seconds of UTC, the period, and local time of day.

use std::fmt;
use std::ops::{Add, Sub};
use std::sync::LazyLock;

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::{TimeZone, TimeZoneDatabase};
use serde::{Serialize, Serializer};

pub const MINUTE: i64 = 60;
pub const HOUR: i64 = 60 * MINUTE;
pub const DAY: i64 = 24 * HOUR;
pub const WEEK: i64 = 7 * DAY;

/// Where the data begin: 2026-01-01T00:00:00Z.
pub const START: Instant = Instant::from_date(2026, 1, 1);

/// What is known ends here: 2026-07-01T00:00:00Z. Only an SLA deadline that
/// nobody has reached yet may lie later.
pub const AS_OF: Instant = Instant::from_date(2026, 7, 1);

/// A second of UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Instant(i64);

impl Instant {
    /// Midnight UTC of a date, usable in constants.
    pub const fn from_date(year: i16, month: i8, day: i8) -> Self {
        // Days from 1970-01-01 in the proleptic Gregorian calendar, with the
        // year counted from March so that the leap day comes last.
        let (y, m, d) = (year as i64, month as i64, day as i64);
        let (y, m) = if m <= 2 { (y - 1, m + 9) } else { (y, m - 3) };
        let days = 365 * y + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 + d - 719_469;
        Self(days * DAY)
    }

    /// This instant, if it is already known at the end of the period.
    pub fn known(self) -> Option<Self> {
        (self <= AS_OF).then_some(self)
    }

    pub fn local(self, zone: &TimeZone) -> DateTime {
        zone.to_datetime(self.timestamp())
    }

    pub fn from_local(local: DateTime, zone: &TimeZone) -> Self {
        let instant = zone
            .to_ambiguous_zoned(local)
            .compatible()
            .expect("dates near the period are in range");
        Self(instant.timestamp().as_second())
    }

    fn timestamp(self) -> Timestamp {
        Timestamp::from_second(self.0).expect("instants near the period are in range")
    }
}

impl Add<i64> for Instant {
    type Output = Self;
    fn add(self, seconds: i64) -> Self {
        Self(self.0 + seconds)
    }
}

impl Sub<i64> for Instant {
    type Output = Self;
    fn sub(self, seconds: i64) -> Self {
        Self(self.0 - seconds)
    }
}

impl Sub for Instant {
    type Output = i64;
    fn sub(self, earlier: Self) -> i64 {
        self.0 - earlier.0
    }
}

impl fmt::Display for Instant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.timestamp().fmt(f)
    }
}

impl Serialize for Instant {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// The part of a client's local day, eight hours each.
#[derive(Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Daypart {
    /// From 06:00.
    Day,
    /// From 14:00.
    Evening,
    /// From 22:00.
    Night,
}

impl Daypart {
    pub fn of(local: DateTime) -> Self {
        match local.hour() {
            6..14 => Self::Day,
            14..22 => Self::Evening,
            _ => Self::Night,
        }
    }
}

/// A zone of the database compiled into this program: the one of the machine
/// may be of another year.
pub fn zone(name: &str) -> TimeZone {
    static DATABASE: LazyLock<TimeZoneDatabase> = LazyLock::new(TimeZoneDatabase::bundled);
    DATABASE.get(name).expect("the zones of the clients are in the bundled database")
}
