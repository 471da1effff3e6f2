//! The stages, one after the other. One that fails keeps no other from saying what it can.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::base::{self, Base};
use crate::check::LoadedProject;
use crate::cli::diff::say_unusable;
use crate::cli::progress::Bar;
use crate::cli::session::{self, Options};
use crate::cli::{Global, clock, output};
use crate::compare::{self, ProjectRevision};
use crate::session::{Project, Session, Time};
use goodhart_core::diagnostic::{Diagnostics, Files, Severity};
use goodhart_core::error::Error;
use goodhart_core::plan::Selection;
use goodhart_core::report::ci::{Outcome, Stage, StageName, Stale};
use goodhart_core::result::diff::{Diff, findings};
use goodhart_core::sql::facts::BoundProject;
use goodhart_engine::evaluate::Evaluation;
use goodhart_engine::fixtures::{self, Request};

/// What is asked of a run.
pub struct StageOptions<'a> {
    pub base: Option<&'a str>,
    pub as_of: Option<Timestamp>,
    pub threads: Option<u32>,
}

/// What all stages found.
#[derive(Default)]
pub struct CiFindings {
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

impl CiFindings {
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
pub fn run(global: &Global, asked: &StageOptions<'_>) -> Result<CiFindings, Error> {
    let bar = Bar::start();
    // The cache is not used: it may have come with the branch.
    let options = Options {
        ignores_cache: true,
        threads: asked.threads,
        progress: &bar,
        ..Options::default()
    };
    let session = session::start(global, options)?;
    let mut loaded = session.load()?;
    let day = asked.as_of.map(|instant| instant.to_zoned(TimeZone::UTC).date());
    let today = day.unwrap_or_else(|| loaded.today(clock::today()));
    loaded.check_rules(today);
    let is_rejected = loaded.diagnostics.has_errors();
    let mut found = CiFindings::default();
    let base = base::find(&loaded.root, asked.base);
    let bound = check(&session, &mut loaded, (today, &base), &mut found);

    let LoadedProject { root, files, catalog, diagnostics } = loaded;
    let rest = [StageName::Test, StageName::Eval, StageName::Diff];
    let catalog = match catalog {
        Some(catalog) if !is_rejected => catalog,
        _ => {
            found.skip(&rest, "the definitions are wrong");
            (found.files, found.diagnostics) = (files, diagnostics);
            return Ok(found);
        }
    };
    let mut project = Project { root: root.clone(), files, catalog, diagnostics };
    tests(&session, &mut project, bound, &mut found);
    match eval(&session, asked, &mut project, &mut found) {
        Ok(mut evaluation) => {
            found.skipped = std::mem::take(&mut evaluation.skipped);
            let (mut state, diagnostics) = ProjectRevision::working_tree(project, evaluation);
            found.diagnostics = diagnostics;
            if let Ok(Ok(base)) = &base
                && base.git.is_clean()
            {
                state.provenance.commit = base.git.resolve("HEAD").ok().map(|commit| commit.id);
            }
            diff(&session, (&root, base), &state, &mut found);
            found.files = state.files;
        }
        Err(error) => {
            found.end(StageName::Eval, failed(&error));
            found.skip(&[StageName::Diff], "nothing was evaluated");
            (found.files, found.diagnostics) = (project.files, project.diagnostics);
        }
    }
    Ok(found)
}

/// Looks at the definitions; `None` where they could not be bound.
fn check(
    session: &Session<'_>,
    project: &mut LoadedProject,
    (today, base): (Date, &Result<Result<Base, String>, Error>),
    found: &mut CiFindings,
) -> Option<BoundProject> {
    let bound = session.check(project, today);
    let compared = match base {
        // A base that cannot be read is what the comparison has to say.
        Err(_) | Ok(Err(_)) => Ok(()),
        Ok(Ok(base)) => session.check_against(project, today, &base.commit.id),
    };
    let outcome = match (&bound, compared) {
        (Err(error), _) => failed(error),
        (_, Err(error)) => failed(&error),
        (Ok(_), Ok(())) => {
            let none = Count { errors: 0, warnings: 0 };
            let passed = project.catalog.as_ref().map(|catalog| {
                let metrics = output::counted(catalog.metrics.len(), "metric", "metrics");
                let sources = output::counted(catalog.sources.len(), "source", "sources");
                format!("{metrics}, {sources}")
            });
            none.outcome(&project.diagnostics, passed.unwrap_or_default())
        }
    };
    found.end(StageName::Check, outcome);
    bound.ok()
}

/// Runs the tests in the definitions.
fn tests(
    session: &Session<'_>,
    project: &mut Project,
    bound: Option<BoundProject>,
    found: &mut CiFindings,
) {
    let Some(bound) = bound else {
        return found.skip(&[StageName::Test], "the definitions could not be bound");
    };
    let before = Count::of(&project.diagnostics);
    let protection = session.protection().clone();
    let request = Request { targets: &[], coverage: false, protection };
    let report = match fixtures::run(&project.catalog, &project.files, &bound, &request) {
        Ok(report) => report,
        Err(error) => return found.end(StageName::Test, failed(&error)),
    };
    for outcome in &report.outcomes {
        project.diagnostics.extend(outcome.problems.iter().cloned());
    }
    let outcome = match (report.passed(), report.failed()) {
        (0, 0) => Outcome::Passed("there are no tests".to_owned()),
        (passed, 0) => {
            let passed = output::counted(passed, "test passed", "tests passed");
            before.outcome(&project.diagnostics, passed)
        }
        (passed, failed) => Outcome::Found(format!("{failed} of {} tests failed", passed + failed)),
    };
    found.end(StageName::Test, outcome);
    found.tests = Some(report);
}

/// Evaluates everything and compares it with what is committed; writes nothing.
fn eval(
    session: &Session<'_>,
    asked: &StageOptions<'_>,
    project: &mut Project,
    found: &mut CiFindings,
) -> Result<Evaluation, Error> {
    let before = Count::of(&project.diagnostics);
    let plan = session.plan(project, &Selection::default())?;
    let time = Time { as_of: asked.as_of, ..Time::default() };
    let mut evaluation = session.evaluate(project, &plan, &time)?;
    session::say_missing_protection(&evaluation);
    project.diagnostics.extend(std::mem::take(&mut evaluation.diagnostics));
    project.diagnostics.extend(session.check_thresholds(project, &evaluation));
    if asked.as_of.is_none() {
        let comparison = session.compare_with_snapshots(project, &evaluation, true, false)?;
        found.stale = comparison
            .map(|comparison| Stale { changed: comparison.changed, orphaned: comparison.orphaned });
    }
    let values: usize = evaluation.results.metrics.iter().map(|metric| metric.rows.len()).sum();
    let passed = output::counted(values, "value", "values");
    let outcome = before.outcome(&project.diagnostics, passed);
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

/// Compares what was evaluated with the base.
fn diff(
    session: &Session<'_>,
    (root, base): (&Path, Result<Result<Base, String>, Error>),
    head: &ProjectRevision,
    found: &mut CiFindings,
) {
    let base = match base {
        Ok(Ok(base)) => base,
        Ok(Err(why)) => return found.skip(&[StageName::Diff], &why),
        Err(error) => return found.end(StageName::Diff, failed(&error)),
    };
    let before = Count::of(&found.diagnostics);
    let Base { git, commit, name } = base;
    let compared =
        compare::revision(&git, &commit, &name, Some(root), session.parser()).and_then(|base| {
            say_unusable(&base);
            let diff = compare::compare(&base, head, session)?;
            let touched = touched(&base.files, &head.files, &diff);
            Ok((diff, touched, base.results.is_empty()))
        });
    match compared {
        Ok((diff, touched, is_first)) => {
            found.diagnostics.extend(findings(&diff, head.view().definitions));
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
