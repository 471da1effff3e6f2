//! A change of the store: all of it happens or nothing.
//!
//! The new texts are staged, then one rename makes a journal of them, then they are put in place,
//! then the journal goes. A run that is killed before the journal has changed nothing; what a run
//! leaves undone that is killed after it, the next one does from the journal, which holds
//! everything: doing it again does no harm.

use std::collections::BTreeSet;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::layout::{LARGEST, Layout, file};
use crate::error::Error;
use crate::project::catalog::is_id;
use crate::project::real::{self, Content};
use crate::project::write::{self, StagedFile, make_folder, sync_folder};

/// The version of the journal.
const FORMAT: u32 = 1;

/// What is to be written and removed. Made by a [`Store`](super::Store), made to happen by a
/// [`Writer`](super::Writer).
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    format: u32,
    /// The verb that asked for it.
    pub verb: String,
    steps: Vec<Step>,
}

/// One snapshot of a change.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Step {
    shelf: Shelf,
    name: String,
    /// The new text; the file is removed where there is none.
    text: Option<String>,
}

/// Which of its snapshots the store changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Shelf {
    Committed,
    Pending,
}

impl Shelf {
    pub fn folder(self, layout: &Layout) -> PathBuf {
        match self {
            Self::Committed => layout.committed(),
            Self::Pending => layout.pending(),
        }
    }
}

impl Change {
    /// A change of nothing yet.
    pub fn new(verb: &str) -> Self {
        Self { format: FORMAT, verb: verb.to_owned(), steps: Vec::new() }
    }

    pub fn put(&mut self, shelf: Shelf, name: &str, text: String) {
        self.steps.push(Step { shelf, name: name.to_owned(), text: Some(text) });
    }

    pub fn remove(&mut self, shelf: Shelf, name: &str) {
        self.steps.push(Step { shelf, name: name.to_owned(), text: None });
    }

    pub fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }

    /// The change that an interrupted run left behind.
    ///
    /// # Errors
    /// There is a journal that goodhart did not write.
    pub fn interrupted(layout: &Layout) -> Result<Option<Self>, Error> {
        let path = layout.journal();
        let change = match real::read(&path, LARGEST)? {
            Content::Absent => return Ok(None),
            Content::TooLarge => None,
            Content::Bytes(bytes) => serde_json::from_slice::<Self>(&bytes).ok(),
        };
        // The names become paths, and not everybody who can write a journal means well.
        change
            .filter(|change| change.format == FORMAT && is_id(&change.verb))
            .filter(|change| change.steps.iter().all(|step| is_id(&step.name)))
            .map(Some)
            .ok_or(Error::Damaged { path, what: "journal" })
    }

    /// Makes it happen, with a journal. Before there is one, nothing has changed.
    pub fn commit(&self, layout: &Layout) -> Result<(), Error> {
        if self.is_empty() {
            return Ok(());
        }
        let staged = self.stage(layout)?;
        let path = layout.journal();
        let text = serde_json::to_string(self)
            .map_err(|error| Error::writing(&path)(std::io::Error::other(error)))?;
        if text.len() as u64 > LARGEST {
            return Err(Error::Usage(format!(
                "the results have {} bytes; snapshots of more than {LARGEST} cannot be kept",
                text.len()
            )));
        }
        layout.write(&path, &text)?;
        self.place(layout, staged).map_err(|error| Error::Unfinished(Box::new(error)))
    }

    /// Does what the journal says.
    pub fn finish(&self, layout: &Layout) -> Result<(), Error> {
        let placed = self.stage(layout).and_then(|staged| self.place(layout, staged));
        placed.map_err(|error| Error::Unfinished(Box::new(error)))
    }

    /// Writes all new texts beside the store: a disk that is full is full before anything changed.
    fn stage(&self, layout: &Layout) -> Result<Vec<StagedFile>, Error> {
        let mut staged = Vec::new();
        for Step { shelf, name, text } in &self.steps {
            let target = file(&shelf.folder(layout), name);
            real::file(&target)?;
            if let Some(text) = text {
                staged.push(StagedFile::new(&layout.staged(), &target, text.as_bytes())?);
            }
        }
        Ok(staged)
    }

    fn place(&self, layout: &Layout, staged: Vec<StagedFile>) -> Result<(), Error> {
        // The journal is on the disk before the first snapshot is another one.
        sync_folder(&layout.private())?;
        for shelf in [Shelf::Committed, Shelf::Pending] {
            if self.steps.iter().any(|step| step.shelf == shelf && step.text.is_some()) {
                make_folder(&shelf.folder(layout))?;
            }
        }
        for text in staged {
            text.place()?;
        }
        let mut folders = BTreeSet::new();
        for Step { shelf, name, text } in &self.steps {
            let folder = shelf.folder(layout);
            if text.is_none() {
                write::remove(&file(&folder, name))?;
            }
            folders.insert(folder);
        }
        for folder in folders {
            if real::folder(&folder)? {
                sync_folder(&folder)?;
            }
        }
        write::remove(&layout.journal())?;
        sync_folder(&layout.private())
    }
}
