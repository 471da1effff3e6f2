//! The committed snapshots as they are found, and what others than goodhart made of them.

use std::collections::{BTreeMap, BTreeSet};

use super::format::Snapshot;
use super::inputs::InputsFile;
use super::layout::LARGEST;
use super::read::{read, unreadable};
use super::store::{INPUTS, Store};
use crate::diagnostic::{Diagnostic, Files, Span, codes};
use crate::error::Error;
use crate::parallel;
use crate::project::real::Content;

/// Reading fewer snapshots than this is not worth a thread.
const WORTH_A_THREAD: usize = 64;

/// What is committed, as far as it can be read.
#[derive(Debug, Default)]
pub struct CommittedSnapshots {
    /// By metric. Those that were changed by hand are among them.
    pub snapshots: BTreeMap<String, Snapshot>,
    pub inputs: Option<InputsFile>,
    /// Names of files with the markers of a merge, [`INPUTS`] among them.
    pub conflicted: BTreeSet<String>,
    pub found: Vec<Diagnostic>,
}

impl Store {
    /// Reads committed snapshots and the file about inputs into `files`: those of the `chosen`
    /// metrics, or all where there is no choice. `known` are the metrics of the project; a snapshot
    /// of another one is an orphan.
    ///
    /// # Errors
    /// A file that is none, or that cannot be read.
    pub fn inspect(
        &self,
        files: &mut Files,
        known: &BTreeSet<String>,
        chosen: Option<&BTreeSet<String>>,
    ) -> Result<CommittedSnapshots, Error> {
        self.inspect_but(files, known, chosen, &BTreeMap::new())
    }

    /// The same without those whose text is the `expected` one: there is nothing to be said about
    /// them, and reading them takes longer than comparing.
    ///
    /// # Errors
    /// A file that is none, or that cannot be read.
    pub fn inspect_but(
        &self,
        files: &mut Files,
        known: &BTreeSet<String>,
        chosen: Option<&BTreeSet<String>>,
        expected: &BTreeMap<String, String>,
    ) -> Result<CommittedSnapshots, Error> {
        let mut committed = CommittedSnapshots::default();
        let mut texts = Vec::new();
        for name in self.all_committed()? {
            if name != INPUTS && chosen.is_some_and(|chosen| !chosen.contains(&name)) {
                continue;
            }
            if let Some(text) = expected.get(&name)
                && self.is_committed(&name, text)?
            {
                continue;
            }
            let path = format!("snapshots/{name}.toml");
            match self.committed_bytes(&name)? {
                Content::Absent => {}
                // What is no text reads as an edit, or as no snapshot at all.
                Content::Bytes(bytes) => {
                    let file = files.add(&path, String::from_utf8_lossy(&bytes));
                    texts.push((name, file));
                }
                Content::TooLarge => {
                    let span = Span::new(files.add(&path, ""), 0..0);
                    let says = format!("has more than {LARGEST} bytes");
                    committed.found.push(unreadable(&format!("`{path}`"), span, &says));
                }
            }
        }
        let files = &*files;
        let parsed = parallel::map(&texts, WORTH_A_THREAD, |(name, file)| match name.as_str() {
            INPUTS => {
                let (inputs, found) = InputsFile::read(files, *file);
                (None, inputs, found)
            }
            metric if known.contains(metric) => {
                let (snapshot, found) = read(files, *file, metric);
                (snapshot, None, found)
            }
            metric => {
                let span = Span::new(*file, header(files.text(*file)));
                (None, None, vec![orphaned(metric, span)])
            }
        });
        for ((name, _), (snapshot, inputs, found)) in texts.into_iter().zip(parsed) {
            if found.iter().any(|diagnostic| *diagnostic.code == codes::SNAPSHOT_CONFLICTED) {
                committed.conflicted.insert(name.clone());
            }
            committed.found.extend(found);
            committed.inputs = inputs.or(committed.inputs);
            committed.snapshots.extend(snapshot.map(|snapshot| (name, snapshot)));
        }
        Ok(committed)
    }
}

fn orphaned(metric: &str, span: Span) -> Diagnostic {
    let says = format!("there is a snapshot of `{metric}` and no such metric");
    Diagnostic::new(&codes::SNAPSHOT_ORPHANED, says)
        .at(span, "nothing computes these values any more")
        .help("`goodhart accept` without names removes it")
}

/// The line that says of which metric the values are.
fn header(text: &str) -> std::ops::Range<usize> {
    let start = text.find("\nmetric = ").map_or(0, |at| at + 1);
    let length = text.get(start..).and_then(|rest| rest.lines().next()).map_or(0, str::len);
    start..start + length
}
