//! What DuckDB says when it refuses SQL, and how that becomes a diagnostic.

use serde::Deserialize;

use crate::diagnostic::{Code, Diagnostic, Files, Span};
use crate::plan::Composed;

/// An error of DuckDB about a statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SqlFailure {
    /// Such as "Binder" or "Conversion".
    pub kind: String,
    pub message: String,
    /// Byte offset and length in the statement.
    pub place: Option<(usize, usize)>,
    /// Names that DuckDB would have understood.
    pub candidates: Vec<String>,
}

/// The shape of DuckDB's errors under `errors_as_json`, and of `json_serialize_sql`'s answer.
#[derive(Debug, Deserialize)]
struct Report {
    exception_type: Option<String>,
    exception_message: Option<String>,
    error_message: Option<String>,
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
            .map_or_else(|| Self::plain(&text), Self::from)
    }

    fn plain(text: &str) -> Self {
        Self {
            kind: "Engine".to_owned(),
            message: text.to_owned(),
            place: None,
            candidates: Vec::new(),
        }
    }

    /// The same failure with offsets into what follows a prefix of `by` bytes.
    #[must_use]
    pub fn shifted(mut self, by: usize) -> Self {
        self.place =
            self.place.and_then(|(offset, length)| Some((offset.checked_sub(by)?, length)));
        self
    }

    /// The first sentence: what follows are hints for people who type SQL into a prompt.
    pub fn summary(&self) -> &str {
        self.message.lines().next().unwrap_or("").trim_end_matches('!')
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
        let mut diagnostic = Diagnostic::new(code, self.summary())
            .at(span.unwrap_or(fallback), format!("{} error", self.kind.to_lowercase()));
        if !self.candidates.is_empty() {
            let names: Vec<String> =
                self.candidates.iter().map(|name| format!("`{name}`")).collect();
            diagnostic = diagnostic.help(format!("did you mean {}?", names.join(" or ")));
        }
        diagnostic
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
        let candidates = report.candidates.unwrap_or_default();
        Self {
            kind: report.exception_type.unwrap_or_else(|| "Parser".to_owned()),
            message: report.exception_message.or(report.error_message).unwrap_or_default(),
            place,
            candidates: candidates
                .split(',')
                .map(|name| name.trim().trim_matches('"').to_owned())
                // Suggesting a table of the catalogue would suggest what nobody declared.
                .filter(|name| !name.is_empty() && !name.starts_with("pg_"))
                .collect(),
        }
    }
}

/// Reads `json_serialize_sql`'s answer: one query, or why not.
pub(super) fn check_serialised(json: &str) -> Result<(), SqlFailure> {
    #[derive(Deserialize)]
    struct Answer {
        error: bool,
        #[serde(default)]
        statements: Vec<serde::de::IgnoredAny>,
    }
    let answer: Answer =
        serde_json::from_str(json).map_err(|error| SqlFailure::plain(&error.to_string()))?;
    if answer.error {
        let report: Report =
            serde_json::from_str(json).map_err(|error| SqlFailure::plain(&error.to_string()))?;
        let mut failure = SqlFailure::from(report);
        if failure.message.contains("Only SELECT") {
            failure.message = "only a query can stand here".to_owned();
        }
        return Err(failure);
    }
    if answer.statements.len() == 1 {
        return Ok(());
    }
    Err(SqlFailure {
        kind: "Parser".to_owned(),
        message: format!("{} statements where one query belongs", answer.statements.len()),
        place: None,
        candidates: Vec::new(),
    })
}
