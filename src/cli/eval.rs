//! `goodhart eval`.

use std::collections::{BTreeMap, BTreeSet};

use clap::{Args, ValueEnum};
use jiff::Timestamp;

use super::project::{self, Opened, Refused};
use super::{Global, exit, instant, output, progress::Bar};
use crate::definition::project::Grain;
use crate::diagnostic::{Diagnostic, codes};
use crate::error::Error;
use crate::evaluate::{Evaluation, Request, evaluate, judge, statements};
use crate::plan::{self, Selection};
use crate::privacy;
use crate::report::{self, TableOptions};
use crate::snapshot::{INPUTS, InputsFile, Settled, Store, render, settle};

/// The variable with the secret of the pseudonyms. It is no argument: those are for everybody on
/// the machine to see.
const PSEUDONYM_KEY: &str = "GOODHART_PSEUDONYM_KEY";

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

fn parse_grain(text: &str) -> Result<Grain, String> {
    Grain::parse(text).ok_or_else(|| format!("expected one of {}", Grain::NAMES.join(", ")))
}

pub fn run(global: &Global, arguments: &Arguments) -> Result<u8, Error> {
    let mut opened = match project::open(global)? {
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
    // A definition may name any other variable in a path, and paths are shown.
    let environment = |name: &str| std::env::var(name).ok().filter(|_| name != PSEUDONYM_KEY);
    let bar = Bar::start();
    let request = Request {
        root: &opened.root,
        memory: Some(store.memory()).filter(|_| !arguments.check),
        environment: &environment,
        as_of: arguments.as_of,
        grain: arguments.grain,
        from: arguments.from,
        to: arguments.to,
        threads: arguments.threads,
        pseudonym_key: privacy::Key::of(&std::env::var(PSEUDONYM_KEY).unwrap_or_default()),
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
    opened.diagnostics.extend(std::mem::take(&mut evaluation.diagnostics));
    opened.diagnostics.extend(judge(&opened.catalog, &evaluation.results));
    opened.diagnostics.extend(another_key(&store, &evaluation)?);
    print(global, arguments, &opened, &evaluation)?;
    output::diagnostics(global, &opened.diagnostics, &opened.files);
    for (metric, reason) in &evaluation.skipped {
        output::say(&format!("not evaluated: {metric} ({reason})"));
    }
    let stale = settle_snapshots(arguments, &opened, &selection, &evaluation, &store)?;
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

/// Says that pseudonyms differ from those in the snapshots because the key does; otherwise it would
/// look as if everybody had been replaced.
fn another_key(store: &Store, evaluation: &Evaluation) -> Result<Option<Diagnostic>, Error> {
    let committed = store.committed(INPUTS)?;
    let before = committed.as_deref().and_then(InputsFile::parse);
    let before = before.and_then(|inputs| inputs.pseudonym_key);
    let (Some(before), Some(now)) = (before, &evaluation.inputs.pseudonym_key) else {
        return Ok(None);
    };
    Ok((before != *now).then(|| {
        let message = format!(
            "the pseudonyms are made with another key ({now}) than those in the snapshots ({before})"
        );
        Diagnostic::new(&codes::PSEUDONYM_KEY_CHANGED, message).help(format!(
            "set {PSEUDONYM_KEY} to the key of the snapshots; where the key was changed on \
             purpose, evaluate everything and accept it"
        ))
    }))
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

/// Proposes changed results, or with `--check` only says so. Returns whether the check failed.
fn settle_snapshots(
    arguments: &Arguments,
    opened: &Opened,
    selection: &Selection,
    evaluation: &Evaluation,
    store: &Store,
) -> Result<bool, Error> {
    let ad_hoc = arguments.as_of.is_some()
        || arguments.from.is_some()
        || arguments.to.is_some()
        || arguments.grain.is_some();
    if ad_hoc {
        output::say("another time than the project's: nothing is compared with the snapshots");
        return Ok(false);
    }
    if evaluation.results.metrics.is_empty() {
        return Ok(false);
    }
    let known: BTreeSet<String> = opened.catalog.metrics.keys().cloned().collect();
    let rendered = rendered(opened, selection, evaluation, store)?;
    let Settled { changed, orphaned } = settle(store, &rendered, &known)?;
    let orphaned = if selection.is_everything() { orphaned } else { Vec::new() };
    if !arguments.check {
        for (name, text) in &rendered {
            store.propose(name, text, changed.contains(name))?;
        }
    }
    if changed.is_empty() && orphaned.is_empty() {
        output::say(&match rendered.len() - 1 {
            1 => "the snapshot of 1 metric is current".to_owned(),
            count => format!("the snapshots of {count} metrics are current"),
        });
        return Ok(false);
    }
    let (out_of_date, help) = if arguments.check {
        ("snapshots are out of date", "run `goodhart eval`, then `goodhart accept`")
    } else {
        ("new or changed results are pending", "`goodhart accept` makes them the snapshots")
    };
    if !changed.is_empty() {
        output::say(&format!("{out_of_date}: {}", changed.join(", ")));
    }
    if !orphaned.is_empty() {
        output::say(&format!("snapshots without a metric: {}", orphaned.join(", ")));
    }
    output::say(&format!("help: {help}"));
    Ok(arguments.check)
}

/// The texts of all evaluated snapshots and of the inputs.
fn rendered(
    opened: &Opened,
    selection: &Selection,
    evaluation: &Evaluation,
    store: &Store,
) -> Result<BTreeMap<String, String>, Error> {
    let mut rendered = BTreeMap::new();
    for results in &evaluation.results.metrics {
        if let Some(metric) = opened.catalog.metrics.get(&results.metric) {
            let text = render(metric, results, evaluation.results.grain);
            rendered.insert(metric.id.clone(), text);
        }
    }
    // What a partial evaluation did not read stays as it was committed.
    let partial = !selection.is_everything() || !evaluation.skipped.is_empty();
    let before = if partial { store.committed(INPUTS)? } else { None };
    let before = before.as_deref().and_then(InputsFile::parse);
    let inputs = InputsFile::new(&evaluation.inputs, env!("CARGO_PKG_VERSION"), before.as_ref());
    rendered.insert(INPUTS.to_owned(), inputs.render());
    Ok(rendered)
}
