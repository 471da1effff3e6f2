//! Rules about good definitions, one per file; each takes the catalog and reports.

mod ceiling;
mod clock;
mod gameability;
mod owner;

use crate::catalog::Catalog;
use crate::diagnostic::{Diagnostic, Files};

/// A rule: a pure function over the catalog. The files are for places inside SQL.
type Rule = fn(&Catalog, &Files, &mut Vec<Diagnostic>);

/// All rules, in the order in which they run.
const RULES: &[Rule] = &[owner::check, ceiling::check, gameability::check, clock::check];

/// Runs every rule.
pub fn check(catalog: &Catalog, files: &Files) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for rule in RULES {
        rule(catalog, files, &mut found);
    }
    found
}
