//! Values against ceilings, targets and alerts.

mod alert;

pub use alert::{
    AlertEvent, Baseline, Observation, alerts, findings as alert_findings, is_watched, news,
};

use jiff::Timestamp;
use rust_decimal::Decimal;

use crate::diagnostic::{Diagnostic, codes};
use crate::project::catalog::{Catalog, Metric};
use crate::project::definition::display::DisplayUnit;
use crate::project::definition::measure::MeasureTable;
use crate::project::definition::read::Number;
use crate::result::{MetricResults, Period, Results, Row, Status, date_text, group_text, listed};

/// How many offending values a finding lists.
const SHOWN: usize = 5;

/// A finding for every metric with values outside its ceiling or that misses its target, and for
/// every alert that its newest values raise.
///
/// A ceiling holds for every value: outside it the definition or the data is wrong. A target is
/// checked at the newest complete period: what was missed months ago is history, a period that is
/// not over is no verdict, and a handful of rows is no evidence.
pub fn check_thresholds(catalog: &Catalog, results: &Results) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for metric_results in &results.metrics {
        let Some(metric) = catalog.metrics.get(&metric_results.metric) else {
            continue;
        };
        // A count or a sum grows with the period: its bounds are for the project's own grain.
        let measure = &metric.definition.measure;
        let grows = matches!(measure, MeasureTable::Count(_) | MeasureTable::Sum(_))
            && metric.definition.population.as_ref().is_some_and(|p| p.at.is_some());
        if results.grain == catalog.settings.grain || !grows {
            found.extend(ceiling(metric, metric_results));
            found.extend(target(metric, metric_results, results.as_of));
            found.extend(alert_findings(metric, &news(metric, metric_results, results.as_of)));
        }
    }
    found
}

/// The rows outside the ceiling.
pub fn outside_ceiling<'r>(metric: &Metric, results: &'r MetricResults) -> Vec<&'r Row> {
    let Some(ceiling) = &metric.definition.ceiling else {
        return Vec::new();
    };
    let (min, max) = limits(&ceiling.min, &ceiling.max);
    let rows = results.rows.iter();
    rows.filter(|row| row.value.is_some_and(|value| beyond(value, min, max))).collect()
}

/// What a target says of the newest complete period.
pub struct TargetOutcome<'r> {
    pub period: Period,
    /// The rows with enough subjects for a verdict.
    pub judged: Vec<&'r Row>,
    /// Those of them that miss the target.
    pub missed: Vec<&'r Row>,
}

/// The rows that a target checks, and those that miss it; `None` where nothing is checked.
pub fn missed_target<'r>(
    metric: &Metric,
    results: &'r MetricResults,
    as_of: Timestamp,
) -> Option<TargetOutcome<'r>> {
    let target = metric.definition.target.as_ref()?;
    let (min, max) = limits(&target.at_least, &target.at_most);
    let min_n = target.min_n.map_or(0, |min_n| u64::from(min_n.value));
    let period = results.newest_complete_period(as_of)?;
    let judged: Vec<&Row> = results
        .rows
        .iter()
        .filter(|row| row.period == period && row.status == Status::Final)
        .filter(|row| row.n.is_none_or(|n| n >= min_n))
        .collect();
    let misses = |row: &&Row| row.value.is_some_and(|value| beyond(value, min, max));
    let missed = judged.iter().copied().filter(misses).collect();
    Some(TargetOutcome { period, judged, missed })
}

fn limits(low: &Option<Number>, high: &Option<Number>) -> (Option<Decimal>, Option<Decimal>) {
    let bound = |bound: &Option<Number>| bound.as_ref().map(|bound| bound.value);
    (bound(low), bound(high))
}

fn ceiling(metric: &Metric, results: &MetricResults) -> Option<Diagnostic> {
    let ceiling = metric.definition.ceiling.as_ref()?;
    let (min, max) = limits(&ceiling.min, &ceiling.max);
    let outside = outside_ceiling(metric, results);
    if outside.is_empty() {
        return None;
    }
    let values = if outside.len() == 1 { "value lies" } else { "values lie" };
    Some(
        Diagnostic::new(
            &codes::CEILING_VIOLATED,
            format!("{} {values} outside the ceiling of `{}`", outside.len(), metric.id),
        )
        .at(ceiling.span, bounds(metric, min, max))
        .note(list(metric, &outside))
        .help("the ceiling is natural: look for a wrong unit, a wrong join or wrong data first"),
    )
}

fn target(metric: &Metric, results: &MetricResults, as_of: Timestamp) -> Option<Diagnostic> {
    let target = metric.definition.target.as_ref()?;
    let (min, max) = limits(&target.at_least, &target.at_most);
    let TargetOutcome { period, judged, missed } = missed_target(metric, results, as_of)?;
    if missed.is_empty() {
        return None;
    }
    Some(
        Diagnostic::new(
            &codes::TARGET_MISSED,
            format!(
                "`{}` misses its target in {} of {} groups in the period of {}",
                metric.id,
                missed.len(),
                judged.len(),
                date_text(period.start)
            ),
        )
        .at(target.span, bounds(metric, min, max))
        .note(list(metric, &missed)),
    )
}

fn beyond(value: Decimal, min: Option<Decimal>, max: Option<Decimal>) -> bool {
    min.is_some_and(|min| value < min) || max.is_some_and(|max| value > max)
}

fn bounds(metric: &Metric, min: Option<Decimal>, max: Option<Decimal>) -> String {
    let unit = DisplayUnit::of(&metric.definition);
    let show = |bound| unit.show(bound);
    match (min, max) {
        (Some(min), Some(max)) => format!("from {} to {}", show(min), show(max)),
        (Some(min), None) => format!("at least {}", show(min)),
        (None, Some(max)) => format!("at most {}", show(max)),
        (None, None) => String::new(),
    }
}

fn list(metric: &Metric, rows: &[&Row]) -> String {
    let unit = DisplayUnit::of(&metric.definition);
    listed(rows.iter().map(|row| describe(row, &unit)), SHOWN).join("; ")
}

fn describe(row: &Row, unit: &DisplayUnit) -> String {
    let group = group_text(&row.group);
    let value = row.value.map_or("undefined".to_owned(), |value| unit.show(value));
    format!("{group} is {value} in {}", date_text(row.period.start))
}
