//! `goodhart accept`.

use std::collections::BTreeSet;

use clap::Args;

use super::project::{self, Refused};
use super::{Global, exit, output};
use crate::error::Error;
use crate::snapshot::{INPUTS, Store};

#[derive(Debug, Args)]
pub struct Arguments {
    /// Metrics whose pending results are accepted; all where absent
    metrics: Vec<String>,
}

pub fn run(global: &Global, arguments: &Arguments) -> Result<u8, Error> {
    let writer = project::writer(&project::root(global)?, "accept")?;
    let opened = match project::open(global)? {
        Ok(opened) => opened,
        Err(Refused(code)) => return Ok(code),
    };
    let store = Store::new(&opened.root);
    let known: BTreeSet<String> = opened.catalog.metrics.keys().cloned().collect();
    let chosen: BTreeSet<String> = arguments.metrics.iter().cloned().collect();
    let pending = store.pending()?;
    let missing: Vec<&str> =
        chosen.iter().filter(|name| !pending.contains(name)).map(String::as_str).collect();
    if !missing.is_empty() {
        return Err(Error::Usage(format!(
            "nothing is pending for {}; run `goodhart eval` first",
            missing.join(", ")
        )));
    }
    let (change, done) = store.accept(&chosen, &known)?;
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
    Ok(exit::CLEAN)
}
