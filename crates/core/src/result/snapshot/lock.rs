//! One run at a time changes a project. The lock goes away with its process, however that ends.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Write};
use std::path::Path;

use crate::error::Error;
use crate::project::real::{self, Content};

/// The lock of a project, for as long as it lives.
#[derive(Debug)]
pub struct Lock(#[allow(dead_code, reason = "an open file is what holds the lock")] File);

/// More than goodhart writes into the file.
const LONGEST: u64 = 100;

impl Lock {
    /// Takes the lock for a verb.
    ///
    /// # Errors
    /// Another run has it, or its file cannot be written.
    pub fn take(path: &Path, verb: &str) -> Result<Self, Error> {
        real::file(path)?;
        // What is in the file stays until the lock is ours: it says who has it.
        let mut file = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .open(path)
            .map_err(Error::writing(path))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(Error::Busy { holder: holder(path) }),
            // A disk without locks: as safe as one can be there.
            Err(TryLockError::Error(error)) if error.kind() == io::ErrorKind::Unsupported => {}
            Err(TryLockError::Error(error)) => return Err(Error::writing(path)(error)),
        }
        let written = file
            .set_len(0)
            .and_then(|()| write!(file, "process {}, goodhart {verb}", std::process::id()));
        written.map_err(Error::writing(path))?;
        Ok(Self(file))
    }
}

/// Who has the lock, where it can be told.
fn holder(path: &Path) -> Option<String> {
    let Ok(Content::Bytes(bytes)) = real::read(path, LONGEST) else { return None };
    String::from_utf8(bytes).ok().filter(|text| !text.is_empty())
}
