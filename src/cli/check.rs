//! `goodhart check`.

use clap::Args;
use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::{Global, clock, instant, output, project};
use crate::bind::Memory;
use crate::check;
use crate::diagnostic::render;
use crate::error::Error;
use crate::snapshot::Store;

#[derive(Debug, Args)]
pub struct Arguments {
    /// The day for which reviews and waivers are judged; the project's as-of where it is fixed,
    /// else today
    #[arg(long, value_name = "DATE", value_parser = instant::parse)]
    as_of: Option<Timestamp>,
    /// Compare with this git revision: a definition that changed must have a higher version
    #[arg(long, value_name = "REV")]
    base: Option<String>,
}

pub fn run(global: &Global, arguments: &Arguments) -> Result<u8, Error> {
    let mut opened = check::open(&project::root(global)?)?;
    let asked = arguments.as_of.map(|instant| instant.to_zoned(TimeZone::UTC).date());
    let today = asked.unwrap_or_else(|| opened.today(clock::today()));
    let store = Store::new(&opened.root);
    let mut memory = Memory::parse(&store.remembered());
    check::check(&mut opened, today, &mut memory)?;
    if let Some(revision) = &arguments.base {
        let base = check::metrics_at(&opened.root, revision)?;
        check::check_against(&mut opened, today, &base);
    }
    if let Some(text) = memory.render() {
        store.remember(&text);
    }
    let check::Opened { files, diagnostics, .. } = &opened;
    output::data(&render(diagnostics, files, output::stdout_coloured(global)))?;
    output::count(diagnostics);
    Ok(project::verdict(diagnostics))
}
