//! Sources whose rows stand in a definition instead of in files.

use super::known;
use crate::catalog::Source;
use crate::engine::{Engine, SqlFailure};
use crate::plan::quote;

/// The table that holds the rows of a source; queries see it through the view of its name.
pub fn table(source: &Source) -> String {
    format!("loaded.{}", quote(&source.id))
}

/// Makes a source an empty table of columns with DuckDB's types, behind a view that hides rows
/// that were not known yet. It replaces whatever the source was before.
///
/// # Errors
/// A type that DuckDB does not know.
pub fn stand_in(
    engine: &Engine,
    source: &Source,
    columns: &[(String, String)],
) -> Result<(), SqlFailure> {
    let columns: Vec<String> =
        columns.iter().map(|(name, type_name)| format!("{} {type_name}", quote(name))).collect();
    engine.execute(&format!(
        "create or replace table {table} ({columns}); \
         create or replace view {name} as from {table}{known}",
        table = table(source),
        columns = columns.join(", "),
        name = quote(&source.id),
        known = known(source),
    ))
}
