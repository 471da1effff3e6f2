//! Every piece of SQL bound against the declared columns, without data.
//!
//! DuckDB gets an empty relation for each source and says what every query would return; its
//! bound plan says which columns each value comes from. What was bound before and has not
//! changed is cached.

mod as_of;
mod cache;
mod columns;
mod expression;
mod join;
mod lineage;
mod metrics;
mod names;
mod nulls;
mod order;
mod place;
mod plan;
mod ranges;
mod scan;
mod selected;
mod sources;
mod texts;
mod times;
mod value;

use cache::Answers;
use sources::Relations;

pub use scan::Binder;

use std::collections::BTreeSet;

use crate::{Engine, Parser};
use goodhart_core::cache::Cache;
use goodhart_core::diagnostic::{Diagnostic, Files};
use goodhart_core::error::Error;
use goodhart_core::project::catalog::{Catalog, Metric};
use goodhart_core::sql::facts::BoundProject;

/// Binds every source and metric of the catalog. What is wrong with one does not keep the others
/// from being bound; what reads a source that is wrong is left out without a word.
///
/// # Errors
/// Only an engine failure.
pub fn bind(
    catalog: &Catalog,
    files: &Files,
    cache: &Cache,
    parser: &Parser<'_>,
) -> Result<(BoundProject, Vec<Diagnostic>), Error> {
    bind_some(catalog, files, &|_| true, cache, parser)
}

/// As [`bind`], but of the metrics only those that are `wanted`.
///
/// # Errors
/// Only an engine failure.
pub fn bind_some(
    catalog: &Catalog,
    files: &Files,
    wanted: &dyn Fn(&Metric) -> bool,
    cache: &Cache,
    parser: &Parser<'_>,
) -> Result<(BoundProject, Vec<Diagnostic>), Error> {
    let mut answers = Answers::read(cache);
    let bound = bind_in(&mut Relations::new(catalog, parser), files, wanted, &mut answers)?;
    answers.store(cache);
    Ok(bound)
}

/// As [`bind`], but only the metrics that are `wanted` and without a cache, in an engine in
/// which there is nothing yet, and is nothing afterwards.
///
/// # Errors
/// Only an engine failure.
pub fn bind_within(
    engine: &Engine,
    catalog: &Catalog,
    files: &Files,
    wanted: &dyn Fn(&Metric) -> bool,
) -> Result<BoundProject, Error> {
    let mut relations = Relations::within(catalog, engine);
    let (bound, _) = bind_in(&mut relations, files, wanted, &mut Answers::default())?;
    relations.remove()?;
    Ok(bound)
}

fn bind_in(
    relations: &mut Relations<'_>,
    files: &Files,
    wanted: &dyn Fn(&Metric) -> bool,
    answers: &mut Answers,
) -> Result<(BoundProject, Vec<Diagnostic>), Error> {
    let mut found = Vec::new();
    let catalog = relations.catalog;
    let bound = sources::bind(catalog, files, relations, answers, &mut found)?;
    let unbound: BTreeSet<&str> = catalog
        .sources
        .keys()
        .map(String::as_str)
        .filter(|id| !bound.contains_key(*id))
        .chain(catalog.unread.iter().map(String::as_str))
        .collect();
    let wanted = catalog.metrics.values().filter(|metric| wanted(metric));
    let metrics = metrics::bind(wanted, files, relations, &unbound, &bound, answers, &mut found)?;
    Ok((BoundProject { sources: bound, metrics }, found))
}
