//! What has to be done to evaluate the chosen metrics, and the SQL that does it.
//!
//! Pure: no file is read and no statement runs here. A [`Plan`] says which sources are needed in
//! which order and which metrics share a scan; [`statement`] writes the SQL of a scan once the
//! column types of its population are known.

mod build;
mod composed;
mod given;
mod scan;
mod select;
mod statement;
mod timeline;

pub use build::{Materialise, Plan, SourceStep, build, reach};
pub use composed::MappedSql;
pub use given::insert;
pub use scan::{Scan, ScanMetric};
pub use select::{Selection, select};
pub use statement::{
    Columns, Shape, contributions, forced, periods, probe, statement, subject_repeats,
    subject_unique,
};
pub use timeline::{Timeline, TimelineError, period_start};

/// An identifier in double quotes.
pub fn quote(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// A text literal in single quotes.
pub fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// A TIMESTAMP literal in UTC.
pub fn timestamp(instant: jiff::Timestamp) -> String {
    let civil = instant.to_zoned(jiff::tz::TimeZone::UTC).datetime();
    format!("timestamp '{} {}'", civil.date(), civil.time())
}
