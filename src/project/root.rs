//! Finding the project from any folder below it.

use std::path::{Path, PathBuf};

/// The file that makes a folder a project.
pub const PROJECT_FILE: &str = "goodhart.toml";

/// The nearest folder at or above `from` that holds a `goodhart.toml`.
pub fn find(from: &Path) -> Option<PathBuf> {
    from.ancestors().find(|folder| folder.join(PROJECT_FILE).is_file()).map(Path::to_path_buf)
}
