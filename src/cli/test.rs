//! `goodhart test`.

use clap::{Args, ValueEnum};

use super::session::{self, Options};
use super::stop::Stop;
use super::{Global, exit, output};
use goodhart_core::report::fixtures as report;
use goodhart_engine::fixtures::{Request, run as run_tests};

#[derive(Debug, Args)]
pub struct Arguments {
    /// Metrics and derived sources whose tests are run; the default is all
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

pub fn run(global: &Global, arguments: &Arguments) -> Result<u8, Stop> {
    let session = session::start(global, Options::default())?;
    let mut project = session::open(global, &session)?;
    let bound = session.bind(&mut project)?;
    let request = Request {
        targets: &arguments.targets,
        coverage: arguments.coverage,
        protection: session.protection().clone(),
    };
    let report = run_tests(&project.catalog, &project.files, &bound, &request)?;
    for outcome in &report.outcomes {
        project.diagnostics.extend(outcome.problems.iter().cloned());
    }
    output::data(&match arguments.format {
        Format::Text => report::text(&project.files, &report),
        Format::Json => report::json(&project.files, &report),
        Format::Junit => report::junit(&project.files, &report),
    })?;
    output::diagnostics(global, &project.diagnostics, &project.files);
    Ok(exit::of(&project.diagnostics))
}
