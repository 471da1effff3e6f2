//! Sources whose rows stand in a definition instead of in files.

use super::declare::typed;
use crate::{Engine, SqlFailure};
use goodhart_core::plan::quote;
use goodhart_core::project::catalog::Source;

/// The table that holds the rows of a source; queries see it through the view of its name.
pub fn table(source: &Source) -> String {
    format!("loaded.{}", quote(&source.id))
}

/// The condition that hides rows that became known after the as-of. A row that does not say when
/// it became known is not hidden: few tests are about that.
fn known(source: &Source) -> String {
    let column = source.definition.known_at.as_ref();
    column.map_or(String::new(), |column| {
        format!(" where coalesce({} <= as_of(), true)", quote(column))
    })
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
    let (table, name) = (table(source), quote(&source.id));
    engine.execute(&format!("create or replace table {table} ({})", typed(columns)))?;
    engine.execute(&format!("create or replace view {name} as from {table}{}", known(source)))
}
