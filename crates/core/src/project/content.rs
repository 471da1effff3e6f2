//! What identifies the content of the files of a source, and whether it is still the same.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::DataFile;

/// What a file looked like before it was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stamp {
    length: u64,
    modified: Option<SystemTime>,
    /// Another file under the same name has another one.
    identity: (u64, u64),
}

/// The looks of files, to be compared with [`changed`] when they were read.
///
/// # Errors
/// The file that could not be looked at.
pub fn stamps(files: &[DataFile]) -> Result<Vec<Stamp>, (PathBuf, io::Error)> {
    let stamp = |file: &DataFile| stamp(&file.path).map_err(|error| (file.path.clone(), error));
    files.iter().map(stamp).collect()
}

/// The first file that is not what it was.
pub fn changed<'a>(files: &'a [DataFile], before: &[Stamp]) -> Option<&'a DataFile> {
    let mut pairs = files.iter().zip(before);
    pairs
        .find(|(file, before)| stamp(&file.path).ok().as_ref() != Some(before))
        .map(|(file, _)| file)
}

fn stamp(path: &Path) -> io::Result<Stamp> {
    let metadata = fs::metadata(path)?;
    #[cfg(unix)]
    let identity = {
        use std::os::unix::fs::MetadataExt;
        (metadata.dev(), metadata.ino())
    };
    #[cfg(not(unix))]
    let identity = (0, 0);
    Ok(Stamp { length: metadata.len(), modified: metadata.modified().ok(), identity })
}

/// What identifies the content of a source: a hash over the names and contents of its files.
///
/// # Errors
/// The file that could not be read.
pub fn fingerprint(files: &[DataFile]) -> Result<String, (PathBuf, io::Error)> {
    let mut all = blake3::Hasher::new();
    for file in files {
        let content = hash_file(&file.path).map_err(|error| (file.path.clone(), error))?;
        all.update(&(file.name.len() as u64).to_le_bytes());
        all.update(file.name.as_bytes());
        all.update(content.as_bytes());
    }
    Ok(format!("blake3:{}", all.finalize().to_hex()))
}

fn hash_file(path: &Path) -> io::Result<blake3::Hash> {
    let mut hasher = blake3::Hasher::new();
    hasher.update_reader(fs::File::open(path)?)?;
    Ok(hasher.finalize())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_length_another_time_and_another_file_are_changes() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.csv");
        let files = [DataFile { path: path.clone(), name: "a.csv".to_owned() }];
        fs::write(&path, "one").unwrap();
        let before = stamps(&files).unwrap();
        assert_eq!(changed(&files, &before), None);

        fs::write(&path, "three").unwrap();
        assert_eq!(changed(&files, &before), Some(&files[0]));

        let before = stamps(&files).unwrap();
        let file = fs::File::options().write(true).open(&path).unwrap();
        file.set_modified(SystemTime::UNIX_EPOCH).unwrap();
        assert_eq!(changed(&files, &before), Some(&files[0]));

        let before = stamps(&files).unwrap();
        let other = folder.path().join("b.csv");
        fs::write(&other, "seven").unwrap();
        fs::File::options()
            .write(true)
            .open(&other)
            .unwrap()
            .set_modified(SystemTime::UNIX_EPOCH)
            .unwrap();
        fs::rename(&other, &path).unwrap();
        assert_eq!(changed(&files, &before), Some(&files[0]));

        let before = stamps(&files).unwrap();
        fs::remove_file(&path).unwrap();
        assert_eq!(changed(&files, &before), Some(&files[0]));
    }
}
