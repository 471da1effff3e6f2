//! A diagnostic, and the sink that collects them and applies levels.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    Applicability, Class, Code, Edit, FileId, Files, Fix, Severity, Span, closest, misspelt, slip,
};

/// A place in a definition file, with what is to be said there.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Label {
    pub span: Span,
    pub text: String,
}

/// A place in a file that is not a definition (a line of data), carried with its text because
/// data files are never held in memory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Excerpt {
    /// The path as the project names it.
    pub path: String,
    /// 1-based number of the first line of `text`.
    pub line: usize,
    pub text: String,
    /// Byte range in `text` that is underlined.
    pub range: std::ops::Range<usize>,
    pub label: String,
}

/// One thing that is wrong.
#[derive(Debug, Clone)]
pub struct Diagnostic {
    pub code: &'static Code,
    pub severity: Severity,
    pub message: String,
    /// Where it is; the first is the primary label.
    pub labels: Vec<Label>,
    pub excerpts: Vec<Excerpt>,
    /// Lines in columns, shown in full.
    pub table: Option<String>,
    pub notes: Vec<String>,
    /// What to do about it.
    pub help: Vec<String>,
    /// What a machine could do about it.
    pub fix: Option<Fix>,
}

impl Diagnostic {
    pub fn new(code: &'static Code, message: impl Into<String>) -> Self {
        Self {
            code,
            severity: code.default,
            message: message.into(),
            labels: Vec::new(),
            excerpts: Vec::new(),
            table: None,
            notes: Vec::new(),
            help: Vec::new(),
            fix: None,
        }
    }

    /// Underlines a place; the first one is where the mistake is.
    #[must_use]
    pub fn at(mut self, span: Span, text: impl Into<String>) -> Self {
        self.labels.push(Label { span, text: text.into() });
        self
    }

    #[must_use]
    pub fn excerpt(mut self, excerpt: Excerpt) -> Self {
        self.excerpts.push(excerpt);
        self
    }

    /// Shows lines in columns; whoever lays them out keeps them short.
    #[must_use]
    pub fn table(mut self, text: impl Into<String>) -> Self {
        self.table = Some(text.into());
        self
    }

    #[must_use]
    pub fn note(mut self, text: impl Into<String>) -> Self {
        self.notes.push(text.into());
        self
    }

    #[must_use]
    pub fn help(mut self, text: impl Into<String>) -> Self {
        self.help.push(text.into());
        self
    }

    /// Offers to replace a place by another text.
    #[must_use]
    pub fn replace(
        mut self,
        span: Span,
        text: impl Into<String>,
        says: impl Into<String>,
        applicability: Applicability,
    ) -> Self {
        let edits = vec![Edit { span, text: text.into() }];
        self.fix = Some(Fix { says: says.into(), edits, applicability });
        self
    }

    /// Asks "did you mean `x`?" where one of `candidates` is near to `name`, which the primary
    /// label underlines, in quotes or without: then the question is a fix.
    #[must_use]
    pub fn did_you_mean<'a>(
        self,
        name: &str,
        candidates: impl IntoIterator<Item = &'a str>,
    ) -> Self {
        let candidates: Vec<&str> = candidates.into_iter().collect();
        let slips = candidates.iter().filter(|candidate| slip(name, candidate)).count();
        match closest(name, candidates) {
            Some(near) => self.ask(name, near, slips == 1 && slip(name, near)),
            None => self,
        }
    }

    /// As [`Diagnostic::did_you_mean`], where `word` misspells one of the `words` of a language.
    #[must_use]
    pub fn misspells<'a>(self, word: &str, words: impl IntoIterator<Item = &'a str>) -> Self {
        match misspelt(word, words) {
            Some(near) => self.ask(word, near, slip(word, near)),
            None => self,
        }
    }

    /// Asks whether `meant` was meant by `name`, which the primary label underlines.
    #[must_use]
    pub fn ask(self, name: &str, meant: &str, certain: bool) -> Self {
        let applicability = if certain { Applicability::Safe } else { Applicability::Suggested };
        match self.labels.first().and_then(|label| renamed(label.span, name, meant)) {
            Some(place) => self.replace(place, meant, question(meant), applicability),
            None => self.help(question(meant)),
        }
    }

    /// Asks "did you mean `x`?" where `name` stands elsewhere than at the primary label.
    #[must_use]
    pub fn suggest<'a>(self, name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Self {
        match closest(name, candidates) {
            Some(near) => self.help(question(near)),
            None => self,
        }
    }

    /// Whether it says what to do.
    pub fn is_helpful(&self) -> bool {
        self.fix.is_some() || !self.help.is_empty()
    }

    /// Whether a machine may mend it without being asked.
    pub fn is_fixable(&self) -> bool {
        self.fix.as_ref().is_some_and(|fix| fix.applicability == Applicability::Safe)
    }
}

fn question(near: &str) -> String {
    format!("did you mean `{near}`?")
}

/// Where `near` is written for `name`: all of `span`, or what is between its quotes. Nowhere
/// where the span holds anything else (an escape, a part of a path) or `near` needs an escape.
fn renamed(span: Span, name: &str, near: &str) -> Option<Span> {
    let bare = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
    let quoted = |c: char| !c.is_control() && !matches!(c, '"' | '\'' | '\\' | '`');
    match (span.end - span.start).checked_sub(name.len())? {
        0 if near.chars().all(bare) => Some(span),
        2 if near.chars().all(quoted) => {
            Some(Span { start: span.start + 1, end: span.end - 1, ..span })
        }
        _ => None,
    }
}

/// The levels that a project sets in `[lints]`, and those that a metric sets in its own.
#[derive(Debug, Clone, Default)]
pub struct Levels {
    project: BTreeMap<&'static str, Severity>,
    files: BTreeMap<(FileId, &'static str), Severity>,
}

impl Levels {
    pub fn set(&mut self, code: &'static Code, severity: Severity) {
        self.project.insert(code.name, severity);
    }

    /// Sets the level of what is found in one file.
    pub fn set_in(&mut self, file: FileId, code: &'static Code, severity: Severity) {
        self.files.insert((file, code.name), severity);
    }

    /// The level of the file of the primary label, else the project's, else the code's own.
    fn of(&self, diagnostic: &Diagnostic) -> Severity {
        let code = diagnostic.code;
        if !code.adjustable {
            return code.default;
        }
        let file = diagnostic.labels.first().map(|label| label.span.file);
        file.and_then(|file| self.files.get(&(file, code.name)))
            .or_else(|| self.project.get(code.name))
            .copied()
            .unwrap_or(code.default)
    }
}

/// What is in the list, as far as a reader tells two diagnostics apart: code, message, labels,
/// and the files and lines of excerpts.
type Identity = (&'static str, String, Vec<Label>, Vec<(String, usize)>);

/// The sink: collects diagnostics, applies levels, keeps them in a stable order.
#[derive(Debug, Default)]
pub struct Diagnostics {
    levels: Levels,
    list: Vec<Diagnostic>,
    said: BTreeSet<Identity>,
}

impl Diagnostics {
    /// Sets the levels for what is pushed from now on and for what is already there.
    pub fn apply_levels(&mut self, levels: Levels) {
        self.levels = levels;
        let list = std::mem::take(&mut self.list);
        self.said.clear();
        for diagnostic in list {
            self.push(diagnostic);
        }
    }

    /// Adds a diagnostic, unless its level is `allow` or the same was said before: several ways
    /// may lead to one mistake, such as two metrics over one population.
    pub fn push(&mut self, mut diagnostic: Diagnostic) {
        diagnostic.severity = self.levels.of(&diagnostic);
        let lines = diagnostic.excerpts.iter().map(|excerpt| (excerpt.path.clone(), excerpt.line));
        let said = (
            diagnostic.code.name,
            diagnostic.message.clone(),
            diagnostic.labels.clone(),
            lines.collect(),
        );
        if diagnostic.severity != Severity::Allow && self.said.insert(said) {
            self.list.push(diagnostic);
        }
    }

    pub fn extend(&mut self, diagnostics: impl IntoIterator<Item = Diagnostic>) {
        for diagnostic in diagnostics {
            self.push(diagnostic);
        }
    }

    /// Adds those that are errors under the project's levels.
    pub fn extend_errors(&mut self, diagnostics: impl IntoIterator<Item = Diagnostic>) {
        let errors = |diagnostic: &Diagnostic| self.levels.of(diagnostic) == Severity::Error;
        let errors: Vec<Diagnostic> = diagnostics.into_iter().filter(errors).collect();
        self.extend(errors);
    }

    /// Those that are to be kept, with the severities that they have.
    #[must_use]
    pub fn filtered(&self, keep: impl Fn(&Diagnostic) -> bool) -> Self {
        let list = self.list.iter().filter(|diagnostic| keep(diagnostic)).cloned().collect();
        Self { levels: self.levels.clone(), list, said: self.said.clone() }
    }

    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    pub fn has_errors(&self) -> bool {
        self.count(Severity::Error) > 0
    }

    /// Whether an error says that the tool could not do its work.
    pub fn has_failures(&self) -> bool {
        self.list.iter().any(|d| d.severity == Severity::Error && d.code.class == Class::Failure)
    }

    pub fn count(&self, severity: Severity) -> usize {
        self.list.iter().filter(|d| d.severity == severity).count()
    }

    /// How many a machine may mend without being asked.
    pub fn fixable(&self) -> usize {
        self.list.iter().filter(|d| d.is_fixable()).count()
    }

    /// By file, place and code; what has no place comes last in the order it was found.
    pub fn sorted<'a>(&'a self, files: &'a Files) -> Vec<&'a Diagnostic> {
        let mut list: Vec<&Diagnostic> = self.list.iter().collect();
        list.sort_by_key(|d| {
            let place =
                d.labels.first().map(|label| (files.path(label.span.file), label.span.start));
            (place.is_none(), place, d.code.name)
        });
        list
    }
}

#[cfg(test)]
mod tests {
    use super::super::codes;
    use super::*;

    #[test]
    fn the_same_is_said_once() {
        let mut diagnostics = Diagnostics::default();
        for message in ["a", "b", "a"] {
            diagnostics.push(Diagnostic::new(&codes::UNKNOWN_KEY, message));
        }
        assert_eq!(diagnostics.count(Severity::Error), 2);
    }

    /// What `a = "<written>"` becomes.
    fn mended(written: &str, name: &str, candidates: &[&str]) -> Option<(String, Applicability)> {
        let mut files = Files::default();
        let text = format!("a = {written}");
        let file = files.add("x.toml", text.as_str());
        let fix = Diagnostic::new(&codes::UNKNOWN_KEY, "unknown")
            .at(Span::new(file, 4..text.len()), "here")
            .did_you_mean(name, candidates.iter().copied())
            .fix?;
        let edit = fix.edits.first()?;
        let (before, behind) = (&text[..edit.span.start], &text[edit.span.end..]);
        Some((format!("{before}{}{behind}", edit.text), fix.applicability))
    }

    #[test]
    fn a_name_is_replaced_between_its_quotes() {
        let suggested = |text: &str| Some((text.to_owned(), Applicability::Suggested));
        assert_eq!(mended("\"cvs\"", "cvs", &["csv"]), suggested("a = \"csv\""));
        assert_eq!(mended("'cvs'", "cvs", &["csv"]), suggested("a = 'csv'"));
        assert_eq!(mended("cvs", "cvs", &["csv"]), suggested("a = csv"));
        assert_eq!(mended("\"c\\u0076s\"", "cvs", &["csv"]), None);
        assert_eq!(mended("\"alert\"", "alert", &["alert\""]), None);
        assert_eq!(mended("alert", "alert", &["aler t"]), None);
    }

    #[test]
    fn only_one_name_that_differs_in_case_is_certain() {
        let safe = |text: &str| Some((text.to_owned(), Applicability::Safe));
        let suggested = |text: &str| Some((text.to_owned(), Applicability::Suggested));
        assert_eq!(mended("At-Least", "At-Least", &["at_least"]), safe("a = at_least"));
        assert_eq!(mended("HOST", "HOST", &["host", "Host"]), suggested("a = Host"));
    }
}
