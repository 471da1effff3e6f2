//! Files that are not what their format says: rows of another length, text that is no UTF-8,
//! JSON that is none. Slow, and only asked when a load failed.

use std::collections::BTreeMap;

use serde::de::IgnoredAny;

use super::place::show_line;
use super::raw::Raw;
use super::text_file::{self, Line};
use super::{cell_text, source_span, unreadable};
use crate::{Engine, SqlFailure};
use goodhart_core::diagnostic::{Diagnostic, closest, codes};
use goodhart_core::project::DataFile;
use goodhart_core::project::catalog::Source;
use goodhart_core::project::definition::source::Format;

/// How many places of a file are shown.
const SHOWN: usize = 3;

/// What is wrong with the files of a source that could not be read; at least one diagnostic.
pub fn explain(
    engine: &Engine,
    source: &Source,
    data: &[DataFile],
    raw: &Raw,
    error: &SqlFailure,
) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for (file, relation) in data.iter().zip(&raw.per_file) {
        found.extend(match source.definition.format.value {
            Format::Csv => csv(engine, source, file, relation),
            Format::Ndjson => ndjson(source, file),
            Format::Json => json(engine, source, file, relation),
            Format::Parquet => parquet(engine, source, file, relation),
            Format::Derived => Vec::new(),
        });
    }
    if found.is_empty() { vec![unknown(source, data, error)] } else { found }
}

/// All rows that DuckDB's reader rejects.
fn csv(engine: &Engine, source: &Source, file: &DataFile, relation: &str) -> Vec<Diagnostic> {
    let Some(call) = relation.strip_suffix(')') else {
        return Vec::new();
    };
    let statements = [
        "drop table if exists reject_errors".to_owned(),
        "drop table if exists reject_scans".to_owned(),
        format!(
            "create or replace temp table rejected as \
             select max(hash(row)) from {call}, store_rejects = true) as row"
        ),
    ];
    let rows = statements.iter().try_for_each(|sql| engine.execute(sql)).and_then(|()| {
        engine.query(&format!(
            "select line, error_type, error_message, count(*) over () \
             from reject_errors order by line limit {SHOWN}"
        ))
    });
    let rows = rows.unwrap_or_default();
    let total = rows.first().and_then(|row| row.get(3)?.count().ok()).unwrap_or(0);
    let mut found: Vec<Diagnostic> = rows
        .iter()
        .map(|row| {
            let number = row.first().and_then(|cell| cell.count().ok()).unwrap_or(1);
            let (what, help) =
                rejected(&cell_text(row.get(1)), &cell_text(row.get(2)), source.guarded);
            let diagnostic = unreadable(source, format!("{}: {what}", file.name)).help(help);
            match text_file::line(&file.path, usize::try_from(number).unwrap_or(1)) {
                Ok(Some(line)) => show_line(diagnostic, source, file, line),
                _ => diagnostic.note(format!("line {number}")),
            }
        })
        .collect();
    if let Some(last) = found.pop() {
        found.push(more(last, total, rows.len()));
    }
    found
}

/// What is wrong with a row, and what helps, in place of DuckDB's settings.
fn rejected(kind: &str, message: &str, guarded: bool) -> (String, &'static str) {
    let numbers: Vec<&str> =
        message.split(|c: char| !c.is_ascii_digit()).filter(|n| !n.is_empty()).collect();
    match (kind, numbers.as_slice()) {
        ("TOO MANY COLUMNS" | "MISSING COLUMNS", [expected, found, ..]) => (
            format!("the header has {expected} columns, this row {found}"),
            "put values that hold the delimiter or a line break in quotes",
        ),
        ("UNQUOTED VALUE", _) => {
            ("a quote that is not closed".to_owned(), "double a quote that is part of a value")
        }
        ("INVALID ENCODING", _) => {
            ("a value that is not UTF-8 text".to_owned(), "save the file as UTF-8")
        }
        // Other messages repeat the row.
        _ if guarded => {
            ("a row that cannot be read".to_owned(), "correct the file where it is written")
        }
        _ => (message.to_owned(), "correct the file where it is written"),
    }
}

fn more(diagnostic: Diagnostic, total: u64, shown: usize) -> Diagnostic {
    match total.saturating_sub(shown as u64) {
        0 => diagnostic,
        1 => diagnostic.note("and one more row of the file"),
        more => diagnostic.note(format!("and {more} more rows of the file")),
    }
}

/// Every line that is no JSON.
fn ndjson(source: &Source, file: &DataFile) -> Vec<Diagnostic> {
    let Ok(lines) = text_file::lines(&file.path) else {
        return Vec::new();
    };
    let mut found = Vec::new();
    let mut total = 0;
    for (index, text) in lines.map_while(Result::ok).enumerate() {
        if text.trim().is_empty() {
            continue;
        }
        if let Err(error) = serde_json::from_str::<IgnoredAny>(&text) {
            total += 1;
            if found.len() < SHOWN {
                let range = from_column(&text, error.column());
                let line = Line { number: index + 1, text, range };
                let problem = format!("{}: {}", file.name, json_problem(&error));
                let diagnostic = show_line(unreadable(source, problem), source, file, line);
                found.push(diagnostic.help("each line must be one JSON object"));
            }
        }
    }
    let shown = found.len();
    if let Some(last) = found.pop() {
        found.push(more(last, total, shown));
    }
    found
}

/// Where a file stops being JSON, or where its records are not.
fn json(engine: &Engine, source: &Source, file: &DataFile, relation: &str) -> Vec<Diagnostic> {
    let Ok(text) = text_file::text(&file.path) else {
        return Vec::new();
    };
    if let Err(error) = serde_json::from_str::<IgnoredAny>(&text) {
        let message = format!("{}: {}", file.name, json_problem(&error));
        let last = text.trim_end().lines().count();
        let number = error.line().clamp(1, last.max(1));
        let line = text.lines().nth(number - 1).unwrap_or("").to_owned();
        // Where the file ends too early, the last character is as near as one gets.
        let column = if number < error.line() { line.len() } else { error.column() };
        let range = from_column(&line, column);
        let line = Line { number, text: line, range };
        let diagnostic = show_line(unreadable(source, message), source, file, line);
        return vec![diagnostic.help("correct the file where it is written, or fetch it again")];
    }
    let records = source.definition.json.as_ref().and_then(|json| json.records.as_ref());
    let Some(records) = records else {
        return Vec::new();
    };
    if engine.query(&format!("select count(record) from {relation}")).is_ok() {
        return Vec::new();
    }
    let keys: BTreeMap<String, IgnoredAny> = serde_json::from_str(&text).unwrap_or_default();
    let keys: Vec<String> = keys.into_keys().collect();
    let mut diagnostic = Diagnostic::new(
        &codes::UNREADABLE_SOURCE,
        format!("{} has nothing at `{}`", file.name, records.as_str()),
    )
    .at(records.span, "where the records are said to be");
    let wanted = records.trim_start_matches("$.").trim_end_matches("[*]");
    if !keys.is_empty() {
        diagnostic = diagnostic.note(format!("{} has: {}", file.name, keys.join(", ")));
    }
    if let Some(near) = closest(wanted, keys.iter().map(String::as_str)) {
        diagnostic = diagnostic.help(format!("did you mean `$.{near}[*]`?"));
    }
    vec![diagnostic]
}

fn parquet(engine: &Engine, source: &Source, file: &DataFile, relation: &str) -> Vec<Diagnostic> {
    match engine.describe(&format!("from {relation}")) {
        Ok(_) => Vec::new(),
        Err(_) => vec![not_parquet(source, file)],
    }
}

pub fn not_parquet(source: &Source, file: &DataFile) -> Diagnostic {
    unreadable(source, format!("{} is not a Parquet file", file.name))
        .help("correct `format` or `files`, or fetch the file again if it is only a part of one")
}

/// What is left when nobody knows better: DuckDB's own words, without this machine's paths.
fn unknown(source: &Source, data: &[DataFile], error: &SqlFailure) -> Diagnostic {
    let error = error.clone().discreet(source.guarded);
    let mut message = error.message.clone();
    let mut named = None;
    for file in data {
        let path = file.path.to_string_lossy();
        if error.text.contains(&*path) {
            named = Some(file);
            message = message.replace(&*path, &file.name);
        }
    }
    let diagnostic = Diagnostic::new(&codes::UNREADABLE_SOURCE, message)
        .at(source_span(source), format!("source `{}`", source.id));
    let diagnostic = diagnostic.help("check that the file is complete, and what its format says");
    match named.or(if let [only] = data { Some(only) } else { None }) {
        Some(file) => diagnostic.note(format!("while reading {}", file.name)),
        None => diagnostic,
    }
}

/// serde_json's words without the place, which is shown.
fn json_problem(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let what =
        text.split(" at line ").next().unwrap_or("").replace("EOF while parsing", "it ends within");
    format!("not valid JSON: {what}")
}

/// From a 1-based column of bytes to the end of the line; the last character at its end.
fn from_column(line: &str, column: usize) -> std::ops::Range<usize> {
    let start = line.floor_char_boundary(column.saturating_sub(1).min(line.len()));
    start..line.len()
}
