//! What is expected: fields that results have, periods that there are, rows that differ.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use jiff::tz::TimeZone;
use rust_decimal::Decimal;

use super::{nearest, unknown_column, wrong_type};
use crate::catalog::{Catalog, Metric, Source};
use crate::definition::measure::{MeasureTable, Statistic};
use crate::definition::read::{At, Literal, Text, Value};
use crate::definition::test::{GivenRow, TestTable};
use crate::diagnostic::{Applicability, Diagnostic, Span, codes};
use crate::facts::Bound;
use crate::plan::{Slot, Timeline};
use crate::result::{DECIMALS, Status, date_text};

/// The fields of a result row that every metric has, and what they hold.
const FIELDS: &[(&str, Slot)] = &[
    ("period", Slot::Date),
    ("value", Slot::Number),
    ("numerator", Slot::Number),
    ("denominator", Slot::Number),
    ("n", Slot::Integer),
    ("n_open", Slot::Integer),
    ("ci_low", Slot::Number),
    ("ci_high", Slot::Number),
    ("status", Slot::Text),
    ("smallest", Slot::Text),
];

/// The names of the companions that a metric has beside its value.
fn companions(metric: &Metric) -> Vec<String> {
    let with: &[At<Statistic>] = match &metric.definition.measure {
        MeasureTable::Mean(average) | MeasureTable::Median(average) => &average.with,
        MeasureTable::Quantile(quantile) => &quantile.with,
        MeasureTable::Survival(survival) => &survival.with,
        MeasureTable::Score(_) => return metric.parts.clone(),
        _ => &[],
    };
    with.iter().map(|statistic| statistic.value.name()).collect()
}

pub fn of_metric(
    catalog: &Catalog,
    metric: &Metric,
    test: &TestTable,
    as_of: Timestamp,
    found: &mut Vec<Diagnostic>,
) {
    if test.expect.value.is_empty() {
        found.push(
            Diagnostic::new(&codes::INVALID_VALUE, "a test of a metric expects at least one row")
                .at(test.expect.span, "compares nothing")
                .help("add the row that shows it, such as `{ value = 60, n = 1 }`"),
        );
    }
    let segments = metric.segments();
    let companions = companions(metric);
    let fields: BTreeMap<&str, Slot> = FIELDS
        .iter()
        .copied()
        .chain(companions.iter().map(|name| (name.as_str(), Slot::Number)))
        .chain(segments.iter().map(|segment| (*segment, Slot::Text)))
        .collect();
    let settings = &catalog.settings;
    let timeline = Timeline::back_from(as_of, settings.grain, settings.window).ok();
    let mut seen: Vec<(&GivenRow, Vec<(&str, &Value)>)> = Vec::new();
    for row in &test.expect.value {
        for (name, cell) in row.value.iter() {
            let Some(slot) = fields.get(name.as_str()) else {
                if is_segment(metric, name) {
                    found.push(not_broken_down(metric, name.as_str(), name.span));
                    continue;
                }
                let known: Vec<&str> = fields.keys().copied().collect();
                let diagnostic = Diagnostic::new(
                    &codes::UNKNOWN_KEY,
                    format!("results of `{}` have no `{}`", metric.id, name.as_str()),
                )
                .at(name.span, "neither a segment nor a field of the result")
                .note(format!("known here: {}", known.join(", ")));
                found.push(nearest(diagnostic, name, name.span, known));
                continue;
            };
            if !slot.takes(&cell.value) {
                found.push(wrong_type(&format!("`{}`", name.as_str()), cell, *slot));
            } else if segments.contains(&name.as_str()) {
                // A segment may be called like a field; then it is the segment.
            } else {
                found.extend(field(name, cell, timeline.as_ref()));
            }
        }
        found.extend(breakdown(metric, &segments, row));
        let identity = identity(&segments, row);
        if let Some((first, _)) = seen.iter().find(|(_, known)| *known == identity) {
            found.push(repeated(row, first));
        }
        seen.push((row, identity));
    }
}

/// What tells a row of results from the others: its period and its segments.
fn identity<'a>(segments: &[&str], row: &'a GivenRow) -> Vec<(&'a str, &'a Value)> {
    let mut identity: Vec<(&str, &Value)> = row
        .value
        .iter()
        .filter(|(name, _)| name.as_str() == "period" || segments.contains(&name.as_str()))
        .map(|(name, cell)| (name.as_str(), &cell.value))
        .collect();
    identity.sort_by_key(|(name, _)| *name);
    identity
}

fn repeated(row: &GivenRow, first: &GivenRow) -> Diagnostic {
    Diagnostic::new(&codes::CONFLICTING_KEYS, "two rows are about the same period and group")
        .at(row.span, "the second one")
        .at(first.span, "the first one")
        .help("put what they say into one row, or give each its `period` or segments")
}

/// The segments of a row are one of the sets by which the metric is broken down.
fn breakdown(metric: &Metric, segments: &[&str], row: &GivenRow) -> Option<Diagnostic> {
    let set: BTreeSet<&str> = row.value.names().filter(|name| segments.contains(name)).collect();
    let is_there = metric.breakdown.iter().any(|known| {
        known.len() == set.len() && known.iter().all(|segment| set.contains(segment.as_str()))
    });
    if is_there {
        return None;
    }
    let by: Vec<&str> = set.into_iter().collect();
    Some(not_broken_down(metric, &by.join(" and "), row.span))
}

fn not_broken_down(metric: &Metric, by: &str, span: Span) -> Diagnostic {
    let listed: Vec<String> = metric
        .breakdown
        .iter()
        .map(|set| if set.is_empty() { "the total".to_owned() } else { set.join(" and ") })
        .collect();
    let message = if by.is_empty() {
        format!("metric `{}` has no total", metric.id)
    } else {
        format!("metric `{}` is not broken down by {by}", metric.id)
    };
    Diagnostic::new(&codes::SEGMENT_MISMATCH, message)
        .at(span, "there is no such row")
        .note(format!("there are: {}", listed.join("; ")))
}

/// Whether the population could be broken down by a column.
fn is_segment(metric: &Metric, name: &str) -> bool {
    let population = metric.definition.population.as_ref();
    population.is_some_and(|table| table.segments.iter().any(|known| known.as_str() == name))
}

/// What one field of a metric's row cannot be, whatever the rows.
fn field(name: &Text, cell: &Literal, timeline: Option<&Timeline>) -> Option<Diagnostic> {
    match (name.as_str(), &cell.value) {
        ("period", Value::Date(date)) => period(cell.span, *date, timeline?),
        ("status", Value::Text(status)) => {
            let names = Status::ALL.map(Status::name);
            if names.contains(&status.as_str()) {
                return None;
            }
            let diagnostic =
                Diagnostic::new(&codes::INVALID_VALUE, format!("`{status}` is no status"))
                    .at(cell.span, format!("one of {}", names.join(", ")));
            Some(diagnostic.did_you_mean(status, names))
        }
        ("n" | "n_open", Value::Integer(number)) if *number < 0 => Some(
            Diagnostic::new(&codes::INVALID_VALUE, format!("{number} rows cannot be"))
                .at(cell.span, "a number of rows is 0 or more"),
        ),
        (_, Value::Decimal(number)) => too_exact(cell.span, *number),
        _ => None,
    }
}

/// A number with more digits than results have is never equal to one.
fn too_exact(span: Span, number: Decimal) -> Option<Diagnostic> {
    let rounded = crate::result::canonical(number);
    (rounded != number).then(|| {
        let says = format!("write {rounded}");
        Diagnostic::new(
            &codes::INVALID_VALUE,
            format!("results have at most {DECIMALS} digits behind the point"),
        )
        .at(span, "no result is equal to this")
        .replace(span, rounded.to_string(), says, Applicability::Suggested)
    })
}

fn period(span: Span, date: jiff::civil::Date, timeline: &Timeline) -> Option<Diagnostic> {
    let instant = date.to_zoned(TimeZone::UTC).ok()?.timestamp();
    if timeline.periods.iter().any(|period| period.start == instant) {
        return None;
    }
    let grain = timeline.grain.name();
    let holds = timeline.periods.iter().find(|p| p.start <= instant && instant < p.end);
    Some(match holds {
        Some(period) => {
            let start = date_text(period.start);
            Diagnostic::new(&codes::INVALID_VALUE, format!("no {grain} begins on {date}"))
                .at(span, "a period is named by its first day")
                .help(format!("the {grain} that holds it begins on {start}"))
                .replace(span, &start, format!("write {start}"), Applicability::Suggested)
        }
        None => {
            let diagnostic = Diagnostic::new(
                &codes::INVALID_VALUE,
                format!("{date} lies outside the periods that are evaluated"),
            )
            .at(span, "there is no result for it");
            match (timeline.periods.first(), timeline.periods.last()) {
                (Some(first), Some(last)) => diagnostic.note(format!(
                    "as of {} they begin on {} to {}",
                    timeline.as_of,
                    date_text(first.start),
                    date_text(last.start)
                )),
                _ => diagnostic,
            }
            .help("choose rows and a period within the window, or set `as_of`")
        }
    })
}

pub fn of_source(bound: &Bound, source: &Source, test: &TestTable, found: &mut Vec<Diagnostic>) {
    let Some(facts) = bound.sources.get(&source.id) else {
        return;
    };
    let columns = &facts.query.columns;
    for (name, cell) in test.expect.value.iter().flat_map(|row| row.value.iter()) {
        let Some(column) = columns.iter().find(|column| column.name == name.as_str()) else {
            let message = format!("the query of `{}` has no column `{}`", source.id, name.as_str());
            found.push(unknown_column(name, message, columns.iter().map(|c| c.name.as_str())));
            continue;
        };
        let slot = Slot::of(&column.type_name);
        if !slot.takes(&cell.value) {
            let what = format!("column `{}`", name.as_str());
            found.push(wrong_type(&what, cell, slot));
        }
    }
}
