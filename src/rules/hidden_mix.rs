//! `hidden-mix`: where the mix of severities or clients moves, a total can move against each of
//! its parts (Simpson's paradox), and nobody sees it without the parts.

use std::collections::BTreeSet;

use super::Project;
use crate::bind::{Bound, BoundMetric};
use crate::catalog::Metric;
use crate::definition::measure::Kind;
use crate::diagnostic::{Diagnostic, codes};

/// Kinds whose total depends on the mix of the rows.
const MIXED: &[Kind] =
    &[Kind::Mean, Kind::Median, Kind::Quantile, Kind::Ratio, Kind::Share, Kind::Survival];

pub fn check(project: &Project<'_>, bound: &Bound, found: &mut Vec<Diagnostic>) {
    for (id, facts) in &bound.metrics {
        let Some(metric) = project.catalog.metrics.get(id) else {
            continue;
        };
        let hidden = hidden(project, bound, metric, facts);
        let (Some(first), Some(population)) = (hidden.first(), &metric.definition.population)
        else {
            continue;
        };
        let breakdown = metric.definition.breakdown.as_ref();
        let names: Vec<String> = hidden.iter().map(|name| format!("`{name}`")).collect();
        let segment = population.segments.iter().any(|segment| segment.as_str() == *first);
        let select = match facts.population.column(first) {
            Some(_) => "",
            None => "select the column, ",
        };
        let help = if segment {
            format!("add [\"{first}\"] to `by`")
        } else {
            format!("{select}name `{first}` in `segments`, and break down by it")
        };
        found.push(
            Diagnostic::new(
                &codes::HIDDEN_MIX,
                format!(
                    "metric `{id}` is a {} over rows with {}, and does not break down by {}",
                    metric.definition.measure.kind().name(),
                    names.join(" and "),
                    if hidden.len() == 1 { "it" } else { "any of them" }
                ),
            )
            .at(
                breakdown.map_or(population.span, |table| table.span),
                "a change of mix looks like a change of work",
            )
            .help(help),
        );
    }
}

/// The strata that a metric's rows have and that it hides.
pub fn hidden<'a>(
    project: &Project<'a>,
    bound: &Bound,
    metric: &Metric,
    facts: &BoundMetric,
) -> Vec<&'a str> {
    let strata = &project.catalog.settings.strata;
    let definition = &metric.definition;
    let broken_down = metric.segments().iter().any(|name| strata.iter().any(|s| s == name));
    if !MIXED.contains(&definition.measure.kind()) || broken_down {
        return Vec::new();
    }
    let columns = facts.population.columns.iter().map(|column| column.name.as_str());
    // Leaving the column out of the population must not be the way to have a target judged on
    // nothing but a total.
    let of_sources = facts.population.reads.iter().filter_map(|read| {
        let source = bound.sources.get(&read.source)?;
        Some(source.query.columns.iter().map(|column| column.name.as_str()))
    });
    let of_sources = of_sources
        .flatten()
        .filter(|_| definition.target.is_some() && metric.segments().is_empty());
    let there: BTreeSet<&str> = columns.chain(of_sources).collect();
    strata.iter().map(String::as_str).filter(|name| there.contains(name)).collect()
}
