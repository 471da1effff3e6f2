//! Which segments are sensitive.
//!
//! A segment is sensitive if its population lists it, or if its value comes from a sensitive
//! column of a source, through any number of derived sources, renames and expressions. The
//! lineage of the bound SQL says so, so a definition cannot forget it.

use std::collections::{BTreeMap, BTreeSet};

use crate::project::catalog::{Catalog, Metric};
use crate::sql::facts::{BoundProject, ColumnRef, Origin};

/// Segments by metric.
pub type Segments = BTreeMap<String, BTreeSet<String>>;

/// The sensitive segments of every one of some metrics that is broken down by any; their parts are
/// among them. `bound` has the metrics that are guarded; of one that it lacks every segment is
/// sensitive whose source is.
pub fn sensitive<'a>(
    catalog: &'a Catalog,
    bound: &BoundProject,
    metrics: impl IntoIterator<Item = &'a String>,
) -> Segments {
    let metrics: Vec<&Metric> =
        metrics.into_iter().filter_map(|id| catalog.metrics.get(id)).collect();
    let guarded = metrics.iter().filter(|metric| metric.is_guarded(&catalog.sources));
    let mut found: Segments =
        guarded.map(|metric| (metric.id.clone(), of_rows(catalog, bound, metric))).collect();
    inherit(&metrics, &mut found);
    found.retain(|_, segments| !segments.is_empty());
    found
}

fn of_rows(catalog: &Catalog, bound: &BoundProject, metric: &Metric) -> BTreeSet<String> {
    let segments = metric.segments().into_iter();
    let sensitive = segments.filter(|name| is_sensitive(catalog, bound, metric, name));
    sensitive.map(str::to_owned).collect()
}

/// Whether a segment of a metric over rows is sensitive.
pub fn is_sensitive(
    catalog: &Catalog,
    bound: &BoundProject,
    metric: &Metric,
    segment: &str,
) -> bool {
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
fn comes_from_sensitive(catalog: &Catalog, bound: &BoundProject, origin: &Origin) -> bool {
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
        match bound.column(column) {
            Some(from) => pending.extend(&from.origin.columns),
            None => return true,
        }
    }
    false
}

/// What is sensitive in a part is sensitive in the whole.
fn inherit(metrics: &[&Metric], found: &mut Segments) {
    let mut settled = found.is_empty();
    while !settled {
        settled = true;
        for metric in metrics.iter().filter(|metric| !metric.parts.is_empty()) {
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
