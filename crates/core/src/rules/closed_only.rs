//! `closed-only-duration`: the cases that take longest are those that are still open, and a
//! duration over closed ones does not have them.

use std::collections::BTreeSet;

use super::Project;
use crate::diagnostic::{Diagnostic, FileId, Span, codes};
use crate::project::catalog::Metric;
use crate::project::definition::measure::MeasureTable;
use crate::project::definition::metric::Unit;
use crate::project::definition::read::Sql;
use crate::sql::facts::{BoundMetric, BoundProject, ColumnRef, Condition, Test};

/// States in which work is over.
const OVER: &[&str] = &["closed", "resolved", "done", "completed", "complete", "finished"];

pub fn check(project: &Project<'_>, bound: &BoundProject, found: &mut Vec<Diagnostic>) {
    for (id, facts) in &bound.metrics {
        let Some(metric) = project.catalog.metrics.get(id) else {
            continue;
        };
        let Some((of, open)) = duration(metric) else {
            continue;
        };
        let mut ends = ends(bound, facts, of);
        if open {
            // What a duration begins with has to be there.
            for elapsed in &facts.population.elapsed {
                ends = &ends - &bound.roots(&elapsed.start);
            }
        }
        let Some((file, condition)) = conditions(project, bound, metric, facts)
            .find(|(_, condition)| leaves_out_open(bound, condition, &ends))
        else {
            continue;
        };
        let place = condition.place.map(|(start, end)| Span::new(file, start..end));
        let mut diagnostic = Diagnostic::new(
            &codes::CLOSED_ONLY_DURATION,
            format!("metric `{id}` measures only what is over"),
        );
        if file == metric.file {
            diagnostic = diagnostic.at(place.unwrap_or(of.span), "leaves out what is still open");
        } else {
            diagnostic = diagnostic.at(of.span, "a duration of what is over");
            if let Some(place) = place {
                diagnostic = diagnostic.at(place, "leaves out what is still open");
            }
        }
        found.push(diagnostic.help(if open {
            "take the condition out: `open` says which rows are not over, and here none is"
        } else {
            "keep open rows with the time they have waited so far, say which they are with \
             `open`, and measure with kind \"survival\""
        }));
    }
}

/// The expression of a duration, and whether the measure says which rows are open.
fn duration(metric: &Metric) -> Option<(&Sql, bool)> {
    let (of, open) = match &metric.definition.measure {
        MeasureTable::Mean(average) | MeasureTable::Median(average) => {
            (&average.of, average.open.is_some())
        }
        MeasureTable::Quantile(quantile) => (&quantile.of, quantile.open.is_some()),
        MeasureTable::Survival(survival) => (&survival.of, true),
        _ => return None,
    };
    matches!(metric.definition.unit.value, Unit::Seconds | Unit::Days).then_some((of, open))
}

/// The columns of files that end the duration.
fn ends(bound: &BoundProject, facts: &BoundMetric, of: &Sql) -> BTreeSet<ColumnRef> {
    let own = facts.expressions.iter().find(|expression| expression.sql == of.as_str().trim());
    let measured = own.map(|expression| bound.roots(&expression.origin)).unwrap_or_default();
    bound
        .elapsed(&facts.population)
        .flat_map(|elapsed| bound.roots(&elapsed.end))
        .filter(|column| measured.contains(column))
        .collect()
}

/// The conditions of the population and of the derived sources below it, with their files.
fn conditions<'a>(
    project: &Project<'a>,
    bound: &'a BoundProject,
    metric: &Metric,
    facts: &'a BoundMetric,
) -> impl Iterator<Item = (FileId, &'a Condition)> {
    let catalog = project.catalog;
    let own = metric.file;
    let below = bound.below(&facts.population.reads).into_iter().filter_map(move |id| {
        let file = catalog.sources.get(id)?.file;
        Some(bound.sources.get(id)?.query.conditions.iter().map(move |c| (file, c)))
    });
    facts.population.conditions.iter().map(move |c| (own, c)).chain(below.flatten())
}

fn leaves_out_open(
    bound: &BoundProject,
    condition: &Condition,
    ends: &BTreeSet<ColumnRef>,
) -> bool {
    let roots = bound.roots(&condition.origin);
    match &condition.test {
        Test::NotNull => !roots.is_empty() && roots.is_subset(ends),
        Test::OneOf(texts) => {
            texts.iter().all(|text| OVER.contains(&text.to_lowercase().as_str()))
                && roots.iter().all(|root| {
                    let name = root.column.to_lowercase();
                    name.contains("status") || name.contains("state")
                })
                && !roots.is_empty()
        }
    }
}
