//! Where the store keeps what, and that each place is a real one.

use std::path::{Path, PathBuf};

use crate::error::Error;
use crate::project::real::{self, Content};
use crate::project::write::{self, StagedFile};

/// The folder for what goodhart keeps to itself; it ignores itself in git.
pub const PRIVATE: &str = ".goodhart";

/// No file of the store is larger, so that nobody can make goodhart read for ever.
pub const LARGEST: u64 = 256 << 20;

/// The places of the store of a project.
#[derive(Debug, Clone)]
pub struct Layout {
    root: PathBuf,
}

impl Layout {
    pub fn new(root: &Path) -> Self {
        Self { root: root.to_path_buf() }
    }

    pub fn committed(&self) -> PathBuf {
        self.root.join("snapshots")
    }

    /// The private folder.
    pub fn private(&self) -> PathBuf {
        self.root.join(PRIVATE)
    }

    pub fn pending(&self) -> PathBuf {
        self.private().join("pending")
    }

    /// Where texts are written before they are put in place.
    pub fn staged(&self) -> PathBuf {
        self.private().join("staged")
    }

    pub fn cache(&self) -> PathBuf {
        self.private().join("cache")
    }

    pub fn journal(&self) -> PathBuf {
        self.private().join("journal.json")
    }

    pub fn lock(&self) -> PathBuf {
        self.private().join("lock")
    }

    /// Refuses folders that are something else. Every use of the store asks first.
    ///
    /// # Errors
    /// One of them is a link or a file.
    pub fn refuse_unreal(&self) -> Result<(), Error> {
        let folders = [self.committed(), self.private()];
        let inner = [self.pending(), self.staged(), self.cache()];
        for folder in folders.iter().chain(&inner) {
            real::folder(folder)?;
        }
        Ok(())
    }

    /// Makes the private folder and the one for staging.
    ///
    /// # Errors
    /// A folder is something else, or cannot be made.
    pub fn make_private(&self) -> Result<(), Error> {
        self.refuse_unreal()?;
        write::make_folder(&self.private())?;
        write::make_folder(&self.staged())
    }

    /// Makes git ignore the private folder.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn ignore_private(&self) -> Result<(), Error> {
        let path = self.private().join(".gitignore");
        match real::read(&path, LARGEST)? {
            Content::Bytes(bytes) if !bytes.is_empty() => Ok(()),
            _ => self.write(&path, "*\n"),
        }
    }

    /// Replaces a file by way of the folder for staging.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn write(&self, path: &Path, text: &str) -> Result<(), Error> {
        StagedFile::new(&self.staged(), path, text.as_bytes())?.place()
    }
}

/// The file of a snapshot, committed or pending.
pub fn file(folder: &Path, name: &str) -> PathBuf {
    folder.join(format!("{name}.toml"))
}
