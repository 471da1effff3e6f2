//! `goodhart accept`.

use clap::Args;

use super::pending_selection;
use super::session::{self, Options};
use super::stop::Stop;
use super::{Global, exit, output};
use goodhart_core::result::snapshot::{INPUTS, Store};

#[derive(Debug, Args)]
pub struct Arguments {
    #[command(flatten)]
    chosen: pending_selection::Arguments,
    /// Why the new values are right; stored with the groups that changed
    #[arg(long, value_name = "TEXT", value_parser = pending_selection::reason)]
    reason: Option<String>,
}

pub fn run(global: &Global, arguments: &Arguments) -> Result<u8, Stop> {
    let writer = session::writer(&session::root(global)?, "accept")?;
    let mut project = session::open(global, &session::start(global, Options::default())?)?;
    let store = Store::new(&project.root);
    let chosen = arguments.chosen.of(&project.catalog)?;
    let known = project.metric_ids();
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
    let committed = store.inspect(&mut project.files, &known, None)?;
    project.diagnostics.extend(committed.found);
    output::diagnostics(global, &project.diagnostics, &project.files);
    Ok(exit::of(&project.diagnostics))
}
