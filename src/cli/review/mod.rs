//! `goodhart review`.
//!
//! Each answer is committed at once: what was accepted before somebody leaves, by whatever way,
//! stays accepted. The lock is held meanwhile, so that what is decided about is what was shown.

mod causes;
mod dialogue;

use std::collections::BTreeMap;
use std::io::{self, IsTerminal};

use clap::Args;

use super::pending_selection;
use super::progress::Bar;
use super::session::{self, Options};
use super::stop::Stop;
use super::{Global, exit, output};
use crate::session::Project;
use causes::causes;
use dialogue::Dialogue;
use goodhart_core::error::Error;
use goodhart_core::result::review::{CommittedState, Item, PendingChange, items};
use goodhart_core::result::snapshot::{INPUTS, Snapshot, Store};

#[derive(Debug, Args)]
pub struct Arguments {
    /// Metrics whose pending results are reviewed; the default is all
    metrics: Vec<String>,
    /// Why the values that are accepted are right; stored with the groups that changed
    #[arg(long, value_name = "TEXT", value_parser = pending_selection::reason)]
    reason: Option<String>,
    /// Print everything that is pending and the commands to decide, also on a terminal
    #[arg(long)]
    print: bool,
    /// Print all changed values and whole definitions' differences
    #[arg(long)]
    all: bool,
}

pub fn run(global: &Global, arguments: &Arguments) -> Result<u8, Stop> {
    let writer = session::writer(&session::root(global)?, "review")?;
    let bar = Bar::start();
    let options = Options { progress: &bar, ..Options::default() };
    let session = session::start(global, options)?;
    let mut project = session::open(global, &session)?;
    let store = Store::new(&project.root);
    let known = project.metric_ids();
    let committed = store.inspect(&mut project.files, &known, None)?;
    project.diagnostics.extend(committed.found);
    output::diagnostics(global, &project.diagnostics, &project.files);
    let verdict = exit::of(&project.diagnostics);
    let pending = pending(&store, &project, &arguments.metrics)?;
    if pending.is_empty() {
        output::say("nothing is pending");
        return Ok(verdict);
    }
    let attended = !arguments.print && io::stdin().is_terminal() && io::stdout().is_terminal();
    let items = all_items(&store, &pending)?;
    let causes = causes(global, &session, project, &store, &pending)?;
    bar.finish();
    let dialogue = Dialogue { global, arguments, store, known, causes, items };
    let left = if attended { dialogue.ask(&writer)? } else { dialogue.print()? };
    Ok(match verdict {
        exit::CLEAN if left => exit::STALE,
        verdict => verdict,
    })
}

/// The pending snapshots of metrics that are there, by name; none for the file about inputs.
type Pending = BTreeMap<String, Option<Snapshot>>;

fn pending(store: &Store, project: &Project, wanted: &[String]) -> Result<Pending, Error> {
    let names = store.pending()?;
    let missing: Vec<&str> =
        wanted.iter().filter(|name| !names.contains(name)).map(String::as_str).collect();
    if !missing.is_empty() {
        let missing = missing.join(", ");
        return Err(Error::Usage(format!(
            "nothing is pending for {missing}; run `goodhart eval` first"
        )));
    }
    let mut pending = Pending::new();
    for name in names.into_iter().filter(|name| wanted.is_empty() || wanted.contains(name)) {
        if project.catalog.metrics.contains_key(&name) {
            let snapshot = store.pending_snapshot(&name)?;
            pending.insert(name, Some(snapshot));
        } else if name == INPUTS {
            pending.insert(name, None);
        }
    }
    // The inputs go along with whatever is accepted.
    if pending.len() > 1 {
        pending.remove(INPUTS);
    }
    Ok(pending)
}

/// What there is to decide about, by metric.
fn all_items(store: &Store, pending: &Pending) -> Result<Vec<Item>, Error> {
    let mut all = Vec::new();
    for (name, snapshot) in pending {
        let Some(snapshot) = snapshot else {
            let why = "the inputs changed, and no value did".to_owned();
            all.push(Item { metric: name.clone(), what: PendingChange::Whole(why) });
            continue;
        };
        let committed = store.sound(name)?;
        let before = match &committed {
            None => CommittedState::Nothing,
            Some(None) => CommittedState::Unsound,
            Some(Some(committed)) => CommittedState::Sound(committed),
        };
        all.extend(items(before, snapshot));
    }
    Ok(all)
}
