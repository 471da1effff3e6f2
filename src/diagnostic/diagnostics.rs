//! A diagnostic, and the sink that collects them and applies levels.

use std::collections::BTreeMap;

use super::{Class, Code, Files, Severity, Span};

/// A place in a definition file, with what is to be said there.
#[derive(Debug, Clone, PartialEq, Eq)]
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
    pub notes: Vec<String>,
    /// What to do about it.
    pub help: Vec<String>,
}

impl Diagnostic {
    pub fn new(code: &'static Code, message: impl Into<String>) -> Self {
        Self {
            code,
            severity: code.default,
            message: message.into(),
            labels: Vec::new(),
            excerpts: Vec::new(),
            notes: Vec::new(),
            help: Vec::new(),
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

    /// Adds "did you mean `x`?" where one of `candidates` is near to `name`.
    #[must_use]
    pub fn did_you_mean<'a>(
        self,
        name: &str,
        candidates: impl IntoIterator<Item = &'a str>,
    ) -> Self {
        match closest(name, candidates) {
            Some(near) => self.help(format!("did you mean `{near}`?")),
            None => self,
        }
    }
}

/// The candidate most like `name`, if any is like it at all.
pub fn closest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    candidates
        .into_iter()
        .map(|candidate| (strsim::jaro_winkler(name, candidate), candidate))
        .filter(|(likeness, _)| *likeness > 0.8)
        .max_by(|a, b| a.0.total_cmp(&b.0).then_with(|| b.1.cmp(a.1)))
        .map(|(_, candidate)| candidate)
}

/// The levels that a project sets in `[lints]`.
#[derive(Debug, Clone, Default)]
pub struct Levels(BTreeMap<&'static str, Severity>);

impl Levels {
    pub fn set(&mut self, code: &'static Code, severity: Severity) {
        self.0.insert(code.name, severity);
    }

    fn of(&self, code: &Code) -> Severity {
        if code.adjustable {
            self.0.get(code.name).copied().unwrap_or(code.default)
        } else {
            code.default
        }
    }
}

/// The sink: collects diagnostics, applies levels, keeps them in a stable order.
#[derive(Debug, Default)]
pub struct Diagnostics {
    levels: Levels,
    list: Vec<Diagnostic>,
}

impl Diagnostics {
    /// Sets the levels for what is pushed from now on and for what is already there.
    pub fn apply_levels(&mut self, levels: Levels) {
        self.levels = levels;
        let list = std::mem::take(&mut self.list);
        for diagnostic in list {
            self.push(diagnostic);
        }
    }

    pub fn push(&mut self, mut diagnostic: Diagnostic) {
        diagnostic.severity = self.levels.of(diagnostic.code);
        if diagnostic.severity != Severity::Allow {
            self.list.push(diagnostic);
        }
    }

    pub fn extend(&mut self, diagnostics: impl IntoIterator<Item = Diagnostic>) {
        for diagnostic in diagnostics {
            self.push(diagnostic);
        }
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
