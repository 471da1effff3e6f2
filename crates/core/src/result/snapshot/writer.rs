//! Who may change the store: one run at a time, after what an interrupted one began is finished.

use std::path::Path;

use super::change::Change;
use super::layout::Layout;
use super::lock::Lock;
use crate::error::Error;
use crate::project::write;

/// The right to change the store of a project, for as long as it lives.
#[derive(Debug)]
pub struct Writer {
    layout: Layout,
    _lock: Lock,
    /// The verb that was interrupted and is finished now.
    pub finished: Option<String>,
}

impl Writer {
    /// Takes the lock for a verb, finishes what was begun, and removes what killed runs left.
    ///
    /// # Errors
    /// Another run is at work, or the store cannot be written or is not a real one.
    pub fn begin(root: &Path, verb: &str) -> Result<Self, Error> {
        let layout = Layout::new(root);
        layout.make_private()?;
        let lock = Lock::take(&layout.lock(), verb)?;
        // The folder of the snapshots too: where it is another disk, texts are staged there.
        for folder in [layout.staged(), layout.cache(), layout.committed()] {
            write::tidy(&folder);
        }
        layout.ignore_private()?;
        let interrupted = Change::interrupted(&layout)?;
        if let Some(change) = &interrupted {
            change.finish(&layout)?;
        }
        Ok(Self { layout, _lock: lock, finished: interrupted.map(|change| change.verb) })
    }

    /// Makes a change happen, all of it or nothing.
    ///
    /// # Errors
    /// A file that cannot be written. [`Error::Unfinished`] where the next run will finish it.
    pub fn commit(&self, change: &Change) -> Result<(), Error> {
        change.commit(&self.layout)
    }

    /// Replaces a file of the project outside the store.
    ///
    /// # Errors
    /// A file that cannot be written.
    pub fn write(&self, path: &Path, text: &str) -> Result<(), Error> {
        self.layout.write(path, text)
    }
}
