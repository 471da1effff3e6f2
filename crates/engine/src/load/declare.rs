//! Sources without their data: an empty relation of the declared columns, and whether the
//! declaration alone is right.

use super::convert::{self, Mode};
use super::failure::check_declaration;
use super::raw::Raw;
use super::verify;
use crate::{Engine, SqlFailure};
use goodhart_core::diagnostic::{Diagnostic, Files, Span, codes};
use goodhart_core::plan::{MappedSql, quote};
use goodhart_core::project::catalog::Source;
use goodhart_core::project::definition::read::Sql;
use goodhart_core::project::definition::source::{ColumnTable, Format};

/// Makes an empty relation called `name` of columns with DuckDB's types.
///
/// # Errors
/// A type that DuckDB does not know.
pub fn declare(
    engine: &Engine,
    name: &str,
    columns: &[(String, String)],
) -> Result<(), SqlFailure> {
    engine.execute(&format!("create or replace table {} ({})", quote(name), typed(columns)))
}

/// Takes away what [`declare`] made.
///
/// # Errors
/// Only an engine failure.
pub fn undeclare(engine: &Engine, name: &str) -> Result<(), SqlFailure> {
    engine.execute(&format!("drop table if exists {}", quote(name)))
}

/// Columns with DuckDB's types, as a table is created with them.
pub fn typed(columns: &[(String, String)]) -> String {
    let columns = columns.iter().map(|(name, type_name)| format!("{} {type_name}", quote(name)));
    columns.collect::<Vec<_>>().join(", ")
}

/// The columns of a source that is read from files, with DuckDB's types.
pub fn declared_columns(source: &Source) -> Vec<(String, String)> {
    let columns = source.definition.columns.iter();
    let typed = |declared| verify::sql_type(declared).to_owned();
    columns.map(|(name, column)| (name.to_string(), typed(column.r#type.value))).collect()
}

/// What is wrong with a declaration whatever the files hold: paths, formats, and every `select`
/// that is no expression or cannot become the declared type.
///
/// The raw columns of Parquet have types that only the files know, so there a `select` is
/// checked for its syntax alone.
pub fn check_file_source(engine: &Engine, source: &Source, files: &Files) -> Vec<Diagnostic> {
    let mut found = check_declaration(engine, source, files);
    let selects: Vec<Span> = source
        .definition
        .columns
        .iter()
        .filter_map(|(_, column)| Some(column.select.as_ref()?.span))
        .collect();
    let wrong: Vec<Span> =
        found.iter().flat_map(|one| one.labels.iter().map(|label| label.span)).collect();
    // A path or format that is none would be found again by every `select`.
    let others = wrong.iter().any(|place| !selects.iter().any(|select| select.contains(*place)));
    if others || source.definition.format.value == Format::Parquet {
        return found;
    }
    for (name, column) in source.definition.columns.iter() {
        let Some(select) = &column.select else {
            continue;
        };
        if wrong.iter().any(|place| select.span.contains(*place)) {
            continue;
        }
        let sql = conversion(engine, source, name, column, select);
        if let Err(failure) = engine.describe(sql.text()) {
            found.push(failure.diagnostic(&codes::SQL_ERROR, &sql, files, select.span));
        }
    }
    found
}

/// The conversions of all columns that have a `select`, over raw columns without rows. The types of
/// those of Parquet are not known.
pub fn conversions(engine: &Engine, source: &Source) -> Vec<MappedSql> {
    if source.definition.format.value == Format::Parquet {
        return Vec::new();
    }
    let columns = source.definition.columns.iter();
    let selected =
        columns.filter_map(|(name, column)| Some((name, column, column.select.as_ref()?)));
    selected
        .map(|(name, column, select)| conversion(engine, source, name, column, select))
        .collect()
}

fn conversion(
    engine: &Engine,
    source: &Source,
    name: &str,
    column: &ColumnTable,
    select: &Sql,
) -> MappedSql {
    let raw = Raw::without_files(source, engine.columns_in(select.as_str()));
    let mut sql = MappedSql::default();
    sql.push("select ");
    convert::one(source, &raw, name, column, Mode::Strict, &mut sql);
    sql.push(&format!(" from {}", raw.sql));
    sql
}

/// What is wrong between the query of a derived source and the columns that it declares, once the
/// query is the relation of that name.
pub fn check_derived(engine: &Engine, source: &Source, files: &Files) -> Vec<Diagnostic> {
    verify::declared_columns(engine, source, &quote(&source.id), files).err().unwrap_or_default()
}
