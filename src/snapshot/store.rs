//! The committed and the pending snapshots on disk.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::error::Error;
use crate::project::write;

/// The stem of the file about inputs; no metric may be called so.
pub const INPUTS: &str = "inputs";

/// The folder for what goodhart keeps to itself; it ignores itself in git.
const PRIVATE: &str = ".goodhart";

/// Where the snapshots of a project are.
#[derive(Debug, Clone)]
pub struct Store {
    root: PathBuf,
}

/// How evaluated results compare with the committed ones.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Settled {
    /// Names whose committed snapshot is another one or missing.
    pub changed: Vec<String>,
    /// Committed snapshots of metrics that do not exist any more.
    pub orphaned: Vec<String>,
}

/// What `accept` did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Accepted {
    pub accepted: Vec<String>,
    pub removed: Vec<String>,
}

/// The file of what `check` remembers.
const REMEMBERED: &str = "bound.json";

impl Store {
    pub fn new(root: &Path) -> Self {
        Self { root: root.to_path_buf() }
    }

    /// What `check` remembers; nothing where it cannot be read.
    pub fn remembered(&self) -> String {
        fs::read_to_string(self.root.join(PRIVATE).join(REMEMBERED)).unwrap_or_default()
    }

    /// Keeps what `check` remembers. Failing to keep it only costs time later.
    pub fn remember(&self, text: &str) {
        let path = self.root.join(PRIVATE).join(REMEMBERED);
        let written = self.make_private().and_then(|()| write(&path, text));
        drop(written);
    }

    /// Where the engine remembers what it verified.
    pub fn memory(&self) -> PathBuf {
        self.root.join(PRIVATE).join("verified")
    }

    fn committed_folder(&self) -> PathBuf {
        self.root.join("snapshots")
    }

    fn pending_folder(&self) -> PathBuf {
        self.root.join(PRIVATE).join("pending")
    }

    /// The committed text of a snapshot; `None` where there is none.
    ///
    /// # Errors
    /// A file that is there and cannot be read.
    pub fn committed(&self, name: &str) -> Result<Option<String>, Error> {
        read(&file(&self.committed_folder(), name))
    }

    /// The names of the pending snapshots, sorted.
    ///
    /// # Errors
    /// A folder that cannot be read.
    pub fn pending(&self) -> Result<Vec<String>, Error> {
        names(&self.pending_folder())
    }

    /// The names of the committed snapshots, sorted, [`INPUTS`] among them.
    ///
    /// # Errors
    /// A folder that cannot be read.
    pub fn all_committed(&self) -> Result<Vec<String>, Error> {
        names(&self.committed_folder())
    }

    /// Makes `text` the pending snapshot, or drops the pending one where the committed one says
    /// the same.
    ///
    /// # Errors
    /// A file that cannot be written.
    pub fn propose(&self, name: &str, text: &str, changed: bool) -> Result<(), Error> {
        let path = file(&self.pending_folder(), name);
        if changed {
            self.make_private()?;
            write(&path, text)
        } else {
            remove(&path)
        }
    }

    /// Moves pending snapshots to the committed ones, and removes committed snapshots of metrics
    /// that are not among `known`. All pending ones where `chosen` is empty; the inputs go along
    /// with any.
    ///
    /// # Errors
    /// A file that cannot be moved; what was moved before it stays moved.
    pub fn accept(
        &self,
        chosen: &BTreeSet<String>,
        known: &BTreeSet<String>,
    ) -> Result<Accepted, Error> {
        let mut done = Accepted::default();
        for name in self.pending()? {
            if !(chosen.is_empty() || chosen.contains(&name) || name == INPUTS) {
                continue;
            }
            let from = file(&self.pending_folder(), &name);
            if name != INPUTS && !known.contains(&name) {
                remove(&from)?;
                continue;
            }
            let Some(text) = read(&from)? else { continue };
            write(&file(&self.committed_folder(), &name), &text)?;
            remove(&from)?;
            done.accepted.push(name);
        }
        if chosen.is_empty() {
            for name in self.all_committed()? {
                if name != INPUTS && !known.contains(&name) {
                    remove(&file(&self.committed_folder(), &name))?;
                    done.removed.push(name);
                }
            }
        }
        Ok(done)
    }

    /// The private folder, with the file that makes git ignore it.
    fn make_private(&self) -> Result<(), Error> {
        let ignore = self.root.join(PRIVATE).join(".gitignore");
        if ignore.is_file() {
            return Ok(());
        }
        write(&ignore, "*\n")
    }
}

/// Compares rendered snapshots with the committed ones. `known` are all metrics of the project.
///
/// # Errors
/// A snapshot that cannot be read.
pub fn settle(
    store: &Store,
    rendered: &BTreeMap<String, String>,
    known: &BTreeSet<String>,
) -> Result<Settled, Error> {
    let mut settled = Settled::default();
    for (name, text) in rendered {
        if store.committed(name)?.as_ref() != Some(text) {
            settled.changed.push(name.clone());
        }
    }
    for name in store.all_committed()? {
        if name != INPUTS && !known.contains(&name) {
            settled.orphaned.push(name);
        }
    }
    Ok(settled)
}

fn file(folder: &Path, name: &str) -> PathBuf {
    folder.join(format!("{name}.toml"))
}

fn names(folder: &Path) -> Result<Vec<String>, Error> {
    if !folder.is_dir() {
        return Ok(Vec::new());
    }
    let mut names = Vec::new();
    for entry in fs::read_dir(folder).map_err(Error::reading(folder))? {
        let name = entry.map_err(Error::reading(folder))?.file_name();
        if let Some(stem) = name.to_string_lossy().strip_suffix(".toml") {
            names.push(stem.to_owned());
        }
    }
    names.sort();
    Ok(names)
}

fn read(path: &Path) -> Result<Option<String>, Error> {
    match fs::read(path) {
        // A snapshot that is not UTF-8 is no snapshot of ours: it differs from any.
        Ok(bytes) => Ok(Some(String::from_utf8_lossy(&bytes).into_owned())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Error::reading(path)(error)),
    }
}

fn remove(path: &Path) -> Result<(), Error> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(Error::writing(path)(error)),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(names: &[&str]) -> BTreeSet<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn pending_snapshots_become_committed_ones() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::new(folder.path());
        let known = set(&["a", "b"]);
        store.propose("a", "one", true).unwrap();
        store.propose("b", "two", true).unwrap();
        store.propose(INPUTS, "in", true).unwrap();
        assert_eq!(store.pending().unwrap(), ["a", "b", INPUTS]);
        let done = store.accept(&set(&["a"]), &known).unwrap();
        assert_eq!(done.accepted, ["a", INPUTS]);
        assert_eq!(store.committed("a").unwrap().as_deref(), Some("one"));
        assert_eq!(store.committed("b").unwrap(), None);
        store.propose("b", "two", false).unwrap();
        assert!(store.pending().unwrap().is_empty());
    }

    #[test]
    fn snapshots_of_metrics_that_are_gone_are_orphans() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::new(folder.path());
        store.propose("old", "one", true).unwrap();
        store.accept(&set(&[]), &set(&["old"])).unwrap();
        let settled = settle(&store, &BTreeMap::new(), &set(&["new"])).unwrap();
        assert_eq!(settled.orphaned, ["old"]);
        let done = store.accept(&set(&[]), &set(&["new"])).unwrap();
        assert_eq!(done.removed, ["old"]);
    }
}
