//! `duplicate-population`: metrics over the same rows share one scan only where their populations
//! are the same text under the same keys; apart, they are read twice and one of them is forgotten
//! when the other is mended.

use std::collections::{BTreeMap, BTreeSet};

use super::Project;
use crate::diagnostic::{Applicability, Diagnostic, Files, codes};
use crate::plan::Scan;
use crate::project::catalog::Metric;
use crate::project::definition::metric::PopulationTable;

/// A shorter query is little more than the name of a source; there is nothing to share in it.
const WORTH_SHARING: usize = 40;

pub fn check(project: &Project<'_>, found: &mut Vec<Diagnostic>) {
    let mut keys = BTreeSet::new();
    let mut known: BTreeMap<&str, (&Metric, &PopulationTable)> = BTreeMap::new();
    for metric in project.catalog.metrics.values() {
        let Some(population) = &metric.definition.population else {
            continue;
        };
        // Those share a scan already.
        if !keys.insert(Scan::key(population)) {
            continue;
        }
        let Some(query) = project.catalog.sql.query(population.sql.as_str()) else {
            continue;
        };
        let (first, original) = *known.entry(query.normal.as_str()).or_insert((metric, population));
        if std::ptr::eq(population, original) {
            continue;
        }
        let other_keys = other_keys(population, original);
        if other_keys.is_empty() {
            found.push(other_layout(metric, population, first, original, project.files));
        } else if query.normal.words().count() >= WORTH_SHARING {
            found.push(
                Diagnostic::new(
                    &codes::DUPLICATE_POPULATION,
                    format!(
                        "the population of `{}` is that of `{}` with another {}",
                        metric.id,
                        first.id,
                        other_keys.join(" and another ")
                    ),
                )
                .at(population.sql.span, "the same SQL")
                .at(original.sql.span, format!("as that of `{}`", first.id))
                .help("make it a derived source that both populations read"),
            );
        }
    }
}

/// The keys by which two populations are told apart, besides their SQL.
fn other_keys(a: &PopulationTable, b: &PopulationTable) -> Vec<&'static str> {
    let mut keys = Vec::new();
    if a.subject.as_str() != b.subject.as_str() {
        keys.push("`subject`");
    }
    if a.at.as_deref() != b.at.as_deref() {
        keys.push("`at`");
    }
    keys
}

fn other_layout(
    metric: &Metric,
    population: &PopulationTable,
    first: &Metric,
    original: &PopulationTable,
    files: &Files,
) -> Diagnostic {
    let diagnostic = Diagnostic::new(
        &codes::DUPLICATE_POPULATION,
        format!(
            "the population of `{}` is that of `{}` in another layout, and is read apart",
            metric.id, first.id
        ),
    )
    .at(population.sql.span, "the same but for layout")
    .at(original.sql.span, format!("as that of `{}`", first.id))
    .help("write both alike, so that they share one scan, or make it a derived source");
    let written = |population: &PopulationTable| {
        files.text(population.sql.span.file).get(population.sql.span.range())
    };
    let (Some(here), Some(there)) = (written(population), written(original)) else {
        return diagnostic;
    };
    let commented = ["--", "/*"].iter().any(|sign| here.contains(sign) || there.contains(sign));
    diagnostic.replace(
        population.sql.span,
        there,
        format!("write it as `{}` does", first.id),
        if commented { Applicability::Suggested } else { Applicability::Safe },
    )
}
