//! `goodhart reject`.

use clap::Args;

use super::chosen;
use super::project::{self, Refused};
use super::{Global, exit, output};
use goodhart_core::error::Error;
use goodhart_core::result::snapshot::Store;

#[derive(Debug, Args)]
pub struct Arguments {
    #[command(flatten)]
    chosen: chosen::Arguments,
}

pub fn run(global: &Global, arguments: &Arguments) -> Result<u8, Error> {
    let writer = project::writer(&project::root(global)?, "reject")?;
    let opened = match project::open(global)? {
        Ok(opened) => opened,
        Err(Refused(code)) => return Ok(code),
    };
    let chosen = arguments.chosen.of(&opened.catalog)?;
    let (change, gone) = Store::new(&opened.root).reject(&chosen)?;
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
