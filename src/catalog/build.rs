//! Definitions → [`Catalog`]: ids, references, cycles.

use std::collections::BTreeMap;

use super::breakdown;
use super::cycle;
use super::references::{clock_offsets, relations};
use super::settings::settings;
use super::{Catalog, Metric, Source};
use crate::definition::measure::MeasureTable;
use crate::definition::metric::MetricFile;
use crate::definition::project::{AsOf, ProjectFile};
use crate::definition::read::{Reader, Text};
use crate::definition::source::{Format, SourceFile};
use crate::diagnostic::{Diagnostic, FileId, Files, Span, codes};
use crate::formula::{self, Formula};
use crate::project::ProjectFiles;

/// The files of a project as they were read; what could not be read is absent.
#[derive(Debug)]
pub struct Definitions {
    pub project: Option<ProjectFile>,
    pub sources: Vec<(FileId, SourceFile)>,
    pub metrics: Vec<(FileId, MetricFile)>,
}

impl Definitions {
    /// Reads all files; every problem of every file is returned.
    pub fn read(files: &Files, listed: &ProjectFiles) -> (Self, Vec<Diagnostic>) {
        let mut found = Vec::new();
        let (project, mut diagnostics) = Reader::read(files, listed.project);
        found.append(&mut diagnostics);
        let mut definitions = Self { project, sources: Vec::new(), metrics: Vec::new() };
        for &file in &listed.sources {
            let (source, mut diagnostics) = Reader::read(files, file);
            found.append(&mut diagnostics);
            definitions.sources.extend(source.map(|source| (file, source)));
        }
        for &file in &listed.metrics {
            let (metric, mut diagnostics) = Reader::read(files, file);
            found.append(&mut diagnostics);
            definitions.metrics.extend(metric.map(|metric| (file, metric)));
        }
        (definitions, found)
    }
}

/// Merges and resolves definitions. The catalog is there when `goodhart.toml` could be read; it
/// is fit for evaluation when there is no error among the diagnostics.
pub fn build(
    files: &Files,
    definitions: Definitions,
    tool_version: &str,
) -> (Option<Catalog>, Vec<Diagnostic>) {
    let mut found = Vec::new();
    let sources = sources(files, definitions.sources, &mut found);
    let metrics = metrics(files, definitions.metrics, &sources, &mut found);
    let Some(project) = definitions.project else {
        return (None, found);
    };
    let (settings, mut diagnostics) = settings(&project, tool_version);
    found.append(&mut diagnostics);
    if let AsOf::Newest { source, column } = &settings.as_of {
        check_newest(source, column, &sources, &mut found);
    }
    let catalog = Catalog { settings, sources, metrics };
    (Some(catalog), found)
}

fn check_newest(
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

/// The id of a definition is its file's stem.
fn id(files: &Files, file: FileId, found: &mut Vec<Diagnostic>) -> Option<String> {
    let path = files.path(file);
    let name = path.rsplit('/').next().unwrap_or(path);
    let stem = name.strip_suffix(".toml").unwrap_or(name);
    if is_id(stem) {
        return Some(stem.to_owned());
    }
    found.push(
        Diagnostic::new(&codes::INVALID_NAME, format!("`{stem}` cannot be an id"))
            .at(Span::new(file, 0..0), "the id is the file's name")
            .help("use lower-case letters, digits and underscores, beginning with a letter"),
    );
    None
}

fn is_id(name: &str) -> bool {
    name.len() <= 64
        && name.starts_with(|c: char| c.is_ascii_lowercase())
        && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
}

fn duplicate(files: &Files, id: &str, first: FileId, second: FileId) -> Diagnostic {
    Diagnostic::new(&codes::DUPLICATE_ID, format!("`{id}` is defined twice"))
        .at(Span::new(second, 0..0), "the id is the file's name")
        .note(format!("also defined in {}", files.path(first)))
        .help("rename one of the files")
}

fn sources(
    files: &Files,
    definitions: Vec<(FileId, SourceFile)>,
    found: &mut Vec<Diagnostic>,
) -> BTreeMap<String, Source> {
    let mut sources: BTreeMap<String, Source> = BTreeMap::new();
    for (file, definition) in definitions {
        let Some(id) = id(files, file, found) else {
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
fn read_by(sql: &str, sources: &BTreeMap<String, Source>) -> Vec<String> {
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

fn metrics(
    files: &Files,
    definitions: Vec<(FileId, MetricFile)>,
    sources: &BTreeMap<String, Source>,
    found: &mut Vec<Diagnostic>,
) -> BTreeMap<String, Metric> {
    let mut metrics: BTreeMap<String, Metric> = BTreeMap::new();
    for (file, definition) in definitions {
        let Some(id) = id(files, file, found) else {
            continue;
        };
        if let Some(first) = metrics.get(&id) {
            found.push(duplicate(files, &id, first.file, file));
            continue;
        }
        check_population(&definition, found);
        let (parts, formula) = parts(files, &definition, found);
        let reads = definition
            .population
            .as_ref()
            .map(|population| read_by(population.sql.as_str(), sources))
            .unwrap_or_default();
        let breakdown = breakdown::of_rows(&definition, found);
        let metric = Metric { id: id.clone(), file, definition, breakdown, reads, parts, formula };
        metrics.insert(id, metric);
    }
    resolve_parts(files, &mut metrics, found);
    metrics
}

fn check_population(metric: &MetricFile, found: &mut Vec<Diagnostic>) {
    match (&metric.population, metric.measure.is_composed()) {
        (None, false) => found.push(
            Diagnostic::new(&codes::MISSING_KEY, "`population` is missing")
                .at(metric.title.span, format!("a {} is over rows", metric.measure.kind().name())),
        ),
        (Some(population), true) => found.push(
            Diagnostic::new(
                &codes::CONFLICTING_KEYS,
                format!("a {} has no population of its own", metric.measure.kind().name()),
            )
            .at(population.span, "remove this, or choose a measure over rows"),
        ),
        _ => {}
    }
}

/// The metrics that a composed metric needs, and a formula's expression.
fn parts(
    files: &Files,
    metric: &MetricFile,
    found: &mut Vec<Diagnostic>,
) -> (Vec<String>, Option<Formula>) {
    match &metric.measure {
        MeasureTable::Score(score) => {
            let names = score.components.iter().map(|c| c.metric.to_string());
            (names.collect(), None)
        }
        MeasureTable::Change(change) => (vec![change.of.to_string()], None),
        MeasureTable::Formula(table) => match formula::parse(table.expression.as_str()) {
            Ok(formula) => {
                let mut names: Vec<String> = Vec::new();
                for (name, _) in formula.names() {
                    if !names.iter().any(|known| known == name) {
                        names.push(name.to_owned());
                    }
                }
                (names, Some(formula))
            }
            Err(errors) => {
                for error in errors {
                    let place =
                        table.expression.locate(files, error.range.start, error.range.len());
                    found.push(
                        Diagnostic::new(&codes::INVALID_VALUE, error.to_string())
                            .at(place, "")
                            .help(error.help),
                    );
                }
                (Vec::new(), None)
            }
        },
        _ => (Vec::new(), None),
    }
}

/// Checks that parts exist, refuses cycles, and settles the breakdowns of composed metrics.
fn resolve_parts(
    files: &Files,
    metrics: &mut BTreeMap<String, Metric>,
    found: &mut Vec<Diagnostic>,
) {
    for metric in metrics.values() {
        for part in &metric.parts {
            if !metrics.contains_key(part) {
                found.push(
                    Diagnostic::new(
                        &codes::UNKNOWN_METRIC,
                        format!("there is no metric called `{part}`"),
                    )
                    .at(part_span(files, metric, part), "not in metrics/")
                    .did_you_mean(part, metrics.keys().map(String::as_str)),
                );
            }
        }
    }
    let graph: BTreeMap<&str, Vec<&str>> = metrics
        .values()
        .map(|metric| {
            let parts = metric.parts.iter().map(String::as_str);
            (metric.id.as_str(), parts.collect())
        })
        .collect();
    let order: Vec<String> = match cycle::order(&graph) {
        Ok(order) => order.into_iter().map(str::to_owned).collect(),
        Err(cycle) => {
            let mut diagnostic = Diagnostic::new(
                &codes::METRIC_CYCLE,
                format!("metrics are computed from each other: {}", cycle.join(" → ")),
            );
            for pair in cycle.windows(2) {
                if let ([from, to], Some(metric)) = (pair, metrics.get(pair[0])) {
                    diagnostic = diagnostic
                        .at(part_span(files, metric, to), format!("`{from}` needs `{to}`"));
                }
            }
            found.push(diagnostic);
            return;
        }
    };
    for id in order {
        let metric = &metrics[&id];
        if !metric.definition.measure.is_composed() {
            continue;
        }
        let parts: Vec<(&str, &[Vec<String>])> = metric
            .parts
            .iter()
            .filter_map(|part| metrics.get(part))
            .map(|part| (part.id.as_str(), part.breakdown.as_slice()))
            .collect();
        let breakdown = breakdown::of_parts(&metric.definition, &parts, found);
        if let Some(metric) = metrics.get_mut(&id) {
            metric.breakdown = breakdown;
        }
    }
}

/// Where a composed metric names a part.
fn part_span(files: &Files, metric: &Metric, part: &str) -> Span {
    match &metric.definition.measure {
        MeasureTable::Score(score) => score
            .components
            .iter()
            .find(|component| component.metric.as_str() == part)
            .map_or(score.span, |component| component.metric.span),
        MeasureTable::Change(change) => change.of.span,
        MeasureTable::Formula(table) => metric
            .formula
            .iter()
            .flat_map(Formula::names)
            .find(|(name, _)| *name == part)
            .map_or(table.span, |(_, range)| {
                table.expression.locate(files, range.start, range.len())
            }),
        _ => metric.definition.title.span,
    }
}
