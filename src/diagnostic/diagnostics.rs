//! A diagnostic, and the sink that collects them and applies levels.

use std::collections::{BTreeMap, BTreeSet};

use super::{Class, Code, FileId, Files, Severity, Span};

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
    pub notes: Vec<String>,
    /// What to do about it.
    pub help: Vec<String>,
    /// What a machine could do about it.
    pub fix: Option<Fix>,
}

/// A change of text that mends what a diagnostic is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fix {
    /// What the change does, as an order: "replace `A` by `B`".
    pub says: String,
    /// None of them overlaps another.
    pub edits: Vec<Edit>,
    pub applicability: Applicability,
}

/// A piece of a definition file and what stands there instead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edit {
    pub span: Span,
    pub text: String,
}

/// Whether a fix is applied without a person looking at it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Applicability {
    /// It changes no number and means what the author meant: `--fix` applies it.
    Safe,
    /// It is a guess at what was meant, for an editor to offer.
    Suggested,
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
    // Nobody types a longer name by mistake, and comparing costs the square of the length.
    const LONGEST: usize = 100;
    if name.len() > LONGEST {
        return None;
    }
    let name = name.to_lowercase();
    candidates
        .into_iter()
        .filter(|candidate| candidate.len() <= LONGEST)
        .map(|candidate| (likeness(&name, &candidate.to_lowercase()), candidate))
        .filter(|(likeness, _)| *likeness > 0.8)
        .max_by(|a, b| a.0.total_cmp(&b.0).then_with(|| b.1.cmp(a.1)))
        .map(|(_, candidate)| candidate)
}

/// From 0 to 1. In a short name one slip changes much of it, so one slip is always like.
fn likeness(a: &str, b: &str) -> f64 {
    let likeness = strsim::jaro_winkler(a, b);
    let slip = a.len().min(b.len()) > 2 && strsim::osa_distance(a, b) == 1;
    if slip { likeness.max(0.9) } else { likeness }
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
type Said = (&'static str, String, Vec<Label>, Vec<(String, usize)>);

/// The sink: collects diagnostics, applies levels, keeps them in a stable order.
#[derive(Debug, Default)]
pub struct Diagnostics {
    levels: Levels,
    list: Vec<Diagnostic>,
    said: BTreeSet<Said>,
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

#[cfg(test)]
mod tests {
    use super::super::codes;
    use super::*;

    #[test]
    fn one_slip_in_a_short_name_is_like_it() {
        assert_eq!(closest("cvs", ["csv", "json"]), Some("csv"));
        assert_eq!(closest("HIGH", ["low", "high"]), Some("high"));
        assert_eq!(closest("ab", ["cb", "xyz"]), None);
        assert_eq!(closest("colour", ["window", "files"]), None);
    }

    #[test]
    fn the_same_is_said_once() {
        let mut diagnostics = Diagnostics::default();
        for message in ["a", "b", "a"] {
            diagnostics.push(Diagnostic::new(&codes::UNKNOWN_KEY, message));
        }
        assert_eq!(diagnostics.count(Severity::Error), 2);
    }
}
