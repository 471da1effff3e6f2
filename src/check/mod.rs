//! A project's folder → its catalog and everything that is wrong with its definitions.

mod at;
mod base;
mod load;

pub use at::Texts;
pub use load::{LoadedProject, load};

use jiff::civil::Date;

use base::metrics_at;

use goodhart_core::cache::Cache;
use goodhart_core::error::Error;
use goodhart_core::project::catalog::{Parse, ParseContext, pieces_of_metric};
use goodhart_core::rules;
use goodhart_core::sql::facts::BoundProject;
use goodhart_engine::Parser;
use goodhart_engine::bind::bind;

/// Runs all rules, and binds all SQL that is not in the cache.
///
/// Returns what could be bound; nothing where there is no catalog.
///
/// # Errors
/// Only an engine failure.
pub fn check(
    project: &mut LoadedProject,
    today: Date,
    cache: &Cache,
    parser: &Parser<'_>,
) -> Result<BoundProject, Error> {
    let Some(catalog) = &project.catalog else {
        return Ok(BoundProject::default());
    };
    let context = rules::Project { catalog, files: &project.files, today };
    let mut found = rules::check(&context);
    let (bound, wrong) = bind(catalog, &project.files, cache, parser)?;
    found.extend(rules::without_follow_ups(catalog, &project.files, wrong));
    found.extend(rules::check_bound(&context, &bound));
    project.diagnostics.extend(found);
    Ok(bound)
}

/// Compares the metrics with those of another revision.
///
/// # Errors
/// A project that is in no repository, a revision that is not there, or an engine failure.
pub fn check_against(
    project: &mut LoadedProject,
    today: Date,
    revision: &str,
    parser: &Parser<'_>,
) -> Result<(), Error> {
    let metrics = metrics_at(&project.root, revision)?;
    let Some(catalog) = &project.catalog else {
        return Ok(());
    };
    let pieces = metrics.values().flat_map(pieces_of_metric).collect();
    let settings = &catalog.settings;
    let unresolved = ParseContext { root: &project.root, settings, sources: &[] };
    let sql = parser.parse(&pieces, &unresolved)?;
    let base = rules::Base { metrics, sql };
    let context = rules::Project { catalog, files: &project.files, today };
    let found = rules::check_against(&context, &base);
    project.diagnostics.extend(found);
    Ok(())
}
