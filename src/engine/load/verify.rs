//! Whether the rows of a source are what it declares: columns, nulls, keys, value sets.

use super::failure::count;
use super::{LoadContext, cell_text, source_span};
use crate::catalog::Source;
use crate::definition::read::Text;
use crate::definition::source::ColumnTable;
use crate::diagnostic::{Diagnostic, Files, codes};
use crate::engine::{Engine, SqlFailure, Verified, column_kind};
use crate::measure::Cell;
use crate::plan::{ColumnKind, Composed, literal, quote};
use crate::project::DataFile;

/// Verifies a file source, or remembers that the same content was verified under the same
/// declaration. Returns the number of rows.
///
/// # Errors
/// Everything that the rows break.
pub fn verify(
    engine: &Engine,
    source: &Source,
    data: &[DataFile],
    fingerprint: &str,
    kind: &str,
    context: &LoadContext<'_>,
) -> Result<u64, Vec<Diagnostic>> {
    // The declaration as written: any edit of the file verifies anew, which is cheap and safe.
    let declaration = context.files.text(source.file);
    let key = Verified::key(["source", fingerprint, kind, declaration]);
    if let Some(rows) = context.verified.rows(&key) {
        return Ok(rows);
    }
    let relation = format!("loaded.{}", quote(&source.id));
    let rows = rows_as_declared(engine, source, &relation, data, context.files)?;
    context.verified.remember(&key, rows);
    Ok(rows)
}

/// A derived source has the columns that it declares, of the declared kinds.
///
/// # Errors
/// Every column that is missing or of another type.
pub fn declared_columns(
    engine: &Engine,
    source: &Source,
    relation: &str,
    files: &Files,
) -> Result<(), Vec<Diagnostic>> {
    let columns = engine
        .describe(&format!("from {relation}"))
        .map_err(|failure| vec![unexpected(&failure, source, files)])?;
    let mut found = Vec::new();
    for (name, column) in source.definition.columns.iter() {
        let Some((_, type_name)) = columns.iter().find(|(known, _)| known == name.as_str()) else {
            found.push(
                Diagnostic::new(
                    &codes::MISSING_COLUMN,
                    format!("the query of `{}` yields no column `{}`", source.id, name.as_str()),
                )
                .at(name.span, "declared here")
                .did_you_mean(name, columns.iter().map(|(known, _)| known.as_str())),
            );
            continue;
        };
        if !compatible(column, type_name) {
            let declared = column.r#type.value.name();
            found.push(
                Diagnostic::new(
                    &codes::WRONG_TYPE,
                    format!("column `{}` is {type_name}, not {declared}", name.as_str()),
                )
                .at(column.r#type.span, format!("declared as {declared}"))
                .help("cast it in the query, or correct the declaration"),
            );
        }
    }
    if found.is_empty() { Ok(()) } else { Err(found) }
}

fn compatible(column: &ColumnTable, type_name: &str) -> bool {
    use crate::definition::source::Type;
    let kind = column_kind(type_name);
    match column.r#type.value {
        Type::Text => type_name == "VARCHAR" || type_name.starts_with("ENUM"),
        Type::Integer => matches!(kind, ColumnKind::Integer | ColumnKind::HugeInteger),
        Type::Decimal => {
            matches!(kind, ColumnKind::Integer | ColumnKind::HugeInteger | ColumnKind::Decimal)
        }
        Type::Double => !matches!(kind, ColumnKind::Boolean | ColumnKind::Time | ColumnKind::Other),
        Type::Boolean => kind == ColumnKind::Boolean,
        Type::Timestamp | Type::Date => kind == ColumnKind::Time,
        Type::TextList => type_name == "VARCHAR[]",
    }
}

/// Counts all rows and everything that they break in one pass; looks for examples only then.
///
/// # Errors
/// Everything that the rows break.
pub fn rows_as_declared(
    engine: &Engine,
    source: &Source,
    table: &str,
    data: &[DataFile],
    files: &Files,
) -> Result<u64, Vec<Diagnostic>> {
    let columns = &source.definition.columns;
    let mut counts = vec!["count(*)".to_owned()];
    for (name, column) in columns.iter() {
        counts.push(if column.nullable {
            "0".to_owned()
        } else {
            format!("count(*) filter (where {} is null)", quote(name))
        });
        counts.push(if column.values.is_empty() {
            "0".to_owned()
        } else {
            format!("count(*) filter (where {})", outside(name, column))
        });
    }
    let keys: Vec<String> =
        columns.iter().filter(|(_, column)| column.key).map(|(name, _)| quote(name)).collect();
    if !keys.is_empty() {
        // As many distinct hashes as rows prove the key unique; see `subject_unique`.
        counts.push(format!("count(distinct hash({}))", keys.join(", ")));
    }
    let failed = |failure: SqlFailure| vec![unexpected(&failure, source, files)];
    let rows =
        engine.query(&format!("select {} from {table}", counts.join(", "))).map_err(failed)?;
    let total = count(&rows, 0);
    let mut found = Vec::new();
    for (index, (name, column)) in columns.iter().enumerate() {
        let nulls = count(&rows, 1 + 2 * index);
        if nulls > 0 {
            found.push(null_values(source, name, column, nulls, total, data));
        }
        let outsiders = count(&rows, 2 + 2 * index);
        if outsiders > 0 {
            found.push(values_outside(engine, table, name, column, outsiders).map_err(failed)?);
        }
    }
    if !keys.is_empty() && count(&rows, 1 + 2 * columns.entries.len()) < total {
        found.extend(duplicate_keys(engine, source, table, &keys).map_err(failed)?);
    }
    if found.is_empty() { Ok(total) } else { Err(found) }
}

fn outside(name: &Text, column: &ColumnTable) -> String {
    let values: Vec<String> = column.values.iter().map(|value| literal(value)).collect();
    let name = quote(name);
    match column.r#type.value {
        crate::definition::source::Type::TextList => {
            format!("not list_has_all([{}], {name})", values.join(", "))
        }
        _ => format!("{name} is not null and {name}::varchar not in ({})", values.join(", ")),
    }
}

fn null_values(
    source: &Source,
    name: &Text,
    column: &ColumnTable,
    nulls: u64,
    total: u64,
    data: &[DataFile],
) -> Diagnostic {
    let place = match data {
        [file] => format!(" of {}", file.name),
        _ => String::new(),
    };
    let why = if column.key { "a key is never null" } else { "not `nullable`" };
    Diagnostic::new(
        &codes::NULL_NOT_ALLOWED,
        format!(
            "column `{}` of source `{}` is null in {nulls} of {total} rows{place}",
            name.as_str(),
            source.id
        ),
    )
    .at(name.span, why)
    .help("declare `nullable = true` if rows without a value are right")
}

fn values_outside(
    engine: &Engine,
    table: &str,
    name: &Text,
    column: &ColumnTable,
    outsiders: u64,
) -> Result<Diagnostic, SqlFailure> {
    let quoted = quote(name);
    let examples = engine.query(&format!(
        "select {quoted}::varchar, count(*) from {table} where {} \
         group by 1 order by 2 desc, 1 limit 5",
        outside(name, column)
    ))?;
    let allowed: Vec<&str> = column.values.iter().map(|value| value.as_str()).collect();
    let shown: Vec<String> = examples
        .iter()
        .map(|row| format!("`{}` ({}×)", cell_text(row.first()), cell_text(row.get(1))))
        .collect();
    let mut diagnostic = Diagnostic::new(
        &codes::VALUE_NOT_ALLOWED,
        format!("column `{}` has {outsiders} values outside its set", name.as_str()),
    )
    .at(name.span, format!("allowed: {}", allowed.join(", ")))
    .note(format!("found {}", shown.join(", ")));
    if let Some(Cell::Text(first)) = examples.first().and_then(|row| row.first()) {
        diagnostic = diagnostic.did_you_mean(first, allowed);
    }
    Ok(diagnostic.help("add the value to `values`, or map it with `select`"))
}

/// The first repeated keys. Equal hashes of different keys are no repetition: then it is none.
fn duplicate_keys(
    engine: &Engine,
    source: &Source,
    table: &str,
    keys: &[String],
) -> Result<Option<Diagnostic>, SqlFailure> {
    let columns = keys.join(", ");
    let repeated = engine.query(&format!(
        "select concat_ws(', ', {columns})::varchar, count(*) from {table} \
         group by {columns} having count(*) > 1 order by 2 desc, 1 limit 3"
    ))?;
    if repeated.is_empty() {
        return Ok(None);
    }
    let shown: Vec<String> = repeated
        .iter()
        .map(|row| format!("`{}` ({}×)", cell_text(row.first()), cell_text(row.get(1))))
        .collect();
    let mut diagnostic = Diagnostic::new(
        &codes::DUPLICATE_KEY,
        format!("the key of source `{}` is not unique", source.id),
    );
    for (name, column) in source.definition.columns.iter() {
        if column.key {
            diagnostic = diagnostic.at(name.span, "declared as key");
        }
    }
    Ok(Some(diagnostic.note(format!("repeated: {}", shown.join(", ")))))
}

/// A failure that only a derived source's query can cause, when its rows are computed.
fn unexpected(failure: &SqlFailure, source: &Source, files: &Files) -> Diagnostic {
    let span = source.definition.sql.as_ref().map_or(source_span(source), |sql| sql.span);
    failure.diagnostic(&codes::SQL_ERROR, &Composed::default(), files, span)
}
