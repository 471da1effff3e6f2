//! What git knows of a project: the only code that names git2.

mod export;
mod history;
mod tracked;

pub use tracked::tracks;

use std::path::{Path, PathBuf};

use git2::{Blob, ErrorCode, ObjectType, Oid, Repository, Tree, TreeWalkMode, TreeWalkResult};

use jiff::Timestamp;

use goodhart_core::error::Error;
use goodhart_core::result::history::Commit;

/// A project in a git repository: in a working tree, a linked one or that of a submodule, or in a
/// bare repository.
pub struct Project {
    repository: Repository,
    /// The project's folder relative to the top of the repository, with `/`; empty at the top.
    folder: String,
}

/// Takes a file: its path relative to the project and what it holds.
type FileVisitor<'a> = &'a mut dyn FnMut(&str, &[u8]) -> Result<(), Error>;

impl Project {
    /// The project whose folder is `root`.
    ///
    /// # Errors
    /// A folder that is in no repository, or in one of another account.
    pub fn open(root: &Path) -> Result<Self, Error> {
        let repository = Repository::discover(root).map_err(|error| match error.code() {
            ErrorCode::Owner => Error::NotOwned { root: root.to_path_buf() },
            _ => Error::NoRepository { root: root.to_path_buf() },
        })?;
        let folder = within(&repository, root)?;
        Ok(Self { repository, folder })
    }

    /// The project in `folder` of the bare repository at `path`.
    ///
    /// # Errors
    /// There is no bare repository.
    pub fn bare(path: &Path, folder: &str) -> Result<Self, Error> {
        let none = || Error::NoRepository { root: path.to_path_buf() };
        let repository = Repository::discover(path).map_err(|_| none())?;
        if !repository.is_bare() {
            return Err(none());
        }
        Ok(Self { repository, folder: folder.trim_matches('/').to_owned() })
    }

    /// The commit that a revision means.
    ///
    /// # Errors
    /// A revision that is not there.
    pub fn resolve(&self, revision: &str) -> Result<Commit, Error> {
        let commit = self
            .repository
            .revparse_single(revision)
            .and_then(|object| object.peel_to_commit())
            .map_err(|error| failed(revision, &error))?;
        Ok(read_commit(&commit))
    }

    /// The newest commit from which both revisions descend.
    ///
    /// # Errors
    /// A revision that is not there, or two that have nothing in common, as far as is known here.
    pub fn merge_base(&self, one: &str, other: &str) -> Result<Commit, Error> {
        let (first, second) = (self.resolve(one)?, self.resolve(other)?);
        let revision = format!("{one}...{other}");
        let base = self
            .repository
            .merge_base(oid(&first)?, oid(&second)?)
            .and_then(|base| self.repository.find_commit(base))
            .map_err(|error| failed(&revision, &error))?;
        Ok(read_commit(&base))
    }

    /// Whether commits are missing here because the clone is shallow.
    pub fn is_shallow(&self) -> bool {
        self.repository.is_shallow()
    }

    /// A file of the project as it was at a commit; `path` has `/` and is relative to the project.
    ///
    /// # Errors
    /// An object that is missing in a partial clone.
    pub fn read(&self, commit: &Commit, path: &str) -> Result<Option<Vec<u8>>, Error> {
        Ok(self.blob(commit, path)?.map(|blob| blob.content().to_vec()))
    }

    fn blob(&self, commit: &Commit, path: &str) -> Result<Option<Blob<'_>>, Error> {
        let tree = self.tree(commit)?;
        let found = match tree.get_path(Path::new(&self.path(path))) {
            Ok(entry) if entry.kind() == Some(ObjectType::Blob) => entry,
            Ok(_) => return Ok(None),
            Err(error) if error.code() == ErrorCode::NotFound => return Ok(None),
            Err(error) => return Err(failed(&commit.id, &error)),
        };
        let blob = found.to_object(&self.repository).and_then(|object| object.peel_to_blob());
        blob.map(Some).map_err(|error| failed(&commit.id, &error))
    }

    /// The files of the project at a commit that are `wanted`, with what they hold, in the order
    /// of their paths relative to the project. Hidden ones, links and submodules are not among
    /// them.
    ///
    /// # Errors
    /// An object that is missing in a partial clone.
    pub fn files(
        &self,
        commit: &Commit,
        wanted: &dyn Fn(&str) -> bool,
        each: FileVisitor<'_>,
    ) -> Result<(), Error> {
        let gone = |error: &git2::Error| failed(&commit.id, error);
        let top = self.tree(commit)?;
        let tree = if self.folder.is_empty() {
            top
        } else {
            let entry = match top.get_path(Path::new(&self.folder)) {
                Ok(entry) => entry,
                Err(error) if error.code() == ErrorCode::NotFound => return Ok(()),
                Err(error) => return Err(gone(&error)),
            };
            let below = entry.to_object(&self.repository).and_then(|object| object.peel_to_tree());
            below.map_err(|error| gone(&error))?
        };
        let mut paths: Vec<(String, Oid)> = Vec::new();
        let walked = tree.walk(TreeWalkMode::PreOrder, |parent, entry| {
            // What is no UTF-8 is no path of a definition.
            let Ok(name) = entry.name() else {
                return TreeWalkResult::Skip;
            };
            if name.starts_with('.') || name.contains(['/', '\\', '\0']) {
                return TreeWalkResult::Skip;
            }
            let path = format!("{}{name}", std::str::from_utf8(parent.as_ref()).unwrap_or(""));
            const LINK: i32 = 0o120_000;
            if entry.kind() == Some(ObjectType::Blob) && entry.filemode() != LINK && wanted(&path) {
                paths.push((path, entry.id()));
            }
            TreeWalkResult::Ok
        });
        walked.map_err(|error| gone(&error))?;
        paths.sort();
        for (path, id) in paths {
            let blob = self.repository.find_blob(id).map_err(|error| gone(&error))?;
            each(&path, blob.content())?;
        }
        Ok(())
    }

    fn tree(&self, commit: &Commit) -> Result<Tree<'_>, Error> {
        self.repository
            .find_commit(oid(commit)?)
            .and_then(|commit| commit.tree())
            .map_err(|error| failed(&commit.id, &error))
    }

    /// A path of the project from the top of the repository.
    fn path(&self, path: &str) -> String {
        if self.folder.is_empty() { path.to_owned() } else { format!("{}/{path}", self.folder) }
    }
}

fn oid(commit: &Commit) -> Result<Oid, Error> {
    Oid::from_str(&commit.id).map_err(|error| failed(&commit.id, &error))
}

fn failed(revision: &str, error: &git2::Error) -> Error {
    Error::Revision { revision: revision.to_owned(), message: error.message().to_owned() }
}

/// The project's folder relative to the top of the working tree, with `/`.
fn within(repository: &Repository, root: &Path) -> Result<String, Error> {
    let canonical = |path: &Path| path.canonicalize().map_err(Error::reading(path));
    let top = match repository.workdir() {
        Some(top) => canonical(top)?,
        None => return Ok(String::new()),
    };
    let folder = canonical(root)?.strip_prefix(&top).map(PathBuf::from).unwrap_or_default();
    Ok(folder.to_string_lossy().replace('\\', "/"))
}

fn read_commit(commit: &git2::Commit<'_>) -> Commit {
    let lossy = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    Commit {
        id: commit.id().to_string(),
        author: lossy(commit.author().name_bytes()),
        time: Timestamp::from_second(commit.time().seconds()).unwrap_or(Timestamp::UNIX_EPOCH),
        summary: lossy(commit.summary_bytes().unwrap_or_default()),
    }
}
