//! `[[test]]` tables → what passed, what differs, and what no test reaches.
//!
//! All tests run in one engine that never sees a data file: the rows of a test stand in for
//! those of the files, and from there on a metric goes the way of every evaluation.

mod bench;
mod coverage;
mod metric;
mod source;

use std::collections::BTreeSet;

use bench::Bench;
use coverage::Tracker;

use crate::catalog::Catalog;
use crate::definition::test::TestTable;
use crate::diagnostic::{Files, closest};
use crate::engine::{Allowance, Answer, Protection};
use crate::error::Error;
use crate::facts::Bound;
use crate::fixtures::{Found, Kind, Outcome, Report};
use crate::rules::tests as rule;

/// What is tested.
pub struct Request<'a> {
    /// Metrics and derived sources; all where there is none.
    pub targets: &'a [String],
    /// Whether to find out what no test reaches.
    pub coverage: bool,
    pub protection: Protection,
}

/// Runs the tests of metrics and derived sources, in the order of their ids and files.
///
/// # Errors
/// A target that does not exist, and what stops the tool. A test that fails is an outcome.
pub fn run(
    catalog: &Catalog,
    files: &Files,
    bound: &Bound,
    request: &Request<'_>,
) -> Result<Report, Error> {
    let targets = targets(catalog, request.targets)?;
    let bench = Bench::open(catalog, files, bound, &request.protection)?;
    let mut tracker = request.coverage.then(|| Tracker::new(&bench, &targets));
    let mut outcomes = Vec::new();
    for source in catalog.sources.values().filter(|source| targets.contains(source.id.as_str())) {
        for test in &source.definition.test {
            let problems = rule::of_source(catalog, bound, source, test);
            let problems = if problems.is_empty() {
                let target = (Kind::Source, source.id.as_str());
                on(&bench, tracker.as_mut(), test, target, || source::run(&bench, source, test))?
            } else {
                (problems, None)
            };
            outcomes.push(Outcome::new(Kind::Source, &source.id, test, problems));
        }
    }
    for metric in catalog.metrics.values().filter(|metric| targets.contains(metric.id.as_str())) {
        for test in &metric.definition.test {
            let problems = rule::of_metric(catalog, bound, metric, test);
            let problems = if problems.is_empty() {
                let target = (Kind::Metric, metric.id.as_str());
                on(&bench, tracker.as_mut(), test, target, || metric::run(&bench, metric, test))?
            } else {
                (problems, None)
            };
            outcomes.push(Outcome::new(Kind::Metric, &metric.id, test, problems));
        }
    }
    let coverage = tracker.map(|tracker| tracker.finish(&bench));
    Ok(Report { outcomes, coverage })
}

/// Runs something while the rows of a test are in their sources.
fn on(
    bench: &Bench<'_>,
    tracker: Option<&mut Tracker<'_>>,
    test: &TestTable,
    target: (Kind, &str),
    run: impl FnOnce() -> Result<Found, Error>,
) -> Result<Found, Error> {
    let limits = &bench.catalog.settings.limits;
    let answer = Answer { rows: limits.result_rows, bytes: limits.result_size };
    bench.engine.grant(Allowance::new(limits.time, answer));
    let found = match bench.give(test)? {
        None => run(),
        Some(wrong) => Ok((vec![wrong], None)),
    };
    if let Some(tracker) = tracker {
        tracker.look(bench, test, target)?;
    }
    bench.engine.grant(Allowance::OWN);
    bench.clear(test)?;
    found
}

/// The metrics and derived sources that were asked for; all of them where none was.
fn targets<'a>(catalog: &'a Catalog, asked: &[String]) -> Result<BTreeSet<&'a str>, Error> {
    let derived = catalog.sources.values().filter(|source| source.definition.sql.is_some());
    let known: BTreeSet<&str> = derived
        .map(|source| source.id.as_str())
        .chain(catalog.metrics.keys().map(String::as_str))
        .collect();
    let unknown: Vec<String> = asked
        .iter()
        .filter(|name| !known.contains(name.as_str()))
        .map(|name| {
            let nothing = format!("there is no metric and no derived source `{name}`");
            match closest(name, known.iter().copied()) {
                Some(near) => format!("{nothing}; did you mean `{near}`?"),
                None => nothing,
            }
        })
        .collect();
    if !unknown.is_empty() {
        return Err(Error::Usage(unknown.join("\n")));
    }
    if asked.is_empty() {
        return Ok(known);
    }
    Ok(known.into_iter().filter(|id| asked.iter().any(|name| name == id)).collect())
}
