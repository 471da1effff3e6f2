//! What DuckDB says when it refuses SQL, and how that becomes a diagnostic.
//!
//! DuckDB talks to somebody who types SQL into its prompt: it suggests its own tables, settings
//! and functions. Here it is said in the words of a project.

use serde::Deserialize;

use crate::diagnostic::{Code, Diagnostic, Files, Span};
use crate::plan::Composed;

/// An error of DuckDB about a statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SqlFailure {
    /// What is wrong, in one line.
    pub message: String,
    /// All that DuckDB said.
    pub text: String,
    /// Byte offset and length in the statement.
    pub place: Option<(usize, usize)>,
    /// Whether the text is no SQL at all, as opposed to SQL that means or yields nothing.
    syntax: bool,
    /// A name that means nothing.
    missing: Option<Missing>,
    /// Names that DuckDB would have understood instead.
    candidates: Vec<String>,
    /// What DuckDB would have taken instead.
    notes: Vec<String>,
}

/// A name that means nothing to DuckDB.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Missing {
    Relation(String),
    Other(String),
}

/// The shape of DuckDB's errors under `errors_as_json`, and of `json_serialize_sql`'s answer.
#[derive(Debug, Default, Deserialize)]
struct Report {
    exception_type: Option<String>,
    exception_message: Option<String>,
    error_message: Option<String>,
    error_subtype: Option<String>,
    /// What kind of thing is missing from the catalogue.
    r#type: Option<String>,
    name: Option<String>,
    location: Option<String>,
    position: Option<String>,
    candidates: Option<String>,
}

impl SqlFailure {
    pub(super) fn of(error: &duckdb::Error) -> Self {
        let text = match error {
            duckdb::Error::DuckDBFailure(_, Some(text)) => text.clone(),
            other => other.to_string(),
        };
        let json = text.find('{').map(|start| &text[start..]);
        json.and_then(|json| serde_json::from_str::<Report>(json).ok())
            .map_or_else(|| Self::own(&text), Self::from)
    }

    /// A failure that DuckDB does not see as one.
    pub(super) fn own(message: &str) -> Self {
        Self {
            message: message.to_owned(),
            text: message.to_owned(),
            place: None,
            syntax: false,
            missing: None,
            candidates: Vec::new(),
            notes: Vec::new(),
        }
    }

    /// The failure in `json_serialize_sql`'s answer, if it is one.
    pub(super) fn of_parser(json: &str) -> Result<(), Self> {
        #[derive(Deserialize)]
        struct Answer {
            error: bool,
        }
        let unreadable = |error: serde_json::Error| Self::own(&error.to_string());
        if !serde_json::from_str::<Answer>(json).map_err(unreadable)?.error {
            return Ok(());
        }
        let mut failure = Self::from(serde_json::from_str::<Report>(json).map_err(unreadable)?);
        if failure.message.to_lowercase().contains("only select") {
            failure.message = "only a query can stand here".to_owned();
            failure.syntax = false;
        }
        Err(failure)
    }

    /// The same failure with offsets into what follows a prefix of `by` bytes.
    #[must_use]
    pub fn shifted(mut self, by: usize) -> Self {
        self.place =
            self.place.and_then(|(offset, length)| Some((offset.checked_sub(by)?, length)));
        self
    }

    /// Suggests names of the project instead of a relation that is missing: DuckDB only knows
    /// those that it was told about, and its own.
    #[must_use]
    pub fn suggesting<'a>(mut self, relations: impl IntoIterator<Item = &'a String>) -> Self {
        if matches!(self.missing, Some(Missing::Relation(_))) {
            self.candidates = relations.into_iter().cloned().collect();
        }
        self
    }

    /// A diagnostic at the user's piece of `sql` that DuckDB points at, else at `fallback`.
    pub fn diagnostic(
        &self,
        code: &'static Code,
        sql: &Composed,
        files: &Files,
        fallback: Span,
    ) -> Diagnostic {
        let span = self.place.and_then(|(offset, length)| sql.locate(files, offset, length));
        let label = if self.syntax { "not valid SQL" } else { "refused by the engine" };
        let mut diagnostic =
            Diagnostic::new(code, self.message.as_str()).at(span.unwrap_or(fallback), label);
        for note in &self.notes {
            diagnostic = diagnostic.note(note.as_str());
        }
        match &self.missing {
            Some(Missing::Relation(name) | Missing::Other(name)) => {
                diagnostic.did_you_mean(name, self.candidates.iter().map(String::as_str))
            }
            None => diagnostic,
        }
    }
}

impl From<Report> for SqlFailure {
    fn from(report: Report) -> Self {
        let place = report
            .location
            .as_deref()
            .and_then(|text| {
                let (offset, length) = text.trim_matches(['[', ']']).split_once(',')?;
                Some((offset.trim().parse().ok()?, length.trim().parse().ok()?))
            })
            .or_else(|| Some((report.position.as_deref()?.parse().ok()?, 1)));
        let kind = report.exception_type.unwrap_or_else(|| "Parser".to_owned());
        let text = report.exception_message.or(report.error_message).unwrap_or_default();
        let candidates = report.candidates.unwrap_or_default();
        let mut failure = Self {
            message: sentence(&text),
            text: String::new(),
            place,
            syntax: kind == "Parser",
            missing: None,
            candidates: candidates.split(',').map(unquoted).collect(),
            notes: Vec::new(),
        };
        let name = report.name.unwrap_or_default();
        match (report.error_subtype.as_deref(), report.r#type.as_deref()) {
            (Some("COLUMN_NOT_FOUND"), _) => {
                failure.message = format!("there is no column `{name}` here");
                failure.missing = Some(Missing::Other(name));
            }
            (Some("MISSING_ENTRY"), Some("Table")) => {
                failure.message = format!("there is no source called `{name}`");
                failure.missing = Some(Missing::Relation(name));
                failure.candidates.clear();
            }
            (Some("MISSING_ENTRY"), Some(what)) if what.ends_with("Function") => {
                failure.message = format!("there is no function `{name}`");
                failure.missing = Some(Missing::Other(name));
            }
            _ => failure.recognise(&text),
        }
        failure.text = text;
        failure
    }
}

impl SqlFailure {
    /// Errors that DuckDB only words, without fields to read.
    fn recognise(&mut self, text: &str) {
        let quoted: Vec<&str> = text.split('"').skip(1).step_by(2).collect();
        if text.starts_with("Table \"") && text.contains("does not have a column named") {
            if let [table, column, candidates @ ..] = quoted.as_slice() {
                self.message = format!("`{table}` has no column `{column}`");
                self.candidates = candidates.iter().map(|name| (*name).to_owned()).collect();
                self.missing = Some(Missing::Other((*column).to_owned()));
            }
        } else if text.starts_with("Referenced table \"") {
            if let [table, candidates @ ..] = quoted.as_slice() {
                self.message = format!("`{table}` is not in this query's `from`");
                self.candidates = candidates.iter().map(|name| (*name).to_owned()).collect();
                self.missing = Some(Missing::Other((*table).to_owned()));
            }
        } else if text.starts_with("No function matches") {
            let call = text.split('\'').nth(1).unwrap_or("");
            let (function, arguments) = call.split_once('(').unwrap_or((call, ")"));
            self.message = format!("`{function}` does not take ({arguments}");
            self.notes = signatures(text).collect();
        }
    }
}

/// The calls that a function takes, from DuckDB's message; only the first of many.
fn signatures(text: &str) -> impl Iterator<Item = String> {
    const SHOWN: usize = 3;
    let listed = text.lines().map(str::trim).filter(|line| line.contains(") -> "));
    // Parameters of functions from outside have numbers for names, which say nothing.
    let named = |word: &&str| !word.trim_start_matches('(').starts_with("col");
    listed
        .map(move |line| {
            let words: Vec<&str> = line.split_inclusive([' ', '(']).filter(named).collect();
            format!("it takes {}", words.concat().trim())
        })
        .take(SHOWN)
}

fn unquoted(name: &str) -> String {
    name.trim().trim_matches('"').to_owned()
}

/// The first sentence of a message, in the manner of all other messages: what follows are hints
/// for people at a prompt.
fn sentence(text: &str) -> String {
    let line = text.lines().next().unwrap_or("").trim_end_matches(['!', '.', ' ']);
    let mut characters = line.chars();
    match (characters.next(), characters.next()) {
        (Some(first), Some(second)) if second.is_lowercase() || second == ' ' => {
            format!("{}{}", first.to_lowercase(), &line[first.len_utf8()..])
        }
        _ => line.to_owned(),
    }
}
