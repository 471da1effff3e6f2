//! `goodhart backfill`.

use std::collections::BTreeMap;

use clap::Args;
use jiff::Timestamp;

use super::segment::{self, Format, Segments};
use super::session::{self, Options};
use super::stop::Stop;
use super::{Global, exit, instant, output, progress::Bar};
use crate::session::{Project, Session, Time};
use goodhart_core::diagnostic::{Diagnostic, Label};
use goodhart_core::error::Error;
use goodhart_core::plan::{Selection, Timeline};
use goodhart_core::project::catalog::Metric;
use goodhart_core::project::definition::project::{AsOf, Grain};
use goodhart_core::report::history as report;
use goodhart_core::result::history::{
    PeriodResult, Series, evaluated_groups, evaluated_points, observations,
};
use goodhart_core::result::threshold::{alert_findings, alerts, is_watched};
use goodhart_core::result::{Group, Period, instant_text};
use goodhart_engine::evaluate::{Progress, Silent};

#[derive(Debug, Args)]
pub struct Arguments {
    /// The metrics
    #[arg(required = true)]
    metrics: Vec<String>,
    #[command(flatten)]
    segments: Segments,
    /// The first period is the one that holds this instant
    #[arg(long, value_name = "INSTANT", value_parser = instant::parse)]
    from: Timestamp,
    /// The last period is the last one that is over at this instant; the default is the
    /// project's as-of
    #[arg(long, value_name = "INSTANT", value_parser = instant::parse)]
    to: Option<Timestamp>,
    /// The length of a period: day, week, month, quarter or year; the default is the project's
    #[arg(long, value_name = "GRAIN", value_parser = super::eval::parse_grain)]
    grain: Option<Grain>,
    /// How to print the values
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// How many threads the engine may use; the results are the same for any number
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    threads: Option<u32>,
}

pub fn run(global: &Global, arguments: &Arguments) -> Result<u8, Stop> {
    let bar = Bar::start();
    let options = Options { threads: arguments.threads, progress: &Silent, ..Options::default() };
    let session = session::start(global, options)?;
    let mut project = session::open(global, &session)?;
    let grain = arguments.grain.unwrap_or(project.catalog.settings.grain);
    let periods = periods(&project, arguments, grain)?;
    let mut evaluated = evaluate_all(&session, arguments, &mut project, grain, &periods, &bar)?;
    bar.finish();
    let mut all = Vec::new();
    let mut found: Vec<Diagnostic> = Vec::new();
    for id in &arguments.metrics {
        let metric = segment::metric(&project.catalog, id)?;
        // One that was named twice is there once.
        let Some(evaluated) = evaluated.remove(id) else { continue };
        let known = evaluated_groups(&evaluated);
        let group = arguments.segments.group(id, &known)?;
        all.push(series(metric, &evaluated, &group));
        let watched = if arguments.segments.is_absent() { known } else { vec![group] };
        let watched = watched.iter().filter(|group| is_watched(metric, group));
        let raised = watched
            .flat_map(|group| alerts(metric, &observations(&evaluated_points(&evaluated, group))));
        found.extend(alert_findings(metric, &raised.collect::<Vec<_>>()));
    }
    project.diagnostics.extend(found);
    print(global, &project, arguments.format, &all)?;
    output::diagnostics(global, &project.diagnostics, &project.files);
    Ok(exit::of(&project.diagnostics))
}

/// The periods at whose ends is evaluated.
fn periods(project: &Project, arguments: &Arguments, grain: Grain) -> Result<Vec<Period>, Error> {
    let to = match (&arguments.to, &project.catalog.settings.as_of) {
        (Some(to), _) => *to,
        (None, AsOf::Fixed(as_of)) => *as_of,
        (None, AsOf::Newest { .. }) => {
            return Err(Error::Usage(
                "the project's as-of follows its data: say where to end with `--to`".to_owned(),
            ));
        }
    };
    let timeline = Timeline::between(to, grain, arguments.from, to)
        .map_err(|error| Error::Usage(error.to_string()))?;
    let over: Vec<Period> = timeline.periods.into_iter().filter(|p| p.end <= to).collect();
    if over.is_empty() {
        let (from, to) = (instant_text(arguments.from), instant_text(to));
        return Err(Error::Usage(format!("no {} from {from} is over at {to}", grain.name())));
    }
    Ok(over)
}

/// Evaluates the metrics as of the end of each period, in that period only.
fn evaluate_all(
    session: &Session<'_>,
    arguments: &Arguments,
    project: &mut Project,
    grain: Grain,
    periods: &[Period],
    bar: &Bar,
) -> Result<BTreeMap<String, Vec<PeriodResult>>, Error> {
    let selection = Selection { metrics: arguments.metrics.clone(), ..Selection::default() };
    let plan = session.plan(project, &selection)?;
    let mut evaluated: BTreeMap<String, Vec<PeriodResult>> = BTreeMap::new();
    // The same at several instants is said once, as it was at the newest.
    let mut said: BTreeMap<Place, Diagnostic> = BTreeMap::new();
    for (done, period) in periods.iter().enumerate() {
        bar.step(&format!("as of {}", instant_text(period.end)), done, periods.len());
        let time = Time {
            as_of: Some(period.end),
            grain: Some(grain),
            from: Some(period.start),
            to: Some(period.end),
        };
        let evaluation = session.evaluate(project, &plan, &time)?;
        if done == 0 {
            session::say_missing_protection(&evaluation);
        }
        for diagnostic in evaluation.diagnostics {
            said.insert(place(&diagnostic), diagnostic);
        }
        for id in &plan.chosen {
            let results = evaluation.results.metrics.iter().find(|found| found.metric == *id);
            let results = results.cloned().ok_or_else(|| {
                let why = evaluation.skipped.get(id);
                why.cloned().unwrap_or_else(|| "not evaluated".to_owned())
            });
            let one = PeriodResult { as_of: period.end, grain, period: *period, results };
            evaluated.entry(id.clone()).or_default().push(one);
        }
    }
    project.diagnostics.extend(said.into_values());
    Ok(evaluated)
}

/// What a diagnostic is about, whatever its numbers are; where it has no place, its message.
type Place = (&'static str, Vec<Label>, Option<String>);

fn place(diagnostic: &Diagnostic) -> Place {
    let message = diagnostic.labels.is_empty().then(|| diagnostic.message.clone());
    (diagnostic.code.name, diagnostic.labels.clone(), message)
}

fn series(metric: &Metric, evaluated: &[PeriodResult], group: &Group) -> Series {
    Series {
        metric: metric.id.clone(),
        group: group.clone(),
        unit: metric.definition.unit.value.name(),
        points: evaluated_points(evaluated, group),
    }
}

fn print(global: &Global, project: &Project, format: Format, all: &[Series]) -> Result<(), Error> {
    let styled = output::stdout_coloured(global);
    output::data(&match format {
        Format::Text => {
            let texts = all.iter().filter_map(|series| {
                let metric = project.catalog.metrics.get(&series.metric)?;
                Some(report::text(metric, series, styled))
            });
            texts.collect::<Vec<_>>().join("\n")
        }
        Format::Json => report::json(all),
        Format::Ndjson => report::ndjson(all),
        Format::Csv => report::csv(all),
    })
}
