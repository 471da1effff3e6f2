//! The normal form of SQL: the same for two texts that differ only in layout, comments, the case of
//! names, and the way in which a text is quoted. Two pieces with one normal form have the same
//! results, whatever the rows.

use serde::{Deserialize, Serialize};

use super::parsed::Place;
use super::tree::{Field, Tree};

/// A piece of SQL as tokens: kinds of nodes, names between double quotes, texts between single ones.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Normal {
    /// A token a line. Names and texts are escaped, so that none has a line break.
    tokens: String,
    /// The places of the tokens: that of the node to which each belongs.
    places: Vec<Place>,
}

impl Normal {
    /// The tokens, a line for each.
    pub fn as_str(&self) -> &str {
        &self.tokens
    }

    pub fn tokens(&self) -> impl Iterator<Item = &str> + Clone {
        self.tokens.lines()
    }

    /// The tokens that stand for something written: not what holds others together.
    pub fn words(&self) -> impl Iterator<Item = &str> + Clone {
        self.tokens().filter(|token| !token.ends_with('=') && !["(", ")", "[", "]"].contains(token))
    }

    /// The place of a token, or of the last one.
    pub fn place(&self, token: usize) -> Option<Place> {
        self.places.get(token).or(self.places.last()).copied()
    }
}

/// A name, as a token.
pub fn name_token(name: &str) -> String {
    format!("{:?}", name.to_ascii_lowercase())
}

/// Fields that say nothing of the meaning: places, and what other fields say too.
const WITHOUT_MEANING: &[&str] =
    &["class", "qualified_name", "query_location", "query_location_length"];

/// Values that say what goes without saying.
const USUAL: &[(&str, &str)] = &[
    ("aggregate_handling", "STANDARD_HANDLING"),
    ("materialized", "CTE_MATERIALIZE_DEFAULT"),
    ("nearest_order_type", "ASCENDING"),
    ("null_order", "ORDER_DEFAULT"),
    ("ref_type", "REGULAR"),
    ("with_ordinality", "WITHOUT_ORDINALITY"),
];

/// Fields whose texts are names of columns and tables.
const NAMES: &[&str] = &[
    "alias",
    "aliases",
    "column",
    "column_name_alias",
    "cte_name",
    "exclude_list",
    "expected_names",
    "key",
    "relation_name",
    "table",
    "table_name",
    "unpivot_names",
    "using_columns",
];

/// Fields whose texts are other names, of which the case does not matter either.
const OTHER_NAMES: &[&str] = &[
    "catalog",
    "catalog_name",
    "collation",
    "function_name",
    "schema",
    "schema_name",
    "type_name",
];

/// Writes the tokens of a tree.
#[derive(Default)]
pub struct Writer {
    normal: Normal,
    start: usize,
    place: Place,
}

impl Writer {
    /// The normal form of a statement, of which the piece begins at byte `start`.
    pub fn write(statement: &Tree<'_>, start: usize) -> Normal {
        let mut writer = Self { start, ..Self::default() };
        writer.value("", statement);
        writer.normal
    }

    fn token(&mut self, token: &str) {
        self.normal.tokens.push_str(token);
        self.normal.tokens.push('\n');
        let start = self.place.start.saturating_sub(self.start);
        self.normal.places.push(Place { start, ..self.place });
    }

    /// A text that is data: as it is.
    fn text(&mut self, text: &str) {
        self.token(&format!("'{text:?}"));
    }

    /// A value in a field.
    fn value(&mut self, field: &str, value: &Tree<'_>) {
        match value {
            Tree::Null | Tree::False => {}
            Tree::True => self.token("true"),
            Tree::Number(number) => self.token(&number.to_string()),
            Tree::Text(text) if NAMES.contains(&field) => self.token(&name_token(text)),
            Tree::Text(text) if OTHER_NAMES.contains(&field) => {
                self.token(&format!(":{}", name_token(text)));
            }
            Tree::Text(text) => self.text(text),
            Tree::List(values) => {
                for value in values {
                    // Rows of rows, and sets of sets.
                    if matches!(value, Tree::List(_)) {
                        self.token("[");
                        self.value(field, value);
                        self.token("]");
                    } else {
                        self.value(field, value);
                    }
                }
            }
            Tree::Object(fields) => self.object(value, fields),
        }
    }

    fn object(&mut self, tree: &Tree<'_>, fields: &[Field<'_>]) {
        let around = self.place;
        self.place = tree.place().unwrap_or(around);
        let kind = tree.text_of("type").unwrap_or("");
        match tree.text_of("class") {
            Some("COLUMN_REF") => {
                // One token for each part, with points between them.
                for (index, part) in tree.texts_of("column_names").enumerate() {
                    if index > 0 {
                        self.token(".");
                    }
                    self.token(&name_token(part));
                }
                self.rest(fields, &["type", "column_names"]);
            }
            Some("CONSTANT") => {
                self.constant(tree);
                self.rest(fields, &["type", "literal"]);
            }
            _ => {
                self.token(if kind.is_empty() { "(" } else { kind });
                self.rest(fields, &["type"]);
                self.token(")");
            }
        }
        self.place = around;
    }

    fn constant(&mut self, tree: &Tree<'_>) {
        let literal = tree.field("literal");
        let part = |name| literal.and_then(|literal| literal.text_of(name)).unwrap_or("");
        match part("kind") {
            "STRING" => self.text(part("text")),
            kind => self.token(&format!("{kind} {:?}", part("text"))),
        }
    }

    /// The fields that are not yet written and say something.
    fn rest(&mut self, fields: &[Field<'_>], written: &[&str]) {
        for (name, value) in fields {
            let name = name.as_ref();
            let is_usual = |text: &str| USUAL.contains(&(name, text));
            let skipped = written.contains(&name) || WITHOUT_MEANING.contains(&name);
            let says_nothing = match value {
                Tree::Null | Tree::False => true,
                Tree::Text(text) => text.is_empty() || is_usual(text),
                Tree::List(values) => values.is_empty(),
                Tree::Object(fields) => is_empty(fields),
                Tree::True | Tree::Number(_) => false,
            };
            if skipped || says_nothing {
                continue;
            }
            self.token(&format!("{name}="));
            self.value(name, value);
        }
    }
}

/// Whether an object says nothing: no common tables, no order.
fn is_empty(fields: &[Field<'_>]) -> bool {
    fields.iter().all(|(name, value)| match value {
        Tree::List(values) => values.is_empty(),
        Tree::Null | Tree::False => true,
        Tree::Text(text) => name == "type" && text == "ORDER_MODIFIER",
        _ => false,
    })
}
