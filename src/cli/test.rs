//! `goodhart test`.

use clap::{Args, ValueEnum};

use super::project::{self, Refused};
use super::{Global, output};
use goodhart_core::error::Error;
use goodhart_core::report::fixtures as report;
use goodhart_engine::fixtures::{Request, run as run_tests};

#[derive(Debug, Args)]
pub struct Arguments {
    /// Metrics and derived sources whose tests are run; all where absent
    #[arg(value_name = "METRIC|SOURCE")]
    targets: Vec<String>,
    /// Also say what no test reaches: metrics and derived sources, conditions and branches of SQL
    #[arg(long)]
    coverage: bool,
    /// How to print the outcome
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

/// How the outcome is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// How many passed; differences go to stderr
    Text,
    /// One object
    Json,
    /// JUnit's XML, a suite per metric and source
    Junit,
}

pub fn run(global: &Global, arguments: &Arguments) -> Result<u8, Error> {
    let (mut opened, bound) = match project::open_bound(global)? {
        Ok(opened) => opened,
        Err(Refused(code)) => return Ok(code),
    };
    let request = Request {
        targets: &arguments.targets,
        coverage: arguments.coverage,
        protection: project::protection(global)?,
    };
    let report = run_tests(&opened.catalog, &opened.files, &bound, &request)?;
    for outcome in &report.outcomes {
        opened.diagnostics.extend(outcome.problems.iter().cloned());
    }
    output::data(&match arguments.format {
        Format::Text => report::text(&opened.files, &report),
        Format::Json => report::json(&opened.files, &report),
        Format::Junit => report::junit(&opened.files, &report),
    })?;
    output::diagnostics(global, &opened.diagnostics, &opened.files);
    Ok(project::verdict(&opened.diagnostics))
}
