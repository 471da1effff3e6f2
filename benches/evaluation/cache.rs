//! The cache of a project, as the benchmarks need it: with what was verified, and without results.

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};

/// What the names of entries with results begin with; the others say what was parsed, bound and
/// verified.
const RESULTS: [&str; 3] = ["results-", "source-", "as-of-"];

/// Moves the results out of the cache of a project, into a folder beside it.
pub fn set_results_aside(root: &Path) -> Result<(), Box<dyn Error>> {
    remove(&aside(root))?;
    fs::create_dir_all(aside(root))?;
    each_result(root, |path, name| fs::rename(path, aside(root).join(name)))
}

/// Moves them back; what was cached meanwhile is removed.
pub fn restore_results(root: &Path) -> Result<(), Box<dyn Error>> {
    remove_results(root)?;
    for entry in fs::read_dir(aside(root))? {
        let entry = entry?;
        fs::rename(entry.path(), folder(root).join(entry.file_name()))?;
    }
    remove(&aside(root))
}

/// Removes the results from the cache of a project.
pub fn remove_results(root: &Path) -> Result<(), Box<dyn Error>> {
    each_result(root, |path, _| fs::remove_file(path))
}

/// Removes the whole cache of a project.
pub fn remove_all(root: &Path) -> Result<(), Box<dyn Error>> {
    remove(&folder(root))
}

fn each_result(
    root: &Path,
    act: impl Fn(&Path, &str) -> std::io::Result<()>,
) -> Result<(), Box<dyn Error>> {
    if !folder(root).exists() {
        return Ok(());
    }
    for entry in fs::read_dir(folder(root))? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if RESULTS.iter().any(|kind| name.starts_with(kind)) {
            act(&entry.path(), &name)?;
        }
    }
    Ok(())
}

fn remove(folder: &Path) -> Result<(), Box<dyn Error>> {
    if folder.exists() {
        fs::remove_dir_all(folder)?;
    }
    Ok(())
}

fn folder(root: &Path) -> PathBuf {
    root.join(".goodhart/cache")
}

fn aside(root: &Path) -> PathBuf {
    root.join(".goodhart/aside")
}
