//! `goodhart diff`.

use std::collections::BTreeMap;

use clap::{Args, ValueEnum};

use super::progress::Bar;
use super::publish::KEY;
use super::revisions::{self, Repository, RevisionName};
use super::session::{self, Options};
use super::stop::Stop;
use super::{Global, exit, output};
use crate::compare::{ProjectRevision, compare};
use crate::publish::is_key;
use crate::session::{Session, Time};
use goodhart_core::diagnostic::Diagnostics;
use goodhart_core::error::Error;
use goodhart_core::plan::Selection;
use goodhart_core::report::diagnostics::Findings;
use goodhart_core::report::diff::{self as report, MarkdownOptions, TextOptions};
use goodhart_core::result::diff::{Diff, findings};

#[derive(Debug, Args)]
pub struct Arguments {
    /// What to compare with: a revision, a folder of snapshots, or `a..b` for two revisions; the
    /// default is the last commit
    base: Option<String>,
    /// What is compared; the default is the working tree, evaluated now
    head: Option<String>,
    /// Only these metrics (may be repeated)
    #[arg(long, value_name = "METRIC")]
    metric: Vec<String>,
    /// How to print it
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// Print all groups of every metric, not only those that changed most
    #[arg(long)]
    all: bool,
    /// How many threads the engine may use; the results are the same for any number
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    threads: Option<u32>,
}

/// How a comparison is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For a terminal
    Text,
    /// One document; `goodhart schema diff` has its schema
    Json,
    /// For a comment on a pull request
    Markdown,
}

pub fn run(global: &Global, arguments: &Arguments) -> Result<u8, Stop> {
    let repository = Repository::find(global)?;
    let (base, head) = revisions::named(arguments.base.as_deref(), arguments.head.as_deref());
    let bar = Bar::start();
    let options = Options { threads: arguments.threads, progress: &bar, ..Options::default() };
    let session = session::start_at(global, repository.root.as_deref(), options)?;
    let base = repository.open(&base, session.parser())?;
    let (head, mut diagnostics, skipped) = match head {
        RevisionName::WorkingTree => working_tree(global, &session)?,
        other => {
            let mut head = repository.open(&other, session.parser())?;
            let diagnostics = std::mem::take(&mut head.diagnostics);
            (head, diagnostics, BTreeMap::new())
        }
    };
    let mut diff = compare(&base, &head, &session)?;
    bar.finish();
    if !arguments.metric.is_empty() {
        only(&mut diff, &base, &head, &arguments.metric)?;
    }
    diagnostics.extend(findings(&diff, head.view().definitions));
    say_unusable(&base);
    print(global, arguments, &diff, (&diagnostics, &head))?;
    session::say_skipped(&skipped);
    Ok(match exit::of(&diagnostics) {
        exit::CLEAN if !skipped.is_empty() => exit::FINDINGS,
        code => code,
    })
}

/// The working tree as it evaluates, what is wrong with it, and the metrics without results.
fn working_tree(
    global: &Global,
    session: &Session<'_>,
) -> Result<(ProjectRevision, Diagnostics, BTreeMap<String, String>), Stop> {
    let project = session::open(global, session)?;
    let plan = session.plan(&project, &Selection::default())?;
    let mut evaluation = session.evaluate(&project, &plan, &Time::default())?;
    session::say_missing_protection(&evaluation);
    let found = std::mem::take(&mut evaluation.diagnostics);
    let skipped = std::mem::take(&mut evaluation.skipped);
    let (state, mut diagnostics) = ProjectRevision::working_tree(project, evaluation);
    // Warnings about what was so before are not what changed.
    diagnostics.extend_errors(found);
    Ok((state, diagnostics, skipped))
}

/// Leaves the metrics that were asked for.
fn only(
    diff: &mut Diff,
    base: &ProjectRevision,
    head: &ProjectRevision,
    wanted: &[String],
) -> Result<(), Error> {
    let (before, after) = (base.view(), head.view());
    let unknown: Vec<&str> = wanted
        .iter()
        .map(String::as_str)
        .filter(|id| {
            let knows = |side: &goodhart_core::result::diff::Revision<'_>| {
                side.metric(id).is_some() || side.results.contains_key(*id)
            };
            !knows(&before) && !knows(&after)
        })
        .collect();
    if !unknown.is_empty() {
        return Err(Error::Usage(format!("there is no metric {}", unknown.join(", "))));
    }
    diff.metrics.retain(|metric| wanted.contains(&metric.metric));
    diff.unchanged = wanted.len().saturating_sub(diff.metrics.len());
    Ok(())
}

/// Says what of the base could not be read: its metrics look new.
pub fn say_unusable(base: &ProjectRevision) {
    let name = &base.provenance.name;
    if base.diagnostics.has_errors() {
        output::say(&format!("warning: not all of {name} can be read; what cannot has no causes"));
    }
    if base.results.is_empty() {
        output::say(&format!("warning: {name} has no snapshots: every value is new"));
    }
}

fn print(
    global: &Global,
    arguments: &Arguments,
    diff: &Diff,
    (diagnostics, head): (&Diagnostics, &ProjectRevision),
) -> Result<(), Error> {
    let found = Findings { diagnostics, files: &head.files, prefix: "" };
    match arguments.format {
        Format::Text => {
            let styled = output::stdout_coloured(global);
            output::data(&report::text(diff, TextOptions { all: arguments.all, styled }))?;
            output::diagnostics(global, diagnostics, &head.files);
            Ok(())
        }
        Format::Json => output::data(&report::json(diff, &found)),
        Format::Markdown => {
            let name = head.catalog.as_ref().map(|catalog| catalog.settings.name.as_str());
            let key = name.filter(|name| is_key(name)).unwrap_or(KEY);
            let options = MarkdownOptions { key, limit: usize::MAX, whole: None };
            output::data(&report::markdown(diff, &found, &options))
        }
    }
}
