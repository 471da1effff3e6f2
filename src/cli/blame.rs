//! `goodhart blame`.

use clap::{Args, ValueEnum};
use jiff::Timestamp;

use super::history::{revisions, series};
use super::segment::{self, Segments};
use super::session::{self, Options};
use super::stop::Stop;
use super::{Global, exit, instant, output};
use goodhart_core::error::Error;
use goodhart_core::report::history::{BlameReport, blame_json, blame_text};
use goodhart_core::result::date_text;
use goodhart_core::result::history::{groups, last_change, points};

#[derive(Debug, Args)]
pub struct Arguments {
    /// The metric
    metric: String,
    #[command(flatten)]
    segments: Segments,
    /// The value of the period that holds this instant; the default is the newest complete one
    #[arg(long, value_name = "INSTANT", value_parser = instant::parse)]
    period: Option<Timestamp>,
    /// How to print the commit
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

/// How the commit is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    Text,
    /// One object
    Json,
}

pub fn run(global: &Global, arguments: &Arguments) -> Result<u8, Stop> {
    let session = session::start(global, Options::default())?;
    let project = session::open(global, &session)?;
    let metric = segment::metric(&project.catalog, &arguments.metric)?;
    let revisions = revisions(&project.root, metric, session.parser())?;
    let group = arguments.segments.group(&metric.id, &groups(&revisions))?;
    let unit = metric.definition.unit.value.name();
    let newest = || {
        let points = points(&revisions, &group, &unit, None);
        points.iter().rev().find_map(|point| point.row.as_ref().ok().map(|row| row.period.start))
    };
    let none =
        || Error::Usage(format!("no commit has a value of `{}` that can be read", metric.id));
    let period = arguments.period.or_else(newest).ok_or_else(none)?;
    let series = series(metric, &revisions, &group, Some(period));
    let Some(change) = last_change(&series.points) else {
        let date = date_text(period);
        return Err(
            Error::Usage(format!("no commit has a value of `{}` for {date}", metric.id)).into()
        );
    };
    let blamed = BlameReport { metric, series: &series, change };
    output::data(&match arguments.format {
        Format::Text => blame_text(&blamed),
        Format::Json => blame_json(&blamed),
    })?;
    output::diagnostics(global, &project.diagnostics, &project.files);
    Ok(exit::CLEAN)
}
