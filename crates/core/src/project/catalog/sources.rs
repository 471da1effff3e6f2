//! Sources: ids, keys that fit together, and what derived sources read.

use std::collections::{BTreeMap, BTreeSet};

use super::Source;
use super::ids::{duplicate, is_id, nearest_id, source_id};
use crate::diagnostic::{Diagnostic, FileId, Files, Span, codes};
use crate::graph::topological_order;
use crate::project::definition::read::{Sql, Text};
use crate::project::definition::source::{ColumnTable, Format, SourceFile, Type};
use crate::sql::{ParsedPieces, ParsedSql};

/// Merges the sources: ids, keys that fit together, what derived sources read, cycles.
pub fn sources(
    files: &Files,
    definitions: Vec<(FileId, SourceFile)>,
    sql: &ParsedPieces,
    found: &mut Vec<Diagnostic>,
) -> BTreeMap<String, Source> {
    let mut sources: BTreeMap<String, Source> = BTreeMap::new();
    for (file, definition) in definitions {
        let Some(id) = source_id(files, file, found) else {
            continue;
        };
        if let Some(first) = sources.get(&id) {
            found.push(duplicate(files, &id, first.file, file));
            continue;
        }
        check_source(&definition, found);
        let guarded = definition.columns.iter().any(|(_, column)| column.sensitive == Some(true));
        let source =
            Source { id: id.clone(), file, definition, reads: Vec::new(), clocked: false, guarded };
        sources.insert(id, source);
    }
    resolve_derived(files, &mut sources, sql, found);
    for source in sources.values() {
        check_columns_named(source, found);
    }
    sources
}

/// What the keys of one source say together.
fn check_source(source: &SourceFile, found: &mut Vec<Diagnostic>) {
    let format = source.format.value;
    let derived = format == Format::Derived;
    match (derived, &source.sql) {
        (true, None) => found.push(missing("sql", source, "a derived source is a query")),
        (false, Some(sql)) => found.push(
            Diagnostic::new(&codes::CONFLICTING_KEYS, "`sql` belongs to a derived source")
                .at(sql.span, "remove this")
                .at(source.format.span, "or set `derived`"),
        ),
        _ => {}
    }
    if !derived && source.files.0.is_empty() {
        found.push(missing("files", source, "stored in which files?"));
    }
    if !derived && source.columns.entries.is_empty() {
        found.push(missing("columns", source, "add a [columns.<name>] table for each column"));
    }
    let json = matches!(format, Format::Json | Format::Ndjson);
    let unused = [
        ("files", derived, source.files.0.first().map(|file| file.span)),
        ("root", derived, source.root.as_ref().map(|root| root.span)),
        ("null", derived, source.null.iter().flatten().next().map(|null| null.span)),
        ("null_dates", derived, source.null_dates.first().map(|date| date.span)),
        ("test", !derived, source.test.first().map(|test| test.span)),
        ("csv", format != Format::Csv, source.csv.as_ref().map(|csv| csv.span)),
        ("json", format != Format::Json, source.json.as_ref().map(|json| json.span)),
    ];
    for (key, unused, span) in unused {
        if let (true, Some(span)) = (unused, span) {
            found.push(no_use(key, source, span));
        }
    }
    if let Some(csv) = &source.csv
        && let (Some(delimiter), Some(quote)) = (csv.delimiter, csv.quote)
        && delimiter.value == quote.value
    {
        found.push(
            Diagnostic::new(&codes::CONFLICTING_KEYS, "the delimiter and the quote are the same")
                .at(quote.span, "this one or")
                .at(delimiter.span, "that one"),
        );
    }
    if let Some(records) = source.json.as_ref().and_then(|json| json.records.as_ref())
        && !records.contains('*')
    {
        let diagnostic = Diagnostic::new(
            &codes::INVALID_VALUE,
            format!("`{}` is one value, not the records", records.as_str()),
        )
        .at(records.span, "expected a path with `[*]`, such as \"$.items[*]\"");
        found.push(if records.ends_with(|c: char| c.is_alphanumeric() || c == '"') {
            diagnostic.help(format!("write \"{}[*]\" for the elements of a list", records.as_str()))
        } else {
            diagnostic
        });
    }
    for (name, column) in source.columns.iter() {
        check_column(source, name, column, json, found);
    }
}

/// What the keys of one column say together.
fn check_column(
    source: &SourceFile,
    name: &Text,
    column: &ColumnTable,
    json: bool,
    found: &mut Vec<Diagnostic>,
) {
    let derived = source.format.value == Format::Derived;
    if !is_id(name) {
        let near = nearest_id(name);
        let near = near.as_deref().unwrap_or("name");
        found.push(
            Diagnostic::new(
                &codes::INVALID_NAME,
                format!("`{}` cannot be a column name", name.as_str()),
            )
            .at(name.span, "lower-case letters, digits and underscores")
            .help(format!(
                "call it `{near}` and read the raw column with `select = '\"{}\"'`",
                name.as_str()
            )),
        );
    }
    let unused = [
        ("select", derived, column.select.as_ref().map(|select| select.span)),
        ("path", !json, column.path.as_ref().map(|path| path.span)),
        ("format", derived, column.format.as_ref().map(|format| format.span)),
        ("epoch", derived, column.epoch.map(|epoch| epoch.span)),
        ("separator", derived, column.separator.as_ref().map(|separator| separator.span)),
    ];
    for (key, unused, span) in unused {
        if let (true, Some(span)) = (unused, span) {
            found.push(no_use(key, source, span));
        }
    }
    let of_type = |key: &str, span: Span, types: &str| {
        Diagnostic::new(&codes::CONFLICTING_KEYS, format!("`{key}` is for columns of type {types}"))
            .at(span, "has no effect here")
            .at(column.r#type.span, format!("declared as {}", column.r#type.value.name()))
    };
    let time = matches!(column.r#type.value, Type::Timestamp | Type::Date);
    if let (false, Some(format)) = (time, &column.format) {
        found.push(of_type("format", format.span, "timestamp and date"));
    }
    if let (false, Some(epoch)) = (time, column.epoch) {
        found.push(of_type("epoch", epoch.span, "timestamp and date"));
    }
    if let (true, Some(separator)) = (column.r#type.value != Type::TextList, &column.separator) {
        found.push(of_type("separator", separator.span, "text[]"));
    }
    let mut either = |one: (&str, Option<Span>), other: (&str, Option<Span>)| {
        if let (Some(first), Some(second)) = (one.1, other.1) {
            let message = format!("a column has `{}` or `{}`, not both", one.0, other.0);
            found.push(
                Diagnostic::new(&codes::CONFLICTING_KEYS, message)
                    .at(second, "this one or")
                    .at(first, "that one"),
            );
        }
    };
    let path = column.path.as_ref().map(|path| path.span);
    either(("select", column.select.as_ref().map(|select| select.span)), ("path", path));
    let epoch = column.epoch.map(|epoch| epoch.span);
    either(("format", column.format.as_ref().map(|format| format.span)), ("epoch", epoch));
    if let (false, Some(false)) = (derived, column.sensitive) {
        found.push(
            Diagnostic::new(
                &codes::CONFLICTING_KEYS,
                "`sensitive = false` is for columns of derived sources",
            )
            .at(name.span, "is what it is without saying so")
            .help("remove it"),
        );
    }
    if column.key && column.nullable {
        found.push(
            Diagnostic::new(&codes::CONFLICTING_KEYS, "a key is never null")
                .at(name.span, "both `key` and `nullable`")
                .help("remove one of them"),
        );
    }
}

fn missing(key: &str, source: &SourceFile, why: &str) -> Diagnostic {
    Diagnostic::new(&codes::MISSING_KEY, format!("`{key}` is missing")).at(source.format.span, why)
}

/// A key that says nothing about a source of this format.
fn no_use(key: &str, source: &SourceFile, span: Span) -> Diagnostic {
    let format = source.format.value.name();
    Diagnostic::new(
        &codes::CONFLICTING_KEYS,
        format!("`{key}` is not for sources of format {format}"),
    )
    .at(span, "remove this")
    .at(source.format.span, "the format")
}

/// `known_at` and `freshness` name columns of the source.
fn check_columns_named(source: &Source, found: &mut Vec<Diagnostic>) {
    let definition = &source.definition;
    let named = [
        definition.known_at.as_ref(),
        definition.freshness.as_ref().map(|freshness| &freshness.column),
    ];
    for name in named.into_iter().flatten() {
        found.extend(not_an_instant(name, source));
    }
}

/// A name that must be a declared column of instants.
fn not_an_instant(name: &Text, source: &Source) -> Option<Diagnostic> {
    let Some(column) = source.definition.columns.get(name) else {
        return Some(unknown_column(name, source));
    };
    let declared = column.r#type;
    (!matches!(declared.value, Type::Timestamp | Type::Date)).then(|| {
        Diagnostic::new(&codes::WRONG_TYPE, format!("column `{}` is not an instant", name.as_str()))
            .at(name.span, "must be a timestamp or a date")
            .at(declared.span, format!("declared as {}", declared.value.name()))
    })
}

fn resolve_derived(
    files: &Files,
    sources: &mut BTreeMap<String, Source>,
    parsed: &ParsedPieces,
    found: &mut Vec<Diagnostic>,
) {
    let reads: BTreeMap<String, Vec<String>> = sources
        .values()
        .filter_map(|source| {
            let query = parsed.query(source.definition.sql.as_ref()?.as_str())?;
            Some((source.id.clone(), read_by(query, sources)))
        })
        .collect();
    let needs = |id| reads.get(id).into_iter().flatten().map(String::as_str);
    let (order, cycles) = topological_order(sources.keys().map(String::as_str), needs);
    for cycle in &cycles {
        found.push(source_cycle(files, cycle, sources, parsed));
    }
    let order: Vec<String> = order.into_iter().map(str::to_owned).collect();
    // In this order, what a source reads is settled before the source itself.
    for id in order {
        let needs = reads.get(&id).cloned().unwrap_or_default();
        let inherited = needs.iter().any(|need| sources[need].clocked);
        let guarded = needs.iter().any(|need| sources[need].guarded);
        let Some(source) = sources.get_mut(&id) else {
            continue;
        };
        let query = source.definition.sql.as_ref().and_then(|sql| parsed.query(sql.as_str()));
        let own = query.is_some_and(|query| query.uses_clock());
        source.clocked = inherited || own || source.definition.known_at.is_some();
        source.guarded |= guarded;
        source.reads = needs;
    }
}

/// Derived sources that read derived sources: every level is a query around a query, and the
/// engine's work may double with each. Of a chain that is too deep the first link is reported.
pub fn check_depth(
    files: &Files,
    sources: &BTreeMap<String, Source>,
    parsed: &ParsedPieces,
    most: u64,
    found: &mut Vec<Diagnostic>,
) {
    let needs = |id| sources.get(id).into_iter().flat_map(|source| &source.reads);
    let ids = sources.keys().map(String::as_str);
    let (order, _) = topological_order(ids, |id| needs(id).map(String::as_str));
    let mut depths: BTreeMap<&str, u64> = BTreeMap::new();
    for id in order {
        let Some(source) = sources.get(id) else { continue };
        let Some(sql) = &source.definition.sql else { continue };
        let deepest = source
            .reads
            .iter()
            .filter_map(|read| Some((*depths.get(read.as_str())?, read)))
            .max_by_key(|(depth, _)| *depth);
        let depth = deepest.map_or(0, |(depth, _)| depth) + 1;
        depths.insert(id, depth);
        if let Some((_, below)) = deepest
            && depth == most + 1
        {
            found.push(
                Diagnostic::new(
                    &codes::LIMIT_EXCEEDED,
                    format!("derived sources are nested more than {most} deep"),
                )
                .at(
                    place_of(below, sql, parsed, files),
                    format!("`{below}` is {most} deep already"),
                )
                .help("put several of the queries into one, or raise `limits.depth`"),
            );
        }
    }
}

/// The sources among the relations of a piece of SQL, sorted and without repetitions.
pub fn read_by(sql: &ParsedSql, sources: &BTreeMap<String, Source>) -> Vec<String> {
    let names = sql.relation_names().into_iter().filter(|name| sources.contains_key(*name));
    names.map(str::to_owned).collect()
}

/// Where a query reads a relation.
fn place_of(relation: &str, sql: &Sql, parsed: &ParsedPieces, files: &Files) -> Span {
    let query = parsed.query(sql.as_str());
    let place = query.and_then(|query| query.place_of_relation(relation)).unwrap_or_default();
    sql.locate(files, place.start, place.length)
}

fn source_cycle(
    files: &Files,
    cycle: &[&str],
    sources: &BTreeMap<String, Source>,
    parsed: &ParsedPieces,
) -> Diagnostic {
    let mut diagnostic = Diagnostic::new(
        &codes::SOURCE_CYCLE,
        format!("derived sources need each other: {}", cycle.join(" → ")),
    );
    for pair in cycle.windows(2) {
        let [from, to] = pair else { continue };
        let Some(sql) = sources.get(*from).and_then(|s| s.definition.sql.as_ref()) else {
            continue;
        };
        let place = place_of(to, sql, parsed, files);
        diagnostic = diagnostic.at(place, format!("`{from}` reads `{to}`"));
    }
    diagnostic.help("derive one of them from a source that is read from files")
}

/// The as-of may come from a column of a source that files hold.
pub fn check_newest(
    source: &Text,
    column: &Text,
    sources: &BTreeMap<String, Source>,
    unread: &BTreeSet<String>,
    found: &mut Vec<Diagnostic>,
) {
    match sources.get(source.as_str()) {
        None if unread.contains(source.as_str()) => {}
        None => found.push(unknown_source(source, sources)),
        Some(known) => {
            found.extend(not_an_instant(column, known));
            // What files hold can be read before the as-of is known; a query over it cannot.
            if known.clocked && known.definition.format.value == Format::Derived {
                found.push(
                    Diagnostic::new(
                        &codes::SOURCE_CYCLE,
                        format!("the as-of cannot come from `{}`", source.as_str()),
                    )
                    .at(source.span, "its rows depend on the as-of")
                    .help("name a source that is read from files"),
                );
            }
        }
    }
}

fn unknown_source(name: &Text, sources: &BTreeMap<String, Source>) -> Diagnostic {
    Diagnostic::new(
        &codes::UNKNOWN_SOURCE,
        format!("there is no source called `{}`", name.as_str()),
    )
    .at(name.span, "not in sources/")
    .did_you_mean(name, sources.keys().map(String::as_str))
}

fn unknown_column(name: &Text, source: &Source) -> Diagnostic {
    Diagnostic::new(
        &codes::UNKNOWN_COLUMN,
        format!("source `{}` declares no column `{}`", source.id, name.as_str()),
    )
    .at(name.span, "not declared")
    .did_you_mean(name, source.definition.columns.names())
}
