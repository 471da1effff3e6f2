//! A test of a metric: its results for the rows that are given.

use std::collections::BTreeSet;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::bench::Bench;
use crate::catalog::Metric;
use crate::definition::read::Value;
use crate::definition::test::{GivenRow, TestTable};
use crate::diagnostic::{Diagnostic, codes};
use crate::error::Error;
use crate::evaluate::{Computed, evaluate_ready};
use crate::fixtures::{Actual, Difference, Found, cell, differing, equal, pair};
use crate::measure::Cell;
use crate::plan::{self, Plan, Timeline};
use crate::result::{MetricResults, Period, Row, date_text};
use crate::rules::tests as rule;

/// The fields of a result row behind its period and segments.
const FIELDS: [&str; 9] =
    ["value", "numerator", "denominator", "n", "n_open", "ci_low", "ci_high", "status", "smallest"];

pub fn run(bench: &Bench<'_>, metric: &Metric, test: &TestTable) -> Result<Found, Error> {
    let Some(as_of) = rule::as_of(bench.catalog, test) else {
        return Ok((Vec::new(), None));
    };
    let settings = &bench.catalog.settings;
    let whole = Timeline::back_from(as_of, settings.grain, settings.window)
        .map_err(|error| Error::Usage(error.to_string()))?;
    let mut plan = plan::build(bench.catalog, &BTreeSet::from([metric.id.clone()]));
    plan.sources.clear();
    bench.set_as_of(as_of)?;
    let implied = match implied(bench, &plan, test, &whole) {
        Ok(period) => period,
        Err(diagnostic) => return Ok((vec![*diagnostic], None)),
    };
    let periods: Vec<Option<Period>> =
        test.expect.value.iter().map(|row| named(row, &whole).or(implied)).collect();
    let timeline = needed(&plan, &whole, &periods);
    let computed = evaluate_ready(
        bench.catalog,
        &plan,
        bench.files,
        &bench.engine,
        &bench.failed(test),
        &timeline,
    )?;
    let Some(results) = computed.metrics.get(&metric.id) else {
        return Ok((without_results(metric, test, computed), None));
    };
    if !computed.diagnostics.is_empty() {
        return Ok((computed.diagnostics, None));
    }
    Ok(compare(bench, metric, test, results, &periods))
}

/// The period that an expected row names.
fn named(row: &GivenRow, timeline: &Timeline) -> Option<Period> {
    let cell = row.value.get("period")?;
    let Value::Date(date) = cell.value else {
        return None;
    };
    let start = date.to_zoned(TimeZone::UTC).ok()?.timestamp();
    timeline.periods.iter().find(|period| period.start == start).copied()
}

/// The period of expected rows that name none: the one into which rows fall, the newest where
/// none does or all is looked at as of an instant.
fn implied(
    bench: &Bench<'_>,
    plan: &Plan,
    test: &TestTable,
    timeline: &Timeline,
) -> Result<Option<Period>, Box<Diagnostic>> {
    let Some(row) = test.expect.value.iter().find(|row| row.value.get("period").is_none()) else {
        return Ok(None);
    };
    let mut starts: BTreeSet<Timestamp> = BTreeSet::new();
    for scan in plan.scans.iter().filter(|scan| !scan.is_stock()) {
        // SQL that fails here fails again where it is evaluated, and is reported there.
        let rows = bench.engine.query(plan::periods(scan, timeline).text()).unwrap_or_default();
        starts.extend(rows.iter().filter_map(|row| match row.first() {
            Some(Cell::Instant(micros)) => Timestamp::from_microsecond(*micros).ok(),
            _ => None,
        }));
    }
    let busy: Vec<Period> =
        timeline.periods.iter().filter(|period| starts.contains(&period.start)).copied().collect();
    match busy.as_slice() {
        [] => Ok(timeline.periods.last().copied()),
        [one] => Ok(Some(*one)),
        several => {
            let grain = timeline.grain.name();
            let dates: Vec<String> = several.iter().map(|p| date_text(p.start)).collect();
            let message =
                format!("there are rows in {} {grain}s, and this row names none", dates.len());
            let first = dates.first().map_or("", String::as_str);
            let diagnostic = Diagnostic::new(&codes::MISSING_KEY, message)
                .at(row.span, format!("of which {grain}?"))
                .note(format!("there are rows in: {}", dates.join(", ")))
                .help(format!("add `period = {first}`"));
            Err(Box::new(diagnostic))
        }
    }
}

/// The periods that have to be evaluated. A stock costs a scan for each of them, so that only
/// those that are looked at are evaluated; a flow costs one for all.
fn needed(plan: &Plan, whole: &Timeline, periods: &[Option<Period>]) -> Timeline {
    let stock = plan.scans.iter().any(plan::Scan::is_stock);
    let first = periods.iter().flatten().min();
    let last = periods.iter().flatten().max();
    let (Some(first), Some(last)) = (first.filter(|_| stock), last) else {
        return whole.clone();
    };
    let within = |period: &&Period| first <= *period && *period <= last;
    Timeline { periods: whole.periods.iter().filter(within).copied().collect(), ..whole.clone() }
}

/// Why a metric has no results.
fn without_results(metric: &Metric, test: &TestTable, computed: Computed) -> Vec<Diagnostic> {
    if !computed.diagnostics.is_empty() {
        let note = format!("while testing \"{}\"", test.name.as_str());
        return computed.diagnostics.into_iter().map(|d| d.note(note.as_str())).collect();
    }
    let reasons: Vec<String> = computed
        .skipped
        .iter()
        .map(
            |(id, reason)| {
                if *id == metric.id { reason.clone() } else { format!("{id}: {reason}") }
            },
        )
        .collect();
    let message = format!("metric `{}`: \"{}\" could not be run", metric.id, test.name.as_str());
    vec![
        Diagnostic::new(&codes::TEST_FAILED, message)
            .at(test.name.span, reasons.join("; "))
            .help("mend that first"),
    ]
}

fn compare(
    bench: &Bench<'_>,
    metric: &Metric,
    test: &TestTable,
    results: &MetricResults,
    periods: &[Option<Period>],
) -> Found {
    let segments = metric.segments();
    let expected = &test.expect.value;
    let set = |row: &GivenRow| -> BTreeSet<String> {
        let names = row.value.names().filter(|name| segments.contains(name));
        names.map(str::to_owned).collect()
    };
    let looked_at: BTreeSet<(Option<Period>, BTreeSet<String>)> =
        expected.iter().zip(periods).map(|(row, period)| (*period, set(row))).collect();
    let rows: Vec<&Row> = results
        .rows
        .iter()
        .filter(|row| {
            let set: BTreeSet<String> = row.group.iter().map(|(name, _)| name.clone()).collect();
            looked_at.contains(&(Some(row.period), set))
        })
        .collect();
    let actual: Vec<Actual> = rows.iter().map(|row| cells(row)).collect();
    let pairs = pair(expected.len(), &actual, |index, found| {
        let period = periods.get(index).copied().flatten();
        let same_period = matches!(cell(found, "period"), Some(Value::Date(date))
            if period.is_some_and(|period| date_text(period.start) == date.to_string()));
        same_period
            && segments.iter().all(|segment| {
                let there = found.iter().any(|(name, _)| name == segment);
                match expected[index].value.get(segment) {
                    Some(wanted) => there && equal(&wanted.value, cell(found, segment)),
                    None => !there,
                }
            })
    });
    let columns = columns(expected, &segments);
    match Difference::of(&columns, expected, &actual, &pairs) {
        None => (Vec::new(), None),
        Some(difference) => {
            let what = format!("metric `{}`", metric.id);
            let diagnostic = differing(bench.files, &what, test, &actual, &pairs, &difference);
            (vec![diagnostic], Some(difference))
        }
    }
}

/// The columns that are shown: period and segments, and what any row names.
fn columns<'a>(expected: &'a [GivenRow], segments: &[&'a str]) -> Vec<&'a str> {
    let names: BTreeSet<&str> = expected.iter().flat_map(|row| row.value.names()).collect();
    let mut columns = vec!["period"];
    columns.extend(segments.iter().filter(|segment| names.contains(**segment)));
    for name in FIELDS.into_iter().filter(|name| names.contains(name)).chain(names.iter().copied())
    {
        if !columns.contains(&name) {
            columns.push(name);
        }
    }
    columns
}

/// A result row by column.
fn cells(row: &Row) -> Actual {
    let date = row.period.start.to_zoned(TimeZone::UTC).date();
    let number = |number: Option<rust_decimal::Decimal>| number.map(Value::Decimal);
    let count = |count: Option<u64>| {
        count.map(|count| Value::Integer(i64::try_from(count).unwrap_or(i64::MAX)))
    };
    // Segments first: one may be called like a field, and is found before it.
    let mut cells: Actual = Vec::new();
    for (name, value) in &row.group {
        cells.push((name.clone(), value.clone().map(Value::Text)));
    }
    let [value, numerator, denominator, n, n_open, ci_low, ci_high, status, smallest] = FIELDS;
    cells.extend(
        [
            ("period", Some(Value::Date(date))),
            (value, number(row.value)),
            (numerator, number(row.numerator)),
            (denominator, number(row.denominator)),
            (n, count(row.n)),
            (n_open, count(row.n_open)),
            (ci_low, number(row.ci_low)),
            (ci_high, number(row.ci_high)),
            (status, Some(Value::Text(row.status.name().to_owned()))),
            (smallest, row.smallest.clone().map(Value::Text)),
        ]
        .map(|(name, value)| (name.to_owned(), value)),
    );
    for (name, value) in &row.companions {
        cells.push((name.clone(), Some(Value::Decimal(*value))));
    }
    cells
}
