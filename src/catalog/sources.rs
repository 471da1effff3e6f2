//! Sources: ids, keys that fit together, and what derived sources read.

use std::collections::BTreeMap;

use super::Source;
use super::cycle;
use super::ids::{duplicate, is_id, source_id};
use super::references::{clock_offsets, relations};
use crate::definition::read::Text;
use crate::definition::source::{Format, SourceFile};
use crate::diagnostic::{Diagnostic, FileId, Files, codes};

/// Merges the sources: ids, keys that fit together, what derived sources read, cycles.
pub fn sources(
    files: &Files,
    definitions: Vec<(FileId, SourceFile)>,
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
        let source = Source { id: id.clone(), file, definition, reads: Vec::new(), clocked: false };
        sources.insert(id, source);
    }
    resolve_derived(files, &mut sources, found);
    for source in sources.values() {
        check_columns_named(source, found);
    }
    sources
}

/// What the keys of one source say together.
fn check_source(source: &SourceFile, found: &mut Vec<Diagnostic>) {
    let derived = source.format.value == Format::Derived;
    let mut conflict = |message: &str, label: &str| {
        found
            .push(Diagnostic::new(&codes::CONFLICTING_KEYS, message).at(source.format.span, label));
    };
    match (derived, &source.sql) {
        (true, None) => conflict("a derived source needs `sql`", "derived from what?"),
        (false, Some(_)) => conflict("`sql` belongs to a derived source", "not derived"),
        _ => {}
    }
    if derived && !source.files.0.is_empty() {
        conflict("a derived source has no `files`", "derived");
    }
    if !derived && source.files.0.is_empty() {
        conflict("`files` is missing", "stored in which files?");
    }
    if !derived && source.columns.entries.is_empty() {
        conflict("the source declares no columns", "add [columns.<name>] tables");
    }
    for (name, column) in source.columns.iter() {
        if !is_id(name) {
            found.push(
                Diagnostic::new(
                    &codes::INVALID_NAME,
                    format!("`{}` cannot be a column name", name.as_str()),
                )
                .at(name.span, "lower-case letters, digits and underscores")
                .help("map the raw column with `select`"),
            );
        }
        if let (true, Some(select)) = (derived, &column.select) {
            found.push(
                Diagnostic::new(
                    &codes::CONFLICTING_KEYS,
                    "`select` belongs to columns that are read from files",
                )
                .at(select.span, "the source is derived"),
            );
        }
        if let (Some(select), Some(path)) = (&column.select, &column.path) {
            found.push(
                Diagnostic::new(&codes::CONFLICTING_KEYS, "a column has `select` or `path`")
                    .at(path.span, "this one or")
                    .at(select.span, "that one"),
            );
        }
        if let Some(path) = &column.path
            && !matches!(source.format.value, Format::Json | Format::Ndjson)
        {
            found.push(
                Diagnostic::new(&codes::CONFLICTING_KEYS, "`path` is for JSON sources")
                    .at(path.span, "use `select`"),
            );
        }
        if column.key && column.nullable {
            found.push(
                Diagnostic::new(&codes::CONFLICTING_KEYS, "a key is never null")
                    .at(name.span, "`key` and `nullable`"),
            );
        }
    }
}

/// `known_at` and `freshness` name columns of the source.
fn check_columns_named(source: &Source, found: &mut Vec<Diagnostic>) {
    let definition = &source.definition;
    let named = [
        definition.known_at.as_ref(),
        definition.freshness.as_ref().map(|freshness| &freshness.column),
    ];
    for name in named.into_iter().flatten() {
        if definition.columns.get(name).is_none() {
            found.push(unknown_column(name, source));
        }
    }
}

fn resolve_derived(
    files: &Files,
    sources: &mut BTreeMap<String, Source>,
    found: &mut Vec<Diagnostic>,
) {
    let reads: BTreeMap<String, Vec<String>> = sources
        .values()
        .filter_map(|source| {
            let sql = source.definition.sql.as_ref()?;
            Some((source.id.clone(), read_by(sql.as_str(), sources)))
        })
        .collect();
    let graph: BTreeMap<&str, Vec<&str>> = sources
        .keys()
        .map(|id| {
            let needs = reads.get(id).into_iter().flatten().map(String::as_str);
            (id.as_str(), needs.collect())
        })
        .collect();
    let order: Vec<String> = match cycle::order(&graph) {
        Ok(order) => order.into_iter().map(str::to_owned).collect(),
        Err(cycle) => {
            found.push(source_cycle(files, &cycle, sources));
            return;
        }
    };
    // In this order, what a source reads is settled before the source itself.
    for id in order {
        let needs = reads.get(&id).cloned().unwrap_or_default();
        let inherited = needs.iter().any(|need| sources[need].clocked);
        let Some(source) = sources.get_mut(&id) else {
            continue;
        };
        let own = source
            .definition
            .sql
            .as_ref()
            .is_some_and(|sql| !clock_offsets(sql.as_str()).is_empty());
        source.clocked = inherited || own || source.definition.known_at.is_some();
        source.reads = needs;
    }
}

/// The sources among the relations of a query, sorted and without repetitions.
pub fn read_by(sql: &str, sources: &BTreeMap<String, Source>) -> Vec<String> {
    let mut names: Vec<String> = relations(sql)
        .into_iter()
        .map(|(name, _)| name)
        .filter(|name| sources.contains_key(name))
        .collect();
    names.sort();
    names.dedup();
    names
}

fn source_cycle(files: &Files, cycle: &[&str], sources: &BTreeMap<String, Source>) -> Diagnostic {
    let mut diagnostic = Diagnostic::new(
        &codes::SOURCE_CYCLE,
        format!("derived sources need each other: {}", cycle.join(" → ")),
    );
    for pair in cycle.windows(2) {
        let [from, to] = pair else { continue };
        let Some(sql) = sources.get(*from).and_then(|s| s.definition.sql.as_ref()) else {
            continue;
        };
        let range = relations(sql.as_str())
            .into_iter()
            .find(|(name, _)| name == to)
            .map_or(0..0, |(_, range)| range);
        diagnostic = diagnostic
            .at(sql.locate(files, range.start, range.len()), format!("`{from}` reads `{to}`"));
    }
    diagnostic
}

/// The as-of may come from a column of a source that files hold.
pub fn check_newest(
    source: &Text,
    column: &Text,
    sources: &BTreeMap<String, Source>,
    found: &mut Vec<Diagnostic>,
) {
    match sources.get(source.as_str()) {
        None => found.push(unknown_source(source, sources)),
        Some(known) => {
            if known.definition.columns.get(column).is_none() {
                found.push(unknown_column(column, known));
            }
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
