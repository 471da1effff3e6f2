//! `[lints]`: levels of diagnostics, by code.

use std::ops::Deref;

use schemars::{Schema, json_schema};
use toml::Spanned;
use toml::de::DeValue;

use super::read::{FromToml, HasSchema, Reader, Table, Text};
use crate::diagnostic::{CODES, Severity, Span};

/// Levels by code, as they are written: whether there is such a code is the catalog's question.
#[derive(Debug, Clone, Default)]
pub struct Lints(Table<Text>);

impl Deref for Lints {
    type Target = Table<Text>;

    fn deref(&self) -> &Table<Text> {
        &self.0
    }
}

impl FromToml for Lints {
    const EXPECTED: &'static str = Table::<Text>::EXPECTED;

    fn from_toml(value: &Spanned<DeValue<'_>>, reader: &mut Reader<'_>) -> Option<Self> {
        Table::from_toml(value, reader).map(Self)
    }

    fn absent(key: &str, table: Span, reader: &mut Reader<'_>) -> Option<Self> {
        Table::absent(key, table, reader).map(Self)
    }
}

impl HasSchema for Lints {
    /// The codes whose level may be changed, with what they mean.
    fn schema() -> Schema {
        let codes: serde_json::Map<_, _> = CODES
            .iter()
            .filter(|code| code.adjustable)
            .map(|code| {
                let schema = json_schema!({
                    "type": "string",
                    "description": code.summary,
                    "enum": Severity::NAMES,
                });
                (code.name.to_owned(), schema.to_value())
            })
            .collect();
        json_schema!({ "type": "object", "additionalProperties": false, "properties": codes })
    }
}
