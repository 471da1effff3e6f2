//! Rows that stand in a definition as SQL, and which values a column can hold.

use rust_decimal::Decimal;

use super::{literal, quote, timestamp};
use crate::project::definition::fixture::GivenRow;
use crate::project::definition::read::Value;

/// What a column holds, as far as it matters which values can be written for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Slot {
    Text,
    Integer,
    Number,
    Boolean,
    Timestamp,
    Date,
    TextList,
    /// A type that sources do not declare; whatever DuckDB makes of a text.
    Other,
}

impl Slot {
    /// The slot of a DuckDB type by its name, as DuckDB says it or as sources declare it.
    pub fn of(type_name: &str) -> Self {
        match type_name.to_ascii_uppercase().as_str() {
            "VARCHAR" | "TEXT" => Self::Text,
            "VARCHAR[]" | "TEXT[]" => Self::TextList,
            "BOOLEAN" => Self::Boolean,
            "DATE" => Self::Date,
            "FLOAT" | "DOUBLE" => Self::Number,
            "TINYINT" | "SMALLINT" | "INTEGER" | "BIGINT" | "HUGEINT" | "UTINYINT"
            | "USMALLINT" | "UINTEGER" | "UBIGINT" | "UHUGEINT" => Self::Integer,
            name if name.starts_with("DECIMAL") => Self::Number,
            name if name.starts_with("TIMESTAMP") => Self::Timestamp,
            _ => Self::Other,
        }
    }

    /// What sources call it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Integer => "integer",
            Self::Number => "number",
            Self::Boolean => "boolean",
            Self::Timestamp => "timestamp",
            Self::Date => "date",
            Self::TextList => "text[]",
            Self::Other => "another type",
        }
    }

    /// What must be written for it.
    pub fn expected(self) -> &'static str {
        match self {
            Self::Text => "a string",
            Self::Integer => "an integer",
            Self::Number => "a number",
            Self::Boolean => "true or false",
            Self::Timestamp => "a date-time such as 2026-07-01T08:00:00Z",
            Self::Date => "a date such as 2026-07-01",
            Self::TextList => "an array of strings",
            Self::Other => "a string",
        }
    }

    /// Whether it can hold a value. An empty list is null everywhere but in a list.
    pub fn takes(self, value: &Value) -> bool {
        match value {
            Value::List(values) => self == Self::TextList || values.is_empty(),
            Value::Text(_) => matches!(self, Self::Text | Self::Other),
            Value::Integer(_) => matches!(self, Self::Integer | Self::Number | Self::Other),
            Value::Decimal(_) => matches!(self, Self::Number | Self::Other),
            Value::Boolean(_) => matches!(self, Self::Boolean | Self::Other),
            Value::Instant(_) => matches!(self, Self::Timestamp | Self::Other),
            Value::Date(_) => matches!(self, Self::Timestamp | Self::Date | Self::Other),
        }
    }

    /// Whether a value means null here.
    pub fn is_null(self, value: &Value) -> bool {
        self != Self::TextList && value.is_empty_list()
    }
}

/// The statement that puts rows into a table with these columns and types. What a row does not
/// say is null.
pub fn insert(table: &str, columns: &[(String, String)], rows: &[GivenRow]) -> String {
    let rows: Vec<String> = rows
        .iter()
        .map(|row| {
            let cells: Vec<String> = columns
                .iter()
                .map(|(name, type_name)| match row.value.get(name) {
                    Some(cell) => typed(&cell.value, type_name),
                    None => "null".to_owned(),
                })
                .collect();
            format!("({})", cells.join(", "))
        })
        .collect();
    let names: Vec<String> = columns.iter().map(|(name, _)| quote(name)).collect();
    format!("insert into {table} ({}) values {}", names.join(", "), rows.join(", "))
}

fn typed(value: &Value, type_name: &str) -> String {
    if Slot::of(type_name).is_null(value) {
        return "null".to_owned();
    }
    let text = match value {
        Value::Text(text) => literal(text),
        Value::Integer(number) => number.to_string(),
        Value::Decimal(number) => decimal(*number),
        Value::Boolean(value) => value.to_string(),
        Value::Instant(instant) => timestamp(*instant),
        Value::Date(date) => format!("date '{date}'"),
        Value::List(values) => {
            let values: Vec<String> = values.iter().map(|value| literal(value)).collect();
            format!("[{}]", values.join(", "))
        }
    };
    format!("({text})::{type_name}")
}

/// Through text: what stands in SQL as a number may become a double.
fn decimal(number: Decimal) -> String {
    literal(&number.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_become_typed_sql() {
        let text = Value::Text("it's".to_owned());
        assert_eq!(typed(&text, "VARCHAR"), "('it''s')::VARCHAR");
        assert_eq!(typed(&Value::List(Vec::new()), "BIGINT"), "null");
        assert_eq!(typed(&Value::List(Vec::new()), "VARCHAR[]"), "([])::VARCHAR[]");
        let instant = Value::Instant("2026-04-01T10:00:00.5Z".parse().unwrap());
        assert_eq!(typed(&instant, "TIMESTAMP"), "(timestamp '2026-04-01 10:00:00.5')::TIMESTAMP");
    }
}
