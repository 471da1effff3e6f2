//! `hidden-mix`: where the mix of severities or clients moves, a total can move against each of
//! its parts (Simpson's paradox), and nobody sees it without the parts.

use std::collections::BTreeSet;

use super::Project;
use crate::diagnostic::{Diagnostic, codes};
use crate::project::catalog::Metric;
use crate::project::definition::measure::Kind;
use crate::sql::facts::{BoundMetric, BoundProject, Column};

/// Kinds whose total depends on the mix of the rows.
const MIXED: &[Kind] =
    &[Kind::Mean, Kind::Median, Kind::Quantile, Kind::Ratio, Kind::Share, Kind::Survival];

pub fn check(project: &Project<'_>, bound: &BoundProject, found: &mut Vec<Diagnostic>) {
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
    bound: &'a BoundProject,
    metric: &Metric,
    facts: &'a BoundMetric,
) -> Vec<&'a str> {
    let strata = &project.catalog.settings.strata;
    let definition = &metric.definition;
    if !MIXED.contains(&definition.measure.kind()) {
        return Vec::new();
    }
    let is_stratum = |column: &Column| {
        strata.contains(&column.name)
            || is_renamed(bound, strata, column)
            || is_scale(strata, column)
    };
    let columns = &facts.population.columns;
    let segments = metric.segments();
    let broken_down = segments.iter().any(|name| {
        strata.iter().any(|stratum| stratum == name)
            || facts.population.column(name).is_some_and(is_stratum)
    });
    if broken_down {
        return Vec::new();
    }
    // Leaving the column out of the population must not be the way to have a target checked on
    // nothing but a total.
    let of_sources = facts.population.reads.iter().filter_map(|read| {
        let source = bound.sources.get(&read.source)?;
        Some(&source.query.columns)
    });
    let of_sources =
        of_sources.flatten().filter(|_| definition.target.is_some() && segments.is_empty());
    let there = columns.iter().chain(of_sources).filter(|column| is_stratum(column));
    let there: BTreeSet<&str> = there.map(|column| column.name.as_str()).collect();
    let rank = |name: &&str| strata.iter().position(|stratum| stratum == name);
    let mut there: Vec<&str> = there.into_iter().collect();
    there.sort_by_key(|name| rank(name).unwrap_or(usize::MAX));
    there
}

/// Whether a column is a stratum under another name.
fn is_renamed(bound: &BoundProject, strata: &[String], column: &Column) -> bool {
    let roots = bound.roots(&column.origin);
    let mut roots = roots.iter();
    match (roots.next(), roots.next()) {
        (Some(only), None) => column.type_name == "VARCHAR" && strata.contains(&only.column),
        _ => false,
    }
}

/// Whether a column is a severity by the values that are declared for it, whatever it is called.
fn is_scale(strata: &[String], column: &Column) -> bool {
    let Some(values) = column.values.as_ref().filter(|_| strata.iter().any(|s| s == "severity"))
    else {
        return false;
    };
    let has = |word: &str| values.iter().any(|value| value.eq_ignore_ascii_case(word));
    let known = |value: &String| SCALE.iter().any(|word| value.eq_ignore_ascii_case(word));
    has("low") && has("high") && values.iter().all(known)
}

/// What severities are called.
const SCALE: &[&str] =
    &["informational", "info", "low", "medium", "moderate", "high", "critical", "severe"];
