//! `goodhart resolve`.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use clap::Args;

use super::progress::Bar;
use super::session::{self, Options};
use super::stop::Stop;
use super::{Global, exit, output};
use crate::session::{Project, Session, Time, render_snapshots};
use goodhart_core::error::Error;
use goodhart_core::plan;
use goodhart_core::project::real::{self, Content};
use goodhart_core::result::snapshot::{
    Change, CommittedSnapshots, INPUTS, InputsFile, LARGEST, MergeResult, Shelf, Store, Writer,
    before_merge, merge,
};

#[derive(Debug, Args)]
pub struct Arguments {
    /// Merge one file as git's merge driver: the common ancestor, ours (which becomes the result),
    /// theirs, and the path of the snapshot; exit with 1 where conflicts are left
    #[arg(long, num_args = 4, value_names = ["BASE", "OURS", "THEIRS", "PATH"])]
    driver: Option<Vec<PathBuf>>,
}

pub fn run(global: &Global, arguments: &Arguments) -> Result<u8, Stop> {
    match arguments.driver.as_deref() {
        Some([base, ours, theirs, path]) => Ok(drive(base, ours, theirs, path)?),
        _ => resolve(global),
    }
}

/// Merges a file for git, which reads the result in `ours` and the outcome in the exit code.
fn drive(base: &Path, ours: &Path, theirs: &Path, path: &Path) -> Result<u8, Error> {
    let text = |path: &Path| match real::read(path, LARGEST)? {
        Content::Bytes(bytes) => String::from_utf8(bytes)
            .map_err(|_| Error::Damaged { path: path.to_owned(), what: "snapshot" }),
        Content::Absent => Ok(String::new()),
        Content::TooLarge => Err(Error::Damaged { path: path.to_owned(), what: "snapshot" }),
    };
    let name = path.file_stem().map(|stem| stem.to_string_lossy().into_owned());
    let name = name.unwrap_or_default();
    let MergeResult { text, is_clean } = merge(&name, &text(base)?, &text(ours)?, &text(theirs)?);
    fs::write(ours, text).map_err(Error::writing(ours))?;
    if is_clean {
        return Ok(exit::CLEAN);
    }
    output::say(&format!(
        "both branches changed the same values in {}; merge the rest, then run `goodhart resolve`",
        path.display()
    ));
    Ok(exit::FINDINGS)
}

/// Evaluates what is in conflict and writes it.
fn resolve(global: &Global) -> Result<u8, Stop> {
    let writer = session::writer(&session::root(global)?, "resolve")?;
    let bar = Bar::start();
    let options = Options { progress: &bar, ..Options::default() };
    let session = session::start(global, options)?;
    let mut project = session::open(global, &session)?;
    let store = Store::new(&project.root);
    let known = project.metric_ids();
    let committed = store.inspect(&mut project.files, &known, None)?;
    let conflicted = committed.conflicted.clone();
    if conflicted.is_empty() {
        output::say("no snapshot has the markers of a merge");
        return Ok(exit::CLEAN);
    }
    // What identifies the inputs is known once all of them were read.
    let whole = conflicted.contains(INPUTS);
    let chosen: BTreeSet<String> =
        if whole { known } else { conflicted.intersection(&known).cloned().collect() };
    let written = write(&session, &mut project, &store, committed, &chosen, &writer)?;
    bar.finish();
    output::diagnostics(global, &project.diagnostics, &project.files);
    for name in &written {
        output::say(&format!("resolved snapshots/{name}.toml"));
    }
    let left: Vec<&str> = conflicted.difference(&written).map(String::as_str).collect();
    if left.is_empty() {
        output::say("next: git add snapshots");
        return Ok(exit::of(&project.diagnostics));
    }
    output::say(&format!("still in conflict: {}", left.join(", ")));
    Ok(match exit::of(&project.diagnostics) {
        exit::CLEAN => exit::FINDINGS,
        verdict => verdict,
    })
}

/// Writes the snapshots in conflict of the `chosen` metrics, and the file about inputs. Returns what
/// was written.
fn write(
    session: &Session<'_>,
    project: &mut Project,
    store: &Store,
    mut committed: CommittedSnapshots,
    chosen: &BTreeSet<String>,
    writer: &Writer,
) -> Result<BTreeSet<String>, Error> {
    let plan = plan::build(&project.catalog, chosen);
    let mut evaluation = session.evaluate(project, &plan, &Time::default())?;
    session::say_missing_protection(&evaluation);
    project.diagnostics.extend(std::mem::take(&mut evaluation.diagnostics));
    for results in &evaluation.results.metrics {
        if committed.conflicted.contains(&results.metric) {
            let text = store.committed_text(&results.metric)?.unwrap_or_default();
            let before = before_merge(&text, results);
            committed.snapshots.extend(before.map(|before| (results.metric.clone(), before)));
        }
    }
    let (snapshots, too_large) = render_snapshots(project, &committed, &evaluation);
    project.diagnostics.extend(too_large);
    let mut change = Change::new("resolve");
    let mut written = BTreeSet::new();
    for (name, text) in snapshots {
        if committed.conflicted.contains(&name) {
            written.insert(name.clone());
            change.put(Shelf::Committed, &name, text);
        }
    }
    let inputs_wait = committed.conflicted.contains(INPUTS) && !evaluation.skipped.is_empty();
    if !inputs_wait && !evaluation.results.metrics.is_empty() {
        let before = committed.inputs.as_ref();
        let inputs = InputsFile::new(&evaluation.inputs, env!("CARGO_PKG_VERSION"), before);
        if before != Some(&inputs) {
            written.insert(INPUTS.to_owned());
            change.put(Shelf::Committed, INPUTS, inputs.render());
        }
    }
    writer.commit(&change)?;
    Ok(written)
}
