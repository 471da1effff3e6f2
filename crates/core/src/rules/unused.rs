//! `unused-source`, `unused-column` and `unused-population-column`: what nothing reads is kept
//! right by nobody, and somebody will trust it one day.

use std::collections::{BTreeMap, BTreeSet};

use super::{Project, hidden_mix};
use crate::diagnostic::{Diagnostic, codes};
use crate::plan::Scan;
use crate::project::catalog::{Catalog, Metric};
use crate::project::definition::measure::MeasureTable;
use crate::project::definition::project::AsOf;
use crate::sql::facts::{BoundMetric, BoundProject, ColumnRef};

pub fn check(project: &Project<'_>, bound: &BoundProject, found: &mut Vec<Diagnostic>) {
    let used = used(project.catalog, bound);
    for (id, facts) in &bound.metrics {
        if let Some(metric) = project.catalog.metrics.get(id) {
            population_columns(project, bound, metric, facts, &used, found);
        }
    }
    if complete(project.catalog, bound) {
        sources(project.catalog, bound, found);
    }
}

/// Whether everything was bound: what could not be may read anything.
fn complete(catalog: &Catalog, bound: &BoundProject) -> bool {
    let over_rows = |metric: &&Metric| metric.definition.population.is_some();
    catalog.unread.is_empty()
        && catalog.sources.keys().all(|id| bound.sources.contains_key(id))
        && catalog
            .metrics
            .values()
            .filter(over_rows)
            .all(|metric| bound.metrics.contains_key(&metric.id))
}

fn sources(catalog: &Catalog, bound: &BoundProject, found: &mut Vec<Diagnostic>) {
    let reads = reads(bound);
    let newest = match &catalog.settings.as_of {
        AsOf::Newest { source, column } => Some((source.as_str(), column.as_str())),
        AsOf::Fixed(_) => None,
    };
    let named: BTreeSet<&str> = catalog
        .sources
        .values()
        .flat_map(|source| &source.reads)
        .chain(catalog.metrics.values().flat_map(|metric| &metric.reads))
        .map(String::as_str)
        .chain(reads.iter().map(|column| column.source.as_str()))
        .chain(newest.map(|(source, _)| source))
        .collect();
    for source in catalog.sources.values() {
        let definition = &source.definition;
        if !named.contains(source.id.as_str()) {
            found.push(
                Diagnostic::new(
                    &codes::UNUSED_SOURCE,
                    format!("nothing reads source `{}`", source.id),
                )
                .at(definition.format.span, "read by no metric and no other source")
                .help("remove it, or measure something over it"),
            );
            continue;
        }
        let known_at = definition.known_at.as_deref();
        let fresh = definition.freshness.as_ref().map(|freshness| freshness.column.as_str());
        for (name, column) in definition.columns.iter() {
            let own = ColumnRef { source: source.id.clone(), column: name.to_string() };
            let needed = column.key
                || known_at == Some(name.as_str())
                || fresh == Some(name.as_str())
                || newest == Some((source.id.as_str(), name.as_str()));
            if !needed && !reads.contains(&own) {
                found.push(
                    Diagnostic::new(
                        &codes::UNUSED_COLUMN,
                        format!("nothing reads column `{}` of source `{}`", own.column, source.id),
                    )
                    .at(name.span, "declared, loaded and checked in vain")
                    .help("remove it from the declaration, or use it"),
                );
            }
        }
    }
}

/// Every column that anything reads.
fn reads(bound: &BoundProject) -> BTreeSet<ColumnRef> {
    let of_metrics = bound.metrics.values().flat_map(|metric| &metric.population.reads);
    let of_sources = bound.sources.values().flat_map(|source| {
        let expected = source.expectations.iter().flat_map(|query| &query.reads);
        source.query.reads.iter().chain(expected)
    });
    of_metrics.chain(of_sources).cloned().collect()
}

/// What makes two populations the same: metrics over it share one scan.
type Population = (String, String, Option<String>);

/// The columns of each population that any metric over it uses. One that a metric selects only
/// so that it shares the scan of another is not in vain.
fn used<'a>(
    catalog: &'a Catalog,
    bound: &'a BoundProject,
) -> BTreeMap<Population, BTreeSet<&'a str>> {
    let mut used: BTreeMap<Population, BTreeSet<&str>> = BTreeMap::new();
    for (id, facts) in &bound.metrics {
        let Some(metric) = catalog.metrics.get(id) else {
            continue;
        };
        let Some(population) = &metric.definition.population else {
            continue;
        };
        let used = used.entry(Scan::key(population)).or_default();
        used.extend(population.segments.iter().map(|name| name.as_str()));
        used.insert(population.subject.as_str());
        used.extend(population.at.as_deref());
        used.extend(facts.expressions.iter().flat_map(|one| one.uses.iter().map(String::as_str)));
        if let MeasureTable::Distribution(distribution) = &metric.definition.measure {
            used.insert(distribution.of.as_str());
        }
    }
    used
}

fn population_columns(
    project: &Project<'_>,
    bound: &BoundProject,
    metric: &Metric,
    facts: &BoundMetric,
    used: &BTreeMap<Population, BTreeSet<&str>>,
    found: &mut Vec<Diagnostic>,
) {
    let Some(population) = &metric.definition.population else {
        return;
    };
    let Some(used) = used.get(&Scan::key(population)) else {
        return;
    };
    // Whoever is told to break down by a column is not told to leave it out.
    let hidden = hidden_mix::hidden(project, bound, metric, facts);
    let unused = |name: &str| !used.contains(name) && !hidden.contains(&name);
    let columns = facts.population.columns.iter();
    let unused: Vec<_> = columns.filter(|column| unused(&column.name)).collect();
    if unused.is_empty() {
        return;
    }
    let query = project.catalog.sql.query(population.sql.as_str());
    for column in unused {
        // A column that the query does not name comes from a `*`, which is no promise to use it.
        let name = column.name.to_ascii_lowercase();
        let Some(place) = query.and_then(|query| query.place_of_name(&name)) else {
            continue;
        };
        found.push(
            Diagnostic::new(
                &codes::UNUSED_POPULATION_COLUMN,
                format!("nothing uses column `{}` of the population", column.name),
            )
            .at(population.sql.place(Some(place), project.files), "neither a segment nor measured")
            .help("leave it out of the select list"),
        );
    }
}
