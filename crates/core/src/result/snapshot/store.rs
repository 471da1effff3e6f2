//! The committed and the pending snapshots on disk: reading them, and saying what is to change.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::change::{Change, Shelf};
use super::format::Snapshot;
use super::inputs::InputsFile;
use super::layout::{LARGEST, Layout, file};
use super::read::read;
use crate::cache::{self, Cache};
use crate::diagnostic::Files;
use crate::error::Error;
use crate::project::catalog::is_id;
use crate::project::real::{self, Content};

/// The stem of the file about inputs; no metric may be called so.
pub const INPUTS: &str = "inputs";

/// The snapshots of a project.
#[derive(Debug, Clone)]
pub struct Store {
    layout: Layout,
}

/// How evaluated results compare with the committed ones.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SnapshotChanges {
    /// Names whose committed snapshot is another one or missing.
    pub changed: Vec<String>,
    /// Committed snapshots of metrics that do not exist any more.
    pub orphaned: Vec<String>,
}

impl Store {
    pub fn new(root: &Path) -> Self {
        Self { layout: Layout::new(root) }
    }

    /// The cache of the project for one `program` in a run that begins `now`; disabled where the
    /// private folder cannot be made.
    pub fn cache(&self, program: &Path, now: SystemTime) -> Cache {
        let layout = &self.layout;
        let made = layout.make_private().and_then(|()| layout.ignore_private());
        let cache = |()| Cache::new(layout.cache(), cache::CAPACITY, program, now);
        made.map(cache).unwrap_or_default()
    }

    /// Whether a run was interrupted that the next `eval` or `accept` finishes.
    ///
    /// # Errors
    /// The store is not a real one.
    pub fn is_unfinished(&self) -> Result<bool, Error> {
        self.layout.refuse_unreal()?;
        real::file(&self.layout.journal())
    }

    /// Whether `text` is what is committed, whatever the line endings: a checkout may have changed
    /// them, and no value in a snapshot has any, because they are escaped.
    ///
    /// # Errors
    /// A snapshot that cannot be read.
    pub fn is_committed(&self, name: &str, text: &str) -> Result<bool, Error> {
        // No more is read than the same text could have.
        let most = text.len() + text.lines().count();
        Ok(match real::read(&self.file(Shelf::Committed, name)?, most as u64)? {
            Content::Bytes(bytes) => {
                String::from_utf8(bytes).is_ok_and(|found| found.replace("\r\n", "\n") == text)
            }
            Content::Absent | Content::TooLarge => false,
        })
    }

    /// What is committed about the inputs; `None` where there is nothing that can be read.
    ///
    /// # Errors
    /// A file that cannot be read.
    pub fn committed_inputs(&self) -> Result<Option<InputsFile>, Error> {
        self.inputs(Shelf::Committed)
    }

    /// What is pending about the inputs, else what is committed.
    ///
    /// # Errors
    /// A file that cannot be read.
    pub fn newest_inputs(&self) -> Result<Option<InputsFile>, Error> {
        let pending = self.inputs(Shelf::Pending)?;
        if pending.is_some() { Ok(pending) } else { self.committed_inputs() }
    }

    fn inputs(&self, shelf: Shelf) -> Result<Option<InputsFile>, Error> {
        let content = real::read(&self.file(shelf, INPUTS)?, LARGEST)?;
        Ok(text(content).as_deref().and_then(InputsFile::parse))
    }

    /// The committed snapshot of a metric, as far as it can be read.
    ///
    /// # Errors
    /// A file that is none, or that cannot be read.
    pub fn committed(&self, metric: &str) -> Result<Option<Snapshot>, Error> {
        let mut files = Files::default();
        let Some(text) = self.committed_text(metric)? else { return Ok(None) };
        let file = files.add(format!("{metric}.toml"), text);
        Ok(read(&files, file, metric).0)
    }

    /// The committed snapshot of a metric: `None` where there is no file, and nothing in it where it
    /// is not as goodhart wrote it.
    ///
    /// # Errors
    /// A file that is none, or that cannot be read.
    pub fn sound(&self, metric: &str) -> Result<Option<Option<Snapshot>>, Error> {
        let text = self.committed_text(metric)?;
        Ok(text.map(|text| Snapshot::parse(metric, &text)))
    }

    /// What the file of a committed snapshot holds; `None` where there is no file. What is no text
    /// or too large for one is empty.
    ///
    /// # Errors
    /// A file that is none, or that cannot be read.
    pub fn committed_text(&self, name: &str) -> Result<Option<String>, Error> {
        Ok(match self.committed_bytes(name)? {
            Content::Absent => None,
            content => Some(text(content).unwrap_or_default()),
        })
    }

    pub(super) fn committed_bytes(&self, name: &str) -> Result<Content, Error> {
        real::read(&self.file(Shelf::Committed, name)?, LARGEST)
    }

    /// The names of the pending snapshots, sorted.
    ///
    /// # Errors
    /// A folder that cannot be read.
    pub fn pending(&self) -> Result<Vec<String>, Error> {
        self.names(Shelf::Pending)
    }

    /// The names of the committed snapshots, sorted, [`INPUTS`] among them.
    ///
    /// # Errors
    /// A folder that cannot be read.
    pub fn all_committed(&self) -> Result<Vec<String>, Error> {
        self.names(Shelf::Committed)
    }

    /// The change that makes those of the `rendered` texts pending that are `changed`, and no other
    /// of them. Where the `whole` project was evaluated, nothing of an earlier run stays pending.
    ///
    /// # Errors
    /// A pending snapshot that cannot be read.
    pub fn propose(
        &self,
        rendered: &BTreeMap<String, String>,
        changed: &[String],
        whole: bool,
    ) -> Result<Change, Error> {
        let mut change = Change::new("eval");
        let before = self.pending()?;
        for (name, text) in rendered.iter().filter(|(name, _)| changed.contains(name)) {
            let path = self.file(Shelf::Pending, name)?;
            if real::read(&path, text.len() as u64)? != Content::Bytes(text.clone().into_bytes()) {
                change.put(Shelf::Pending, name, text.clone());
            }
        }
        for name in before {
            let evaluated = whole || rendered.contains_key(&name);
            if evaluated && !changed.contains(&name) {
                change.remove(Shelf::Pending, &name);
            }
        }
        Ok(change)
    }

    /// A pending snapshot, which is really one: what is accepted may not have been looked at.
    ///
    /// # Errors
    /// A file that goodhart did not write, or that cannot be read.
    pub fn pending_snapshot(&self, metric: &str) -> Result<Snapshot, Error> {
        let path = self.file(Shelf::Pending, metric)?;
        let found = text(real::read(&path, LARGEST)?).and_then(|t| Snapshot::parse(metric, &t));
        found.ok_or(Error::Damaged { path, what: "pending snapshot" })
    }

    /// The text of the pending file about inputs.
    ///
    /// # Errors
    /// A file that goodhart did not write, or that cannot be read.
    pub(super) fn pending_inputs(&self) -> Result<String, Error> {
        let path = self.file(Shelf::Pending, INPUTS)?;
        let found = text(real::read(&path, LARGEST)?).filter(|t| InputsFile::parse(t).is_some());
        found.ok_or(Error::Damaged { path, what: "pending snapshot" })
    }

    /// The path of a snapshot, in folders that are real.
    fn file(&self, shelf: Shelf, name: &str) -> Result<PathBuf, Error> {
        self.layout.refuse_unreal()?;
        Ok(file(&shelf.folder(&self.layout), name))
    }

    /// The names of the snapshots on a shelf. Files that goodhart would not call so are not its.
    fn names(&self, shelf: Shelf) -> Result<Vec<String>, Error> {
        self.layout.refuse_unreal()?;
        let folder = shelf.folder(&self.layout);
        let mut names = Vec::new();
        if !real::folder(&folder)? {
            return Ok(names);
        }
        for entry in fs::read_dir(&folder).map_err(Error::reading(&folder))? {
            let entry = entry.map_err(Error::reading(&folder))?;
            let name = entry.file_name().to_string_lossy().into_owned();
            if let Some(stem) = name.strip_suffix(".toml").filter(|stem| is_id(stem)) {
                real::file(&entry.path())?;
                names.push(stem.to_owned());
            }
        }
        names.sort();
        Ok(names)
    }
}

fn text(content: Content) -> Option<String> {
    match content {
        Content::Bytes(bytes) => String::from_utf8(bytes).ok(),
        Content::Absent | Content::TooLarge => None,
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
) -> Result<SnapshotChanges, Error> {
    let mut settled = SnapshotChanges::default();
    for (name, text) in rendered {
        if !store.is_committed(name, text)? {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::Timeline;
    use crate::project::definition::project::Grain;
    use crate::result::snapshot::{Acceptance, PendingSelection, Series, Writer};
    use crate::result::{Group, Row, Status};

    const INPUTS_TEXT: &str = "format = 2\ngoodhart = \"1\"\nas_of = \"2026-01-01T00:00:00Z\"\n";

    fn set(names: &[&str]) -> BTreeSet<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    fn snapshot(name: &str, value: u32) -> String {
        let period = Timeline::period("2026-01-01T00:00:00Z".parse().unwrap(), Grain::Month);
        let empty = Row::without_value(period.unwrap(), Group::new(), Status::Final);
        let row = Row { value: Some(value.into()), ..empty };
        let series = vec![Series { group: Group::new(), reason: None, rows: vec![row] }];
        let unit = "count".to_owned();
        let metric = name.to_owned();
        Snapshot { metric, unit, grain: Grain::Month, segments: Vec::new(), series }.render()
    }

    fn rendered(texts: &[(&str, u32)]) -> BTreeMap<String, String> {
        let snapshots =
            texts.iter().map(|(name, value)| ((*name).to_owned(), snapshot(name, *value)));
        snapshots.chain([(INPUTS.to_owned(), INPUTS_TEXT.to_owned())]).collect()
    }

    /// Makes everything pending that is not committed.
    fn propose(root: &Path, texts: &[(&str, u32)], whole: bool) {
        let (store, rendered) = (Store::new(root), rendered(texts));
        let settled = settle(&store, &rendered, &BTreeSet::new()).unwrap();
        let change = store.propose(&rendered, &settled.changed, whole).unwrap();
        Writer::begin(root, "eval").unwrap().commit(&change).unwrap();
    }

    fn accept(root: &Path, chosen: &[&str], known: &[&str]) -> Acceptance {
        let writer = Writer::begin(root, "accept").unwrap();
        let chosen = if chosen.is_empty() {
            PendingSelection::All
        } else {
            PendingSelection::Metrics(set(chosen))
        };
        let (change, done) = Store::new(root).accept(&chosen, &set(known), None).unwrap();
        writer.commit(&change).unwrap();
        done
    }

    #[test]
    fn pending_snapshots_become_committed_ones() {
        let folder = tempfile::tempdir().unwrap();
        let (root, store) = (folder.path(), Store::new(folder.path()));
        propose(root, &[("a", 1), ("b", 2)], true);
        assert_eq!(store.pending().unwrap(), ["a", "b", INPUTS]);
        assert_eq!(accept(root, &["a"], &["a", "b"]).accepted, ["a", INPUTS]);
        assert!(store.is_committed("a", &snapshot("a", 1)).unwrap());
        assert!(!store.is_committed("b", &snapshot("b", 2)).unwrap());
        assert_eq!(store.pending().unwrap(), ["b"]);
        assert_eq!(accept(root, &[], &["a", "b"]).accepted, ["b"]);
        assert!(store.pending().unwrap().is_empty());
    }

    #[test]
    fn a_part_keeps_what_is_pending_and_the_whole_replaces_it() {
        let folder = tempfile::tempdir().unwrap();
        let (root, store) = (folder.path(), Store::new(folder.path()));
        propose(root, &[("a", 1), ("b", 2)], true);
        propose(root, &[("a", 3)], false);
        assert_eq!(store.pending().unwrap(), ["a", "b", INPUTS]);
        propose(root, &[("a", 3)], true);
        assert_eq!(store.pending().unwrap(), ["a", INPUTS]);
        let nothing = store.propose(&rendered(&[("a", 3)]), &["a".into(), INPUTS.into()], true);
        assert!(nothing.unwrap().is_empty(), "the same is pending already");
    }

    #[test]
    fn snapshots_of_metrics_that_are_gone_are_orphans() {
        let folder = tempfile::tempdir().unwrap();
        let (root, store) = (folder.path(), Store::new(folder.path()));
        propose(root, &[("old", 1)], true);
        accept(root, &[], &["old"]);
        let settled = settle(&store, &BTreeMap::new(), &set(&["new"])).unwrap();
        assert_eq!(settled.orphaned, ["old"]);
        assert_eq!(accept(root, &[], &["new"]).removed, ["old"]);
        assert_eq!(store.all_committed().unwrap(), [INPUTS]);
    }

    #[test]
    fn only_line_endings_may_differ() {
        let folder = tempfile::tempdir().unwrap();
        let (root, store) = (folder.path(), Store::new(folder.path()));
        propose(root, &[("a", 1)], true);
        accept(root, &[], &["a"]);
        let (path, text) = (root.join("snapshots/a.toml"), snapshot("a", 1));
        fs::write(&path, text.replace('\n', "\r\n")).unwrap();
        assert!(store.is_committed("a", &text).unwrap());
        for other in ["", "\0", &text[1..], &format!("{text}\n"), &text.replace('\n', "\r")] {
            fs::write(&path, other).unwrap();
            assert!(!store.is_committed("a", &text).unwrap(), "{other:?}");
        }
    }
}
