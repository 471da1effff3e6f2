//! What was verified once need not be verified again: a memory keyed by content.
//!
//! Each entry is a small file named by the hash of what was verified (the content, the
//! declaration, the query). Only passes are remembered; an entry that cannot be read is as if it
//! were not there, and the folder may be deleted at any time.

use std::fs;
use std::io::Write;
use std::path::PathBuf;

use goodhart_core::project::real::{self, Content};
use goodhart_core::project::write::UNFINISHED;

/// More than an entry has.
const LONGEST: u64 = 200;

/// The memory, or none.
#[derive(Debug, Clone, Default)]
pub struct Verified {
    folder: Option<PathBuf>,
}

/// Identifies something that was verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key(String);

impl Verified {
    /// Remembers in `folder`, which is created on the first write.
    pub fn in_folder(folder: PathBuf) -> Self {
        Self { folder: Some(folder) }
    }

    /// The key of `parts`; another version of goodhart verifies anew.
    pub fn key<'a>(parts: impl IntoIterator<Item = &'a str>) -> Key {
        let mut hasher = blake3::Hasher::new();
        for part in std::iter::once(env!("CARGO_PKG_VERSION")).chain(parts) {
            hasher.update(&(part.len() as u64).to_le_bytes());
            hasher.update(part.as_bytes());
        }
        Key(hasher.finalize().to_hex().to_string())
    }

    /// The number of rows that were verified under `key`.
    pub fn rows(&self, key: &Key) -> Option<u64> {
        let path = self.folder.as_ref()?.join(&key.0);
        let Ok(Content::Bytes(bytes)) = real::read(&path, LONGEST) else { return None };
        let text = String::from_utf8(bytes).ok()?;
        let (rows, check) = text.trim_end().split_once(' ')?;
        (check == key.0).then(|| rows.parse().ok())?
    }

    /// Remembers that `rows` rows were verified. Failing to remember only costs time later.
    pub fn remember(&self, key: &Key, rows: u64) {
        let Some(folder) = &self.folder else { return };
        let written = fs::create_dir_all(folder).and_then(|()| {
            let mut file = tempfile::Builder::new().prefix(UNFINISHED).tempfile_in(folder)?;
            writeln!(file, "{rows} {}", key.0)?;
            file.persist(folder.join(&key.0)).map_err(|error| error.error)
        });
        drop(written);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn damaged_entries_are_not_believed() {
        let folder = tempfile::tempdir().unwrap();
        let verified = Verified::in_folder(folder.path().join("verified"));
        let key = Verified::key(["content", "declaration"]);
        assert_eq!(verified.rows(&key), None);
        verified.remember(&key, 12);
        assert_eq!(verified.rows(&key), Some(12));
        assert_eq!(verified.rows(&Verified::key(["contentdeclaration"])), None);
        fs::write(folder.path().join("verified").join(&key.0), "13").unwrap();
        assert_eq!(verified.rows(&key), None);
    }
}
