//! A load that failed: finding the values that are not of their declared type, and the lines of
//! the files that hold them. Slow, and only run when something is wrong.

use super::convert::{self, Mode};
use super::raw::Raw;
use super::{cell_text, excerpt, text_file, unreadable};
use crate::catalog::Source;
use crate::definition::read::Text;
use crate::definition::source::{ColumnTable, Format};
use crate::diagnostic::{Diagnostic, Files, codes};
use crate::engine::{Engine, SqlFailure};
use crate::measure::Cell;
use crate::plan::Composed;
use crate::project::DataFile;

/// How many values of a column are shown.
const SHOWN: usize = 3;

/// Explains why `sql` failed with `error`: values that do not parse, else what DuckDB said.
pub fn explain(
    engine: &Engine,
    source: &Source,
    data: &[DataFile],
    raw: &Raw,
    sql: &Composed,
    error: &SqlFailure,
    files: &Files,
) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for (name, column) in source.definition.columns.iter() {
        unparsed(engine, source, data, raw, name, column, &mut found);
    }
    if !found.is_empty() {
        return found;
    }
    // A place in the user's `select` is more precise than the file.
    if error.place.is_some_and(|(offset, length)| sql.locate(files, offset, length).is_some()) {
        let span = source.definition.format.span;
        return vec![error.diagnostic(&codes::SQL_ERROR, sql, files, span)];
    }
    vec![reader_error(source, data, error)]
}

/// Reports the values of a column that do not parse.
fn unparsed(
    engine: &Engine,
    source: &Source,
    data: &[DataFile],
    raw: &Raw,
    name: &Text,
    column: &ColumnTable,
    found: &mut Vec<Diagnostic>,
) {
    let mut shown = 0;
    for (file, relation) in data.iter().zip(&raw.per_file) {
        let sql = search(source, raw, name, column, relation);
        let Ok(rows) = engine.query(sql.text()) else {
            // The search itself stumbles over whatever stopped the load: that is reported.
            return;
        };
        for row in rows.iter().take(SHOWN - shown) {
            let ordinal = row.first().and_then(|cell| cell.count().ok()).unwrap_or(0);
            let value = cell_text(row.get(1));
            found.push(one(source, file, raw, name, column, ordinal, &value));
            shown += 1;
        }
        if shown == SHOWN {
            return;
        }
    }
}

/// The ordinals and texts of values that are not null and become null when converted leniently.
fn search(
    source: &Source,
    raw: &Raw,
    name: &Text,
    column: &ColumnTable,
    relation: &str,
) -> Composed {
    let typed = convert::typed_in_file(source, raw, name, column);
    let mut sql = Composed::default();
    sql.push("select ordinal, value::varchar from (\n  select row_number() over () as ordinal, ");
    convert::raw_value(source, name, column, typed, &mut sql);
    sql.push(" as value, ");
    convert::one(source, raw, name, column, Mode::Lenient, &mut sql);
    sql.push(&format!(" as converted from {relation}\n)\n"));
    sql.push("where value is not null and converted is null");
    if column.r#type.value == crate::definition::source::Type::Integer {
        sql.push(" or try_cast(value as decimal(38, 6)) % 1 <> 0");
    }
    sql.push(&format!("\norder by ordinal limit {SHOWN}"));
    sql
}

fn one(
    source: &Source,
    file: &DataFile,
    raw: &Raw,
    name: &Text,
    column: &ColumnTable,
    ordinal: u64,
    value: &str,
) -> Diagnostic {
    let type_name = column.r#type.value.name();
    let diagnostic = Diagnostic::new(
        &codes::VALUE_NOT_PARSED,
        format!("`{value}` in column `{}` is not of type {type_name}", name.as_str()),
    )
    .at(column.r#type.span, format!("declared as {type_name}"));
    let line = match source.definition.format.value {
        Format::Csv => {
            let field = raw_column(name, column);
            text_file::csv_value(&file.path, raw.dialect, ordinal, field, value)
        }
        Format::Ndjson => text_file::ndjson_value(&file.path, ordinal, value),
        Format::Json | Format::Parquet | Format::Derived => Ok(None),
    };
    let diagnostic = match line {
        Ok(Some(line)) => diagnostic.excerpt(excerpt(file, line)),
        Ok(None) | Err(_) => diagnostic.note(format!("record {ordinal} of {}", file.name)),
    };
    diagnostic.help(
        "declare null markers with `null`, a `format` or `epoch`, or map the value with `select`",
    )
}

/// The raw column that a column is, where it is one and not an expression.
fn raw_column<'a>(name: &'a Text, column: &'a ColumnTable) -> Option<&'a str> {
    let Some(select) = &column.select else {
        return Some(name);
    };
    let select = select.as_str().trim();
    let quoted = select.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    match quoted {
        Some(inside) => (!inside.contains('"')).then_some(inside),
        None => select.chars().all(|c| c.is_alphanumeric() || c == '_').then_some(select),
    }
}

/// What DuckDB's readers say about a file, with its line where they name one.
fn reader_error(source: &Source, data: &[DataFile], error: &SqlFailure) -> Diagnostic {
    let message = &error.message;
    let file =
        data.iter().find(|file| message.contains(&*file.path.to_string_lossy())).or(data.first());
    let line = number_after(message, "Line: ").or_else(|| number_after(message, "in line "));
    // The second line of a CSV error repeats the record; the one after says what is wrong.
    let what = message
        .lines()
        .find(|line| line.starts_with("Expected") || line.contains("unicode"))
        .unwrap_or(error.summary());
    let what = file
        .map_or(what.to_owned(), |file| what.replace(&*file.path.to_string_lossy(), &file.name));
    let diagnostic = unreadable(source, what);
    let excerpted = file.zip(line).and_then(|(file, number)| {
        Some(excerpt(file, text_file::line(&file.path, number).ok().flatten()?))
    });
    match (excerpted, file) {
        (Some(excerpted), _) => diagnostic.excerpt(excerpted),
        (None, Some(file)) => diagnostic.note(format!("while reading {}", file.name)),
        (None, None) => diagnostic,
    }
}

fn number_after(text: &str, marker: &str) -> Option<usize> {
    let rest = &text[text.find(marker)? + marker.len()..];
    let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
    digits.parse().ok()
}

/// The count of a single-cell answer.
pub fn count(rows: &[Vec<Cell>], column: usize) -> u64 {
    rows.first().and_then(|row| row.get(column)).and_then(|cell| cell.count().ok()).unwrap_or(0)
}
