//! `goodhart eval`.

use clap::{Args, ValueEnum};
use jiff::Timestamp;

use super::session::{self, Options};
use super::stop::Stop;
use super::{Global, exit, instant, output, progress::Bar};
use crate::session::{Project, Purpose, SnapshotComparison, Time};
use goodhart_core::error::Error;
use goodhart_core::plan::Selection;
use goodhart_core::project::definition::project::Grain;
use goodhart_core::report::{self, TableOptions};
use goodhart_core::result::snapshot::Writer;
use goodhart_engine::evaluate::Evaluation;

#[derive(Debug, Args)]
pub struct Arguments {
    /// Metrics to evaluate; the default is all
    metrics: Vec<String>,
    /// Only metrics with this tag (may be repeated)
    #[arg(long, value_name = "TAG")]
    tag: Vec<String>,
    /// Only metrics of this owner (may be repeated)
    #[arg(long, value_name = "OWNER")]
    owner: Vec<String>,
    /// Evaluate with what was known at this instant instead of the project's as-of
    #[arg(long, value_name = "INSTANT", value_parser = instant::parse)]
    as_of: Option<Timestamp>,
    /// The first period is the one that holds this instant
    #[arg(long, value_name = "INSTANT", value_parser = instant::parse)]
    from: Option<Timestamp>,
    /// The last period is the one that ends at this instant, else the one that holds it
    #[arg(long, value_name = "INSTANT", value_parser = instant::parse)]
    to: Option<Timestamp>,
    /// The length of a period: day, week, month, quarter or year
    #[arg(long, value_name = "GRAIN", value_parser = parse_grain)]
    grain: Option<Grain>,
    /// How to print the results
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// Print all groups of every metric, not only the worst
    #[arg(long)]
    all: bool,
    /// Write nothing and do not use the cache; exit with 3 where the committed snapshots are not current
    #[arg(long)]
    check: bool,
    /// Print the plan and the SQL instead of evaluating
    #[arg(long, conflicts_with = "check")]
    explain: bool,
    /// How many threads the engine may use; the results are the same for any number
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    threads: Option<u32>,
}

/// How results are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// A table per metric
    Text,
    /// An array of objects, one per result
    Json,
    /// One object per line
    Ndjson,
    /// One row per result
    Csv,
}

pub(super) fn parse_grain(text: &str) -> Result<Grain, String> {
    Grain::parse(text).ok_or_else(|| format!("expected one of {}", Grain::NAMES.join(", ")))
}

impl Arguments {
    fn selection(&self) -> Selection {
        Selection {
            metrics: self.metrics.clone(),
            tags: self.tag.clone(),
            owners: self.owner.clone(),
        }
    }

    /// The time that is evaluated. Where it is another one than the project's, nothing is compared
    /// with the snapshots.
    fn time(&self) -> Time {
        Time { as_of: self.as_of, grain: self.grain, from: self.from, to: self.to }
    }

    fn is_ad_hoc(&self) -> bool {
        self.time() != Time::default()
    }
}

pub fn run(global: &Global, arguments: &Arguments) -> Result<u8, Stop> {
    let writer = writer(global, arguments)?;
    let (threads, bar) = (arguments.threads, Bar::start());
    let purpose = Purpose::Evaluating { threads, environment: &session::variable };
    let options = Options { ignores_cache: arguments.check, threads, progress: &bar, purpose };
    let session = session::start(global, options)?;
    let mut project = session::open(global, &session)?;
    let (selection, time) = (arguments.selection(), arguments.time());
    let plan = session.plan(&project, &selection)?;
    if arguments.explain {
        let (explained, found) = session.explain(&project, &plan, &time)?;
        bar.finish();
        project.diagnostics.extend(found);
        output::data(&report::explain(&project.catalog, &plan, &explained))?;
        output::diagnostics(global, &project.diagnostics, &project.files);
        return Ok(exit::of(&project.diagnostics));
    }
    let mut evaluation = session.evaluate(&project, &plan, &time)?;
    bar.finish();
    session::say_missing_protection(&evaluation);
    project.diagnostics.extend(std::mem::take(&mut evaluation.diagnostics));
    project.diagnostics.extend(session.check_thresholds(&project, &evaluation));
    let comparison = if arguments.is_ad_hoc() {
        None
    } else {
        let is_whole = selection.is_everything();
        session.compare_with_snapshots(&mut project, &evaluation, is_whole, !arguments.check)?
    };
    print(global, arguments, &project, &evaluation)?;
    output::diagnostics(global, &project.diagnostics, &project.files);
    session::say_skipped(&evaluation.skipped);
    if arguments.is_ad_hoc() {
        output::say("not compared with the snapshots, because of --as-of, --from, --to or --grain");
    }
    let is_current = comparison.as_ref().is_none_or(SnapshotComparison::is_current);
    if let Some(comparison) = &comparison {
        if let Some(writer) = writer {
            propose(&project, comparison, writer)?;
        }
        say_changes(comparison, arguments.check);
    }
    // Skipped metrics have a diagnostic that is an error; a check that could not look at them
    // must not pass because of a level that hides it.
    Ok(match exit::of(&project.diagnostics) {
        exit::CLEAN if !evaluation.skipped.is_empty() => exit::FINDINGS,
        exit::CLEAN if arguments.check && !is_current => exit::STALE,
        code => code,
    })
}

/// Makes the results that changed pending.
fn propose(
    project: &Project,
    comparison: &SnapshotComparison,
    writer: Result<Writer, Error>,
) -> Result<(), Error> {
    let change = comparison.proposal(project)?;
    if change.is_empty() {
        return Ok(());
    }
    let pending = writer.and_then(|writer| writer.commit(&change));
    pending.map_err(|error| Error::NotPending(Box::new(error)))
}

fn say_changes(comparison: &SnapshotComparison, is_check: bool) {
    if comparison.is_unfinished {
        output::say(
            "a change of the snapshots was interrupted; the next `goodhart eval` or `goodhart \
             accept` finishes it",
        );
    }
    if comparison.is_current() {
        output::say(&match comparison.metrics() {
            1 => "the snapshot of 1 metric is current".to_owned(),
            count => format!("the snapshots of {count} metrics are current"),
        });
        return;
    }
    let (out_of_date, help) = if is_check {
        ("snapshots are out of date", "run `goodhart eval`, then `goodhart accept`")
    } else {
        (
            "new or changed results are pending",
            "`goodhart review` shows them, `goodhart accept` takes them all",
        )
    };
    if !comparison.changed.is_empty() {
        output::say(&format!("{out_of_date}: {}", comparison.changed.join(", ")));
    }
    if !comparison.orphaned.is_empty() {
        output::say(&format!("snapshots without a metric: {}", comparison.orphaned.join(", ")));
    }
    output::say(&format!("help: {help}"));
}

/// The lock of the store, where this run may change it. A folder that cannot be written is
/// no reason to show no results: that it cannot is said where something is to be written.
fn writer(global: &Global, arguments: &Arguments) -> Result<Option<Result<Writer, Error>>, Error> {
    if arguments.check || arguments.explain || arguments.is_ad_hoc() {
        return Ok(None);
    }
    match session::writer(&session::root(global)?, "eval") {
        Err(error) if !matches!(error, Error::Write { .. }) => Err(error),
        writer => Ok(Some(writer)),
    }
}

fn print(
    global: &Global,
    arguments: &Arguments,
    project: &Project,
    evaluation: &Evaluation,
) -> Result<(), Error> {
    let results = &evaluation.results;
    if results.metrics.is_empty() && arguments.format == Format::Text {
        // There is nothing to show; what is wrong stands on stderr.
        return Ok(());
    }
    let options = TableOptions { all: arguments.all, styled: output::stdout_coloured(global) };
    output::data(&match arguments.format {
        Format::Text => report::table(&project.catalog, results, options),
        Format::Json => report::json(results),
        Format::Ndjson => report::ndjson(results),
        Format::Csv => report::csv(results),
    })
}
