//! `goodhart check`.

use clap::Args;
use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::findings::{self, Format};
use super::session::{self, Options};
use super::stop::Stop;
use super::{Global, clock, exit, fix, instant, output};
use crate::check::LoadedProject;
use goodhart_core::error::Error;

#[derive(Debug, Args)]
pub struct Arguments {
    /// The day for which reviews and waivers are checked; the default is the project's as-of where
    /// that is fixed, else today
    #[arg(long, value_name = "DATE", value_parser = instant::parse)]
    as_of: Option<Timestamp>,
    /// Compare with this git revision: a definition that changed must have a higher version
    #[arg(long, value_name = "REV")]
    base: Option<String>,
    /// How to print what is found
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// Mend what a machine can mend without changing a number, then check what is left
    #[arg(long)]
    fix: bool,
}

pub fn run(global: &Global, arguments: &Arguments) -> Result<u8, Stop> {
    let look = || look(global, arguments);
    let project = if arguments.fix { fix::rounds(look)? } else { look()? };
    let LoadedProject { root, files, catalog, diagnostics } = &project;
    findings::print(global, arguments.format, "check", root, (diagnostics, files))?;
    if let (true, Some(catalog)) = (diagnostics.is_empty(), catalog) {
        output::say(&format!(
            "checked {} and {}: nothing to report",
            output::counted(catalog.metrics.len(), "metric", "metrics"),
            output::counted(catalog.sources.len(), "source", "sources"),
        ));
    }
    output::count(diagnostics);
    Ok(exit::of(diagnostics))
}

/// Everything that is wrong with the definitions.
fn look(global: &Global, arguments: &Arguments) -> Result<LoadedProject, Error> {
    let session = session::start(global, Options::default())?;
    let mut project = session.load()?;
    let asked = arguments.as_of.map(|instant| instant.to_zoned(TimeZone::UTC).date());
    let today = asked.unwrap_or_else(|| project.today(clock::today()));
    session.check(&mut project, today)?;
    if let Some(revision) = &arguments.base {
        session.check_against(&mut project, today, revision)?;
    }
    Ok(project)
}
