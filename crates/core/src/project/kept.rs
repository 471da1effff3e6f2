//! A folder of files, each called by everything that its content depends on: a memory by content.
//!
//! A file holds a checksum over its name and its content. One that is damaged, cut off or under
//! another name is as if it were not there, and the folder may be deleted at any time. What was
//! not used for the longest time goes when the folder is full.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::real::{self, Content};
use super::write::UNFINISHED;

/// No entry is larger: what is, is quicker computed than believed.
const LARGEST: usize = 64 << 20;

/// What precedes the content.
const CHECKSUM: usize = blake3::OUT_LEN;

/// A memory by content.
#[derive(Debug, Clone)]
pub struct Kept {
    folder: PathBuf,
    /// How many bytes it may have.
    most: u64,
    /// What is used now was last used then.
    now: SystemTime,
    /// Nothing of it is known, but what is learnt is kept.
    fresh: bool,
    /// Which program keeps it.
    build: String,
}

impl Kept {
    /// Keeps at most `most` bytes in `folder`, which is made when there is something to keep.
    pub fn new(folder: PathBuf, most: u64, now: SystemTime) -> Self {
        Self { folder, most, now, fresh: false, build: String::new() }
    }

    /// The same for one build of goodhart alone: a version may be built from several sources, which
    /// compute other numbers. `None` where nothing tells the `program` from another one.
    #[must_use]
    pub fn of_program(self, program: &Path) -> Option<Self> {
        let metadata = fs::metadata(program).ok()?;
        let built = metadata.modified().ok()?.duration_since(SystemTime::UNIX_EPOCH).ok()?;
        let build = format!("{} {}", metadata.len(), built.as_nanos());
        Some(Self { build, ..self })
    }

    /// The same without anything that was kept before.
    #[must_use]
    pub fn afresh(self) -> Self {
        Self { fresh: true, ..self }
    }

    /// The key of `parts`; another version of goodhart knows nothing of this one.
    pub fn key<'a>(parts: impl IntoIterator<Item = &'a str>) -> String {
        let mut hasher = blake3::Hasher::new();
        for part in std::iter::once(env!("CARGO_PKG_VERSION")).chain(parts) {
            hasher.update(&(part.len() as u64).to_le_bytes());
            hasher.update(part.as_bytes());
        }
        hasher.finalize().to_hex().to_string()
    }

    /// What is kept under a key of [`Kept::key`].
    pub fn get(&self, key: &str) -> Option<Vec<u8>> {
        let path = self.folder.join(key);
        if self.fresh {
            return None;
        }
        let Ok(Content::Bytes(mut bytes)) = real::read(&path, (LARGEST + CHECKSUM) as u64) else {
            return None;
        };
        if bytes.len() < CHECKSUM {
            return None;
        }
        let content = bytes.split_off(CHECKSUM);
        if self.checksum(key, &content).as_bytes() != bytes.as_slice() {
            return None;
        }
        let used = File::options().write(true).open(&path);
        // Failing to say that it was used only makes it go earlier.
        drop(used.and_then(|file| file.set_modified(self.now)));
        Some(content)
    }

    /// Keeps something under a key. Failing to keep it only costs time later.
    pub fn put(&self, key: &str, content: &[u8]) {
        if content.len() <= LARGEST {
            drop(self.write(key, content));
        }
    }

    fn write(&self, key: &str, content: &[u8]) -> io::Result<()> {
        fs::create_dir_all(&self.folder)?;
        // Not synced: what a loss of power damages is not believed.
        let mut file = tempfile::Builder::new().prefix(UNFINISHED).tempfile_in(&self.folder)?;
        file.write_all(self.checksum(key, content).as_bytes())?;
        file.write_all(content)?;
        file.as_file().set_modified(self.now)?;
        file.persist(self.folder.join(key)).map_err(|error| error.error)?;
        Ok(())
    }

    fn checksum(&self, key: &str, content: &[u8]) -> blake3::Hash {
        let mut hasher = blake3::Hasher::new();
        hasher.update(&(self.build.len() as u64).to_le_bytes());
        hasher.update(self.build.as_bytes());
        hasher.update(key.as_bytes());
        hasher.update(content);
        hasher.finalize()
    }

    /// Removes what was not used for the longest time until the rest is within the bound.
    pub fn tidy(&self) {
        let mut entries = entries(&self.folder).unwrap_or_default();
        let mut size: u64 = entries.iter().map(|entry| entry.size).sum();
        entries.sort();
        for entry in entries {
            if size <= self.most {
                break;
            }
            if fs::remove_file(&entry.path).is_ok() {
                size = size.saturating_sub(entry.size);
            }
        }
    }
}

/// A file of the folder; the one that goes first is the least.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Entry {
    used: SystemTime,
    path: PathBuf,
    size: u64,
}

fn entries(folder: &Path) -> io::Result<Vec<Entry>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let metadata = entry.metadata()?;
        if metadata.is_file() {
            let (used, size) = (metadata.modified()?, metadata.len());
            found.push(Entry { used, path: entry.path(), size });
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn kept(folder: &Path, most: u64, second: u64) -> Kept {
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(second);
        Kept::new(folder.join("results"), most, now)
    }

    #[test]
    fn what_is_damaged_or_misplaced_is_not_there() {
        let folder = tempfile::tempdir().unwrap();
        let kept = kept(folder.path(), 1_000, 1);
        let (key, other) = (Kept::key(["a", "b"]), Kept::key(["ab"]));
        assert_eq!(kept.get(&key), None);
        kept.put(&key, b"content");
        assert_eq!(kept.get(&key).as_deref(), Some(&b"content"[..]));
        assert_eq!(kept.clone().afresh().get(&key), None);
        let path = folder.path().join("results").join(&key);
        fs::copy(&path, folder.path().join("results").join(&other)).unwrap();
        assert_eq!(kept.get(&other), None);
        let whole = fs::read(&path).unwrap();
        let damaged = |at: usize| {
            let mut bytes = whole.clone();
            bytes[at] ^= 1;
            bytes
        };
        for bytes in [damaged(0), damaged(whole.len() - 1), whole[..whole.len() - 1].to_vec()] {
            fs::write(&path, bytes).unwrap();
            assert_eq!(kept.get(&key), None);
        }
        fs::write(&path, b"short").unwrap();
        assert_eq!(kept.get(&key), None);
    }

    #[test]
    fn another_program_knows_nothing_of_it() {
        let folder = tempfile::tempdir().unwrap();
        let programs = ["one", "another"].map(|text| {
            let path = folder.path().join(text);
            fs::write(&path, text).unwrap();
            kept(folder.path(), 1_000, 1).of_program(&path).unwrap()
        });
        let key = Kept::key(["a"]);
        programs[0].put(&key, b"content");
        assert!(programs[0].get(&key).is_some());
        assert_eq!(programs[1].get(&key), None);
    }

    #[test]
    fn what_was_not_used_for_the_longest_time_goes_first() {
        let folder = tempfile::tempdir().unwrap();
        let keys = ["a", "b", "c"].map(|name| Kept::key([name]));
        for (second, key) in (1..).zip(&keys) {
            kept(folder.path(), 0, second).put(key, &[0; 68]);
        }
        let later = kept(folder.path(), 200, 4);
        assert!(later.get(&keys[0]).is_some());
        later.tidy();
        let left = keys.map(|key| later.get(&key).is_some());
        assert_eq!(left, [true, false, true]);
    }
}
