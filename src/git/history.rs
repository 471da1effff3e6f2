//! The commits that made a file what it is.

use std::path::Path;

use git2::{ErrorCode, Oid};

use super::{Commit, Project, failed, oid};
use goodhart_core::error::Error;

impl Project {
    /// The first parent of a commit: what a branch was before it; `None` for the first commit, and
    /// where a shallow clone ends.
    ///
    /// # Errors
    /// A commit that is not there.
    pub fn parent(&self, commit: &Commit) -> Result<Option<Commit>, Error> {
        let found = self.repository.find_commit(oid(commit)?);
        let found = found.map_err(|error| failed(&commit.id, &error))?;
        match found.parent(0) {
            Ok(parent) => Ok(Some(super::read_commit(&parent))),
            Err(error) if error.code() == ErrorCode::NotFound => Ok(None),
            Err(_) if found.parent_count() == 0 || self.is_shallow() => Ok(None),
            Err(error) => Err(failed(&commit.id, &error)),
        }
    }

    /// The commits up to `newest` that changed a file or folder of the project, the newest first,
    /// along the first parents: a merge changes what the branch that it was merged into had before.
    ///
    /// # Errors
    /// A commit that is not there.
    pub fn changes(&self, newest: &Commit, path: &str) -> Result<Vec<Commit>, Error> {
        self.newest_changes(newest, path, usize::MAX)
    }

    /// The newest commit up to `newest` that changed a file or folder of the project.
    ///
    /// # Errors
    /// A commit that is not there.
    pub fn last_change(&self, newest: &Commit, path: &str) -> Result<Option<Commit>, Error> {
        Ok(self.newest_changes(newest, path, 1)?.pop())
    }

    fn newest_changes(
        &self,
        newest: &Commit,
        path: &str,
        most: usize,
    ) -> Result<Vec<Commit>, Error> {
        let mut changes = Vec::new();
        let mut now = Some(newest.clone());
        let mut content = self.content(newest, path)?;
        while let Some(commit) = now.filter(|_| changes.len() < most) {
            let parent = self.parent(&commit)?;
            let before = match &parent {
                Some(parent) => self.content(parent, path)?,
                None => None,
            };
            if before != content {
                changes.push(commit);
            }
            (now, content) = (parent, before);
        }
        Ok(changes)
    }

    /// What identifies a file or folder at a commit; `None` where it is not there.
    fn content(&self, commit: &Commit, path: &str) -> Result<Option<Oid>, Error> {
        match self.tree(commit)?.get_path(Path::new(&self.path(path))) {
            Ok(entry) => Ok(Some(entry.id())),
            Err(error) if error.code() == ErrorCode::NotFound => Ok(None),
            Err(error) => Err(failed(&commit.id, &error)),
        }
    }
}
