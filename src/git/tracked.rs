//! What git keeps.

use std::path::Path;

use git2::{ErrorCode, Repository, StatusOptions};

use super::{Project, within};

/// Whether anything below `folder` of the project is in git. Where that cannot be told, it may be.
pub fn tracks(root: &Path, folder: &str) -> bool {
    let repository = match Repository::discover(root) {
        Ok(repository) => repository,
        Err(error) => return error.code() != ErrorCode::NotFound,
    };
    let (Ok(index), Ok(project)) = (repository.index(), within(&repository, root)) else {
        return true;
    };
    let way = if project.is_empty() { folder.to_owned() } else { format!("{project}/{folder}") };
    index.iter().any(|entry| {
        let rest = entry.path.strip_prefix(way.as_bytes());
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(b"/"))
    })
}

impl Project {
    /// Whether the working tree of the project is as the last commit has it, but for what git
    /// ignores.
    pub fn is_clean(&self) -> bool {
        let mut options = StatusOptions::new();
        options.include_untracked(true).include_ignored(false);
        if !self.folder.is_empty() {
            options.pathspec(&self.folder).disable_pathspec_match(true);
        }
        self.repository.statuses(Some(&mut options)).is_ok_and(|changed| changed.is_empty())
    }
}
