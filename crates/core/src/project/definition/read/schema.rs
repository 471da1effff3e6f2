//! What the types of [`crate::project::definition`] accept, as JSON Schema for editors.
//!
//! A schema knows the shape of a file: keys, types, fixed values, patterns. What needs the rest of
//! the project (whether a source exists, whether SQL is valid) stays goodhart's own question.
//! Nothing refers to anything else in the schema, so that an editor that shows a key shows the
//! words of that key, not those of a type that several keys share.

use jiff::Timestamp;
use rust_decimal::Decimal;
use schemars::{Schema, json_schema};

use super::{
    At, Character, DateText, Duration, FromToml, Literal, OneOrMany, Reader, Size, Sql, Table, Text,
};
use crate::diagnostic::{Files, Span};

/// A type that knows which TOML values it can be read from.
pub trait HasSchema {
    /// The schema of the values, in JSON Schema draft 7, which is what editors understand.
    fn schema() -> Schema;
}

/// The schema of a TOML table with fixed keys.
pub fn record(docs: &[&str], keys: Vec<Key>) -> Schema {
    let required: Vec<&str> = keys.iter().filter(|key| key.required).map(|key| key.name).collect();
    let mut schema = json_schema!({ "type": "object", "additionalProperties": false });
    if !required.is_empty() {
        schema.insert("required".to_owned(), required.into());
    }
    let properties: serde_json::Map<_, _> =
        keys.into_iter().map(|key| (key.name.to_owned(), key.schema.to_value())).collect();
    schema.insert("properties".to_owned(), properties.into());
    describe(schema, docs)
}

/// A key of a record.
#[derive(Debug)]
pub struct Key {
    name: &'static str,
    required: bool,
    schema: Schema,
}

impl Key {
    /// A key that is read as a `T`. Its own words stand for those of the type.
    pub fn of<T: FromToml>(field: &'static str, docs: &[&str]) -> Self {
        Self {
            name: super::key(field),
            required: must_be_there::<T>(),
            schema: describe(T::schema(), docs),
        }
    }
}

/// Whether the absence of a `T` is a mistake: the type is asked, so that it is said only once.
fn must_be_there<T: FromToml>() -> bool {
    let file = Files::default().add("", "");
    let mut reader = Reader { file, text: "", found: Vec::new() };
    T::absent("", Span::new(file, 0..0), &mut reader).is_none()
}

/// The schema of a string with fixed values, each with its words.
pub fn choice(docs: &[&str], values: &[(&str, &[&str])]) -> Schema {
    let names: Vec<&str> = values.iter().map(|(name, _)| *name).collect();
    let words: Vec<Option<String>> = values.iter().map(|(_, docs)| sentence(docs)).collect();
    let mut schema = json_schema!({ "type": "string", "enum": names });
    if words.iter().any(Option::is_some) {
        // The standard has no words for single values; this is where Taplo looks for them.
        let docs = serde_json::json!({ "docs": { "enumValues": words } });
        schema.insert("x-taplo".to_owned(), docs);
    }
    describe(schema, docs)
}

/// The schema of a string with a pattern, some values of which an editor should offer.
pub fn offered(values: &[&str], pattern: &str) -> Schema {
    json_schema!({
        "type": "string",
        // The pattern refuses, with a message that names what is possible; the values only offer.
        "pattern": format!("^({}|{pattern})$", values.join("|")),
        "anyOf": [{ "enum": values }, true],
    })
}

/// Gives a schema the words of a doc comment, where there are any.
pub fn describe(mut schema: Schema, docs: &[&str]) -> Schema {
    if let Some(text) = sentence(docs) {
        schema.insert("description".to_owned(), text.into());
    }
    schema
}

/// The lines of a doc comment as one text.
fn sentence(docs: &[&str]) -> Option<String> {
    let lines: Vec<&str> = docs.iter().map(|line| line.trim()).collect();
    Some(lines.join(" ")).filter(|text| !text.is_empty())
}

impl<T: HasSchema> HasSchema for At<T> {
    fn schema() -> Schema {
        T::schema()
    }
}

impl<T: HasSchema> HasSchema for Option<T> {
    fn schema() -> Schema {
        T::schema()
    }
}

impl<T: HasSchema> HasSchema for Vec<T> {
    fn schema() -> Schema {
        json_schema!({ "type": "array", "items": T::schema() })
    }
}

impl<T: HasSchema> HasSchema for Table<T> {
    fn schema() -> Schema {
        json_schema!({ "type": "object", "additionalProperties": T::schema() })
    }
}

impl HasSchema for Text {
    fn schema() -> Schema {
        json_schema!({ "type": "string" })
    }
}

impl HasSchema for Sql {
    fn schema() -> Schema {
        json_schema!({ "type": "string", "pattern": r"\S" })
    }
}

impl HasSchema for OneOrMany {
    fn schema() -> Schema {
        json_schema!({ "type": ["string", "array"], "items": { "type": "string" } })
    }
}

impl HasSchema for bool {
    fn schema() -> Schema {
        json_schema!({ "type": "boolean" })
    }
}

impl HasSchema for u32 {
    fn schema() -> Schema {
        json_schema!({ "type": "integer", "minimum": Self::MIN, "maximum": Self::MAX })
    }
}

impl HasSchema for u64 {
    fn schema() -> Schema {
        json_schema!({ "type": "integer", "minimum": 0 })
    }
}

impl HasSchema for Decimal {
    fn schema() -> Schema {
        json_schema!({ "type": "number" })
    }
}

/// A schema sees TOML's dates as strings.
impl HasSchema for DateText {
    fn schema() -> Schema {
        json_schema!({ "type": "string", "format": "date" })
    }
}

impl HasSchema for Timestamp {
    fn schema() -> Schema {
        json_schema!({ "type": "string", "format": "date-time" })
    }
}

impl HasSchema for Literal {
    fn schema() -> Schema {
        json_schema!({
            "type": ["string", "number", "boolean", "array"],
            "items": { "type": "string" },
        })
    }
}

impl HasSchema for Character {
    fn schema() -> Schema {
        json_schema!({ "type": "string", "pattern": r"^[\x01-\x09\x0b\x0c\x0e-\x7f]$" })
    }
}

impl HasSchema for Size {
    fn schema() -> Schema {
        json_schema!({ "type": "string", "pattern": r"^0*[1-9][0-9]*\s*[KMGT]i?B$" })
    }
}

impl HasSchema for Duration {
    fn schema() -> Schema {
        json_schema!({ "type": "string", "pattern": "^[0-9]+[smhdw]$" })
    }
}
