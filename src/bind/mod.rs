//! Every piece of SQL bound against the declared columns, without data.
//!
//! DuckDB gets an empty relation for each source and says what every query would return; its
//! bound plan says which columns each value comes from. What was bound before and has not
//! changed is remembered.

mod columns;
mod expression;
mod facts;
mod join;
mod lineage;
mod memory;
mod metrics;
mod names;
mod nulls;
mod observation;
mod order;
mod place;
mod plan;
mod ranges;
mod scan;
mod selected;
mod sources;
mod texts;
mod times;
mod types;
mod value;

pub use facts::{
    Bound, BoundMetric, BoundSource, Column, ColumnRef, Condition, Elapsed, Expression, Nulls,
    Origin, Query, Test,
};
pub use memory::Memory;
pub use observation::{Never, NullLoss, Observation, Observed, Operand, TextOrder, Values};
pub use order::{Dependency, Row, RowChoice, Unique};
pub use scan::Binder;
pub use texts::number;
pub use times::{
    Between, Day, Grain, Interval, IntervalMeasure, Text, TimeUse, TimeUsed, date_in, mirrored,
};

use std::collections::BTreeSet;

use crate::catalog::{Catalog, Metric};
use crate::diagnostic::{Diagnostic, Files};
use crate::engine::Parser;
use crate::error::Error;

/// Binds every source and metric of the catalog. What is wrong with one does not keep the others
/// from being bound; what reads a source that is wrong is left out without a word.
///
/// # Errors
/// Only an engine failure.
pub fn bind(
    catalog: &Catalog,
    files: &Files,
    memory: &mut Memory,
    parser: &Parser<'_>,
) -> Result<(Bound, Vec<Diagnostic>), Error> {
    bind_some(catalog, files, &|_| true, memory, parser)
}

/// As [`bind`], but of the metrics only those that are `wanted`.
///
/// # Errors
/// Only an engine failure.
pub fn bind_some(
    catalog: &Catalog,
    files: &Files,
    wanted: &dyn Fn(&Metric) -> bool,
    memory: &mut Memory,
    parser: &Parser<'_>,
) -> Result<(Bound, Vec<Diagnostic>), Error> {
    let mut found = Vec::new();
    let mut engine = sources::Relations::new(catalog, parser);
    let bound = sources::bind(catalog, files, &mut engine, memory, &mut found)?;
    let unbound: BTreeSet<&str> = catalog
        .sources
        .keys()
        .map(String::as_str)
        .filter(|id| !bound.contains_key(*id))
        .chain(catalog.unread.iter().map(String::as_str))
        .collect();
    let wanted = catalog.metrics.values().filter(|metric| wanted(metric));
    let metrics = metrics::bind(wanted, files, &mut engine, &unbound, &bound, memory, &mut found)?;
    Ok((Bound { sources: bound, metrics }, found))
}
