//! `cohort-by-closing`: a period that is decided by when work ended is emptied by not ending it.

use super::Project;
use crate::diagnostic::{Diagnostic, codes};
use crate::sql::facts::{BoundProject, ColumnRef};

/// What the names of instants begin with at which something was over. The end of a duration
/// would not do: that of a detection delay is where an incident begins.
const ENDINGS: &[&str] = &["closed_", "resolved_", "completed_", "finished_", "ended_"];

fn ends(column: &ColumnRef) -> bool {
    ENDINGS.iter().any(|ending| column.column.to_lowercase().starts_with(ending))
}

pub fn check(project: &Project<'_>, bound: &BoundProject, found: &mut Vec<Diagnostic>) {
    for (id, facts) in &bound.metrics {
        let Some(metric) = project.catalog.metrics.get(id) else {
            continue;
        };
        let Some(at) = metric.definition.population.as_ref().and_then(|p| p.at.as_ref()) else {
            continue;
        };
        let Some(column) = facts.population.column(at) else {
            continue;
        };
        let decides = bound.roots(&column.origin);
        let by_ending = !decides.is_empty() && decides.iter().all(ends);
        if by_ending {
            found.push(
                Diagnostic::new(
                    &codes::COHORT_BY_CLOSING,
                    format!("the period of `{id}` is decided by when something ended"),
                )
                .at(at.span, "what is never closed is never counted")
                .help(
                    "use the instant at which it began, so that late answers are counted against \
                     the period to which they belong",
                ),
            );
        }
    }
}
