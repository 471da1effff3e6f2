//! Which segments are sensitive.
//!
//! A segment is sensitive if its population lists it, or if its value comes from a sensitive
//! column of a source, through any number of derived sources, renames and expressions. The
//! lineage of the bound SQL says so, so a definition cannot forget it. All is bound anew: what
//! `check` remembers lies in the project's folder, where a stranger's branch could have put it.

use std::collections::{BTreeMap, BTreeSet};

use crate::bind::{Bound, ColumnRef, Memory, Origin, bind_some};
use crate::catalog::{Catalog, Metric};
use crate::diagnostic::Files;
use crate::engine::{Parser, Protection, Purpose};
use crate::error::Error;
use crate::result::MetricResults;

/// The sensitive segments of every one of the metrics that is broken down by any; their parts are
/// among them.
///
/// # Errors
/// Only an engine failure.
pub fn sensitive(
    catalog: &Catalog,
    files: &Files,
    protection: &Protection,
    metrics: &BTreeMap<String, MetricResults>,
) -> Result<BTreeMap<String, BTreeSet<String>>, Error> {
    let sources = &catalog.sources;
    let computed = || metrics.keys().filter_map(|id| catalog.metrics.get(id));
    // Nothing is bound for projects that declare nothing.
    if !computed().any(|metric| metric.is_guarded(sources)) {
        return Ok(BTreeMap::new());
    }
    let bound = if sources.values().any(|source| source.guarded) {
        let wanted =
            |metric: &Metric| metrics.contains_key(&metric.id) && metric.is_guarded(sources);
        let parser = Parser::new(protection.clone(), Purpose::Binding);
        bind_some(catalog, files, &wanted, &mut Memory::default(), &parser)?.0
    } else {
        Bound::default()
    };
    let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for metric in computed().filter(|metric| metric.is_guarded(sources)) {
        found.insert(metric.id.clone(), of_rows(catalog, &bound, metric));
    }
    inherit(computed, &mut found);
    found.retain(|_, segments| !segments.is_empty());
    Ok(found)
}

fn of_rows(catalog: &Catalog, bound: &Bound, metric: &Metric) -> BTreeSet<String> {
    let segments = metric.segments().into_iter();
    let sensitive = segments.filter(|name| is_sensitive(catalog, bound, metric, name));
    sensitive.map(str::to_owned).collect()
}

/// Whether a segment of a metric over rows is sensitive.
pub fn is_sensitive(catalog: &Catalog, bound: &Bound, metric: &Metric, segment: &str) -> bool {
    let population = metric.definition.population.as_ref();
    let mut listed = population.into_iter().flat_map(|population| &population.sensitive);
    if listed.any(|name| name.as_str() == segment) {
        return true;
    }
    let facts = bound.metrics.get(&metric.id);
    match facts.and_then(|facts| facts.population.column(segment)) {
        Some(column) => comes_from_sensitive(catalog, bound, &column.origin),
        // What could not be bound may be anything.
        None => metric
            .reads
            .iter()
            .any(|read| catalog.sources.get(read).is_some_and(|source| source.guarded)),
    }
}

/// Whether a value comes from a sensitive column.
fn comes_from_sensitive(catalog: &Catalog, bound: &Bound, origin: &Origin) -> bool {
    let mut seen: BTreeSet<&ColumnRef> = BTreeSet::new();
    let mut pending: Vec<&ColumnRef> = origin.columns.iter().collect();
    while let Some(column) = pending.pop() {
        if !seen.insert(column) {
            continue;
        }
        let Some(source) = catalog.sources.get(&column.source) else {
            return true;
        };
        if !source.guarded {
            continue;
        }
        let mut declared = source.definition.columns.iter();
        let declared = declared
            .find(|(name, _)| name.as_str().eq_ignore_ascii_case(&column.column))
            .and_then(|(_, declared)| declared.sensitive);
        match declared {
            Some(true) => return true,
            Some(false) => continue,
            None => {}
        }
        let known = bound.sources.get(&column.source);
        match known.and_then(|source| source.query.column(&column.column)) {
            Some(from) => pending.extend(&from.origin.columns),
            None => return true,
        }
    }
    false
}

/// What is sensitive in a part is sensitive in the whole.
fn inherit<'a, M: Iterator<Item = &'a Metric>>(
    metrics: impl Fn() -> M,
    found: &mut BTreeMap<String, BTreeSet<String>>,
) {
    let mut settled = false;
    while !settled {
        settled = true;
        for metric in metrics().filter(|metric| !metric.parts.is_empty()) {
            let of_parts = metric.parts.iter().filter_map(|part| found.get(part)).flatten();
            let inherited: BTreeSet<String> = of_parts
                .filter(|name| metric.segments().contains(&name.as_str()))
                .cloned()
                .collect();
            let known = found.entry(metric.id.clone()).or_default();
            if !inherited.is_subset(known) {
                known.extend(inherited);
                settled = false;
            }
        }
    }
}
