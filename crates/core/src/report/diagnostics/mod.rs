//! What is wrong, for editors and CI: a file per format. Text for people is drawn by
//! [`crate::diagnostic::render`].

mod codequality;
mod github;
mod json;
mod junit;
mod place;
mod sarif;

pub use codequality::codequality;
pub use github::github;
pub(in crate::report) use json::Object;
pub use json::json;
pub use junit::{junit, suite};
pub use sarif::sarif;

pub(in crate::report) use place::Place;

use crate::diagnostic::{Diagnostic, Diagnostics, Files, Severity};

/// What was found, and how its files are named.
#[derive(Debug, Clone, Copy)]
pub struct Findings<'a> {
    pub diagnostics: &'a Diagnostics,
    pub files: &'a Files,
    /// What stands before the path of every file, such as `metrics-repo/`: the way from where
    /// the reader's paths begin to the project. Empty where they begin at the project.
    pub prefix: &'a str,
}

impl<'a> Findings<'a> {
    pub(in crate::report) fn list(&self) -> Vec<&'a Diagnostic> {
        self.diagnostics.sorted(self.files)
    }

    /// All places of a diagnostic with what is said there, the primary one first: the definition
    /// is what a person changes, so a line of data comes first only where there is no other.
    pub(in crate::report) fn places(&self, diagnostic: &'a Diagnostic) -> Vec<(Place, &'a str)> {
        let labels = diagnostic
            .labels
            .iter()
            .map(|label| (Place::of(self, label.span), label.text.as_str()));
        let excerpts = diagnostic
            .excerpts
            .iter()
            .map(|excerpt| (Place::in_data(self, excerpt), excerpt.label.as_str()));
        labels.chain(excerpts).collect()
    }
}

/// The word for a severity in all machine formats.
fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warn => "warning",
        Severity::Note | Severity::Allow => "note",
    }
}

/// The message and all that belongs to it, a line each.
fn told(diagnostic: &Diagnostic) -> String {
    let mut lines = vec![diagnostic.message.clone()];
    let label = diagnostic.labels.first().map(|label| &label.text);
    let label = label.or(diagnostic.excerpts.first().map(|excerpt| &excerpt.label));
    lines.extend(label.filter(|text| !text.is_empty()).cloned());
    lines.extend(diagnostic.notes.iter().map(|note| format!("note: {note}")));
    lines.extend(diagnostic.help.iter().map(|help| format!("help: {help}")));
    lines.extend(diagnostic.fix.iter().map(|fix| format!("help: {}", fix.says)));
    lines.join("\n")
}
