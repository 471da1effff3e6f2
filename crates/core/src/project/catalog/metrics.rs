//! Metrics: ids, what they are computed from, and their breakdowns.

use std::collections::{BTreeMap, BTreeSet};

use super::bounds;
use super::breakdown;
use super::ids::{duplicate, metric_id};
use super::parse::pieces_of_metric;
use super::sources::read_by;
use super::{Metric, Source};
use crate::diagnostic::{Diagnostic, FileId, Files, Span, codes};
use crate::graph::topological_order;
use crate::measure::arithmetic::{self, Formula};
use crate::project::definition::measure::MeasureTable;
use crate::project::definition::metric::MetricFile;
use crate::sql::ParsedPieces;

/// Merges the metrics: ids, parts, formulas, breakdowns, cycles.
pub fn metrics(
    files: &Files,
    definitions: Vec<(FileId, MetricFile)>,
    sources: &BTreeMap<String, Source>,
    sql: &ParsedPieces,
    unread: &BTreeSet<String>,
    found: &mut Vec<Diagnostic>,
) -> BTreeMap<String, Metric> {
    let mut metrics: BTreeMap<String, Metric> = BTreeMap::new();
    for (file, definition) in definitions {
        let Some(id) = metric_id(files, file, found) else {
            continue;
        };
        if let Some(first) = metrics.get(&id) {
            found.push(duplicate(files, &id, first.file, file));
            continue;
        }
        check_population(&definition, found);
        bounds::check(&definition, found);
        let (parts, formula) = parts(files, &definition, found);
        let reads = reads(&definition, sources, sql);
        let breakdown = breakdown::of_rows(&definition, found);
        let metric = Metric { id: id.clone(), file, definition, breakdown, reads, parts, formula };
        metrics.insert(id, metric);
    }
    resolve_parts(files, &mut metrics, unread, found);
    metrics
}

/// The sources that the population and the measure's expressions read.
fn reads(
    definition: &MetricFile,
    sources: &BTreeMap<String, Source>,
    sql: &ParsedPieces,
) -> Vec<String> {
    let pieces = pieces_of_metric(definition).filter_map(|piece| sql.get(piece));
    let reads: BTreeSet<String> = pieces.flat_map(|parsed| read_by(parsed, sources)).collect();
    reads.into_iter().collect()
}

fn check_population(metric: &MetricFile, found: &mut Vec<Diagnostic>) {
    let kind = metric.measure.kind().name();
    match (&metric.population, metric.measure.is_composed()) {
        (None, false) => found.push(
            Diagnostic::new(&codes::MISSING_KEY, "`population` is missing")
                .at(metric.measure.span(), format!("{kind} of which rows?"))
                .help("add [population] with `subject` and `sql`"),
        ),
        (Some(population), true) => found.push(
            Diagnostic::new(
                &codes::CONFLICTING_KEYS,
                format!("a {kind} has no population of its own"),
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
        MeasureTable::Formula(table) => match arithmetic::parse(table.expression.as_str()) {
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
    unread: &BTreeSet<String>,
    found: &mut Vec<Diagnostic>,
) {
    for metric in metrics.values() {
        for (part, span) in named_parts(files, metric) {
            if !metrics.contains_key(part) && !unread.contains(part) {
                found.push(
                    Diagnostic::new(
                        &codes::UNKNOWN_METRIC,
                        format!("there is no metric called `{part}`"),
                    )
                    .at(span, "not in metrics/")
                    .did_you_mean(part, metrics.keys().map(String::as_str)),
                );
            }
        }
    }
    let needs = |id| metrics.get(id).into_iter().flat_map(|metric| &metric.parts);
    let ids = metrics.keys().map(String::as_str);
    let known = |id: &&str| metrics.contains_key(*id);
    let (order, cycles) = topological_order(ids, |id| needs(id).map(String::as_str).filter(known));
    for cycle in &cycles {
        let mut diagnostic = Diagnostic::new(
            &codes::METRIC_CYCLE,
            format!("metrics are computed from each other: {}", cycle.join(" → ")),
        );
        for pair in cycle.windows(2) {
            if let ([from, to], Some(metric)) = (pair, metrics.get(pair[0])) {
                let span = named_parts(files, metric)
                    .into_iter()
                    .find(|(part, _)| part == to)
                    .map_or(metric.definition.measure.span(), |(_, span)| span);
                diagnostic = diagnostic.at(span, format!("`{from}` needs `{to}`"));
            }
        }
        found.push(diagnostic.help("compute one of them from rows, or from other metrics"));
    }
    let order: Vec<String> = order.into_iter().map(str::to_owned).collect();
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

/// Every place where a composed metric names a part.
fn named_parts<'a>(files: &Files, metric: &'a Metric) -> Vec<(&'a str, Span)> {
    match &metric.definition.measure {
        MeasureTable::Score(score) => {
            let metrics = score.components.iter().map(|component| &component.metric);
            metrics.map(|metric| (metric.as_str(), metric.span)).collect()
        }
        MeasureTable::Change(change) => vec![(change.of.as_str(), change.of.span)],
        MeasureTable::Formula(table) => metric
            .formula
            .iter()
            .flat_map(Formula::names)
            .map(|(name, range)| (name, table.expression.locate(files, range.start, range.len())))
            .collect(),
        _ => Vec::new(),
    }
}
