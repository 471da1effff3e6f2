//! A load that failed: the expressions, values and files that are the reason, and the lines that
//! hold them. Slow, and only run when something is wrong.

use std::collections::BTreeSet;

use super::convert::{self, Mode};
use super::place::{self, Origin};
use super::raw::Raw;
use super::{cell_text, source_span, structure, verify};
use crate::{Engine, Readable, SqlFailure};
use goodhart_core::diagnostic::{Diagnostic, Files, Span, codes};
use goodhart_core::measure::Cell;
use goodhart_core::plan::MappedSql;
use goodhart_core::project::DataFile;
use goodhart_core::project::catalog::Source;
use goodhart_core::project::definition::read::{Sql, Text};
use goodhart_core::project::definition::source::{ColumnTable, Type};

/// How many values of a column are shown.
const SHOWN: usize = 3;

/// Explains why `sql` failed with `error`: a `select` that does not bind, values that do not parse
/// together with whatever else the rows break, files that are not of their format.
pub fn explain(
    engine: &Engine,
    source: &Source,
    data: &[DataFile],
    raw: &Raw,
    sql: &MappedSql,
    error: &SqlFailure,
    files: &Files,
) -> Vec<Diagnostic> {
    if error.stop().is_some() {
        return vec![error.diagnostic(&codes::UNREADABLE_SOURCE, sql, files, source_span(source))];
    }
    let mut found = unbound(engine, source, raw, &[], files);
    if !found.is_empty() {
        return found;
    }
    let mut unreadable = BTreeSet::new();
    for (name, column) in source.definition.columns.iter() {
        if let Some(diagnostic) = unparsed(engine, source, data, raw, name, column) {
            found.push(diagnostic);
            unreadable.insert(name.as_str());
        }
    }
    if !found.is_empty() {
        let mut lenient = MappedSql::default();
        lenient.push("(select ");
        convert::columns(source, raw, Mode::Lenient, &mut lenient);
        lenient.push(&format!("\nfrom {})", raw.sql));
        let origin = Origin { data, raw, mode: Mode::Lenient };
        let broken =
            verify::rows_as_declared(engine, source, lenient.text(), Some(origin), &unreadable);
        if let Err(broken) = broken {
            // A failure would only be the one that is explained here already.
            found.extend(broken.explained(|_| Vec::new()));
        }
        return found;
    }
    // A place in the user's `select` is more precise than the file.
    if error.place.is_some_and(|(offset, length)| sql.locate(files, offset, length).is_some()) {
        let error = error.clone().discreet(source.guarded);
        return vec![error.diagnostic(&codes::SQL_ERROR, sql, files, source_span(source))];
    }
    structure::explain(engine, source, data, raw, error)
}

/// What a declaration has `wrong`, and every other `select` that does not bind. Where paths or
/// formats are wrong, each of them would only be found again by every `select`.
pub fn with_unbound(
    engine: &Engine,
    source: &Source,
    data: &[DataFile],
    mut wrong: Vec<Diagnostic>,
    files: &Files,
) -> Vec<Diagnostic> {
    let places: Vec<Span> =
        wrong.iter().flat_map(|one| one.labels.iter().map(|label| label.span)).collect();
    let of_selects =
        places.iter().all(|place| selects(source).any(|sql| sql.span.contains(*place)));
    if of_selects && let Ok(raw) = super::raw::relation(engine, source, data) {
        wrong.extend(unbound(engine, source, &raw, &places, files));
    }
    wrong
}

fn selects(source: &Source) -> impl Iterator<Item = &Sql> {
    source.definition.columns.iter().filter_map(|(_, column)| column.select.as_ref())
}

/// Every `select` that does not bind to the raw columns, but for those that are `refused` anyway.
fn unbound(
    engine: &Engine,
    source: &Source,
    raw: &Raw,
    refused: &[Span],
    files: &Files,
) -> Vec<Diagnostic> {
    selects(source)
        .filter(|select| !refused.iter().any(|place| select.span.contains(*place)))
        .filter_map(|select| {
            let mut sql = MappedSql::default();
            sql.push("select (").push_sql(select).push(&format!(") from {}", raw.sql));
            let failure = engine.describe(sql.text()).err()?;
            Some(failure.diagnostic(&codes::SQL_ERROR, &sql, files, select.span))
        })
        .collect()
}

/// The values of a column that do not parse: the first few with their lines.
fn unparsed(
    engine: &Engine,
    source: &Source,
    data: &[DataFile],
    raw: &Raw,
    name: &Text,
    column: &ColumnTable,
) -> Option<Diagnostic> {
    let mut places = Vec::new();
    let mut total = 0;
    for (file, relation) in data.iter().zip(&raw.per_file) {
        let sql = search(source, raw, name, column, relation);
        // Where the search itself stumbles over what stopped the load, that is reported.
        let rows = engine.query(sql.text()).ok()?;
        total += rows.first().and_then(|row| row.get(2)?.count().ok()).unwrap_or(0);
        for row in rows.iter().take(SHOWN - places.len()) {
            let ordinal = row.first().and_then(|cell| cell.count().ok()).unwrap_or(0);
            places.push((file, ordinal, cell_text(row.get(1))));
        }
    }
    let (_, _, first) = places.first()?;
    let type_name = column.r#type.value.name();
    let message = if source.is_withheld(name) {
        let values = if total == 1 { "value is" } else { "values are" };
        format!("{total} {values} not of type {type_name} in column `{}`", name.as_str())
    } else if total == 1 {
        format!("`{first}` in column `{}` is not of type {type_name}", name.as_str())
    } else {
        format!(
            "{total} values in column `{}` are not of type {type_name}, such as `{first}`",
            name.as_str()
        )
    };
    let mut diagnostic = Diagnostic::new(&codes::VALUE_NOT_PARSED, message)
        .at(column.r#type.span, format!("declared as {type_name}"));
    for (file, ordinal, value) in &places {
        diagnostic = place::show(diagnostic, source, file, raw, name, column, *ordinal, value);
    }
    let own = match (column.r#type.value, &column.format, column.epoch) {
        (Type::Timestamp | Type::Date, None, None) => {
            Some("say how it is written: `format = \"%d.%m.%Y\"`, or `epoch = \"s\"`")
        }
        (Type::Timestamp | Type::Date, Some(_), _) => Some("correct the `format`"),
        (Type::Integer, ..) if first.parse::<f64>().is_ok_and(|number| number.fract() != 0.0) => {
            Some("declare `decimal` or `double` where fractions are right")
        }
        _ => None,
    };
    if let Some(own) = own {
        diagnostic = diagnostic.help(own);
    }
    Some(diagnostic.help("name texts that mean null in `null`, or map the values with `select`"))
}

/// The ordinals and texts of values that are not null and become null when converted leniently,
/// with their number.
fn search(
    source: &Source,
    raw: &Raw,
    name: &Text,
    column: &ColumnTable,
    relation: &str,
) -> MappedSql {
    let typed = convert::typed_in_file(source, raw, name, column);
    let mut sql = MappedSql::default();
    sql.push("select ordinal, value::varchar, count(*) over () from (\n");
    sql.push("  select row_number() over () as ordinal, ");
    convert::raw_value(source, name, column, typed, &mut sql);
    sql.push(" as value, ");
    convert::one(source, raw, name, column, Mode::Lenient, &mut sql);
    sql.push(&format!(" as converted from {relation}\n)\n"));
    sql.push("where value is not null and converted is null");
    if column.r#type.value == Type::Integer {
        sql.push(" or try_cast(value as decimal(38, 6)) % 1 <> 0");
        sql.push(" or try_cast(trunc(try_cast(value as decimal(38, 6))) as bigint) is null");
        sql.push(" and value is not null");
    }
    sql.push(&format!("\norder by ordinal limit {SHOWN}"));
    sql
}

/// What the declaration says about reading values that DuckDB does not understand, before any
/// file is read: expressions, formats and paths.
pub fn check_declaration(engine: &Engine, source: &Source, files: &Files) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    let mut try_text = |query: &str, text: &Text, help: &str| {
        let query = query.replace("{}", &goodhart_core::plan::literal(text));
        if let Err(failure) = engine.query(&query) {
            found.push(
                Diagnostic::new(&codes::INVALID_VALUE, failure.message)
                    .at(text.span, "refused by the engine")
                    .help(help),
            );
        }
    };
    let path_help = "a path looks like `$.host.id`; a name with a point is quoted: `$.\"a.b\"`";
    let format_help = "30.06.2026 13:05 is `%d.%m.%Y %H:%M`";
    let definition = &source.definition;
    if let Some(records) = definition.json.as_ref().and_then(|json| json.records.as_ref()) {
        try_text("select json_extract('{\"a\": 1}', {})", records, path_help);
    }
    for (_, column) in definition.columns.iter() {
        if let Some(path) = &column.path {
            try_text("select json_extract('{\"a\": 1}', {})", path, path_help);
        }
        if let Some(format) = &column.format {
            try_text("select try_strptime('', {})", format, format_help);
        }
    }
    for (_, column) in definition.columns.iter() {
        if let Some(select) = &column.select
            && let Err(failures) = engine.check_expression(select.as_str(), Readable::NOTHING)
        {
            let mut alone = MappedSql::default();
            alone.push_sql(select);
            found.extend(
                failures.iter().map(|failure| {
                    failure.diagnostic(&codes::SQL_ERROR, &alone, files, select.span)
                }),
            );
        }
    }
    found
}

/// The count of a single-cell answer.
pub fn count(rows: &[Vec<Cell>], column: usize) -> u64 {
    rows.first().and_then(|row| row.get(column)).and_then(|cell| cell.count().ok()).unwrap_or(0)
}
