//! Cells → figures → result rows.

use std::collections::{BTreeMap, BTreeSet};

use goodhart_core::diagnostic::{Diagnostic, codes};
use goodhart_core::measure::{self, Cell, Cells, Figure};
use goodhart_core::plan::{Scan, Shape, Timeline};
use goodhart_core::project::catalog::{Catalog, Metric};
use goodhart_core::project::definition::measure::MeasureTable;
use goodhart_core::result::{Group, MetricResults, Period, Row, Status};

/// The figures of a metric by period and group, in any order.
pub type Figures = Vec<(Period, Group, Figure)>;

/// Turns the rows of a scan's statement into figures of its metrics: all of them or none, so that
/// the metrics of a scan that failed can be run again one by one.
///
/// # Errors
/// Numbers that do not fit.
pub fn collect(
    catalog: &Catalog,
    scan: &Scan,
    shape: &Shape,
    timeline: &Timeline,
    result: &[Vec<Cell>],
    figures: &mut BTreeMap<String, Figures>,
) -> Result<(), Vec<Diagnostic>> {
    let periods: BTreeMap<i64, Period> =
        timeline.periods.iter().map(|period| (period.start.as_microsecond(), *period)).collect();
    // The same overflow in every group is one problem; of the earliest, since rows come in any
    // order.
    let mut found: BTreeMap<&str, (Period, Group, String)> = BTreeMap::new();
    let mut collected = Vec::new();
    for row in result {
        let Cell::Instant(start) = shape.period(row) else {
            continue;
        };
        let (Some(period), Some(set)) = (periods.get(start), shape.set(row, scan)) else {
            continue;
        };
        let cells = shape.aggregates(row);
        let cells = Cells::new(&scan.aggregates, &cells, shape.counted());
        for part in scan.metrics.iter().filter(|part| part.sets.contains(&set)) {
            let Some(metric) = catalog.metrics.get(&part.id) else {
                continue;
            };
            let group = group(metric, scan, shape, set, row);
            match measure::value(&metric.definition.measure, &cells) {
                Ok(figure) => {
                    collected.push((part.id.clone(), (*period, group, figure)));
                }
                Err(error) => {
                    let failed = (*period, group, error.to_string());
                    let first = found.entry(&metric.id).or_insert_with(|| failed.clone());
                    if failed < *first {
                        *first = failed;
                    }
                }
            }
        }
    }
    if found.is_empty() {
        for (id, figure) in collected {
            figures.entry(id).or_default().push(figure);
        }
        return Ok(());
    }
    Err(found
        .into_iter()
        .filter_map(|(id, (.., message))| {
            let metric = catalog.metrics.get(id)?;
            // The number may be that of one person.
            let guarded = metric.is_guarded(&catalog.sources);
            Some(not_computable(metric, if guarded { "a number does not fit" } else { &message }))
        })
        .collect())
}

fn not_computable(metric: &Metric, message: &str) -> Diagnostic {
    Diagnostic::new(&codes::NOT_COMPUTABLE, format!("metric `{}`: {message}", metric.id))
        .at(metric.definition.title.span, "this metric")
        .help("a value beyond any ceiling is usually a wrong unit or a division by almost nothing")
}

/// The group of a row, with the segments in the metric's order.
fn group(metric: &Metric, scan: &Scan, shape: &Shape, set: usize, row: &[Cell]) -> Group {
    let in_set = &scan.sets[set];
    metric
        .segments()
        .into_iter()
        .filter_map(|segment| {
            let index = scan.segments.iter().position(|known| known == segment)?;
            in_set.contains(&index).then(|| {
                let value = match shape.segment(row, index) {
                    Cell::Text(text) => Some(text.clone()),
                    _ => None,
                };
                (segment.to_owned(), value)
            })
        })
        .collect()
}

/// Adds totals of empty periods, settles distributions, and gives every value its status.
pub fn finish(
    metric: &Metric,
    mut figures: Figures,
    timeline: &Timeline,
    min_n: u64,
) -> MetricResults {
    let measure = &metric.definition.measure;
    if let MeasureTable::Distribution(distribution) = measure {
        measure::distribute(&distribution.of, &mut figures);
    }
    if !measure.is_composed() {
        add_empty(metric, &mut figures, timeline);
    }
    let mut results = MetricResults {
        metric: metric.id.clone(),
        rows: figures
            .into_iter()
            .map(|(period, group, figure)| row(period, group, figure, timeline, min_n))
            .collect(),
    };
    results.sort();
    results
}

/// A period without rows has a value all the same. The total always: a rate over nothing is
/// undefined, which is news. Counts and sums for every group that occurs in any period: a rule
/// that went silent is at 0, it did not vanish.
fn add_empty(metric: &Metric, figures: &mut Figures, timeline: &Timeline) {
    let present: BTreeSet<(&Group, Period)> =
        figures.iter().map(|(period, group, _)| (group, *period)).collect();
    let mut groups: BTreeSet<Group> = BTreeSet::new();
    if metric.breakdown.iter().any(Vec::is_empty) {
        groups.insert(Group::new());
    }
    if matches!(metric.definition.measure, MeasureTable::Count(_) | MeasureTable::Sum(_)) {
        groups.extend(figures.iter().map(|(_, group, _)| group.clone()));
    }
    let absent: Vec<(Period, Group)> = groups
        .iter()
        .flat_map(|group| timeline.periods.iter().map(move |period| (*period, group)))
        .filter(|(period, group)| !present.contains(&(*group, *period)))
        .map(|(period, group)| (period, group.clone()))
        .collect();
    for (period, group) in absent {
        let nothing = Cells::nothing();
        let figure = measure::value(&metric.definition.measure, &nothing).unwrap_or_default();
        figures.push((period, group, figure));
    }
}

fn row(period: Period, group: Group, figure: Figure, timeline: &Timeline, min_n: u64) -> Row {
    let few = figure.needs_n && figure.n.unwrap_or(0) < min_n;
    let status = if figure.value.is_none() {
        Status::Undefined
    } else if few || figure.insufficient {
        Status::Insufficient
    } else if period.end > timeline.as_of {
        Status::Provisional
    } else {
        Status::Final
    };
    Row {
        period,
        group,
        value: figure.value,
        numerator: figure.numerator,
        denominator: figure.denominator,
        n: figure.n,
        n_open: figure.n_open,
        ci_low: figure.ci_low,
        ci_high: figure.ci_high,
        status,
        companions: figure.companions,
        smallest: figure.smallest,
    }
}
