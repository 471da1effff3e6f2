//! `current-severity`: a severity that can be lowered before a breach is no measure of what was
//! promised; the highest that was ever held is.

use std::collections::BTreeSet;

use super::Project;
use crate::diagnostic::{Diagnostic, codes};
use crate::project::catalog::Metric;
use crate::sql::facts::{BoundMetric, BoundProject, ColumnRef, Origin};

pub fn check(project: &Project<'_>, bound: &BoundProject, found: &mut Vec<Diagnostic>) {
    for (id, facts) in &bound.metrics {
        let Some(metric) = project.catalog.metrics.get(id) else {
            continue;
        };
        let Some(population) = &metric.definition.population else {
            continue;
        };
        let used = used(bound, metric, facts);
        for column in &used {
            let has = |name: &str| {
                let source = bound.sources.get(&column.source);
                source.is_some_and(|source| source.query.column(name).is_some())
            };
            let highest = [format!("{}_max", column.column), format!("max_{}", column.column)]
                .into_iter()
                .find(|name| has(name));
            let Some(highest) = highest else {
                continue;
            };
            let beside = ColumnRef { source: column.source.clone(), column: highest.clone() };
            if used.contains(&beside) {
                continue;
            }
            let query = project.catalog.sql.query(population.sql.as_str());
            let place = query.and_then(|query| query.place_of_name(&column.column));
            found.push(
                Diagnostic::new(
                    &codes::CURRENT_SEVERITY,
                    format!(
                        "metric `{id}` uses the current `{}`, of which `{highest}` is the highest",
                        column.column
                    ),
                )
                .at(population.sql.place(place, project.files), "can be lowered before it counts")
                .help(format!(
                    "use `{highest}` of source `{}`, or read both where the difference is the \
                     point",
                    column.source
                )),
            );
        }
    }
}

/// The columns of files on which the numbers depend: values that are counted by, measured or
/// filtered; not what a `select *` hands through.
fn used(bound: &BoundProject, metric: &Metric, facts: &BoundMetric) -> BTreeSet<ColumnRef> {
    let mut origin = Origin::default();
    let named = metric.segments().into_iter();
    for name in named {
        if let Some(column) = facts.population.column(name) {
            origin.merge(&column.origin);
        }
    }
    for expression in &facts.expressions {
        origin.merge(&expression.origin);
    }
    for condition in &facts.population.conditions {
        origin.merge(&condition.origin);
    }
    bound.roots(&origin)
}
