//! Finding the project from any folder below it.

use std::path::{Path, PathBuf};

/// The file that makes a folder a project.
pub const PROJECT_FILE: &str = "goodhart.toml";

/// Whether a path relative to a project, with `/`, is that of a definition.
pub fn is_definition(path: &str) -> bool {
    path == PROJECT_FILE || is_below(path, "sources/") || is_below(path, "metrics/")
}

/// Whether a path is that of a TOML file below a folder, which ends with `/`.
pub fn is_below(path: &str, folder: &str) -> bool {
    path.starts_with(folder) && path.ends_with(".toml")
}

/// The nearest folder at or above `from` that holds a `goodhart.toml`.
pub fn find(from: &Path) -> Option<PathBuf> {
    from.ancestors().find(|folder| folder.join(PROJECT_FILE).is_file()).map(Path::to_path_buf)
}
