//! The two revisions of a comparison, as the arguments name them.

use std::path::{Path, PathBuf};

use super::{Global, session};
use crate::compare::{ProjectRevision, folder, revision};
use crate::git;
use goodhart_core::error::Error;
use goodhart_core::project::catalog::Parse;

/// What an argument names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RevisionName {
    WorkingTree,
    /// By any name that git has for it.
    Commit(String),
    /// The newest commit from which both descend.
    MergeBase(String, String),
    Folder(PathBuf),
}

/// The base and the head of what was asked for: nothing (the last commit), one side (the working
/// tree is the other), two, or `a..b` and `a...b` as git has them.
pub fn named(base: Option<&str>, head: Option<&str>) -> (RevisionName, RevisionName) {
    let one = |text: &str| {
        let path = Path::new(text);
        if path.is_dir() {
            RevisionName::Folder(path.to_owned())
        } else {
            RevisionName::Commit(text.to_owned())
        }
    };
    let or_head = |text: &str| if text.is_empty() { "HEAD".to_owned() } else { text.to_owned() };
    match (base, head) {
        (None, _) => (RevisionName::Commit("HEAD".to_owned()), RevisionName::WorkingTree),
        (Some(base), Some(head)) => (one(base), one(head)),
        (Some(range), None) if !Path::new(range).is_dir() => {
            if let Some((base, head)) = range.split_once("...") {
                let (base, head) = (or_head(base), or_head(head));
                (RevisionName::MergeBase(base, head.clone()), RevisionName::Commit(head))
            } else if let Some((base, head)) = range.split_once("..") {
                (RevisionName::Commit(or_head(base)), RevisionName::Commit(or_head(head)))
            } else {
                (one(range), RevisionName::WorkingTree)
            }
        }
        (Some(base), None) => (one(base), RevisionName::WorkingTree),
    }
}

/// Where revisions are looked for: the project on the disk, or a bare repository.
pub struct Repository {
    /// The project's folder, where there is one.
    pub root: Option<PathBuf>,
    git: Result<git::Project, Error>,
}

impl Repository {
    /// The project that the arguments mean. Without one on the disk, a bare repository at or above
    /// the current folder will do, in which `--project` is a folder of the tree.
    ///
    /// # Errors
    /// There is neither.
    pub fn find(global: &Global) -> Result<Self, Error> {
        match session::root(global) {
            Ok(root) => Ok(Self { git: git::Project::open(&root), root: Some(root) }),
            Err(none) => {
                let here = std::env::current_dir().map_err(Error::reading(Path::new(".")))?;
                let folder = global.project.as_deref().unwrap_or(Path::new(""));
                match git::Project::bare(&here, &folder.to_string_lossy()) {
                    Ok(git) => Ok(Self { root: None, git: Ok(git) }),
                    Err(_) => Err(none),
                }
            }
        }
    }

    /// The project in git.
    ///
    /// # Errors
    /// It is in no repository.
    pub fn git(&self) -> Result<&git::Project, Error> {
        self.git.as_ref().map_err(|error| match error {
            Error::NotOwned { root } => Error::NotOwned { root: root.clone() },
            _ => Error::NoRepository { root: self.root.clone().unwrap_or_default() },
        })
    }

    /// The commit that last changed a snapshot: what it says of definitions and data is what the
    /// committed values were accepted with, whatever was committed since.
    ///
    /// # Errors
    /// The project is in no repository, or has no commit.
    pub fn accepted(&self, parser: &dyn Parse) -> Result<ProjectRevision, Error> {
        let git = self.git()?;
        let head = git.resolve("HEAD")?;
        let commit = git.last_change(&head, "snapshots")?.unwrap_or(head);
        revision(git, &commit, commit.short(), self.root.as_deref(), parser)
    }

    /// Opens a state that needs no evaluation.
    ///
    /// # Errors
    /// A revision or a folder that cannot be read.
    pub fn open(&self, named: &RevisionName, parser: &dyn Parse) -> Result<ProjectRevision, Error> {
        match named {
            RevisionName::Folder(path) => folder(path, &path.to_string_lossy()),
            RevisionName::Commit(name) => {
                let commit = self.git()?.resolve(name)?;
                revision(self.git()?, &commit, name, self.root.as_deref(), parser)
            }
            RevisionName::MergeBase(one, other) => {
                let commit = self.git()?.merge_base(one, other)?;
                let name = format!("{one}...{other}");
                revision(self.git()?, &commit, &name, self.root.as_deref(), parser)
            }
            RevisionName::WorkingTree => {
                Err(Error::Usage("the working tree is always the head".into()))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn revisions_are_named_as_in_git() {
        let revision = |name: &str| RevisionName::Commit(name.to_owned());
        assert_eq!(named(None, None), (revision("HEAD"), RevisionName::WorkingTree));
        assert_eq!(named(Some("main"), None), (revision("main"), RevisionName::WorkingTree));
        assert_eq!(named(Some("v1..v2"), None), (revision("v1"), revision("v2")));
        assert_eq!(named(Some("v1.."), None), (revision("v1"), revision("HEAD")));
        assert_eq!(named(Some("v1"), Some("v2")), (revision("v1"), revision("v2")));
        let base = RevisionName::MergeBase("main".to_owned(), "HEAD".to_owned());
        assert_eq!(named(Some("main...HEAD"), None), (base, revision("HEAD")));
        let folder = RevisionName::Folder(PathBuf::from(".."));
        assert_eq!(named(Some(".."), None), (folder, RevisionName::WorkingTree));
    }
}
