//! `goodhart accept`.

use clap::Args;

use super::chosen;
use super::project::{self, Refused};
use super::{Global, output};
use goodhart_core::error::Error;
use goodhart_core::result::snapshot::{INPUTS, Store};

#[derive(Debug, Args)]
pub struct Arguments {
    #[command(flatten)]
    chosen: chosen::Arguments,
    /// Why the new values are right; kept with the groups that changed
    #[arg(long, value_name = "TEXT", value_parser = chosen::reason)]
    reason: Option<String>,
}

pub fn run(global: &Global, arguments: &Arguments) -> Result<u8, Error> {
    let writer = project::writer(&project::root(global)?, "accept")?;
    let mut opened = match project::open(global)? {
        Ok(opened) => opened,
        Err(Refused(code)) => return Ok(code),
    };
    let store = Store::new(&opened.root);
    let chosen = arguments.chosen.of(&opened.catalog)?;
    let known = opened.known();
    let (change, done) = store.accept(&chosen, &known, arguments.reason.as_deref())?;
    writer.commit(&change)?;
    for name in done.accepted.iter().filter(|name| *name != INPUTS) {
        output::say(&format!("accepted snapshots/{name}.toml"));
    }
    for name in &done.removed {
        output::say(&format!("removed snapshots/{name}.toml: there is no such metric"));
    }
    if done.accepted.is_empty() && done.removed.is_empty() {
        output::say("nothing is pending");
    }
    // What was accepted is as goodhart wrote it; the rest may not be.
    let committed = store.inspect(&mut opened.files, &known, None)?;
    opened.diagnostics.extend(committed.found);
    output::diagnostics(global, &opened.diagnostics, &opened.files);
    Ok(project::verdict(&opened.diagnostics))
}
