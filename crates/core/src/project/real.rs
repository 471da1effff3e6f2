//! Folders and files that are what they seem: no links, pipes or devices.
//!
//! A branch of somebody else can hold a link, or a file where a folder should be, in the very
//! places that goodhart writes to. It reads and writes only where nothing of the kind stands.

use std::fs::{self, File, Metadata};
use std::io::{self, Read};
use std::path::Path;

use crate::error::Error;

/// What a file holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Content {
    Absent,
    /// It has more bytes than were asked for; none of them is here.
    TooLarge,
    Bytes(Vec<u8>),
}

/// Whether there is a folder at `path`.
///
/// # Errors
/// Something else is there, a link to a folder too.
pub fn folder(path: &Path) -> Result<bool, Error> {
    there(path, "folder", Metadata::is_dir)
}

/// Whether there is a file at `path`.
///
/// # Errors
/// Something else is there, a link to a file too.
pub fn file(path: &Path) -> Result<bool, Error> {
    there(path, "file", Metadata::is_file)
}

fn there(path: &Path, wanted: &'static str, is: fn(&Metadata) -> bool) -> Result<bool, Error> {
    match fs::symlink_metadata(path) {
        Ok(metadata) if is(&metadata) => Ok(true),
        Ok(_) => Err(Error::NotReal { path: path.to_path_buf(), wanted }),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(Error::reading(path)(error)),
    }
}

/// Reads a file, unless it has more than `most` bytes.
///
/// # Errors
/// Something else than a file is there, or it cannot be read.
pub fn read(path: &Path, most: u64) -> Result<Content, Error> {
    if !file(path)? {
        return Ok(Content::Absent);
    }
    bounded(path, most).map_err(Error::reading(path))
}

/// Reads at most so many bytes of whatever `path` is, which somebody looked at already.
pub(super) fn bounded(path: &Path, most: u64) -> io::Result<Content> {
    let opened = File::open(path)?;
    // The size first: of ten gigabytes not one byte is read.
    if opened.metadata()?.len() > most {
        return Ok(Content::TooLarge);
    }
    let mut bytes = Vec::new();
    opened.take(most + 1).read_to_end(&mut bytes)?;
    Ok(if bytes.len() as u64 > most { Content::TooLarge } else { Content::Bytes(bytes) })
}
