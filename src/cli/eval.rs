//! `goodhart eval`.

use clap::{Args, ValueEnum};
use jiff::Timestamp;

use super::project::{self, Memory, Opened, Refused};
use super::{Global, exit, instant, output, progress::Bar, settle, sides};
use goodhart_core::error::Error;
use goodhart_core::plan::{self, Selection};
use goodhart_core::project::definition::project::Grain;
use goodhart_core::report::{self, TableOptions};
use goodhart_core::result::snapshot::{Committed, Store, Writer};
use goodhart_core::result::threshold::judge;
use goodhart_engine::Purpose;
use goodhart_engine::evaluate::{Evaluation, Request, evaluate, statements};

#[derive(Debug, Args)]
pub struct Arguments {
    /// Metrics to evaluate; all where absent
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
    /// The last period is the one that ends at or holds this instant
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
    /// Write nothing; exit with 3 where the committed snapshots are not current
    #[arg(long)]
    check: bool,
    /// Compute everything anew, whatever is remembered of earlier runs; `--check` always does
    #[arg(long)]
    fresh: bool,
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
    /// A check believes nothing that it did not compute itself.
    fn memory(&self) -> Memory {
        match (self.check, self.fresh) {
            (true, _) => Memory::Unused,
            (false, true) => Memory::Renewed,
            (false, false) => Memory::Used,
        }
    }

    /// Whether another time than the project's is asked for, with which nothing is compared.
    fn is_ad_hoc(&self) -> bool {
        self.as_of.is_some() || self.from.is_some() || self.to.is_some() || self.grain.is_some()
    }
}

pub fn run(global: &Global, arguments: &Arguments) -> Result<u8, Error> {
    let writer = writer(global, arguments)?;
    let (threads, environment) = (arguments.threads, &project::environment);
    let parser =
        project::parser(global, arguments.memory(), Purpose::Evaluating { threads, environment })?;
    let mut opened = match project::open_with(global, &parser)? {
        Ok(opened) => opened,
        Err(Refused(code)) => return Ok(code),
    };
    let selection = Selection {
        metrics: arguments.metrics.clone(),
        tags: arguments.tag.clone(),
        owners: arguments.owner.clone(),
    };
    let chosen = plan::select(&opened.catalog, &selection)
        .map_err(|problems| Error::Usage(problems.join("\n")))?;
    let plan = plan::build(&opened.catalog, &chosen);
    let store = Store::new(&opened.root);
    let (memory, kept) = match arguments.memory() {
        Memory::Unused => (None, None),
        Memory::Used | Memory::Renewed => project::memories(&opened.root, arguments.fresh),
    };
    let bar = Bar::start();
    let request = Request {
        root: &opened.root,
        memory,
        kept,
        parser: Some(&parser),
        environment,
        as_of: arguments.as_of,
        grain: arguments.grain,
        from: arguments.from,
        to: arguments.to,
        threads,
        protection: project::protection(global)?,
        pseudonym_key: project::pseudonym_key(),
        progress: &bar,
    };
    if arguments.explain {
        let (explained, found) = statements(&opened.catalog, &plan, &opened.files, &request)?;
        drop(bar);
        opened.diagnostics.extend(found);
        output::data(&report::explain(&opened.catalog, &plan, &explained))?;
        output::diagnostics(global, &opened.diagnostics, &opened.files);
        return Ok(project::verdict(&opened.diagnostics));
    }
    let mut evaluation = evaluate(&opened.catalog, &plan, &opened.files, &request)?;
    drop(bar);
    sides::say_missing(&evaluation);
    opened.diagnostics.extend(std::mem::take(&mut evaluation.diagnostics));
    opened.diagnostics.extend(judge(&opened.catalog, &evaluation.results));
    let evaluated = evaluation.results.metrics.iter().map(|results| results.metric.clone());
    let evaluated = (!selection.is_everything()).then(|| evaluated.collect());
    let known = opened.known();
    // Where nothing changed and nobody gave reasons, no snapshot needs to be read.
    let plain = settle::snapshots(&opened, &Committed::default(), &evaluation);
    let mut committed =
        store.inspect_but(&mut opened.files, &known, evaluated.as_ref(), &plain.0)?;
    if !arguments.is_ad_hoc() {
        opened.diagnostics.extend(std::mem::take(&mut committed.found));
    }
    let (snapshots, too_large) = if committed.snapshots.is_empty() {
        plain
    } else {
        settle::snapshots(&opened, &committed, &evaluation)
    };
    opened.diagnostics.extend(too_large);
    opened.diagnostics.extend(settle::another_key(&committed, &evaluation));
    print(global, arguments, &opened, &evaluation)?;
    output::diagnostics(global, &opened.diagnostics, &opened.files);
    for (metric, reason) in &evaluation.skipped {
        output::say(&format!("not evaluated: {metric} ({reason})"));
    }
    let stale = if arguments.is_ad_hoc() {
        output::say("another time than the project's: nothing is compared with the snapshots");
        false
    } else {
        settle::settle(&opened, selection.is_everything(), &evaluation, snapshots, writer)?
    };
    // Skipped metrics have a diagnostic that is an error; a check that could not look at them
    // must not pass because of a level that hides it.
    let verdict = match project::verdict(&opened.diagnostics) {
        exit::CLEAN if !evaluation.skipped.is_empty() => exit::FINDINGS,
        verdict => verdict,
    };
    Ok(match verdict {
        exit::CLEAN if stale => exit::STALE,
        verdict => verdict,
    })
}

/// The right to change the store, where this run may want it. A folder that cannot be written is
/// no reason to show no results: that it cannot is said where something is to be written.
fn writer(global: &Global, arguments: &Arguments) -> Result<Option<Result<Writer, Error>>, Error> {
    if arguments.check || arguments.explain || arguments.is_ad_hoc() {
        return Ok(None);
    }
    match project::writer(&project::root(global)?, "eval") {
        Err(error) if !matches!(error, Error::Write { .. }) => Err(error),
        writer => Ok(Some(writer)),
    }
}

fn print(
    global: &Global,
    arguments: &Arguments,
    opened: &Opened,
    evaluation: &Evaluation,
) -> Result<(), Error> {
    let results = &evaluation.results;
    if results.metrics.is_empty() && arguments.format == Format::Text {
        // There is nothing to show; what is wrong stands on stderr.
        return Ok(());
    }
    let options = TableOptions { all: arguments.all, styled: output::stdout_coloured(global) };
    output::data(&match arguments.format {
        Format::Text => report::table(&opened.catalog, results, options),
        Format::Json => report::json(results),
        Format::Ndjson => report::ndjson(results),
        Format::Csv => report::csv(results),
    })
}
