//! `goodhart check`.

use clap::Args;
use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::findings::{self, Format};
use super::project::{self, Memory};
use super::{Global, clock, fix, instant, output};
use crate::check::{self, Opened};
use goodhart_core::error::Error;
use goodhart_engine::Purpose;

#[derive(Debug, Args)]
pub struct Arguments {
    /// The day for which reviews and waivers are judged; the project's as-of where it is fixed,
    /// else today
    #[arg(long, value_name = "DATE", value_parser = instant::parse)]
    as_of: Option<Timestamp>,
    /// Compare with this git revision: a definition that changed must have a higher version
    #[arg(long, value_name = "REV")]
    base: Option<String>,
    /// Bind everything anew, whatever is remembered: for definitions of people who are not trusted,
    /// who could have written down what is to be remembered
    #[arg(long)]
    fresh: bool,
    /// How to print what is found
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// Mend what a machine can mend without changing a number, then check what is left
    #[arg(long)]
    fix: bool,
}

pub fn run(global: &Global, arguments: &Arguments) -> Result<u8, Error> {
    let look = || look(global, arguments);
    let opened = if arguments.fix { fix::rounds(look)? } else { look()? };
    let Opened { root, files, catalog, diagnostics } = &opened;
    findings::print(global, arguments.format, "check", root, (diagnostics, files))?;
    if let (true, Some(catalog)) = (diagnostics.is_empty(), catalog) {
        output::say(&format!(
            "checked {} and {}: nothing to report",
            output::counted(catalog.metrics.len(), "metric", "metrics"),
            output::counted(catalog.sources.len(), "source", "sources"),
        ));
    }
    output::count(diagnostics);
    Ok(project::verdict(diagnostics))
}

/// Everything that is wrong with the definitions.
fn look(global: &Global, arguments: &Arguments) -> Result<Opened, Error> {
    let memory = if arguments.fresh { Memory::Renewed } else { Memory::Used };
    let parser = project::parser(global, memory, Purpose::Binding)?;
    let mut opened = check::open(&project::root(global)?, &parser)?;
    let asked = arguments.as_of.map(|instant| instant.to_zoned(TimeZone::UTC).date());
    let today = asked.unwrap_or_else(|| opened.today(clock::today()));
    let root = opened.root.clone();
    project::remembering(&root, arguments.fresh, |memory| {
        check::check(&mut opened, today, memory, &parser)
    })?;
    if let Some(revision) = &arguments.base {
        let base = check::metrics_at(&root, revision)?;
        check::check_against(&mut opened, today, base, &parser)?;
    }
    Ok(opened)
}
