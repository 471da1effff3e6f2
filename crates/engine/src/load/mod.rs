//! Loading sources: from files or by SQL, typed, and verified against what they declare.

mod convert;
mod declare;
mod failure;
mod given;
mod place;
mod raw;
mod structure;
mod text_file;
mod verify;

pub use convert::MACROS;
pub use declare::{
    check_derived, check_file_source, conversions, declare, declared_columns, undeclare,
};
pub use given::{stand_in, table as given_table};
pub use raw::has_wrong_header;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::{Engine, Readable, SqlFailure, refusals};
use goodhart_core::cache::Cache;
use goodhart_core::diagnostic::{Diagnostic, Files, codes};
use goodhart_core::measure::Cell;
use goodhart_core::plan::{MappedSql, Materialise, quote};
use goodhart_core::project::DataFile;
use goodhart_core::project::catalog::Source;
use goodhart_core::project::definition::source::Format;
use goodhart_core::result::SourceInput;

/// What loading needs to know besides the source.
pub struct LoadContext<'a> {
    pub files: &'a Files,
    /// The sources of the project: what a query may read.
    pub sources: &'a BTreeMap<String, Source>,
    /// Which contents were verified before.
    pub cache: &'a Cache,
}

/// Makes a file source ready: a table (or for Parquet a view) of its declared columns, checked
/// against what it declares, and a view in `main` that hides rows that were not known yet.
///
/// # Errors
/// Everything that is wrong with the data, with the place in the data file where there is one.
pub fn load_file_source(
    engine: &Engine,
    source: &Source,
    data: &[DataFile],
    fingerprint: &str,
    context: &LoadContext<'_>,
) -> Result<SourceInput, Vec<Diagnostic>> {
    let wrong = failure::check_declaration(engine, source, context.files);
    if !wrong.is_empty() {
        return Err(failure::with_unbound(engine, source, data, wrong, context.files));
    }
    let raw = raw::relation(engine, source, data)?;
    let (sql, kind) = create_statement(source, &raw);
    if let Err(error) = engine.execute(sql.text()) {
        return Err(failure::explain(engine, source, data, &raw, &sql, &error, context.files));
    }
    expose(engine, source).map_err(|error| {
        let error = error.discreet(source.guarded);
        vec![error.diagnostic(&codes::UNREADABLE_SOURCE, &sql, context.files, source_span(source))]
    })?;
    let origin = place::Origin { data, raw: &raw, mode: convert::Mode::Strict };
    let rows = verify::verify(engine, source, &sql, origin, fingerprint, kind, context)?;
    Ok(SourceInput { files: data.len(), rows, fingerprint: fingerprint.to_owned() })
}

/// `create table|view loaded.x as select …` over the raw relation.
fn create_statement(source: &Source, raw: &raw::Raw) -> (MappedSql, &'static str) {
    // A view reads Parquet anew for each query, but only the columns and row groups it needs;
    // everything else is cheaper to read once.
    let kind = if source.definition.format.value == Format::Parquet { "view" } else { "table" };
    let mut sql = MappedSql::default();
    sql.push(&format!("create {kind} loaded.{} as\nselect ", quote(&source.id)));
    convert::columns(source, raw, convert::Mode::Strict, &mut sql);
    sql.push(&format!("\nfrom {}", raw.sql));
    (sql, kind)
}

/// The view that queries see: without rows that became known after the as-of.
fn expose(engine: &Engine, source: &Source) -> Result<(), SqlFailure> {
    let name = quote(&source.id);
    engine.execute(&format!("create view {name} as from loaded.{name}{}", known(source)))
}

/// The condition that hides rows that became known after the as-of, if there is one.
fn known(source: &Source) -> String {
    let column = source.definition.known_at.as_ref();
    column.map_or(String::new(), |column| format!(" where {} <= as_of()", quote(column)))
}

/// Makes a derived source ready: a view, or a table where the plan says so. `again` replaces what
/// an earlier instant left.
///
/// # Errors
/// What DuckDB says about the query, and what the rows break of what is declared.
pub fn materialise(
    engine: &Engine,
    source: &Source,
    how: Materialise,
    again: bool,
    context: &LoadContext<'_>,
) -> Result<(), Vec<Diagnostic>> {
    let Some(query) = &source.definition.sql else {
        return Err(Vec::new());
    };
    engine
        .check_query(query.as_str(), Readable::sources(context.sources))
        .map_err(|failures| refusals(failures, query, context.sources, context.files))?;
    // A table is made beside the view that hides what was not known; a view would look for the
    // names in its query beside itself first, and find what is hidden, so it stands in `main`.
    let inline = how == Materialise::Inline;
    let name = quote(&source.id);
    let relation = if inline { name.clone() } else { format!("loaded.{name}") };
    let kind = if inline { "view" } else { "table" };
    let or_replace = if again { "or replace " } else { "" };
    let mut sql = MappedSql::default();
    sql.push(&format!("create {or_replace}{kind} {relation} as select * from (\n"));
    sql.push_sql(query).push(")");
    if inline {
        sql.push(&known(source));
    }
    let failed = |error: SqlFailure| {
        let error = error.suggesting(context.sources.keys()).discreet(source.guarded);
        vec![error.diagnostic(&codes::SQL_ERROR, &sql, context.files, query.span)]
    };
    let made =
        if again { engine.replace(&relation, sql.text()) } else { engine.execute(sql.text()) };
    made.map_err(failed)?;
    if again {
        // The same query over the same declared sources: what it declares was verified.
        return Ok(());
    }
    if !inline {
        expose(engine, source).map_err(failed)?;
    }
    verify::declared_columns(engine, source, &relation, context.files)?;
    if !source.definition.columns.entries.is_empty() {
        let all = BTreeSet::new();
        verify::rows_as_declared(engine, source, &relation, None, &all).map_err(|broken| {
            broken.explained(|failure| on_rows(engine, source, query, failure, context))
        })?;
    }
    Ok(())
}

/// A query that binds and fails when its rows are computed: run alone, the engine may say where.
fn on_rows(
    engine: &Engine,
    source: &Source,
    query: &goodhart_core::project::definition::read::Sql,
    failure: SqlFailure,
    context: &LoadContext<'_>,
) -> Vec<Diagnostic> {
    if failure.stop().is_some() {
        return vec![failure.diagnostic(
            &codes::SQL_ERROR,
            &alone(query),
            context.files,
            query.span,
        )];
    }
    let mut sql = MappedSql::default();
    sql.push("select max(hash(row)) from (\n").push_sql(query).push(") as row");
    let failure = engine.query(sql.text()).err().unwrap_or(failure).discreet(source.guarded);
    vec![failure.diagnostic(&codes::SQL_ERROR, &sql, context.files, query.span)]
}

fn alone(sql: &goodhart_core::project::definition::read::Sql) -> MappedSql {
    let mut composed = MappedSql::default();
    composed.push_sql(sql);
    composed
}

/// Where the source says how its rows are stored: the place for what has no better one.
fn source_span(source: &Source) -> goodhart_core::diagnostic::Span {
    source.definition.format.span
}

/// A diagnostic that a file cannot be read, at the source's `format`.
fn unreadable(source: &Source, message: impl Into<String>) -> Diagnostic {
    Diagnostic::new(&codes::UNREADABLE_SOURCE, message)
        .at(source_span(source), format!("source `{}`", source.id))
}

/// The text in a cell, however typed.
fn cell_text(cell: Option<&Cell>) -> String {
    match cell {
        Some(Cell::Text(text)) => text.clone(),
        Some(Cell::Integer(number)) => number.to_string(),
        Some(Cell::Decimal(number)) => number.to_string(),
        Some(Cell::Null) | None => "null".to_owned(),
        Some(other) => format!("{other:?}"),
    }
}

fn path_literal(path: &Path) -> String {
    goodhart_core::plan::literal(&path.to_string_lossy())
}
