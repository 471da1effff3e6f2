//! What a query does with times that may mean something else than it says.

use serde::{Deserialize, Serialize};

/// A use of times at a place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TimeUse {
    pub what: TimeUsed,
    /// Bytes of the definition file: where it starts and where it ends.
    pub place: Option<(usize, usize)>,
}

/// How times are used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum TimeUsed {
    /// A part of an interval, as `hour(b - a)`, and the parts that stand beside it in the same
    /// expression.
    Part { part: String, interval: Interval, beside: Vec<String> },
    /// An interval as a number, as `epoch(b - a)`.
    Length { interval: Interval },
    /// Two intervals that are compared.
    Comparison { operator: String, left: Interval, right: Interval },
    /// A number of months, quarters or years that is multiplied.
    Product { unit: String, between: InstantPair },
    /// The boundaries of a unit between two instants, as `date_diff('hour', a, b)`.
    Boundaries { unit: String, between: InstantPair, start: Grain, end: Grain },
    /// An instant, as far as SQL may write it, that is compared with a day.
    Day { operator: String, instant: Option<String>, day: Day },
    /// A text that becomes an instant without a zone.
    /// A cast of a text to TIMESTAMP; it `tries` where a text that is none becomes null.
    Cast { of: Text, tries: bool },
}

/// Two instants, as the SQL writes them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InstantPair {
    pub start: String,
    pub end: String,
}

/// An interval.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Interval {
    pub measure: IntervalMeasure,
    /// The instants of which it is the difference.
    pub between: Option<InstantPair>,
    /// Its months, where it is a constant that has nothing else.
    pub months: Option<i64>,
    /// How the SQL writes it, as far as that can be told.
    pub written: String,
}

/// In which units an interval is kept. DuckDB keeps months, days and microseconds apart.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum IntervalMeasure {
    /// Nothing is known of it, or it is zero.
    #[default]
    Unknown,
    /// Microseconds only: `to_hours(26)` has 26 hours.
    Clock,
    /// Days and less: the difference of two instants.
    Days,
    /// Months too: `age(b, a)`.
    Calendar,
}

/// What the instants of a value are cut down to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Grain {
    /// To nothing: they can be any.
    #[default]
    Instant,
    Second,
    Minute,
    Hour,
    Day,
    Week,
    Month,
}

/// A day with which an instant is compared.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Day {
    /// A text without a time of day.
    Literal(String),
    /// A date, as the SQL writes it.
    Value(String),
}

/// A text that is cast.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Text {
    Literal(String),
    /// As it stands in the data, as far as SQL may write it.
    Raw(Option<String>),
}

/// The date that a text is: one without a time of day.
pub fn date_in(text: &str) -> Option<jiff::civil::Date> {
    let mut parts = text.trim().split(['-', '/']);
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() || year.len() > 4 || month.len() > 2 || day.len() > 2 {
        return None;
    }
    let (year, month, day) = (year.parse().ok()?, month.parse().ok()?, day.parse().ok()?);
    jiff::civil::Date::new(year, month, day).ok()
}

/// The comparison with its sides exchanged.
pub fn mirrored(operator: &str) -> &str {
    match operator {
        "<" => ">",
        "<=" => ">=",
        ">" => "<",
        ">=" => "<=",
        same => same,
    }
}
