//! Rules about good definitions, one per file; each takes the catalog and reports.

mod ceiling;
mod gameability;
mod owner;

use crate::catalog::Catalog;
use crate::diagnostic::Diagnostic;

/// A rule: a pure function over the catalog.
type Rule = fn(&Catalog, &mut Vec<Diagnostic>);

/// All rules, in the order in which they run.
const RULES: &[Rule] = &[owner::check, ceiling::check, gameability::check];

/// Runs every rule.
pub fn check(catalog: &Catalog) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for rule in RULES {
        rule(catalog, &mut found);
    }
    found
}
