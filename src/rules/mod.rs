//! Rules about good definitions, one per file; each looks at the project and reports.

mod average_of_averages;
mod ceiling;
mod clock;
mod closed_only;
mod cohort;
mod current_severity;
mod gameability;
mod hidden_mix;
mod owner;
mod unused;

use jiff::civil::Date;

use crate::bind::Bound;
use crate::catalog::Catalog;
use crate::diagnostic::{Diagnostic, Files};

/// What the rules look at.
#[derive(Debug, Clone, Copy)]
pub struct Project<'a> {
    pub catalog: &'a Catalog,
    /// For places inside SQL.
    pub files: &'a Files,
    /// The day for which reviews and waivers are judged.
    pub today: Date,
}

/// A rule over definitions: a pure function that needs no engine.
type Rule = fn(&Project<'_>, &mut Vec<Diagnostic>);

/// The rules over definitions, in the order in which they run.
const RULES: &[Rule] = &[owner::check, ceiling::check, gameability::check, clock::check];

/// Runs every rule over definitions.
pub fn check(project: &Project<'_>) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for rule in RULES {
        rule(project, &mut found);
    }
    found
}

/// A rule over bound SQL.
type BoundRule = fn(&Project<'_>, &Bound, &mut Vec<Diagnostic>);

/// The rules over bound SQL, in the order in which they run.
const BOUND_RULES: &[BoundRule] = &[
    closed_only::check,
    cohort::check,
    average_of_averages::check,
    hidden_mix::check,
    current_severity::check,
    unused::check,
];

/// Runs every rule over bound SQL.
pub fn check_bound(project: &Project<'_>, bound: &Bound) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for rule in BOUND_RULES {
        rule(project, bound, &mut found);
    }
    found
}
