//! Values against ceilings and targets.

use rust_decimal::Decimal;

use crate::catalog::{Catalog, Metric};
use crate::diagnostic::{Diagnostic, codes};
use crate::result::{MetricResults, Results, Row, Status, date_text};

/// How many offending values a finding lists.
const SHOWN: usize = 5;

/// A finding for every metric with values outside its ceiling or that misses its target.
///
/// A ceiling holds for every value: outside it the definition or the data is wrong. A target is
/// judged at the newest final value of each group: what was missed months ago is history, a
/// period that is not over is no verdict, and a handful of rows is no evidence.
pub fn judge(catalog: &Catalog, results: &Results) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for metric_results in &results.metrics {
        if let Some(metric) = catalog.metrics.get(&metric_results.metric) {
            found.extend(ceiling(metric, metric_results));
            found.extend(target(metric, metric_results));
        }
    }
    found
}

fn ceiling(metric: &Metric, results: &MetricResults) -> Option<Diagnostic> {
    let ceiling = metric.definition.ceiling.as_ref()?;
    let min = ceiling.min.as_ref().map(|bound| bound.value);
    let max = ceiling.max.as_ref().map(|bound| bound.value);
    let outside: Vec<&Row> = results
        .rows
        .iter()
        .filter(|row| row.value.is_some_and(|value| beyond(value, min, max)))
        .collect();
    if outside.is_empty() {
        return None;
    }
    let values = if outside.len() == 1 { "value lies" } else { "values lie" };
    Some(
        Diagnostic::new(
            &codes::CEILING_VIOLATED,
            format!("{} {values} outside the ceiling of `{}`", outside.len(), metric.id),
        )
        .at(ceiling.span, bounds(min, max))
        .note(list(&outside))
        .help("the ceiling is natural: look for a wrong unit, a wrong join or wrong data first"),
    )
}

fn target(metric: &Metric, results: &MetricResults) -> Option<Diagnostic> {
    let target = metric.definition.target.as_ref()?;
    let min = target.at_least.as_ref().map(|bound| bound.value);
    let max = target.at_most.as_ref().map(|bound| bound.value);
    let newest: Vec<&Row> = results
        .series()
        .filter_map(|rows| rows.iter().rev().find(|row| row.status == Status::Final))
        .collect();
    let missed: Vec<&Row> = newest
        .iter()
        .copied()
        .filter(|row| row.value.is_some_and(|value| beyond(value, min, max)))
        .collect();
    if missed.is_empty() {
        return None;
    }
    Some(
        Diagnostic::new(
            &codes::TARGET_MISSED,
            format!(
                "`{}` misses its target in {} of {} groups",
                metric.id,
                missed.len(),
                newest.len()
            ),
        )
        .at(target.span, bounds(min, max))
        .note(list(&missed)),
    )
}

fn beyond(value: Decimal, min: Option<Decimal>, max: Option<Decimal>) -> bool {
    min.is_some_and(|min| value < min) || max.is_some_and(|max| value > max)
}

fn bounds(min: Option<Decimal>, max: Option<Decimal>) -> String {
    match (min, max) {
        (Some(min), Some(max)) => format!("from {min} to {max}"),
        (Some(min), None) => format!("at least {min}"),
        (None, Some(max)) => format!("at most {max}"),
        (None, None) => String::new(),
    }
}

fn list(rows: &[&Row]) -> String {
    let mut shown: Vec<String> = rows.iter().take(SHOWN).map(|row| describe(row)).collect();
    if rows.len() > SHOWN {
        shown.push(format!("and {} more", rows.len() - SHOWN));
    }
    shown.join("; ")
}

fn describe(row: &Row) -> String {
    let group = if row.group.is_empty() {
        "total".to_owned()
    } else {
        let values: Vec<String> = row
            .group
            .iter()
            .map(|(segment, value)| format!("{segment} {}", value.as_deref().unwrap_or("null")))
            .collect();
        values.join(", ")
    };
    let value = row.value.map_or("undefined".to_owned(), |value| value.to_string());
    format!("{group} is {value} in {}", date_text(row.period.start))
}
