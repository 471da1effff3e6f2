//! `goodhart.toml`.

use jiff::Timestamp;
use schemars::{Schema, json_schema};
use toml::Spanned;
use toml::de::DeValue;

use super::limits::LimitsTable;
use super::lints::Lints;
use super::read::{
    At, DateText, Duration, FromToml, HasSchema, Reader, Table, Text, choice, record,
};
use crate::diagnostic::Span;

record! {
    /// The settings of a project; the file marks its folder.
    pub struct ProjectFile {
        /// What the project is called.
        name: Text,
        /// The versions of goodhart that can evaluate it, as a Cargo-style requirement.
        goodhart: Option<Text>,
        /// The length of a period; the default is a month.
        grain: Option<Grain>,
        /// How many periods are evaluated, counted back from the as-of; the default is 6.
        window: Option<At<u32>>,
        /// The instant of knowledge: `2026-07-01T00:00:00Z`, or `{ newest = "source.column" }`.
        as_of: AsOf,
        /// How small a sample may be, and what an evaluation may take.
        limits: Option<LimitsTable>,
        /// What results must not say about few.
        privacy: Option<PrivacyTable>,
        /// Who may own a metric; anybody where it is empty.
        owners: Vec<Text>,
        /// What every metric must have besides what a number needs.
        require: Option<RequireTable>,
        /// Columns whose mix can turn a total around, such as a severity or a client.
        strata: Option<Vec<Text>>,
        /// Folders outside the project that sources may read, by name; `${NAME}` comes from the
        /// environment.
        roots: Table<Text>,
        /// Levels of diagnostics, by code.
        lints: Lints,
        /// Business calendars, by name.
        calendars: Table<CalendarTable>,
    }
}

record! {
    /// What the project asks of its metrics.
    pub struct RequireTable {
        /// Whether every metric must have a `goal`.
        goal: bool,
        /// Whether every metric must have `stakeholders`.
        stakeholders: bool,
        /// How long after `reviewed` a metric must be reviewed again.
        review_every: Option<Duration>,
    }
}

choice! {
    /// The length of a period. Weeks begin on Monday; all periods are in UTC.
    pub enum Grain {
        Day = "day",
        Week = "week",
        Month = "month",
        Quarter = "quarter",
        Year = "year",
    }
}

record! {
    /// What results must not say about few.
    pub struct PrivacyTable {
        /// Groups of fewer rows are suppressed, with what would reveal them; by default, none are.
        min_group: Option<u32>,
    }
}

record! {
    /// Opening hours in a time zone.
    pub struct CalendarTable {
        /// An IANA zone such as "Europe/Berlin".
        zone: Text,
        /// The open intervals of each weekday.
        hours: HoursTable,
        /// Days on which the calendar is closed.
        holidays: Vec<At<DateText>>,
    }
}

record! {
    /// The open intervals of each weekday, such as `["08:00-12:00", "13:00-18:00"]`.
    pub struct HoursTable {
        /// Open on Mondays, such as `["09:00-17:00"]`; by default, closed.
        mon: Vec<Text>,
        /// Open on Tuesdays, such as `["09:00-17:00"]`; by default, closed.
        tue: Vec<Text>,
        /// Open on Wednesdays, such as `["09:00-17:00"]`; by default, closed.
        wed: Vec<Text>,
        /// Open on Thursdays, such as `["09:00-17:00"]`; by default, closed.
        thu: Vec<Text>,
        /// Open on Fridays, such as `["09:00-17:00"]`; by default, closed.
        fri: Vec<Text>,
        /// Open on Saturdays, such as `["09:00-17:00"]`; by default, closed.
        sat: Vec<Text>,
        /// Open on Sundays, such as `["09:00-17:00"]`; by default, closed.
        sun: Vec<Text>,
    }
}

impl HoursTable {
    /// Monday to Sunday.
    pub fn days(&self) -> [&[Text]; 7] {
        [&self.mon, &self.tue, &self.wed, &self.thu, &self.fri, &self.sat, &self.sun]
    }
}

/// The instant of knowledge: fixed, or the newest value of a column.
#[derive(Debug, Clone)]
pub enum AsOf {
    Fixed(Timestamp),
    /// `{ newest = "source.column" }`
    Newest {
        source: Text,
        column: Text,
    },
}

record! {
    /// An as-of that follows the data.
    pub struct Newest {
        /// The column whose newest value it is, as `source.column`.
        newest: Text,
    }
}

impl HasSchema for AsOf {
    fn schema() -> Schema {
        json_schema!({
            "oneOf": [
                { "type": "string", "format": "date-time", "description": "A UTC instant." },
                Newest::schema(),
            ],
        })
    }
}

impl FromToml for AsOf {
    const EXPECTED: &'static str =
        "a UTC instant such as 2026-07-01T00:00:00Z, or { newest = \"source.column\" }";

    fn from_toml(value: &Spanned<DeValue<'_>>, reader: &mut Reader<'_>) -> Option<Self> {
        match value.get_ref() {
            DeValue::Datetime(_) => Timestamp::from_toml(value, reader).map(Self::Fixed),
            DeValue::Table(_) => {
                let newest = Newest::from_toml(value, reader)?.newest;
                match newest.split_once('.') {
                    Some((source, column)) => Some(Self::Newest {
                        source: Text::new(source, part(newest.span, 0, source.len())),
                        column: Text::new(
                            column,
                            part(newest.span, source.len() + 1, column.len()),
                        ),
                    }),
                    None => reader.invalid(
                        newest.span,
                        format!("`{}` is not a column of a source", newest.as_str()),
                        "write it as \"source.column\"",
                    ),
                }
            }
            _ => reader.wrong_type(value, Self::EXPECTED),
        }
    }
}

/// A piece of a one-line string, inside its quote.
fn part(span: Span, offset: usize, length: usize) -> Span {
    Span {
        file: span.file,
        start: (span.start + 1 + offset).min(span.end),
        end: (span.start + 1 + offset + length).min(span.end),
    }
}
