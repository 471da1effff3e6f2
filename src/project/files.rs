//! Reading the definition files of a project.

use std::fs;
use std::path::Path;

use crate::diagnostic::{Diagnostic, FileId, Files, Span, codes};
use crate::error::Error;

use super::PROJECT_FILE;

/// The definition files of a project, in the order of their paths.
#[derive(Debug)]
pub struct ProjectFiles {
    pub project: Option<FileId>,
    pub sources: Vec<FileId>,
    pub metrics: Vec<FileId>,
    /// Those that are no text, of which nothing can be read.
    pub unreadable: Vec<FileId>,
}

/// Reads `goodhart.toml`, `sources/**/*.toml` and `metrics/**/*.toml` below `root`.
///
/// # Errors
/// A file or folder that cannot be read. A file that is not UTF-8 is a diagnostic.
pub fn list(root: &Path, files: &mut Files) -> Result<(ProjectFiles, Vec<Diagnostic>), Error> {
    let mut found = Vec::new();
    let mut unreadable = Vec::new();
    let mut read = |path: &Path| match add(root, path, files)? {
        Ok(file) => Ok(Some(file)),
        Err((file, diagnostic)) => {
            unreadable.push(file);
            found.push(diagnostic);
            Ok(None)
        }
    };
    let project = read(Path::new(PROJECT_FILE))?;
    let mut kind = |folder: &str| -> Result<Vec<FileId>, Error> {
        let mut paths = Vec::new();
        walk(root, Path::new(folder), &mut paths)?;
        paths.sort();
        paths.iter().filter_map(|path| read(Path::new(path)).transpose()).collect()
    };
    let sources = kind("sources")?;
    let metrics = kind("metrics")?;
    Ok((ProjectFiles { project, sources, metrics, unreadable }, found))
}

/// Collects the TOML files below a folder, as paths relative to the root with `/`.
/// Symbolic links to folders are not followed: they could leave the project or form a loop.
fn walk(root: &Path, folder: &Path, paths: &mut Vec<String>) -> Result<(), Error> {
    let full = root.join(folder);
    if !full.is_dir() {
        return Ok(());
    }
    for entry in fs::read_dir(&full).map_err(Error::reading(&full))? {
        let entry = entry.map_err(Error::reading(&full))?;
        let kind = entry.file_type().map_err(Error::reading(&full))?;
        let name = entry.file_name();
        if name.to_string_lossy().starts_with('.') {
            continue;
        }
        let path = folder.join(&name);
        if kind.is_dir() {
            walk(root, &path, paths)?;
        } else if path.extension().is_some_and(|extension| extension == "toml") {
            paths.push(path.to_string_lossy().replace('\\', "/"));
        }
    }
    Ok(())
}

/// Adds a file to the arena; a file that is not UTF-8 with what is to be said about it.
fn add(
    root: &Path,
    path: &Path,
    files: &mut Files,
) -> Result<Result<FileId, (FileId, Diagnostic)>, Error> {
    let full = root.join(path);
    let bytes = fs::read(&full).map_err(Error::reading(&full))?;
    let name = path.to_string_lossy();
    Ok(match String::from_utf8(bytes) {
        Ok(text) => Ok(files.add(name, text)),
        Err(error) => {
            let valid = error.utf8_error().valid_up_to();
            let text = String::from_utf8_lossy(error.as_bytes()).into_owned();
            let id = files.add(name, text);
            // Three bytes: that is how long the character is that stands for what is no UTF-8.
            let diagnostic = Diagnostic::new(&codes::NOT_UTF8, "the file is not UTF-8 text")
                .at(Span::new(id, valid..valid + 3), "this byte is not UTF-8")
                .help("save the file as UTF-8");
            Err((id, diagnostic))
        }
    })
}
