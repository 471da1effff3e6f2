//! Where a row is in the files of a source. Only asked when something is wrong: it reads the
//! files again.

use super::convert::{self, Mode};
use super::raw::Raw;
use super::text_file;
use crate::Engine;
use goodhart_core::diagnostic::{Diagnostic, Excerpt};
use goodhart_core::plan::MappedSql;
use goodhart_core::project::DataFile;
use goodhart_core::project::catalog::Source;
use goodhart_core::project::definition::read::Text;
use goodhart_core::project::definition::source::{ColumnTable, Format};

/// The files that rows come from.
#[derive(Clone, Copy)]
pub struct Origin<'a> {
    pub data: &'a [DataFile],
    pub raw: &'a Raw,
    /// How the rows were converted when they were looked at.
    pub mode: Mode,
}

/// Adds the lines of the first `most` rows that meet a condition over the declared columns, with
/// the value of the column `name` underlined.
pub fn show_rows(
    diagnostic: Diagnostic,
    engine: &Engine,
    source: &Source,
    origin: Origin<'_>,
    condition: &str,
    name: &Text,
    most: usize,
) -> Diagnostic {
    let Some(column) = source.definition.columns.get(name) else {
        return diagnostic;
    };
    let mut diagnostic = diagnostic;
    let mut shown = 0;
    for (file, relation) in origin.data.iter().zip(&origin.raw.per_file) {
        let mut sql = MappedSql::default();
        sql.push("select ordinal from (\n  select row_number() over () as ordinal, ");
        convert::columns(source, origin.raw, origin.mode, &mut sql);
        sql.push(&format!(
            " from {relation}\n)\nwhere {condition}\norder by ordinal limit {}",
            most - shown
        ));
        for row in engine.query(sql.text()).unwrap_or_default() {
            let ordinal = row.first().and_then(|cell| cell.count().ok()).unwrap_or(0);
            diagnostic = show(diagnostic, source, file, origin.raw, name, column, ordinal, "");
            shown += 1;
        }
        if shown >= most {
            break;
        }
    }
    diagnostic
}

/// Adds the line of a record, with the value of a column underlined; where a format has no lines,
/// the number of the record.
#[allow(clippy::too_many_arguments, reason = "a place is made of all of these")]
pub fn show(
    diagnostic: Diagnostic,
    source: &Source,
    file: &DataFile,
    raw: &Raw,
    name: &Text,
    column: &ColumnTable,
    ordinal: u64,
    value: &str,
) -> Diagnostic {
    let line = match source.definition.format.value {
        Format::Csv => {
            let field = raw_column(name, column);
            text_file::csv_value(&file.path, raw.dialect, ordinal, field, value)
        }
        Format::Ndjson => {
            let path = json_path(name, column);
            text_file::ndjson_value(&file.path, ordinal, path.as_deref())
        }
        Format::Json => {
            let records = source.definition.json.as_ref().and_then(|json| json.records.as_deref());
            let path = json_path(name, column);
            text_file::json_value(&file.path, records, ordinal, path.as_deref())
        }
        Format::Parquet | Format::Derived => Ok(None),
    };
    match line {
        Ok(Some(line)) => show_line(diagnostic, source, file, line),
        Ok(None) | Err(_) => diagnostic.note(format!("record {ordinal} of {}", file.name)),
    }
}

/// Adds a line of data, underlined; its number alone where it may hold sensitive values.
pub fn show_line(
    diagnostic: Diagnostic,
    source: &Source,
    file: &DataFile,
    line: text_file::Line,
) -> Diagnostic {
    let text_file::Line { number, text, range } = line;
    if source.guarded {
        return diagnostic
            .note(format!("{}:{number}, not shown: it has sensitive columns", file.name));
    }
    diagnostic.excerpt(Excerpt {
        path: file.name.clone(),
        line: number,
        text,
        range,
        label: String::new(),
    })
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

/// The keys that lead to a column's value in its record, where it is that simple.
fn json_path(name: &Text, column: &ColumnTable) -> Option<Vec<String>> {
    match (&column.select, &column.path) {
        (Some(_), _) => None,
        (None, Some(path)) => text_file::json_keys(path),
        (None, None) => Some(vec![name.to_string()]),
    }
}
