//! `goodhart reject`.

use clap::Args;

use super::pending_selection;
use super::session::{self, Options};
use super::stop::Stop;
use super::{Global, exit, output};
use goodhart_core::result::snapshot::Store;

#[derive(Debug, Args)]
pub struct Arguments {
    #[command(flatten)]
    chosen: pending_selection::Arguments,
}

pub fn run(global: &Global, arguments: &Arguments) -> Result<u8, Stop> {
    let writer = session::writer(&session::root(global)?, "reject")?;
    let project = session::open(global, &session::start(global, Options::default())?)?;
    let chosen = arguments.chosen.of(&project.catalog)?;
    let (change, gone) = Store::new(&project.root).reject(&chosen)?;
    if change.is_empty() {
        output::say("nothing is pending");
        return Ok(exit::CLEAN);
    }
    writer.commit(&change)?;
    for name in &gone {
        output::say(&format!("rejected what was pending for {name}"));
    }
    if gone.is_empty() {
        output::say("rejected; the rest is still pending");
    }
    Ok(exit::CLEAN)
}
