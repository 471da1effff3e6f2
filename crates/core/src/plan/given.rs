//! Rows that stand in a definition as SQL, and which values a column can hold.

use rust_decimal::Decimal;

use super::{literal, quote, timestamp};
use crate::project::definition::fixture::GivenRow;
use crate::project::definition::read::Value;
use crate::sql::TypeKind;

/// Which values stand for those of a column.
impl TypeKind {
    /// What sources call it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Integer | Self::HugeInteger => "integer",
            Self::Decimal | Self::Double => "number",
            Self::Boolean => "boolean",
            Self::Timestamp => "timestamp",
            Self::Date => "date",
            Self::TextList => "text[]",
            Self::Enum | Self::Other => "another type",
        }
    }

    /// What must be written for it.
    pub fn expected(self) -> &'static str {
        match self {
            Self::Integer | Self::HugeInteger => "an integer",
            Self::Decimal | Self::Double => "a number",
            Self::Boolean => "true or false",
            Self::Timestamp => "a date-time such as 2026-07-01T08:00:00Z",
            Self::Date => "a date such as 2026-07-01",
            Self::TextList => "an array of strings",
            Self::Text | Self::Enum | Self::Other => "a string",
        }
    }

    /// Whether sources declare no such type: its values are what DuckDB makes of a text.
    pub fn is_undeclared(self) -> bool {
        matches!(self, Self::Enum | Self::Other)
    }

    /// Whether it can hold a value. An empty list is null everywhere but in a list.
    pub fn takes(self, value: &Value) -> bool {
        match value {
            Value::List(values) => self == Self::TextList || values.is_empty(),
            _ if self.is_undeclared() => true,
            Value::Text(_) => self == Self::Text,
            Value::Integer(_) => self.is_number(),
            Value::Decimal(_) => matches!(self, Self::Decimal | Self::Double),
            Value::Boolean(_) => self == Self::Boolean,
            Value::Instant(_) => self == Self::Timestamp,
            Value::Date(_) => self.is_instant(),
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
    if TypeKind::of(type_name).is_null(value) {
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
