//! A project's folder → its catalog and everything that is wrong with its definitions.

mod at;
mod base;
mod open;

pub use at::Texts;
pub use base::metrics_at;
pub use open::{Opened, open};

use std::collections::BTreeMap;

use jiff::civil::Date;

use goodhart_core::error::Error;
use goodhart_core::project::catalog::{Parse, Unresolved, pieces_of_metric};
use goodhart_core::project::definition::metric::MetricFile;
use goodhart_core::rules;
use goodhart_core::sql::facts::Bound;
use goodhart_engine::Parser;
use goodhart_engine::bind::{Memory, bind};

/// Looks at everything: runs all rules, and binds all SQL that is not in the `memory`.
///
/// Returns what could be bound; nothing where there is no catalog.
///
/// # Errors
/// Only an engine failure.
pub fn check(
    opened: &mut Opened,
    today: Date,
    memory: &mut Memory,
    parser: &Parser<'_>,
) -> Result<Bound, Error> {
    let Some(catalog) = &opened.catalog else {
        return Ok(Bound::default());
    };
    let project = rules::Project { catalog, files: &opened.files, today };
    let mut found = rules::check(&project);
    let (bound, wrong) = bind(catalog, &opened.files, memory, parser)?;
    found.extend(rules::without_follow_ups(catalog, &opened.files, wrong));
    found.extend(rules::check_bound(&project, &bound));
    opened.diagnostics.extend(found);
    Ok(bound)
}

/// Compares the metrics with those of another revision.
///
/// # Errors
/// Only an engine failure.
pub fn check_against(
    opened: &mut Opened,
    today: Date,
    metrics: BTreeMap<String, MetricFile>,
    parser: &Parser<'_>,
) -> Result<(), Error> {
    let Some(catalog) = &opened.catalog else {
        return Ok(());
    };
    let pieces = metrics.values().flat_map(pieces_of_metric).collect();
    let settings = &catalog.settings;
    let unresolved = Unresolved { root: &opened.root, settings, sources: &[] };
    let sql = parser.parse(&pieces, &unresolved)?;
    let base = rules::Base { metrics, sql };
    let project = rules::Project { catalog, files: &opened.files, today };
    let found = rules::check_against(&project, &base);
    opened.diagnostics.extend(found);
    Ok(())
}
