//! `nondeterministic-function`: a number that depends on the clock, on chance or on who asks is
//! not the same tomorrow, and no review can tell what changed it.

use super::Project;
use crate::catalog::nondeterministic;
use crate::definition::read::Sql;
use crate::diagnostic::{Diagnostic, Files, codes};

pub fn check(project: &Project<'_>, found: &mut Vec<Diagnostic>) {
    let Project { catalog, files, .. } = *project;
    for source in catalog.sources.values() {
        let definition = &source.definition;
        let selects = definition.columns.iter().filter_map(|(_, column)| column.select.as_ref());
        let expects = definition.expect.iter().map(|expect| &expect.sql);
        for sql in definition.sql.iter().chain(selects).chain(expects) {
            one(sql, files, found);
        }
    }
    for metric in catalog.metrics.values() {
        let population = metric.definition.population.iter().map(|population| &population.sql);
        for sql in population.chain(metric.definition.measure.expressions()) {
            one(sql, files, found);
        }
    }
}

fn one(sql: &Sql, files: &Files, found: &mut Vec<Diagnostic>) {
    for (name, range, clock) in nondeterministic(sql.as_str()) {
        let help = if clock {
            "use `as_of()`, the one clock of a definition"
        } else {
            "derive the value from the data"
        };
        found.push(
            Diagnostic::new(
                &codes::NONDETERMINISTIC_FUNCTION,
                format!("`{name}` gives another answer on every run"),
            )
            .at(sql.locate(files, range.start, range.len()), "not the same for the same data")
            .help(help),
        );
    }
}
