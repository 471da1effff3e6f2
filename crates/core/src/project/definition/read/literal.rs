//! A value of a row: whatever a cell of a table can hold.

use std::fmt;

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use rust_decimal::Decimal;
use toml::Spanned;
use toml::de::DeValue;

use super::{FromToml, Reader};
use crate::diagnostic::Span;
use crate::escape::toml::readable as toml_text;

/// A value of a row and its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Literal {
    pub value: Value,
    pub span: Span,
}

/// What a [`Literal`] holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    Text(String),
    Integer(i64),
    /// A number that was written with a point or an exponent.
    Decimal(Decimal),
    Boolean(bool),
    Instant(Timestamp),
    Date(Date),
    /// Texts. TOML has no null: where no list can stand, an empty one means it.
    List(Vec<String>),
}

impl Value {
    /// What it is called in messages.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Text(_) => "a string",
            Self::Integer(_) => "an integer",
            Self::Decimal(_) => "a float",
            Self::Boolean(_) => "a boolean",
            Self::Instant(_) => "a date-time",
            Self::Date(_) => "a date",
            Self::List(_) => "an array",
        }
    }

    pub fn is_empty_list(&self) -> bool {
        matches!(self, Self::List(values) if values.is_empty())
    }
}

/// As it is written in TOML, instants in UTC.
impl fmt::Display for Value {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => formatter.write_str(&toml_text(text)),
            Self::Integer(number) => write!(formatter, "{number}"),
            Self::Decimal(number) => write!(formatter, "{number}"),
            Self::Boolean(value) => write!(formatter, "{value}"),
            Self::Instant(instant) => write!(formatter, "{instant}"),
            Self::Date(date) => write!(formatter, "{date}"),
            Self::List(values) => {
                let values: Vec<String> = values.iter().map(|text| toml_text(text)).collect();
                write!(formatter, "[{}]", values.join(", "))
            }
        }
    }
}

impl FromToml for Literal {
    const EXPECTED: &'static str = "a string, number, boolean, date, date-time or array of strings";

    fn from_toml(value: &Spanned<DeValue<'_>>, reader: &mut Reader<'_>) -> Option<Self> {
        let span = reader.span(value);
        let read = match value.get_ref() {
            DeValue::String(text) => Value::Text(text.as_ref().to_owned()),
            DeValue::Boolean(value) => Value::Boolean(*value),
            DeValue::Integer(integer) => {
                match i64::from_str_radix(integer.as_str(), integer.radix()) {
                    Ok(number) => Value::Integer(number),
                    Err(_) => {
                        let message = format!("{integer} is out of range");
                        return reader.invalid(span, message, "does not fit into 64 bits");
                    }
                }
            }
            DeValue::Float(_) => Value::Decimal(Decimal::from_toml(value, reader)?),
            DeValue::Datetime(datetime) => moment(&datetime.to_string()).or_else(|| {
                reader.invalid(
                    span,
                    format!("`{datetime}` is neither a date nor an instant"),
                    "write a date, or a date-time such as 2026-07-01T08:00:00Z",
                )
            })?,
            DeValue::Array(_) => {
                let texts: Vec<super::Text> = Vec::from_toml(value, reader)?;
                Value::List(texts.iter().map(ToString::to_string).collect())
            }
            DeValue::Table(_) => return reader.wrong_type(value, Self::EXPECTED),
        };
        Some(Self { value: read, span })
    }
}

/// A date, or an instant: one without an offset is in UTC, as in data.
fn moment(text: &str) -> Option<Value> {
    if let Ok(instant) = text.parse::<Timestamp>() {
        return Some(Value::Instant(instant));
    }
    if !text.contains(':') {
        return text.parse::<Date>().ok().map(Value::Date);
    }
    let local = text.parse::<DateTime>().ok()?;
    local.to_zoned(TimeZone::UTC).ok().map(|zoned| Value::Instant(zoned.timestamp()))
}

impl FromToml for Timestamp {
    const EXPECTED: &'static str = "a UTC instant such as 2026-07-01T00:00:00Z";

    fn from_toml(value: &Spanned<DeValue<'_>>, reader: &mut Reader<'_>) -> Option<Self> {
        let DeValue::Datetime(datetime) = value.get_ref() else {
            return reader.wrong_type(value, Self::EXPECTED);
        };
        let span = reader.span(value);
        datetime.to_string().parse().ok().or_else(|| {
            reader.invalid(
                span,
                format!("`{datetime}` is not an instant"),
                "write it with a time and an offset, such as 2026-07-01T00:00:00Z",
            )
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_dates_or_instants() {
        let noon = Value::Instant("2026-04-01T12:00:00Z".parse().unwrap());
        assert_eq!(moment("2026-04-01T14:00:00+02:00"), Some(noon.clone()));
        assert_eq!(moment("2026-04-01T12:00:00"), Some(noon));
        assert_eq!(moment("2026-04-01").unwrap().to_string(), "2026-04-01");
        assert_eq!(moment("12:00:00"), None);
    }

    #[test]
    fn values_are_written_as_toml() {
        assert_eq!(Value::Text("a\"b".to_owned()).to_string(), "'a\"b'");
        assert_eq!(Value::List(vec!["a".to_owned()]).to_string(), "[\"a\"]");
    }
}
