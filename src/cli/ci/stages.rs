//! The stages, one after the other. One that fails keeps no other from saying what it can.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::base::{self, Base};
use crate::check;
use crate::cli::diff::say_unusable;
use crate::cli::progress::Bar;
use crate::cli::project::{self, Memory, Opened};
use crate::cli::sides::{self, Evaluated};
use crate::cli::{Global, clock, output, settle};
use crate::compare::{self, Context, State};
use goodhart_core::diagnostic::{Diagnostics, Files, Severity};
use goodhart_core::error::Error;
use goodhart_core::plan::{self, Selection};
use goodhart_core::report::ci::{Outcome, Stage, StageName, Stale};
use goodhart_core::result::diff::{Diff, findings};
use goodhart_core::result::snapshot::{self, INPUTS, InputsFile, Settled, Store};
use goodhart_core::result::threshold::judge;
use goodhart_core::sql::facts::Bound;
use goodhart_engine::evaluate::{Evaluation, evaluate};
use goodhart_engine::fixtures::{self, Request};
use goodhart_engine::{Parser, Purpose};

/// What is asked of a run.
pub struct Asked<'a> {
    pub base: Option<&'a str>,
    pub as_of: Option<Timestamp>,
    pub threads: Option<u32>,
    pub fresh: bool,
}

/// What all stages found.
#[derive(Default)]
pub struct Found {
    pub stages: Vec<Stage>,
    pub files: Files,
    pub diagnostics: Diagnostics,
    pub tests: Option<goodhart_core::result::fixtures::Report>,
    pub stale: Option<Stale>,
    /// Paths of the definition files that the change bears on.
    pub touched: BTreeSet<String>,
    pub skipped: BTreeMap<String, String>,
    pub diff: Option<Diff>,
}

impl Found {
    fn end(&mut self, name: StageName, outcome: Outcome) {
        self.stages.push(Stage { name, outcome });
    }

    fn skip(&mut self, names: &[StageName], why: &str) {
        for name in names {
            self.end(*name, Outcome::Skipped(why.to_owned()));
        }
    }
}

/// An error as the words of a stage.
fn failed(error: &Error) -> Outcome {
    let hint = error.hint().map(|hint| format!("; {hint}")).unwrap_or_default();
    Outcome::Failed(format!("{error}{hint}"))
}

/// What a stage added to the diagnostics, in words.
struct Count {
    errors: usize,
    warnings: usize,
}

impl Count {
    fn of(diagnostics: &Diagnostics) -> Self {
        Self {
            errors: diagnostics.count(Severity::Error),
            warnings: diagnostics.count(Severity::Warn),
        }
    }

    fn outcome(&self, now: &Diagnostics, passed: String) -> Outcome {
        let now = Self::of(now);
        let (errors, warnings) = (now.errors - self.errors, now.warnings - self.warnings);
        let said: Vec<String> = [(errors, "error", "errors"), (warnings, "warning", "warnings")]
            .into_iter()
            .filter(|(count, ..)| *count > 0)
            .map(|(count, one, many)| output::counted(count, one, many))
            .collect();
        if said.is_empty() { Outcome::Passed(passed) } else { Outcome::Found(said.join(", ")) }
    }
}

/// Runs all stages.
///
/// # Errors
/// A project that cannot be opened at all; whatever stops a single stage is in what it found.
pub fn run(global: &Global, asked: &Asked<'_>) -> Result<Found, Error> {
    let root = project::root(global)?;
    // Nothing that is remembered is asked: it may have come with the branch.
    let parser = project::parser(global, Memory::Unused, Purpose::Binding)?;
    let mut opened = check::open(&root, &parser)?;
    let day = asked.as_of.map(|instant| instant.to_zoned(TimeZone::UTC).date());
    let today = day.unwrap_or_else(|| opened.today(clock::today()));
    opened.refuse_wrong(today);
    let refused = opened.diagnostics.has_errors();
    let mut found = Found::default();
    let base = base::find(&root, asked.base);
    let bound = check(asked, &mut opened, (today, &base), &parser, &mut found);

    let check::Opened { root, files, catalog, diagnostics } = opened;
    let rest = [StageName::Test, StageName::Eval, StageName::Diff];
    let catalog = match catalog {
        Some(catalog) if !refused => catalog,
        _ => {
            found.skip(&rest, "the definitions are wrong");
            (found.files, found.diagnostics) = (files, diagnostics);
            return Ok(found);
        }
    };
    let mut opened = Opened { root: root.clone(), files, catalog, diagnostics };
    tests(global, &mut opened, bound, &mut found);

    let bar = Bar::start();
    let context = sides::context(global, None, asked.threads, &bar)?;
    match eval(asked, &context, &mut opened, &mut found) {
        Ok(evaluation) => {
            let Evaluated { mut state, diagnostics, skipped, .. } =
                sides::evaluated(opened, evaluation);
            found.diagnostics = diagnostics;
            found.skipped = skipped.into_iter().collect();
            if let Ok(Ok(base)) = &base
                && base.git.is_clean()
            {
                state.provenance.commit = base.git.resolve("HEAD").ok().map(|commit| commit.id);
            }
            diff((&root, base), &context, &state, &mut found);
            found.files = state.files;
        }
        Err(error) => {
            found.end(StageName::Eval, failed(&error));
            found.skip(&[StageName::Diff], "nothing was evaluated");
            (found.files, found.diagnostics) = (opened.files, opened.diagnostics);
        }
    }
    Ok(found)
}

/// Looks at the definitions; `None` where they could not be bound.
fn check(
    asked: &Asked<'_>,
    opened: &mut check::Opened,
    (today, base): (Date, &Result<Result<Base, String>, Error>),
    parser: &Parser<'_>,
    found: &mut Found,
) -> Option<Bound> {
    let root = opened.root.clone();
    let looked = project::remembering(&root, asked.fresh, |memory| {
        check::check(opened, today, memory, parser)
    });
    let compared = match base {
        // A base that cannot be read is what the comparison has to say.
        Err(_) | Ok(Err(_)) => Ok(()),
        Ok(Ok(base)) => check::metrics_at(&root, &base.commit.id)
            .and_then(|metrics| check::check_against(opened, today, metrics, parser)),
    };
    let outcome = match (&looked, compared) {
        (Err(error), _) => failed(error),
        (_, Err(error)) => failed(&error),
        (Ok(_), Ok(())) => {
            let none = Count { errors: 0, warnings: 0 };
            let passed = opened.catalog.as_ref().map(|catalog| {
                let metrics = output::counted(catalog.metrics.len(), "metric", "metrics");
                let sources = output::counted(catalog.sources.len(), "source", "sources");
                format!("{metrics}, {sources}")
            });
            none.outcome(&opened.diagnostics, passed.unwrap_or_default())
        }
    };
    found.end(StageName::Check, outcome);
    looked.ok()
}

/// Runs the tests in the definitions.
fn tests(global: &Global, opened: &mut Opened, bound: Option<Bound>, found: &mut Found) {
    let Some(bound) = bound else {
        return found.skip(&[StageName::Test], "the definitions could not be bound");
    };
    let before = Count::of(&opened.diagnostics);
    let run = project::protection(global).and_then(|protection| {
        let request = Request { targets: &[], coverage: false, protection };
        fixtures::run(&opened.catalog, &opened.files, &bound, &request)
    });
    let report = match run {
        Ok(report) => report,
        Err(error) => return found.end(StageName::Test, failed(&error)),
    };
    for outcome in &report.outcomes {
        opened.diagnostics.extend(outcome.problems.iter().cloned());
    }
    let outcome = match (report.passed(), report.failed()) {
        (0, 0) => Outcome::Passed("there are no tests".to_owned()),
        (passed, 0) => {
            let passed = output::counted(passed, "test passed", "tests passed");
            before.outcome(&opened.diagnostics, passed)
        }
        (passed, failed) => Outcome::Found(format!("{failed} of {} tests failed", passed + failed)),
    };
    found.end(StageName::Test, outcome);
    found.tests = Some(report);
}

/// Evaluates everything and compares it with what is committed; writes nothing.
fn eval(
    asked: &Asked<'_>,
    context: &Context<'_>,
    opened: &mut Opened,
    found: &mut Found,
) -> Result<Evaluation, Error> {
    let before = Count::of(&opened.diagnostics);
    let chosen = plan::select(&opened.catalog, &Selection::default())
        .map_err(|problems| Error::Usage(problems.join("\n")))?;
    let plan = plan::build(&opened.catalog, &chosen);
    let mut request = context.request(&opened.root);
    request.as_of = asked.as_of;
    let mut evaluation = evaluate(&opened.catalog, &plan, &opened.files, &request)?;
    sides::say_missing(&evaluation);
    opened.diagnostics.extend(std::mem::take(&mut evaluation.diagnostics));
    opened.diagnostics.extend(judge(&opened.catalog, &evaluation.results));
    if asked.as_of.is_none() {
        found.stale = Some(stale(opened, &evaluation)?);
    }
    let values: usize = evaluation.results.metrics.iter().map(|metric| metric.rows.len()).sum();
    let passed = output::counted(values, "value", "values");
    let outcome = before.outcome(&opened.diagnostics, passed);
    let stale = found.stale.as_ref().map_or(0, |stale| stale.changed.len() + stale.orphaned.len());
    let outcome = match outcome {
        _ if !evaluation.skipped.is_empty() => {
            let count = output::counted(evaluation.skipped.len(), "metric", "metrics");
            Outcome::Found(format!("{count} could not be evaluated"))
        }
        outcome if stale == 0 => outcome,
        outcome => {
            let count = output::counted(stale, "snapshot is", "snapshots are");
            let found = match outcome {
                Outcome::Found(says) => format!("; {says}"),
                _ => String::new(),
            };
            Outcome::Stale(format!("{count} out of date{found}"))
        }
    };
    found.end(StageName::Eval, outcome);
    Ok(evaluation)
}

/// What of the committed snapshots is not as it was evaluated.
fn stale(opened: &mut Opened, evaluation: &Evaluation) -> Result<Stale, Error> {
    let store = Store::new(&opened.root);
    let known = opened.known();
    let committed = store.inspect(&mut opened.files, &known, None)?;
    let (mut rendered, too_large) = settle::snapshots(opened, &committed, evaluation);
    let another_key = settle::another_key(&committed, evaluation);
    let complete =
        evaluation.skipped.is_empty() && rendered.len() == evaluation.results.metrics.len();
    let before = committed.inputs.as_ref().filter(|_| !complete);
    let inputs = InputsFile::new(&evaluation.inputs, env!("CARGO_PKG_VERSION"), before);
    rendered.insert(INPUTS.to_owned(), inputs.render());
    let Settled { changed, orphaned } = snapshot::settle(&store, &rendered, &known)?;
    opened.diagnostics.extend(committed.found);
    opened.diagnostics.extend(too_large);
    opened.diagnostics.extend(another_key);
    Ok(Stale { changed, orphaned })
}

/// Compares what was evaluated with the base.
fn diff(
    (root, base): (&Path, Result<Result<Base, String>, Error>),
    context: &Context<'_>,
    head: &State,
    found: &mut Found,
) {
    let base = match base {
        Ok(Ok(base)) => base,
        Ok(Err(why)) => return found.skip(&[StageName::Diff], &why),
        Err(error) => return found.end(StageName::Diff, failed(&error)),
    };
    let before = Count::of(&found.diagnostics);
    let Base { git, commit, name } = base;
    let compared =
        compare::revision(&git, &commit, &name, Some(root), &context.parser).and_then(|base| {
            say_unusable(&base);
            let diff = compare::compare(&base, head, context)?;
            let touched = touched(&base.files, &head.files, &diff);
            Ok((diff, touched, base.results.is_empty()))
        });
    match compared {
        Ok((diff, touched, is_first)) => {
            found.diagnostics.extend(findings(&diff, head.side().definitions));
            let (commit, count) = (commit.short(), diff.metrics.len());
            let metrics = output::counted(count, "metric", "metrics");
            let passed = match (is_first, count) {
                (true, _) => format!("{commit} has no snapshots, so every value is new"),
                (false, 0) => format!("no metric changed since {commit}"),
                (false, _) => format!("{metrics} changed since {commit}"),
            };
            found.end(StageName::Diff, before.outcome(&found.diagnostics, passed));
            (found.diff, found.touched) = (Some(diff), touched);
        }
        Err(error) => found.end(StageName::Diff, failed(&error)),
    }
}

/// The definition files that are others than in the base, or whose metric or source is.
fn touched(base: &Files, head: &Files, diff: &Diff) -> BTreeSet<String> {
    let before: BTreeMap<&str, &str> =
        base.ids().map(|file| (base.path(file), base.text(file))).collect();
    let changed: BTreeSet<&str> = diff
        .metrics
        .iter()
        .map(|metric| metric.metric.as_str())
        .chain(diff.sources.iter().map(|source| source.source.as_str()))
        .collect();
    head.ids()
        .map(|file| (head.path(file), head.text(file)))
        .filter(|(path, text)| {
            let id = Path::new(path).file_stem().and_then(|stem| stem.to_str());
            before.get(path) != Some(text) || id.is_some_and(|id| changed.contains(id))
        })
        .map(|(path, _)| path.to_owned())
        .collect()
}
