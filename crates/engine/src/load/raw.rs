//! The raw relation of a source: its files as DuckDB reads them, before typing.
//!
//! Nothing is sniffed: a dialect that is guessed from a sample is guessed differently when the
//! data changes. CSV columns are text, named by the header; a JSON record is one JSON column.

use super::place::show_line;
use super::structure::not_parquet;
use super::text_file::{self, Dialect};
use super::{path_literal, unreadable};
use crate::{Engine, SqlFailure};
use goodhart_core::diagnostic::{Diagnostic, closest, codes};
use goodhart_core::plan::{literal, quote};
use goodhart_core::project::DataFile;
use goodhart_core::project::catalog::Source;
use goodhart_core::project::definition::read::Text;
use goodhart_core::project::definition::source::Format;

/// The files of a source as a relation.
#[derive(Debug, Clone)]
pub struct Raw {
    /// A FROM item.
    pub sql: String,
    /// The same for each file alone, to find the record that is wrong.
    pub per_file: Vec<String>,
    /// Raw columns with their DuckDB types; for JSON only `record`.
    pub columns: Vec<(String, String)>,
    pub dialect: Dialect,
}

impl Raw {
    /// The relation as far as it is known without files: no rows, and of a CSV file the columns
    /// that are asked for.
    pub fn without_files(source: &Source, mut columns: Vec<String>) -> Self {
        columns.sort();
        columns.dedup();
        let json = matches!(source.definition.format.value, Format::Json | Format::Ndjson);
        let selected = match (json, columns.as_slice()) {
            (true, _) => "null::json as record, null::varchar[] as fields".to_owned(),
            (false, []) => "1".to_owned(),
            (false, names) => {
                let column = |name: &String| format!("null::varchar as {}", quote(name));
                names.iter().map(column).collect::<Vec<_>>().join(", ")
            }
        };
        let typed = columns.into_iter().map(|name| (name, "VARCHAR".to_owned()));
        Self {
            sql: format!("(select {selected})"),
            per_file: Vec::new(),
            columns: typed.collect(),
            dialect: DEFAULT_DIALECT,
        }
    }

    pub fn type_of(&self, column: &str) -> Option<&str> {
        self.columns
            .iter()
            .find(|(name, _)| name == column)
            .map(|(_, type_name)| type_name.as_str())
    }
}

/// Builds the relation.
///
/// # Errors
/// Files that cannot be read, and declared columns that no raw column provides.
pub fn relation(
    engine: &Engine,
    source: &Source,
    data: &[DataFile],
) -> Result<Raw, Vec<Diagnostic>> {
    let raw = match source.definition.format.value {
        Format::Csv => csv(source, data)?,
        Format::Json => {
            check_array(source, data)?;
            json(source, data, JsonLayout::Array)
        }
        Format::Ndjson => json(source, data, JsonLayout::Lines),
        Format::Parquet | Format::Derived => parquet(engine, source, data)?,
    };
    Ok(raw)
}

const DEFAULT_DIALECT: Dialect = Dialect { delimiter: b',', quote: b'"' };

fn dialect(source: &Source) -> Dialect {
    let options = source.definition.csv.as_ref();
    let delimiter = options.and_then(|csv| csv.delimiter);
    let quote = options.and_then(|csv| csv.quote);
    Dialect {
        delimiter: delimiter.map_or(DEFAULT_DIALECT.delimiter, |character| character.value.0),
        quote: quote.map_or(DEFAULT_DIALECT.quote, |character| character.value.0),
    }
}

/// Whether what stands in the first lines of CSV files is enough to know that they cannot be read.
pub fn has_wrong_header(source: &Source, data: &[DataFile]) -> bool {
    source.definition.format.value == Format::Csv && headers(source, data, dialect(source)).is_err()
}

/// The column names of each file.
fn headers(
    source: &Source,
    data: &[DataFile],
    dialect: Dialect,
) -> Result<Vec<Vec<String>>, Vec<Diagnostic>> {
    let mut headers = Vec::new();
    let mut found = Vec::new();
    for file in data {
        match text_file::header(&file.path, dialect) {
            Ok(header) => match bad_header(source, file, &header, dialect) {
                Some(diagnostic) => found.push(diagnostic),
                None => {
                    missing_columns(source, file, &header, &mut found);
                    headers.push(named(header));
                }
            },
            Err(error) => {
                found.push(unreadable(source, format!("cannot read {}: {error}", file.name)))
            }
        }
    }
    if found.is_empty() { Ok(headers) } else { Err(found) }
}

fn csv(source: &Source, data: &[DataFile]) -> Result<Raw, Vec<Diagnostic>> {
    let dialect = dialect(source);
    let headers = headers(source, data, dialect)?;
    let markers = null_markers(source).unwrap_or_else(|| vec![String::new()]);
    let per_file: Vec<String> = data
        .iter()
        .zip(&headers)
        .map(|(file, header)| read_csv(&[file], header, dialect, &markers))
        .collect();
    // Files with the same header are read by one scan; others are matched by name.
    let mut groups: Vec<(&Vec<String>, Vec<&DataFile>)> = Vec::new();
    for (file, header) in data.iter().zip(&headers) {
        match groups.iter_mut().find(|(known, _)| *known == header) {
            Some((_, files)) => files.push(file),
            None => groups.push((header, vec![file])),
        }
    }
    let scans: Vec<String> = groups
        .iter()
        .map(|(header, files)| format!("from {}", read_csv(files, header, dialect, &markers)))
        .collect();
    let mut columns: Vec<(String, String)> = Vec::new();
    for name in headers.iter().flatten() {
        if !columns.iter().any(|(known, _)| known == name) {
            columns.push((name.clone(), "VARCHAR".to_owned()));
        }
    }
    Ok(Raw { sql: format!("({})", scans.join(" union all by name ")), per_file, columns, dialect })
}

/// What is wrong with a header as a whole, whatever columns are declared.
fn bad_header(
    source: &Source,
    file: &DataFile,
    header: &[String],
    dialect: Dialect,
) -> Option<Diagnostic> {
    let shown = |diagnostic: Diagnostic| match text_file::line(&file.path, 1) {
        Ok(Some(line)) => show_line(diagnostic, source, file, line),
        _ => diagnostic,
    };
    if header.is_empty() {
        return Some(
            unreadable(source, format!("{} is empty", file.name))
                .help("a CSV file begins with a line of column names"),
        );
    }
    if header.iter().any(|name| name.contains(['\u{fffd}', '\0'])) {
        return Some(shown(
            unreadable(source, format!("{} is not UTF-8 text", file.name))
                .help("save the file as UTF-8"),
        ));
    }
    if let [only] = header
        && source.definition.columns.entries.len() > 1
        && let Some(other) = [',', ';', '\t', '|'].into_iter().find(|other| only.contains(*other))
    {
        return Some(shown(
            unreadable(
                source,
                format!(
                    "{} has only one column between `{}`",
                    file.name,
                    char::from(dialect.delimiter).escape_default()
                ),
            )
            .help(format!("set `csv.delimiter = \"{}\"`", other.escape_default())),
        ));
    }
    let repeated = header.iter().enumerate().find(|(index, name)| {
        !name.is_empty() && header[..*index].iter().any(|known| known.eq_ignore_ascii_case(name))
    });
    repeated.map(|(_, name)| {
        let called = if is_data(source, header) {
            "of one name".to_owned()
        } else {
            format!("called `{name}`")
        };
        shown(
            unreadable(source, format!("{} has two columns {called}", file.name))
                .help("rename one of them where the file is written"),
        )
    })
}

/// A header in which every column has a name: what a spreadsheet writes behind a last delimiter
/// has none.
fn named(header: Vec<String>) -> Vec<String> {
    let mut named: Vec<String> = Vec::new();
    for (index, name) in header.into_iter().enumerate() {
        let unnamed = name.is_empty();
        named.push(if unnamed { format!("column{}", index + 1) } else { name });
    }
    named
}

/// The texts that mean null, where the source declares them.
pub fn null_markers(source: &Source) -> Option<Vec<String>> {
    let markers = source.definition.null.as_ref()?;
    Some(markers.iter().map(|marker| marker.to_string()).collect())
}

fn read_csv(
    files: &[&DataFile],
    header: &[String],
    dialect: Dialect,
    markers: &[String],
) -> String {
    let paths: Vec<String> = files.iter().map(|file| path_literal(&file.path)).collect();
    let columns: Vec<String> =
        header.iter().map(|name| format!("{}: 'VARCHAR'", literal(name))).collect();
    let nulls: Vec<String> = markers.iter().map(|marker| literal(marker)).collect();
    let quote = literal(&char::from(dialect.quote).to_string());
    format!(
        "read_csv([{}], auto_detect = false, header = true, columns = {{{}}}, delim = {}, \
         quote = {quote}, escape = {quote}, nullstr = [{}])",
        paths.join(", "),
        columns.join(", "),
        literal(&char::from(dialect.delimiter).to_string()),
        nulls.join(", "),
    )
}

/// A declared column without `select` must be in the header.
fn missing_columns(
    source: &Source,
    file: &DataFile,
    header: &[String],
    found: &mut Vec<Diagnostic>,
) {
    for (name, column) in source.definition.columns.iter() {
        if column.select.is_some() || header.iter().any(|known| known == name.as_str()) {
            continue;
        }
        let diagnostic = missing(name, file, header.iter().map(String::as_str));
        found.push(if is_data(source, header) { no_header(name, file) } else { diagnostic });
    }
}

/// Whether what should be a header may be a row of sensitive values: it has no declared column.
fn is_data(source: &Source, header: &[String]) -> bool {
    source.guarded
        && !source.definition.columns.names().any(|name| header.iter().any(|h| h == name))
}

fn no_header(name: &Text, file: &DataFile) -> Diagnostic {
    Diagnostic::new(
        &codes::MISSING_COLUMN,
        format!("{} has no column `{}`", file.name, name.as_str()),
    )
    .at(name.span, "declared here")
    .note("its first line has no declared column, and is not shown: it may be sensitive data")
    .help("a CSV file begins with a line of column names")
}

fn missing<'a>(
    name: &Text,
    file: &DataFile,
    present: impl Iterator<Item = &'a str> + Clone,
) -> Diagnostic {
    let names: Vec<&str> = present.clone().collect();
    let has = format!("{} has: {}", file.name, names.join(", "));
    let select = match closest(name, present) {
        // Quoted, since a raw column may be called anything; in TOML's literal quotes.
        Some(near) => format!("read it from another one, as in `select = '\"{near}\"'`"),
        None => "read it from a column of another name with `select`".to_owned(),
    };
    Diagnostic::new(
        &codes::MISSING_COLUMN,
        format!("{} has no column `{}`", file.name, name.as_str()),
    )
    .at(name.span, "declared here")
    .note(has)
    .help(select)
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum JsonLayout {
    Array,
    Lines,
}

fn json(source: &Source, data: &[DataFile], layout: JsonLayout) -> Raw {
    let records = source.definition.json.as_ref().and_then(|json| json.records.as_ref());
    let fields = json_paths(source);
    let read = |files: &[&DataFile]| {
        let paths: Vec<String> = files.iter().map(|file| path_literal(&file.path)).collect();
        let paths = paths.join(", ");
        let records = match (layout, records) {
            (JsonLayout::Lines, _) => format!(
                "(select json as record from read_json_objects([{paths}], \
                 format = 'newline_delimited'))"
            ),
            (JsonLayout::Array, None) => format!(
                "(select json as record from read_json_objects([{paths}], format = 'array'))"
            ),
            (JsonLayout::Array, Some(records)) => format!(
                "(select unnest({}) as record from read_json_objects(\
                 [{paths}], format = 'unstructured', maximum_object_size = {}))",
                extract_records(records),
                object_size(files),
            ),
        };
        format!("(select record, json_extract_string(record, {fields}) as fields from {records})")
    };
    Raw {
        sql: read(&data.iter().collect::<Vec<_>>()),
        per_file: data.iter().map(|file| read(&[file])).collect(),
        columns: vec![("record".to_owned(), "JSON".to_owned())],
        dialect: DEFAULT_DIALECT,
    }
}

/// The records in a JSON object. An empty list has none; no list at all is a mistake.
fn extract_records(path: &str) -> String {
    let extract = format!("json_extract(json, {})", literal(path));
    match path.strip_suffix("[*]") {
        Some(list) if !list.contains('*') => format!(
            "case when json_exists(json, {}) then {extract} \
             else error('there are no records') end",
            literal(list)
        ),
        _ => extract,
    }
}

/// A JSON file is a list of records, unless the source says where in it they are.
fn check_array(source: &Source, data: &[DataFile]) -> Result<(), Vec<Diagnostic>> {
    let whole = source.definition.json.as_ref().is_none_or(|json| json.records.is_none());
    let found: Vec<Diagnostic> = data
        .iter()
        .filter_map(|file| match text_file::first_byte(&file.path) {
            Ok(None) => Some(unreadable(source, format!("{} is empty", file.name))),
            Ok(Some(b'[')) => None,
            Ok(Some(_)) if whole => Some(
                unreadable(source, format!("{} is not a JSON list", file.name))
                    .help("say where the records are, as in `json.records = \"$.items[*]\"`")
                    .help("or, if each line is a record, set `format = \"ndjson\"`"),
            ),
            Ok(Some(_)) => None,
            Err(error) => Some(unreadable(source, format!("cannot read {}: {error}", file.name))),
        })
        .collect();
    if found.is_empty() { Ok(()) } else { Err(found) }
}

/// A whole file is one JSON object, and DuckDB's buffers are as large as it says an object may
/// be: the size of the largest file, with room for what gzip and zstd make of JSON.
fn object_size(files: &[&DataFile]) -> u64 {
    const LEAST: u64 = 16 << 20;
    const COMPRESSION: u64 = 30;
    files
        .iter()
        .map(|file| {
            let size = std::fs::metadata(&file.path).map_or(0, |metadata| metadata.len());
            let extension = file.path.extension().and_then(|extension| extension.to_str());
            match extension {
                Some("gz" | "zst") => size.saturating_mul(COMPRESSION),
                _ => size + 1,
            }
        })
        .max()
        .unwrap_or(0)
        .clamp(LEAST, 2 << 30)
}

/// The files that are no Parquet, else what DuckDB says about them together.
fn unreadable_parquet(
    engine: &Engine,
    source: &Source,
    data: &[DataFile],
    read: &dyn Fn(&[DataFile]) -> String,
    failure: SqlFailure,
) -> Vec<Diagnostic> {
    let alone = |file: &&DataFile| {
        engine.describe(&format!("from {}", read(std::slice::from_ref(*file)))).is_err()
    };
    let found: Vec<Diagnostic> =
        data.iter().filter(alone).map(|file| not_parquet(source, file)).collect();
    if found.is_empty() { vec![unreadable(source, failure.message)] } else { found }
}

fn parquet(engine: &Engine, source: &Source, data: &[DataFile]) -> Result<Raw, Vec<Diagnostic>> {
    let read = |files: &[DataFile]| {
        let paths: Vec<String> = files.iter().map(|file| path_literal(&file.path)).collect();
        // The reader has columns beside those of the file, such as where it lies; `*` leaves them out.
        format!("(from read_parquet([{}], union_by_name = true))", paths.join(", "))
    };
    let sql = read(data);
    let columns = engine
        .describe(&format!("from {sql}"))
        .map_err(|failure| unreadable_parquet(engine, source, data, &read, failure))?;
    let mut found = Vec::new();
    if let Some(file) = data.first() {
        for (name, column) in source.definition.columns.iter() {
            if column.select.is_none() && !columns.iter().any(|(known, _)| known == name.as_str()) {
                let present = columns.iter().map(|(known, _)| known.as_str());
                found.push(missing(name, file, present));
            }
        }
    }
    if !found.is_empty() {
        return Err(found);
    }
    Ok(Raw {
        sql: with_every_nan(sql, &columns),
        per_file: data.iter().map(|file| read(std::slice::from_ref(file))).collect(),
        columns,
        dialect: DEFAULT_DIALECT,
    })
}

/// Programs leave NaN out of the statistics of a Parquet file, and DuckDB believes those: a row
/// whose value is NaN is then not greater than 2, and `isnan` is false. What `try` yields has no
/// statistics, so that every value is looked at.
fn with_every_nan(sql: String, columns: &[(String, String)]) -> String {
    let floats: Vec<String> = columns
        .iter()
        .filter(|(_, type_name)| type_name.contains("FLOAT") || type_name.contains("DOUBLE"))
        .map(|(name, _)| format!("try({0}) as {0}", quote(name)))
        .collect();
    if floats.is_empty() {
        return sql;
    }
    format!("(select * replace ({}) from {sql})", floats.join(", "))
}

/// The expression that yields the raw value of a column without `select`.
pub fn default_expression(source: &Source, name: &str) -> String {
    match source.definition.format.value {
        Format::Json | Format::Ndjson => {
            let index = source.definition.columns.names().position(|known| known == name);
            format!("fields[{}]", index.map_or(0, |index| index + 1))
        }
        Format::Csv | Format::Parquet | Format::Derived => quote(name),
    }
}

/// The JSON paths of all declared columns, as a list. They are extracted together: each call
/// parses the record anew.
fn json_paths(source: &Source) -> String {
    let paths: Vec<String> = source
        .definition
        .columns
        .iter()
        .map(|(name, column)| match &column.path {
            Some(path) => literal(path),
            None => literal(&format!("$.\"{}\"", name.as_str())),
        })
        .collect();
    format!("[{}]", paths.join(", "))
}
