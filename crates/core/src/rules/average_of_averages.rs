//! `average-of-averages`: a group of three counts as much as a group of three thousand.

use super::Project;
use crate::diagnostic::{Diagnostic, codes};
use crate::project::definition::measure::MeasureTable;
use crate::sql::facts::BoundProject;

pub fn check(project: &Project<'_>, bound: &BoundProject, found: &mut Vec<Diagnostic>) {
    for (id, facts) in &bound.metrics {
        let Some(metric) = project.catalog.metrics.get(id) else {
            continue;
        };
        let of = match &metric.definition.measure {
            MeasureTable::Mean(average) | MeasureTable::Median(average) => vec![&average.of],
            MeasureTable::Quantile(quantile) => vec![&quantile.of],
            MeasureTable::Sum(sum) => vec![&sum.of],
            MeasureTable::Ratio(ratio) => vec![&ratio.numerator, &ratio.denominator],
            _ => continue,
        };
        for sql in of {
            let known = facts.expressions.iter().find(|one| one.sql == sql.as_str().trim());
            if known.is_some_and(|expression| bound.averaged(&expression.origin)) {
                found.push(
                    Diagnostic::new(
                        &codes::AVERAGE_OF_AVERAGES,
                        format!("metric `{id}` adds up values that are averages themselves"),
                    )
                    .at(sql.span, "an average of a group, whatever the group's size")
                    .help(
                        "let the population have a row per case and the measure average the \
                         cases; `segments` give the groups",
                    ),
                );
            }
        }
    }
}
