//! What DuckDB says when it refuses SQL, and how that becomes a diagnostic.
//!
//! DuckDB talks to somebody who types SQL into its prompt: it suggests its own tables, settings
//! and functions. Here it is said in the words of a project.

mod column;
mod place;
mod syntax;
mod types;
mod wording;

use std::collections::BTreeMap;

use serde::Deserialize;

use super::allow_list::{Suggestion, names_of_tables};
use super::allowance::Stop;
use goodhart_core::diagnostic::{Code, Diagnostic, Files, Span, closest, codes};
use goodhart_core::plan::MappedSql;
use goodhart_core::project::definition::read::Sql;
use wording::worded;

/// An error about a statement: DuckDB's, or what the allow-list refuses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SqlFailure {
    /// What is wrong, in one line.
    pub message: String,
    /// All that DuckDB said.
    pub text: String,
    /// Byte offset and length in the statement.
    pub place: Option<(usize, usize)>,
    /// What is said at the place.
    label: &'static str,
    /// What is underlined where there is no place: see [`place::find`].
    about: String,
    missing: Option<Box<Missing>>,
    /// What DuckDB would have taken instead.
    notes: Vec<String>,
    /// How to mend it.
    help: Option<String>,
    stop: Option<Stop>,
    /// Whether the allow-list refuses what DuckDB would have run.
    refused: bool,
    /// Whether it may be about the rows, and so repeat values of them.
    about_rows: bool,
}

/// A name that means nothing to DuckDB.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Missing {
    name: String,
    what: NameKind,
    /// Names that would have been understood instead.
    candidates: Vec<String>,
}

/// What a name that means nothing could be one of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum NameKind {
    /// It stands where a source could.
    Relation,
    /// A column or table of the query.
    Name,
    /// A word of the language, such as a function.
    Word,
    /// A word of another dialect, of which the only candidate is the translation.
    Foreign,
}

impl Missing {
    fn among(name: &str, candidates: &[&str]) -> Box<Self> {
        let candidates = candidates.iter().map(|name| (*name).to_owned()).collect();
        Box::new(Self { name: name.to_owned(), what: NameKind::Name, candidates })
    }
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
    /// What DuckDB said.
    pub(super) fn said(text: &str) -> Self {
        let json = text.find('{').map(|start| &text[start..]);
        json.and_then(|json| serde_json::from_str::<Report>(json).ok())
            .map_or_else(|| Self::own(text), Self::from)
    }

    /// A statement that took too much.
    pub(super) fn stopped(stop: Stop) -> Self {
        Self {
            label: "stopped",
            stop: Some(stop.clone()),
            about_rows: false,
            ..Self::own(&stop.message())
        }
    }

    /// Why the statement was stopped, where it was: running it again would end the same way.
    pub fn stop(&self) -> Option<&Stop> {
        self.stop.as_ref()
    }

    /// A failure that DuckDB does not see as one.
    pub(super) fn own(message: &str) -> Self {
        Self {
            message: message.to_owned(),
            text: message.to_owned(),
            place: None,
            label: "not possible here",
            about: String::new(),
            missing: None,
            notes: Vec::new(),
            help: None,
            stop: None,
            refused: false,
            about_rows: true,
        }
    }

    /// SQL that DuckDB would run and a definition may not contain, with a way to mend it.
    pub(super) fn refused(message: &str, label: &'static str, help: &'static str) -> Self {
        let help = (!help.is_empty()).then(|| help.to_owned());
        Self { label, refused: true, help, ..Self::own(message) }
    }

    /// A word of SQL that there is not, with those that there are.
    pub(super) fn unknown(what: &str, word: &str, known: &[&str]) -> Self {
        let mut missing = Missing::among(word, known);
        missing.what = NameKind::Word;
        Self { missing: Some(missing), ..Self::own(&format!("there is no {what} `{word}`")) }
    }

    /// A function of another dialect, with what is written instead.
    pub(super) fn foreign(name: &str, instead: Suggestion) -> Self {
        let mut failure = Self::unknown("function", name, &[]);
        match (instead, &mut failure.missing) {
            (Suggestion::Name(known), Some(missing)) => {
                missing.what = NameKind::Foreign;
                missing.candidates = vec![known.to_owned()];
            }
            (Suggestion::Words(words), _) => failure.help = Some(words.to_owned()),
            (Suggestion::Name(_), None) => {}
        }
        failure
    }

    /// A relation that nobody declared, to be answered with the names of sources.
    pub(super) fn missing_source(name: &str) -> Self {
        let mut missing = Missing::among(name, &[]);
        missing.what = NameKind::Relation;
        let message = format!("there is no source called `{name}`");
        Self { missing: Some(missing), ..Self::own(&message) }
    }

    /// The same failure at a place in the statement.
    #[must_use]
    pub(super) fn at(mut self, place: Option<(usize, usize)>) -> Self {
        self.place = place;
        self
    }

    /// The same failure with other words at its place.
    #[must_use]
    pub(super) fn labelled(mut self, label: &'static str) -> Self {
        self.label = label;
        self
    }

    /// The same failure with a note.
    #[must_use]
    pub(super) fn noted(mut self, note: &str) -> Self {
        self.notes.push(note.to_owned());
        self
    }

    /// The failure in `json_serialize_sql`'s answer about `sql`, if it is one.
    pub(super) fn of_parser(json: &str, sql: &str) -> Result<(), Self> {
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
            failure.label = "not possible here";
        }
        Err(failure.of_syntax(sql))
    }

    /// The same failure, where the rows are `guarded` without what DuckDB says about them: its
    /// words repeat values, such as one that it could not convert.
    #[must_use]
    pub fn discreet(mut self, guarded: bool) -> Self {
        if guarded && self.about_rows {
            self.message = "the rows make this fail".to_owned();
            self.text.clear();
            self.about.clear();
            self.missing = None;
            self.help = None;
            self.notes = vec![
                "they have sensitive columns, so what the engine says about them is not shown"
                    .to_owned(),
            ];
        }
        self
    }

    /// The same failure with offsets into what follows a prefix of `by` bytes.
    #[must_use]
    pub fn shifted(mut self, by: usize) -> Self {
        self.place =
            self.place.and_then(|(offset, length)| Some((offset.checked_sub(by)?, length)));
        self
    }

    /// The same failure about an expression over a row, which a measure is about to aggregate.
    #[must_use]
    pub fn of_each_row(mut self) -> Self {
        if self.is_ungrouped() {
            self.help = None;
            self.message = "an aggregate where a value of each row belongs".to_owned();
            self.label = "not possible here";
            self.notes = vec!["the `kind` of the measure says how the rows are aggregated".into()];
        } else if self.message.starts_with("there is no column ") {
            self.notes = vec!["a measure sees the columns that the population selects".into()];
        }
        self
    }

    /// The same failure about an expression, which was read behind a `select` that nobody wrote.
    #[must_use]
    pub(super) fn of_expression(mut self) -> Self {
        if self.text.starts_with("SELECT clause without selection list") {
            self.message = "there is no expression here".to_owned();
            self.about.clear();
            self.help = None;
        } else if self.help.as_deref() == Some(syntax::ORDER) {
            self.help = Some("an expression belongs here, and no query".to_owned());
        }
        self
    }

    /// Whether it is about a column beside an aggregate.
    pub fn is_ungrouped(&self) -> bool {
        self.text.contains("must appear in the GROUP BY clause")
    }

    /// The column that there is not, if it is about one.
    pub fn missing_column(&self) -> Option<&str> {
        let missing = self.missing.as_ref().filter(|missing| missing.what == NameKind::Name)?;
        Some(missing.name.as_str())
    }

    /// Suggests names of the project instead of a relation that is missing: DuckDB only knows
    /// those that it was told about, and its own.
    #[must_use]
    pub fn suggesting<'a>(mut self, relations: impl IntoIterator<Item = &'a String>) -> Self {
        if let Some(missing) =
            self.missing.as_mut().filter(|missing| missing.what == NameKind::Relation)
        {
            missing.candidates = relations.into_iter().cloned().collect();
            if missing.candidates.contains(&missing.name) {
                let name = &missing.name;
                self.message = format!("source `{name}` is in no schema");
                self.label = "more than a name";
                self.notes = vec![format!("read it as `{name}`, and nothing before that")];
                self.missing = None;
            }
        }
        self
    }

    /// A diagnostic at the user's piece of `sql` that DuckDB points at, else at `fallback`; of
    /// what the allow-list refuses, with the code of that.
    pub fn diagnostic(
        &self,
        code: &'static Code,
        sql: &MappedSql,
        files: &Files,
        fallback: Span,
    ) -> Diagnostic {
        if let Some(stop) = &self.stop {
            return stopped(stop, fallback);
        }
        let place = self.place.or_else(|| place::find(sql.text(), &self.about));
        let span = place.and_then(|(offset, length)| sql.locate(files, offset, length));
        let label = if self.missing.is_some() { "not found" } else { self.label };
        let code = if self.refused { &codes::SQL_NOT_ALLOWED } else { code };
        if let Some(message) = self.of_known_alias(sql) {
            return Diagnostic::new(code, message).at(span.unwrap_or(fallback), label);
        }
        let mut diagnostic =
            Diagnostic::new(code, self.message.as_str()).at(span.unwrap_or(fallback), label);
        for note in &self.notes {
            diagnostic = diagnostic.note(note.as_str());
        }
        if let Some(help) = &self.help {
            diagnostic = diagnostic.help(help.as_str());
        }
        let Some(missing) = &self.missing else { return diagnostic };
        let candidates = missing.candidates.iter().map(String::as_str);
        let text = span.and_then(|span| files.text(span.file).get(span.range()));
        let alone = text == Some(missing.name.as_str());
        let alike = closest(&missing.name, candidates.clone()).is_some();
        match (missing.what, missing.candidates.as_slice()) {
            (NameKind::Foreign, [known]) => diagnostic.ask(&missing.name, known, false),
            (NameKind::Word | NameKind::Foreign, _) => {
                diagnostic.misspells(&missing.name, candidates)
            }
            (NameKind::Name, _)
                if let Some(help) = column::explained(&missing.name, sql.text(), place, alike) =>
            {
                diagnostic.help(help)
            }
            (NameKind::Name | NameKind::Relation, _) if alone => {
                diagnostic.did_you_mean(&missing.name, candidates)
            }
            (NameKind::Name | NameKind::Relation, _) => {
                diagnostic.suggest(&missing.name, candidates)
            }
        }
    }
}

/// What is wrong with a piece of the user's SQL that was looked at alone.
pub fn refusals<V>(
    failures: impl IntoIterator<Item = SqlFailure>,
    sql: &Sql,
    sources: &BTreeMap<String, V>,
    files: &Files,
) -> Vec<Diagnostic> {
    let mut alone = MappedSql::default();
    alone.push_sql(sql);
    let failures = failures.into_iter().map(|failure| failure.suggesting(sources.keys()));
    failures.map(|failure| failure.diagnostic(&codes::SQL_ERROR, &alone, files, sql.span)).collect()
}

impl SqlFailure {
    /// Inside a nested query DuckDB says that there is no table `h` where `h` is there and has no
    /// such column: it looks outside last, and reports that.
    fn of_known_alias(&self, sql: &MappedSql) -> Option<String> {
        let (offset, length) = self.place.filter(|_| self.text.starts_with(NO_TABLE))?;
        let written = sql.text().get(offset..offset.checked_add(length)?)?;
        let (table, column) = written.split_once('.')?;
        let known = names_of_tables(sql.text()).contains(&table.to_lowercase());
        known.then(|| format!("`{table}` has no column `{column}`, or cannot be seen from here"))
    }
}

/// What took too much, with the limit that says so.
fn stopped(stop: &Stop, span: Span) -> Diagnostic {
    match (stop, stop.limit()) {
        (Stop::Died(_), _) => Diagnostic::new(&codes::WORKER_DIED, stop.message())
            .at(span, "ended the process that runs SQL")
            .note("whatever else was to be evaluated went on in another one")
            .help("a value beyond all bounds is the usual reason: look for what this multiplies"),
        (_, Some(limit)) => Diagnostic::new(&codes::LIMIT_EXCEEDED, stop.message())
            .at(span, "stopped")
            .help(format!("let it do less, or raise `{limit}` under [limits] in goodhart.toml")),
        (_, None) => {
            Diagnostic::new(&codes::LIMIT_EXCEEDED, stop.message()).at(span, "stopped").help(
                "write it shorter: a name that stands for two of another one doubles it each time",
            )
        }
    }
}

/// Kinds of errors about a statement, whatever the rows are.
const OF_DEFINITIONS: &[&str] = &["Parser", "Binder", "Catalog", "Permission"];

/// How DuckDB begins to say that a table is not in `from`.
const NO_TABLE: &str = "Referenced table \"";

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
            label: if kind == "Parser" { "not valid SQL" } else { "refused by the engine" },
            about: String::new(),
            missing: None,
            notes: Vec::new(),
            help: None,
            stop: None,
            refused: false,
            about_rows: !OF_DEFINITIONS.contains(&kind.as_str()),
        };
        if kind == "Out of Memory" {
            return Self::stopped(Stop::Memory);
        }
        let name = report.name.unwrap_or_default();
        let mut missing = Box::new(Missing {
            name: name.clone(),
            what: NameKind::Name,
            candidates: candidates.split(',').map(unquoted).collect(),
        });
        match (report.error_subtype.as_deref(), report.r#type.as_deref()) {
            (Some("COLUMN_NOT_FOUND"), _) => {
                failure.message = format!("there is no column `{name}` here");
                failure.missing = Some(missing);
            }
            (Some("MISSING_ENTRY"), Some("Table")) => {
                failure.message = format!("there is no source called `{name}`");
                missing.what = NameKind::Relation;
                missing.candidates.clear();
                failure.missing = Some(missing);
            }
            (Some("MISSING_ENTRY"), Some(what)) if what.ends_with("Function") => {
                failure.message = format!("there is no function `{name}`");
                missing.what = NameKind::Word;
                failure.missing = Some(missing);
            }
            _ if kind == "Permission" => {
                failure.message = "a query cannot read files of its own".to_owned();
                failure.label = "not possible here";
                failure.notes = vec!["declare the file as a source, and read that".to_owned()];
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
        if text.contains("\" does not have a column named \"") {
            if let [table, column, candidates @ ..] = quoted.as_slice() {
                self.message = format!("`{table}` has no column `{column}`");
                self.missing = Some(Missing::among(column, candidates));
            }
        } else if text.starts_with(NO_TABLE) {
            if let [table, candidates @ ..] = quoted.as_slice() {
                self.message = format!("`{table}` is not in this query's `from`");
                self.about = format!("{table}.*");
                self.missing = Some(Missing::among(table, candidates));
            }
        } else if text.starts_with("No function matches") {
            let call = text.split('\'').nth(1).unwrap_or("");
            let (function, arguments) = call.split_once('(').unwrap_or((call, ")"));
            self.of_arguments(function, arguments, text);
        } else if text.starts_with("WITH clause containing") {
            self.message = "only a query can stand here".to_owned();
            self.label = "changes something";
        } else if let Some(wording) = worded(text) {
            self.message = wording.message;
            self.label = "not possible here";
            self.help = (!wording.help.is_empty()).then_some(wording.help);
            self.about = wording.about;
        }
    }

    /// A function, or an operator, that does not take values of the types that it is given.
    fn of_arguments(&mut self, function: &str, arguments: &str, text: &str) {
        let given = types::arguments(arguments);
        let operator = match function {
            "~~" => "like",
            "!~~" => "not like",
            "~~*" => "ilike",
            "!~~*" => "not ilike",
            "array_extract" => "[…]",
            other => other,
        };
        let named = function.starts_with(|first: char| first.is_alphabetic());
        self.message = match (named && operator == function, given.as_str()) {
            (true, "") => format!("`{function}` cannot be called without arguments"),
            (true, given) => format!("`{function}` cannot be called with {given}"),
            (false, given) => format!("`{operator}` does not take {given}"),
        };
        self.label = "not possible here";
        // Of an operator there are dozens, for every type of number.
        if named && operator == function {
            self.notes = types::signatures(text);
        }
        let instant = given.contains("timestamp") || given.contains("date");
        self.help = match operator {
            "+" | "-" if instant && given.contains("number") => {
                Some("a span of time is written `interval 3 day`")
            }
            "+" if instant && given.contains("timestamp and a timestamp") => {
                Some("`b - a` is the interval from `a` to `b`")
            }
            "+" if given.contains("a text") => Some("`||` joins texts"),
            "like" | "ilike" | "not like" | "not ilike" => {
                Some("patterns are for texts: `x::varchar` makes one of a value")
            }
            "[…]" => Some("lists, texts and structs have elements, and whole numbers count them"),
            _ => None,
        }
        .map(str::to_owned);
    }
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
