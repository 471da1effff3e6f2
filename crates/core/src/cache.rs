//! The cache of a project: a folder of files, each named by everything that its content depends on.
//!
//! A file holds a checksum over its name and its content. One that is damaged, cut off or under
//! another name is as if it were not there, and the folder may be deleted at any time. Whatever is
//! cached, a run says the same with the cache and without it. The entries that were not used for
//! the longest time are removed when the folder is full.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::project::real::{self, Content};
use crate::project::write::UNFINISHED;

/// How many bytes the entries of a project may have together.
pub const CAPACITY: u64 = 256 << 20;

/// No entry is larger: what is, is quicker computed than read.
const LARGEST: usize = 64 << 20;

/// What precedes the content.
const CHECKSUM: usize = blake3::OUT_LEN;

/// What the content of an entry depends on.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Key {
    kind: &'static str,
    digest: String,
}

impl Key {
    /// The key of an entry of a `kind`, a word that file names begin with, that depends on `parts`.
    /// Where one part ends and the next one begins counts.
    pub fn new<'a>(kind: &'static str, parts: impl IntoIterator<Item = &'a str>) -> Self {
        Self { kind, digest: digest(parts) }
    }
}

/// Identifies `parts` by 64 hexadecimal digits, for use as a part of a key. Where one part ends and
/// the next one begins counts.
pub fn digest<'a>(parts: impl IntoIterator<Item = &'a str>) -> String {
    let mut hasher = blake3::Hasher::new();
    for part in parts {
        hasher.update(&(part.len() as u64).to_le_bytes());
        hasher.update(part.as_bytes());
    }
    hasher.finalize().to_hex().to_string()
}

/// The cache of a project; the default one is disabled: it finds nothing and stores nothing.
#[derive(Debug, Clone, Default)]
pub struct Cache {
    folder: Option<Folder>,
}

#[derive(Debug, Clone)]
struct Folder {
    path: PathBuf,
    capacity: u64,
    /// What is used in this run was last used then.
    now: SystemTime,
    /// Identifies the program, because a version may be built from several sources.
    build: String,
    is_read: bool,
}

impl Cache {
    /// The entries of one `program` in a folder, which is made when there is something to store.
    /// Disabled where nothing tells the program from another build of it.
    pub fn new(folder: PathBuf, capacity: u64, program: &Path, now: SystemTime) -> Self {
        let folder = build(program).map(|build| {
            let path = folder;
            Folder { path, capacity, now, build, is_read: true }
        });
        Self { folder }
    }

    /// Whether anything is stored.
    pub fn is_enabled(&self) -> bool {
        self.folder.is_some()
    }

    /// The same, but that nothing is found: everything is computed and stored again.
    #[must_use]
    pub fn refreshed(self) -> Self {
        Self { folder: self.folder.map(|folder| Folder { is_read: false, ..folder }) }
    }

    /// The content of an entry.
    pub fn get(&self, key: &Key) -> Option<Vec<u8>> {
        let folder = self.folder.as_ref().filter(|folder| folder.is_read)?;
        let name = folder.name(key);
        let path = folder.path.join(&name);
        let Ok(Content::Bytes(mut bytes)) = real::read(&path, (LARGEST + CHECKSUM) as u64) else {
            return None;
        };
        if bytes.len() < CHECKSUM {
            return None;
        }
        let content = bytes.split_off(CHECKSUM);
        if checksum(&name, &content).as_bytes() != bytes.as_slice() {
            return None;
        }
        let used = File::options().write(true).open(&path);
        // Failing to say that it was used only makes it go earlier.
        drop(used.and_then(|file| file.set_modified(folder.now)));
        Some(content)
    }

    /// Stores the content of an entry. Failing to store it only costs time later.
    pub fn put(&self, key: &Key, content: &[u8]) {
        if let Some(folder) = &self.folder
            && content.len() <= LARGEST
        {
            drop(folder.write(key, content));
        }
    }

    /// As [`Cache::get`], of a value that [`Cache::put_value`] stored.
    pub fn get_value<T: DeserializeOwned>(&self, key: &Key) -> Option<T> {
        postcard::from_bytes(&self.get(key)?).ok()
    }

    /// As [`Cache::put`].
    pub fn put_value<T: Serialize>(&self, key: &Key, value: &T) {
        if self.is_enabled()
            && let Ok(bytes) = postcard::to_stdvec(value)
        {
            self.put(key, &bytes);
        }
    }

    /// Removes the entries that were not used for the longest time until the rest fits.
    pub fn evict(&self) {
        let Some(folder) = &self.folder else { return };
        let mut entries = entries(&folder.path).unwrap_or_default();
        let mut size: u64 = entries.iter().map(|entry| entry.size).sum();
        entries.sort();
        for entry in entries {
            if size <= folder.capacity {
                break;
            }
            if fs::remove_file(&entry.path).is_ok() {
                size = size.saturating_sub(entry.size);
            }
        }
    }
}

impl Folder {
    fn name(&self, key: &Key) -> String {
        format!("{}-{}", key.kind, digest([&*self.build, &*key.digest]))
    }

    fn write(&self, key: &Key, content: &[u8]) -> io::Result<()> {
        fs::create_dir_all(&self.path)?;
        let name = self.name(key);
        // Not synced: what a loss of power damages has another checksum.
        let mut file = tempfile::Builder::new().prefix(UNFINISHED).tempfile_in(&self.path)?;
        file.write_all(checksum(&name, content).as_bytes())?;
        file.write_all(content)?;
        file.as_file().set_modified(self.now)?;
        file.persist(self.path.join(name)).map_err(|error| error.error)?;
        Ok(())
    }
}

fn checksum(name: &str, content: &[u8]) -> blake3::Hash {
    let mut hasher = blake3::Hasher::new();
    hasher.update(name.as_bytes());
    hasher.update(content);
    hasher.finalize()
}

fn build(program: &Path) -> Option<String> {
    let metadata = fs::metadata(program).ok()?;
    let built = metadata.modified().ok()?.duration_since(SystemTime::UNIX_EPOCH).ok()?;
    Some(format!("{} {} {}", env!("CARGO_PKG_VERSION"), metadata.len(), built.as_nanos()))
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

    /// The cache in a folder for a program whose file holds `program`.
    fn cache(folder: &Path, program: &str, capacity: u64, second: u64) -> Cache {
        let path = folder.join(program);
        if !path.exists() {
            fs::write(&path, program).unwrap();
        }
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(second);
        Cache::new(folder.join("cache"), capacity, &path, now)
    }

    fn key(part: &str) -> Key {
        Key::new("test", [part])
    }

    fn only_entry(folder: &Path) -> PathBuf {
        let mut entries = fs::read_dir(folder.join("cache")).unwrap();
        entries.next().unwrap().unwrap().path()
    }

    #[test]
    fn a_damaged_or_renamed_entry_is_not_found() {
        let folder = tempfile::tempdir().unwrap();
        let cache = cache(folder.path(), "program", 1_000, 1);
        assert_eq!(cache.get(&key("a")), None);
        cache.put(&key("b"), b"other");
        let other = only_entry(folder.path());
        fs::remove_file(&other).unwrap();
        cache.put(&key("a"), b"content");
        assert_eq!(cache.get(&key("a")).as_deref(), Some(&b"content"[..]));
        assert_eq!(cache.clone().refreshed().get(&key("a")), None);
        let path = only_entry(folder.path());
        fs::copy(&path, other).unwrap();
        assert_eq!(cache.get(&key("b")), None);
        let whole = fs::read(&path).unwrap();
        let damaged = |at: usize| {
            let mut bytes = whole.clone();
            bytes[at] ^= 1;
            bytes
        };
        for bytes in [damaged(0), damaged(whole.len() - 1), whole[..whole.len() - 1].to_vec()] {
            fs::write(&path, bytes).unwrap();
            assert_eq!(cache.get(&key("a")), None);
        }
        fs::write(&path, b"short").unwrap();
        assert_eq!(cache.get(&key("a")), None);
    }

    #[test]
    fn where_a_part_ends_counts() {
        assert_ne!(Key::new("test", ["a", "b"]), Key::new("test", ["ab"]));
        assert_ne!(Key::new("test", ["a"]), Key::new("other", ["a"]));
    }

    #[test]
    fn another_build_finds_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let [one, other] = ["one", "another"].map(|name| cache(folder.path(), name, 1_000, 1));
        one.put(&key("a"), b"content");
        assert!(one.get(&key("a")).is_some());
        assert_eq!(other.get(&key("a")), None);
        let missing = Path::new("no such program");
        let disabled =
            Cache::new(folder.path().join("cache"), 1_000, missing, SystemTime::UNIX_EPOCH);
        disabled.put(&key("a"), b"content");
        assert_eq!(disabled.get(&key("a")), None);
    }

    #[test]
    fn the_least_recently_used_entry_is_evicted_first() {
        let folder = tempfile::tempdir().unwrap();
        for (second, name) in (1..).zip(["a", "b", "c"]) {
            cache(folder.path(), "program", 0, second).put(&key(name), &[0; 68]);
        }
        let later = cache(folder.path(), "program", 200, 4);
        assert!(later.get(&key("a")).is_some());
        later.evict();
        let left = ["a", "b", "c"].map(|name| later.get(&key(name)).is_some());
        assert_eq!(left, [true, false, true]);
    }
}
