//! Metrics of metrics: joining the rows of the parts by period and group.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::rows::Figures;
use goodhart_core::measure;
use goodhart_core::plan::Timeline;
use goodhart_core::project::catalog::Metric;
use goodhart_core::project::definition::measure::MeasureTable;
use goodhart_core::result::{Group, MetricResults, Period, Row};

/// The rows of one part by period and group, segments sorted by name: parts may order theirs
/// differently.
type Index<'a> = BTreeMap<(Period, Group), &'a Row>;

/// Computes a composed metric from the `results` of its parts.
///
/// # Errors
/// Why there are no results: a part has none, or a number does not fit.
pub fn compose<'a>(
    metric: &'a Metric,
    results: impl Fn(&'a str) -> Option<&'a MetricResults>,
    timeline: &Timeline,
) -> Result<Figures, String> {
    let mut parts: BTreeMap<&str, Index<'_>> = BTreeMap::new();
    for part in &metric.parts {
        let Some(rows) = results(part) else {
            return Err(format!("metric `{part}` has no results"));
        };
        parts.insert(part, index(&rows.rows));
    }
    let ends: BTreeMap<Timestamp, Period> =
        parts.values().flat_map(BTreeMap::keys).map(|(period, _)| (period.end, *period)).collect();
    let mut figures = Figures::new();
    for (period, key) in keys(metric, &parts) {
        let row = |part: &str| parts.get(part).and_then(|index| index.get(&(period, key.clone())));
        let figure = match &metric.definition.measure {
            MeasureTable::Score(score) => {
                let rows: Vec<Option<&Row>> =
                    score.components.iter().map(|c| row(&c.metric).copied()).collect();
                measure::score(score, &rows)
            }
            MeasureTable::Formula(_) => match &metric.formula {
                Some(formula) => measure::formula(formula, |part| row(part).copied())
                    .map_err(|error| error.to_string())?,
                None => continue,
            },
            MeasureTable::Change(change) => {
                let back = change.periods.map_or(1, |periods| periods.value);
                let earlier = parts
                    .get(change.of.as_str())
                    .and_then(|index| earlier(index, &ends, period, &key, back));
                // A period whose predecessor lies before everything that was evaluated.
                if !timeline.periods.contains(&period) {
                    continue;
                }
                measure::change(change, row(&change.of).copied(), earlier)
            }
            _ => continue,
        };
        figures.push((period, in_order(metric, &key), figure));
    }
    Ok(figures)
}

fn index(rows: &[Row]) -> Index<'_> {
    rows.iter()
        .map(|row| {
            let mut group = row.group.clone();
            group.sort();
            ((row.period, group), row)
        })
        .collect()
}

/// Every period and group that any part has and the metric breaks down by.
fn keys(metric: &Metric, parts: &BTreeMap<&str, Index<'_>>) -> BTreeSet<(Period, Group)> {
    let sets: BTreeSet<Vec<&str>> = metric
        .breakdown
        .iter()
        .map(|set| {
            let mut set: Vec<&str> = set.iter().map(String::as_str).collect();
            set.sort_unstable();
            set
        })
        .collect();
    parts
        .values()
        .flat_map(BTreeMap::keys)
        .filter(|(_, group)| {
            let names: Vec<&str> = group.iter().map(|(segment, _)| segment.as_str()).collect();
            sets.contains(&names)
        })
        .cloned()
        .collect()
}

/// The row `back` periods before `period`, where `ends` are the part's periods by their end:
/// periods have no gaps, so the earlier one is found by counting.
fn earlier<'a>(
    index: &Index<'a>,
    ends: &BTreeMap<Timestamp, Period>,
    period: Period,
    key: &Group,
    back: u32,
) -> Option<&'a Row> {
    let mut found = period;
    for _ in 0..back {
        found = *ends.get(&found.start)?;
    }
    index.get(&(found, key.clone())).copied()
}

fn in_order(metric: &Metric, key: &Group) -> Group {
    metric
        .segments()
        .into_iter()
        .filter_map(|segment| key.iter().find(|(name, _)| name == segment).cloned())
        .collect()
}
