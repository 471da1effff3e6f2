//! `hidden-mix`: where the mix of severities or clients moves, a total can move against each of
//! its parts (Simpson's paradox), and nobody sees it without the parts.

use std::collections::BTreeSet;

use super::Project;
use crate::bind::Bound;
use crate::definition::measure::Kind;
use crate::diagnostic::{Diagnostic, codes};

/// Kinds whose total depends on the mix of the rows.
const MIXED: &[Kind] =
    &[Kind::Mean, Kind::Median, Kind::Quantile, Kind::Ratio, Kind::Share, Kind::Survival];

pub fn check(project: &Project<'_>, bound: &Bound, found: &mut Vec<Diagnostic>) {
    let strata = &project.catalog.settings.strata;
    for (id, facts) in &bound.metrics {
        let Some(metric) = project.catalog.metrics.get(id) else {
            continue;
        };
        let (definition, kind) = (&metric.definition, metric.definition.measure.kind());
        let broken_down = metric.segments().iter().any(|name| strata.iter().any(|s| s == name));
        if !MIXED.contains(&kind) || broken_down {
            continue;
        }
        let columns = facts.population.columns.iter().map(|column| column.name.as_str());
        // Leaving the column out of the population must not be the way to have a target judged
        // on nothing but a total.
        let of_sources = facts.population.reads.iter().filter_map(|read| {
            let source = bound.sources.get(&read.source)?;
            Some(source.query.columns.iter().map(|column| column.name.as_str()))
        });
        let of_sources = of_sources
            .flatten()
            .filter(|_| definition.target.is_some() && metric.segments().is_empty());
        let there: BTreeSet<&str> = columns.chain(of_sources).collect();
        let hidden: Vec<String> = strata
            .iter()
            .filter(|name| there.contains(name.as_str()))
            .map(|name| format!("`{name}`"))
            .collect();
        let Some(population) = definition.population.as_ref().filter(|_| !hidden.is_empty()) else {
            continue;
        };
        let span = definition.breakdown.as_ref().map_or(population.span, |table| table.span);
        found.push(
            Diagnostic::new(
                &codes::HIDDEN_MIX,
                format!(
                    "metric `{id}` is a {} over rows with {}, and breaks down by none of them",
                    kind.name(),
                    hidden.join(" and ")
                ),
            )
            .at(span, "a change of mix looks like a change of work")
            .help("name one of them in `segments` and in `[breakdown]`, or select it first"),
        );
    }
}
