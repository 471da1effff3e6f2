//! `goodhart ci`.

mod base;
mod environment;
mod stages;
mod written;

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use jiff::Timestamp;

use super::session;
use super::stop::Stop;
use super::{Global, exit, findings, instant, output, publish};
use goodhart_core::error::Error;
use goodhart_core::report::ci::{self as report, Run};
use goodhart_core::report::diagnostics::{self, Findings};
use goodhart_core::report::diff::{self, TextOptions};

use environment::CiEnvironment;
use stages::{CiFindings, StageOptions};

#[derive(Debug, Args)]
pub struct Arguments {
    /// Compare with the commit at which the branch left this revision; the default is what the CI
    /// system says, else the main branch
    #[arg(long, value_name = "REV")]
    base: Option<String>,
    /// Write the reports into this folder, in every format
    #[arg(long, value_name = "DIR")]
    output: Option<PathBuf>,
    /// From what on the exit code is 1
    #[arg(long, value_enum, default_value_t = FailOn::Error)]
    fail_on: FailOn,
    /// Evaluate with what was known at this instant instead of the project's as-of; then nothing is
    /// said of the committed snapshots
    #[arg(long, value_name = "INSTANT", value_parser = instant::parse)]
    as_of: Option<Timestamp>,
    /// Tells the comments of several projects on one pull request apart
    #[arg(long, value_name = "KEY", default_value = publish::KEY, value_parser = publish::key)]
    key: String,
    /// How many threads the engine may use; the results are the same for any number
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    threads: Option<u32>,
}

/// From what on a run is no pass. Failures of the tool never are one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum FailOn {
    /// An error
    Error,
    /// A warning
    Warning,
    /// A metric that is another one than in the base
    Change,
    /// Nothing that is found
    Never,
}

impl From<FailOn> for report::FailOn {
    fn from(fail_on: FailOn) -> Self {
        match fail_on {
            FailOn::Error => Self::Error,
            FailOn::Warning => Self::Warning,
            FailOn::Change => Self::Change,
            FailOn::Never => Self::Never,
        }
    }
}

pub fn run(global: &Global, arguments: &Arguments) -> Result<u8, Stop> {
    let environment = CiEnvironment::read();
    let asked = StageOptions {
        base: arguments.base.as_deref().or(environment.base.as_deref()),
        as_of: arguments.as_of,
        threads: arguments.threads,
    };
    let found = stages::run(global, &asked)?;
    let prefix = findings::prefix(&session::root(global)?);
    let mut run = compose(&found, &prefix, arguments);
    run.exit = verdict(&run);

    print(global, &run, &found, &environment)?;
    if let Some(folder) = &arguments.output {
        written::files(&run, &arguments.key, &environment, folder)?;
    }
    written::summary(&run, &arguments.key, &environment)?;
    written::outputs(&run, &environment, arguments.output.as_deref())?;
    Ok(run.exit)
}

fn compose<'a>(found: &'a CiFindings, prefix: &'a str, arguments: &Arguments) -> Run<'a> {
    Run {
        stages: &found.stages,
        findings: Findings { diagnostics: &found.diagnostics, files: &found.files, prefix },
        tests: found.tests.as_ref(),
        diff: found.diff.as_ref(),
        stale: found.stale.as_ref(),
        touched: &found.touched,
        skipped: &found.skipped,
        fail_on: arguments.fail_on.into(),
        exit: exit::CLEAN,
    }
}

fn verdict(run: &Run<'_>) -> u8 {
    if run.has_failed() {
        exit::FAILURE
    } else if run.is_refused() {
        exit::FINDINGS
    } else if run.is_stale() {
        exit::STALE
    } else {
        exit::CLEAN
    }
}

/// Commands for GitHub, which shows a few of them: those that are about the change come first.
fn commands(run: &Run<'_>) -> String {
    let all = run.findings.diagnostics;
    [true, false]
        .map(|of_change| {
            let diagnostics = all.filtered(|found| run.is_of_change(found) == of_change);
            diagnostics::github(&Findings { diagnostics: &diagnostics, ..run.findings })
        })
        .concat()
}

/// On GitHub what its log shows beside the lines; elsewhere what changed. The rest is for people.
fn print(
    global: &Global,
    run: &Run<'_>,
    found: &CiFindings,
    environment: &CiEnvironment,
) -> Result<(), Error> {
    let styled = output::stdout_coloured(global);
    match run.diff {
        _ if environment.is_github => output::data(&commands(run))?,
        Some(diff) => output::data(&diff::text(diff, TextOptions { all: false, styled }))?,
        None => {}
    }
    output::diagnostics(global, &found.diagnostics, &found.files);
    session::say_skipped(run.skipped);
    output::say(report::text(run).trim_end());
    Ok(())
}
