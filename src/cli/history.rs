//! `goodhart history`.

use std::path::Path;

use clap::Args;
use jiff::Timestamp;

use super::segment::{self, Format, Segments};
use super::session::{self, Options};
use super::stop::Stop;
use super::{Global, exit, instant, output};
use crate::compare::walk;
use crate::git;
use goodhart_core::diagnostic::Diagnostic;
use goodhart_core::error::Error;
use goodhart_core::project::catalog::{Metric, Parse};
use goodhart_core::report::history as report;
use goodhart_core::result::Group;
use goodhart_core::result::history::{MetricRevision, Series, groups, observations, points};
use goodhart_core::result::threshold::{alert_findings, alerts, is_watched};

#[derive(Debug, Args)]
pub struct Arguments {
    /// The metric
    metric: String,
    #[command(flatten)]
    segments: Segments,
    /// Follow the period that holds this instant; the default is the newest one that was complete at
    /// each commit
    #[arg(long, value_name = "INSTANT", value_parser = instant::parse)]
    period: Option<Timestamp>,
    /// How to print the values
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

pub fn run(global: &Global, arguments: &Arguments) -> Result<u8, Stop> {
    let session = session::start(global, Options::default())?;
    let mut project = session::open(global, &session)?;
    let metric = segment::metric(&project.catalog, &arguments.metric)?;
    let revisions = revisions(&project.root, metric, session.parser())?;
    let known = groups(&revisions);
    let group = arguments.segments.group(&metric.id, &known)?;
    let series = series(metric, &revisions, &group, arguments.period);
    print(global, metric, series, arguments.format)?;
    // One period at several commits did not move in time; its value was corrected.
    if arguments.period.is_none() {
        let watched = if arguments.segments.is_absent() { known } else { vec![group] };
        let found = watched.iter().filter(|group| is_watched(metric, group)).flat_map(|group| {
            let points = points(&revisions, group, &unit(metric), None);
            alerts(metric, &observations(&points))
        });
        let found: Vec<Diagnostic> = alert_findings(metric, &found.collect::<Vec<_>>());
        project.diagnostics.extend(found);
    }
    output::diagnostics(global, &project.diagnostics, &project.files);
    Ok(exit::of(&project.diagnostics))
}

/// The commits of the snapshot of a metric; says so where a clone has only some of them.
///
/// # Errors
/// There are none.
pub fn revisions(
    root: &Path,
    metric: &Metric,
    parser: &dyn Parse,
) -> Result<Vec<MetricRevision>, Error> {
    let repository = git::Project::open(root)?;
    // A repository without a commit has no head.
    let revisions = match repository.resolve("HEAD") {
        Ok(head) => walk(&repository, &head, &metric.id, parser)?,
        Err(_) => Vec::new(),
    };
    if revisions.is_empty() {
        return Err(Error::Usage(format!(
            "no commit has a snapshot of `{}`: evaluate it, accept the results and commit them",
            metric.id
        )));
    }
    if repository.is_shallow() {
        output::say(
            "note: the history ends where this clone does; for all of it, fetch the rest (`git fetch \
             --unshallow`, `fetch-depth: 0` in a workflow's checkout step)",
        );
    }
    Ok(revisions)
}

/// The values of a group at all commits.
pub fn series(
    metric: &Metric,
    revisions: &[MetricRevision],
    group: &Group,
    period: Option<Timestamp>,
) -> Series {
    let unit = unit(metric);
    let points = points(revisions, group, &unit, period);
    Series { metric: metric.id.clone(), group: group.clone(), unit, points }
}

fn unit(metric: &Metric) -> String {
    metric.definition.unit.value.name()
}

fn print(global: &Global, metric: &Metric, series: Series, format: Format) -> Result<(), Error> {
    output::data(&match format {
        Format::Text => report::text(metric, &series, output::stdout_coloured(global)),
        Format::Json => report::json(&[series]),
        Format::Ndjson => report::ndjson(&[series]),
        Format::Csv => report::csv(&[series]),
    })
}
