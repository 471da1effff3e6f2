//! TOML text → typed, spanned definitions, with every problem reported and none of them fatal.
//!
//! serde stops at the first problem and loses the place; a review wants all of them, underlined.
//! So a file is parsed into toml's spanned tree, and the types of [`crate::project::definition`] read
//! themselves from it through [`FromToml`]. [`record!`] and [`choice!`] write that reading from a
//! plain struct or enum, and its schema, so the shape of a file stands in one place.

mod literal;
mod record;
mod scalar;
pub(crate) mod schema;
mod sql;
mod synonyms;

pub use literal::{Literal, Value};
pub(crate) use record::{choice, record};
pub use scalar::{At, Character, DateText, Duration, Number, OneOrMany, Size, Table, Text};
pub use schema::HasSchema;
pub use sql::{Sql, without_semicolon};
pub use synonyms::explain;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::diagnostic::{Applicability, Diagnostic, FileId, Files, Span, closest, codes};

/// A type that reads itself from a TOML value, and says in a schema what that may be.
pub trait FromToml: HasSchema + Sized {
    /// What the value must be, for "expected …".
    const EXPECTED: &'static str;

    /// Reads the value, or reports why it cannot be read and returns `None`.
    fn from_toml(value: &Spanned<DeValue<'_>>, reader: &mut Reader<'_>) -> Option<Self>;

    /// What an absent key means; by default it is reported as missing.
    fn absent(key: &str, table: Span, reader: &mut Reader<'_>) -> Option<Self> {
        reader.report(
            Diagnostic::new(&codes::MISSING_KEY, format!("`{key}` is missing"))
                .at(table, format!("needs `{key}`: {}", Self::EXPECTED)),
        );
        None
    }
}

impl<T: FromToml> FromToml for Option<T> {
    const EXPECTED: &'static str = T::EXPECTED;

    fn from_toml(value: &Spanned<DeValue<'_>>, reader: &mut Reader<'_>) -> Option<Self> {
        T::from_toml(value, reader).map(Some)
    }

    fn absent(_: &str, _: Span, _: &mut Reader<'_>) -> Option<Self> {
        Some(None)
    }
}

impl<T: FromToml> FromToml for Vec<T> {
    const EXPECTED: &'static str = "an array";

    /// Elements that cannot be read are reported and left out, so that one bad element does not
    /// hide what is wrong with the rest of the definition.
    fn from_toml(value: &Spanned<DeValue<'_>>, reader: &mut Reader<'_>) -> Option<Self> {
        match value.get_ref() {
            DeValue::Array(array) => {
                Some(array.iter().filter_map(|element| T::from_toml(element, reader)).collect())
            }
            _ => reader.wrong_type(value, Self::EXPECTED),
        }
    }

    fn absent(_: &str, _: Span, _: &mut Reader<'_>) -> Option<Self> {
        Some(Self::new())
    }
}

/// So many mistakes of one file are told.
const MOST_MISTAKES: usize = 200;

/// The state of reading one file: what it is called and what was found wrong.
#[derive(Debug)]
pub struct Reader<'f> {
    file: FileId,
    text: &'f str,
    found: Vec<Diagnostic>,
}

impl<'f> Reader<'f> {
    /// Parses a file and reads a `T` from its root table. The value is there when nothing that it
    /// needs was wrong; the diagnostics are there in any case.
    pub fn read<T: FromToml>(files: &'f Files, file: FileId) -> (Option<T>, Vec<Diagnostic>) {
        let text = files.text(file);
        let mut reader = Reader { file, text, found: Vec::new() };
        let (table, errors) = DeTable::parse_recoverable(text);
        for error in &errors {
            let range = error.span().unwrap_or(0..0);
            reader.found.push(
                Diagnostic::new(&codes::TOML_SYNTAX, syntax_problem(error.message())).at(
                    Span::new(file, range),
                    match error.message() {
                        "duplicate key" => "was set before: remove one of the two",
                        _ => "not valid TOML",
                    },
                ),
            );
        }
        if !errors.is_empty() {
            // A recovered tree has holes where the errors were: what it lacks is no news.
            return (None, reader.said());
        }
        let span = table.span();
        let root = Spanned::new(span, DeValue::Table(table.into_inner()));
        let value = T::from_toml(&root, &mut reader);
        let complete = reader.found.is_empty();
        (value.filter(|_| complete), reader.said())
    }

    /// What was found, but no more than somebody reads: a MiB has room for half a million mistakes,
    /// and each is drawn with the whole line in which it is.
    fn said(mut self) -> Vec<Diagnostic> {
        let count = self.found.len();
        if count > MOST_MISTAKES {
            let place = self.found.get(MOST_MISTAKES).and_then(|next| next.labels.first());
            let place = place.map_or(Span::new(self.file, 0..0), |label| label.span);
            self.found.truncate(MOST_MISTAKES);
            self.found.push(
                Diagnostic::new(
                    &codes::LIMIT_EXCEEDED,
                    format!("this file has {count} mistakes, of which {MOST_MISTAKES} are told"),
                )
                .at(place, "one of those that are not")
                .help("correct the others first"),
            );
        }
        self.found
    }

    pub fn file(&self) -> FileId {
        self.file
    }

    pub(crate) fn text(&self) -> &'f str {
        self.text
    }

    pub fn span<T>(&self, value: &Spanned<T>) -> Span {
        Span::new(self.file, value.span())
    }

    pub fn report(&mut self, diagnostic: Diagnostic) {
        self.found.push(diagnostic);
    }

    /// Reports a value of another type than expected.
    pub fn wrong_type<T>(
        &mut self,
        value: &Spanned<DeValue<'_>>,
        expected: &'static str,
    ) -> Option<T> {
        let is = value.get_ref().type_str();
        let mut diagnostic =
            Diagnostic::new(&codes::WRONG_TYPE, format!("expected {expected}, found {is}"))
                .at(self.span(value), format!("expected {expected}"));
        let span = self.span(value);
        let raw = self.text.get(span.range()).unwrap_or("");
        if let Some((says, text)) = rewrite(value.get_ref(), raw, expected) {
            diagnostic = diagnostic.replace(span, text, says, Applicability::Suggested);
        }
        self.report(diagnostic);
        None
    }

    /// Reports a value of the right type that means nothing here.
    pub fn invalid<T>(&mut self, span: Span, message: String, label: &str) -> Option<T> {
        self.report(Diagnostic::new(&codes::INVALID_VALUE, message).at(span, label));
        None
    }
}

/// How a value becomes the expected one without being another, where that is a matter of quotes
/// or brackets: what to do, and what is written then instead of `raw`.
fn rewrite(value: &DeValue<'_>, raw: &str, expected: &str) -> Option<(&'static str, String)> {
    let strings = expected.starts_with("a string") || expected.starts_with("one of");
    match value {
        DeValue::Table(_) | DeValue::Array(_) => None,
        _ if expected == Vec::<Text>::EXPECTED => Some(("put it in brackets", format!("[{raw}]"))),
        DeValue::String(text) if !strings => {
            DeValue::parse(text).ok().map(|_| ("write it without quotes", text.to_string()))
        }
        DeValue::String(_) => None,
        _ if strings => Some(("put it in quotes", format!("\"{raw}\""))),
        _ => None,
    }
}

/// The key that a field of a record stands for.
pub(crate) fn key(field: &'static str) -> &'static str {
    field.strip_prefix("r#").unwrap_or(field)
}

/// The fields of one table while a record is read from it.
pub struct Fields<'t, 'i> {
    table: &'t DeTable<'i>,
    span: Span,
    /// Keys that are absent because they are misspelt, which was said.
    misspelt: Vec<String>,
}

impl<'t, 'i> Fields<'t, 'i> {
    /// Opens a table and reports every key that is not in `known`.
    pub fn open(
        value: &'t Spanned<DeValue<'i>>,
        known: &[&str],
        reader: &mut Reader<'_>,
    ) -> Option<Self> {
        let DeValue::Table(table) = value.get_ref() else {
            return reader.wrong_type(value, "a table");
        };
        let mut misspelt = Vec::new();
        // Nobody means a key that stands there as well.
        let absent = || known.iter().copied().filter(|key| !table.contains_key(*key));
        for key in table.keys() {
            let name = key.get_ref().as_ref();
            if !known.contains(&name) {
                misspelt.extend(closest(name, absent()).map(str::to_owned));
                let diagnostic =
                    Diagnostic::new(&codes::UNKNOWN_KEY, format!("unknown key `{name}`"))
                        .at(reader.span(key), "goodhart does not know this key")
                        .did_you_mean(name, absent());
                let diagnostic = if diagnostic.is_helpful() {
                    diagnostic
                } else {
                    diagnostic.note(format!("known here: {}", known.join(", ")))
                };
                reader.report(diagnostic);
            }
        }
        Some(Self { table, span: head(reader.span(value), reader.text()), misspelt })
    }

    pub fn span(&self) -> Span {
        self.span
    }

    /// Reads the field, or what its absence means.
    pub fn field<T: FromToml>(&self, key: &str, reader: &mut Reader<'_>) -> Option<T> {
        match self.table.get(key) {
            Some(value) => T::from_toml(value, reader),
            None if self.misspelt.iter().any(|known| known == key) => None,
            None => T::absent(key, self.span, reader),
        }
    }
}

/// The first line of a table's span: a whole file underlined tells nobody anything.
fn head(span: Span, text: &str) -> Span {
    let slice = text.get(span.range()).unwrap_or("");
    let blank = slice.len() - slice.trim_start().len();
    let line = slice[blank..].find('\n').unwrap_or(slice.len() - blank);
    Span { file: span.file, start: span.start + blank, end: span.start + blank + line }
}

/// The parser's first line; its words for a file that is too deep are about the parser.
fn syntax_problem(message: &str) -> String {
    let line = message.lines().next().unwrap_or("");
    let line = if line.contains("recurs") { "nested too deeply" } else { line };
    line.to_owned()
}
