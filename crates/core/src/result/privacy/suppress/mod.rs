//! Small groups, and whatever would reveal them by subtraction, are suppressed.
//!
//! What is promised: within one metric and one period, nobody who knows all shown cells and how
//! the breakdowns add up can compute a suppressed small cell. What is not: metrics that count the
//! same people in other ways, other periods, other evaluations and other knowledge can tell more;
//! docs/definitions.md says so.

mod solve;
mod table;

#[cfg(test)]
mod properties;

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use rust_decimal::prelude::ToPrimitive;

use crate::project::catalog::{Catalog, Metric};
use crate::project::definition::measure::MeasureTable;
use crate::result::{Group, MetricResults, Period, Row, Status};
use table::Cell;

/// Suppresses rows of the metrics over rows, then those of composed metrics that a suppressed row
/// went into.
pub fn suppress(catalog: &Catalog, metrics: &mut BTreeMap<String, MetricResults>) {
    for (id, results) in metrics.iter_mut() {
        let Some(metric) = catalog.metrics.get(id) else {
            continue;
        };
        let own = metric.definition.population.as_ref().and_then(|p| p.min_group);
        let least = u64::from(own.unwrap_or(catalog.settings.min_group));
        // A group of one or more is any group.
        if least > 1 && !metric.definition.measure.is_composed() {
            of_rows(metric, results, least);
        }
    }
    compose(catalog, metrics);
}

fn of_rows(metric: &Metric, results: &mut MetricResults, least: u64) {
    let over = match &metric.definition.measure {
        MeasureTable::Distribution(distribution) => Some(distribution.of.as_str()),
        _ => None,
    };
    let mut periods: BTreeMap<Period, Vec<usize>> = BTreeMap::new();
    for (index, row) in results.rows.iter().enumerate() {
        periods.entry(row.period).or_default().push(index);
    }
    for rows in periods.into_values() {
        let cells: Vec<Cell<'_>> = rows
            .iter()
            .filter_map(|index| results.rows.get(*index))
            .map(|row| cell(row, over.is_some(), least))
            .collect();
        let hidden = table::hidden(&cells, over, least);
        for (index, _) in rows.iter().zip(hidden).filter(|(_, hidden)| *hidden) {
            if let Some(row) = results.rows.get_mut(*index) {
                row.suppress();
            }
        }
    }
}

/// How many subjects are behind a row. The `n` of a distribution is that of the whole; a group
/// with nothing but open rows is as large as these are many.
fn cell(row: &Row, distribution: bool, least: u64) -> Cell<'_> {
    let own = if distribution { row.numerator.and_then(|rows| rows.to_u64()) } else { row.n };
    let size = match (own.unwrap_or(0), row.n_open.unwrap_or(0)) {
        (0, open) => open,
        (n, _) => n,
    };
    Cell { group: &row.group, size, small: size > 0 && size < least }
}

/// The suppressed rows of a metric, by period and group, segments sorted by name.
type Hidden = BTreeSet<(Period, Group)>;

/// Whatever is computed from a suppressed value would give it away.
fn compose(catalog: &Catalog, metrics: &mut BTreeMap<String, MetricResults>) {
    let mut hidden: BTreeMap<String, Hidden> =
        metrics.iter().map(|(id, results)| (id.clone(), suppressed(results))).collect();
    if hidden.values().all(BTreeSet::is_empty) {
        return;
    }
    let rows = metrics.values().flat_map(|results| &results.rows);
    let ends: BTreeMap<Timestamp, Period> = rows.map(|row| (row.period.end, row.period)).collect();
    let mut settled = false;
    // Parts may be composed themselves: until nothing changes.
    while !settled {
        settled = true;
        for (id, results) in metrics.iter_mut() {
            let Some(metric) = catalog.metrics.get(id).filter(|m| !m.parts.is_empty()) else {
                continue;
            };
            let parts: Vec<&Hidden> =
                metric.parts.iter().filter_map(|part| hidden.get(part)).collect();
            for row in results.rows.iter_mut().filter(|row| row.status != Status::Suppressed) {
                let (period, group) = key(row);
                let earlier = earlier(metric, &ends, period).map(|period| (period, group.clone()));
                let mut keys = earlier.into_iter().chain([(period, group)]);
                if keys.any(|key| parts.iter().any(|hidden| hidden.contains(&key))) {
                    row.suppress();
                    settled = false;
                }
            }
            hidden.insert(id.clone(), suppressed(results));
        }
    }
}

fn suppressed(results: &MetricResults) -> Hidden {
    let rows = results.rows.iter().filter(|row| row.status == Status::Suppressed);
    rows.map(key).collect()
}

fn key(row: &Row) -> (Period, Group) {
    let mut group = row.group.clone();
    group.sort();
    (row.period, group)
}

/// The earlier period with which a change compares.
fn earlier(metric: &Metric, ends: &BTreeMap<Timestamp, Period>, period: Period) -> Option<Period> {
    let MeasureTable::Change(change) = &metric.definition.measure else {
        return None;
    };
    let back = change.periods.map_or(1, |periods| periods.value);
    (0..back).try_fold(period, |period, _| ends.get(&period.start).copied())
}
