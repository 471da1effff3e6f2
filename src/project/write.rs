//! Writing files of a project.

use std::fs;
use std::io::{self, Write};
use std::path::Path;

use crate::error::Error;

/// Writes beside the target and renames: the old or the new text is there, never half a file.
/// The folder is made where it is absent; a file that was there keeps its permissions.
///
/// # Errors
/// A file that cannot be written.
pub fn write(path: &Path, text: &str) -> Result<(), Error> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let written = fs::create_dir_all(folder).and_then(|()| {
        let mut temporary = temporary_in(folder)?;
        temporary.write_all(text.as_bytes())?;
        if let Ok(before) = fs::metadata(path) {
            temporary.as_file().set_permissions(before.permissions())?;
        }
        temporary.as_file().sync_all()?;
        temporary.persist(path).map_err(|error| error.error)
    });
    written.map(drop).map_err(Error::writing(path))
}

fn temporary_in(folder: &Path) -> io::Result<tempfile::NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".");
    // A temporary file is private by default; this one becomes an ordinary file of the project.
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o644));
    builder.tempfile_in(folder)
}
