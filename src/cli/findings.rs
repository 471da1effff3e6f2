//! Diagnostics as the data of a verb: `--format`.

use std::path::Path;

use clap::ValueEnum;

use super::{Global, output};
use goodhart_core::diagnostic::{Diagnostics, Files, render};
use goodhart_core::error::Error;
use goodhart_core::report::diagnostics::{self as report, Findings};

/// How diagnostics are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// Drawn for people
    Text,
    /// An array of objects, one per line
    Json,
    /// SARIF 2.1.0, for code scanning and editors
    Sarif,
    /// JUnit XML, a test per definition file
    Junit,
    /// Workflow commands of GitHub Actions
    Github,
}

/// Prints what `verb` found in the project at `root`, also where that is nothing: a reader of a
/// machine format gets a valid document in any case.
///
/// # Errors
/// A stdout that cannot be written to.
pub fn print(
    global: &Global,
    format: Format,
    verb: &str,
    root: &Path,
    (diagnostics, files): (&Diagnostics, &Files),
) -> Result<(), Error> {
    let prefix = prefix(root);
    let findings = Findings { diagnostics, files, prefix: &prefix };
    output::data(&match format {
        Format::Text => render(diagnostics, files, output::stdout_coloured(global)),
        Format::Json => report::json(&findings),
        Format::Sarif => report::sarif(&findings),
        Format::Junit => report::junit(&findings, &format!("goodhart {verb}")),
        Format::Github => report::github(&findings),
    })
}

/// The way from the current folder down to the project, with a slash behind it: CI runs in the
/// root of the repository, and its readers take paths from there. Empty where the project is not
/// below the current folder.
pub fn prefix(root: &Path) -> String {
    let way = std::env::current_dir().and_then(|here| {
        let (here, root) = (here.canonicalize()?, root.canonicalize()?);
        Ok(root.strip_prefix(here).map(Path::to_path_buf).unwrap_or_default())
    });
    let parts = way.unwrap_or_default();
    parts.components().map(|part| format!("{}/", part.as_os_str().to_string_lossy())).collect()
}
