//! Writing files of a project.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use tempfile::TempPath;

use crate::error::Error;

/// What the names of unfinished files begin with: what a killed run leaves behind is recognised.
pub const UNFINISHED: &str = ".goodhart-";

/// A whole text on the disk, one rename away from its file: the old or the new text is there,
/// never half of one. What is not placed is removed.
#[derive(Debug)]
pub struct StagedFile {
    text: TempPath,
    target: PathBuf,
}

impl StagedFile {
    /// Writes `text` to an unfinished file in `folder`, which is on the disk of `target` or the
    /// text is written once more. A target that is there keeps its permissions.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn new(folder: &Path, target: &Path, text: &[u8]) -> Result<Self, Error> {
        let staged = stage(folder, target, text).map_err(Error::writing(target))?;
        Ok(Self { text: staged, target: target.to_path_buf() })
    }

    /// Puts the text in place.
    ///
    /// # Errors
    /// The target cannot be replaced.
    pub fn place(self) -> Result<(), Error> {
        let Self { text, target } = self;
        let placed = text.persist(&target).or_else(|refused| {
            if refused.error.kind() != io::ErrorKind::CrossesDevices {
                return Err(refused.error);
            }
            let folder = target.parent().unwrap_or(Path::new("."));
            let beside = stage(folder, &target, &fs::read(&refused.path)?)?;
            beside.persist(&target).map_err(|refused| refused.error)
        });
        placed.map_err(Error::writing(&target))
    }
}

fn stage(folder: &Path, target: &Path, text: &[u8]) -> io::Result<TempPath> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(UNFINISHED);
    // A temporary file is private by default; this one becomes an ordinary file of the project.
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o644));
    let mut file = builder.tempfile_in(folder)?;
    file.write_all(text)?;
    if let Ok(before) = fs::symlink_metadata(target)
        && before.is_file()
    {
        file.as_file().set_permissions(before.permissions())?;
    }
    file.as_file().sync_all()?;
    // Closed: thousands of texts may be waiting for their place.
    Ok(file.into_temp_path())
}

/// Makes a folder; its own parents are there.
///
/// # Errors
/// It cannot be made.
pub fn make_folder(path: &Path) -> Result<(), Error> {
    match fs::create_dir(path) {
        Ok(()) => sync_folder(path.parent().unwrap_or(Path::new("."))),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(Error::writing(path)(error)),
    }
}

/// Makes what was renamed, made and removed in a folder outlive a loss of power.
///
/// # Errors
/// The disk says no.
pub fn sync_folder(path: &Path) -> Result<(), Error> {
    // Elsewhere a folder cannot be opened, and a rename is on the disk when it returns.
    #[cfg(unix)]
    fs::File::open(path).and_then(|folder| folder.sync_all()).map_err(Error::writing(path))?;
    #[cfg(not(unix))]
    let _ = path;
    Ok(())
}

/// Removes a file; one that is not there is as good.
///
/// # Errors
/// It cannot be removed.
pub fn remove(path: &Path) -> Result<(), Error> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(Error::writing(path)(error)),
        _ => Ok(()),
    }
}

/// Removes the unfinished files that killed runs left in a folder. One that cannot be removed
/// harms nobody.
pub fn tidy(folder: &Path) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        if entry.file_name().to_string_lossy().starts_with(UNFINISHED)
            && entry.file_type().is_ok_and(|kind| kind.is_file())
        {
            let _ = fs::remove_file(entry.path());
        }
    }
}
