//! What git knows of a project: the only code that names git2.

use std::path::{Path, PathBuf};

use git2::{ErrorCode, ObjectType, Repository, TreeWalkMode, TreeWalkResult};

use crate::error::Error;

/// The definition files below a folder of the project as they were at a revision, as paths
/// relative to the project with `/`, sorted. A folder that was not there has none.
///
/// # Errors
/// A project that is in no repository, or a revision that is not there.
pub fn definitions_at(
    root: &Path,
    revision: &str,
    folder: &str,
) -> Result<Vec<(String, String)>, Error> {
    let failed = |error: &git2::Error| Error::Revision {
        revision: revision.to_owned(),
        message: error.message().to_owned(),
    };
    let repository =
        Repository::discover(root).map_err(|_| Error::NoRepository { root: root.to_path_buf() })?;
    let commit = repository
        .revparse_single(revision)
        .and_then(|object| object.peel_to_commit())
        .map_err(|error| failed(&error))?;
    let tree = commit.tree().map_err(|error| failed(&error))?;
    let project = within(&repository, root)?;
    let folder = match tree.get_path(&project.join(folder)) {
        Ok(entry) => (folder, entry),
        Err(error) if error.code() == ErrorCode::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(failed(&error)),
    };
    let (name, entry) = folder;
    let below = entry.to_object(&repository).and_then(|object| object.peel_to_tree());
    let below = below.map_err(|error| failed(&error))?;
    let mut found = Vec::new();
    let walked = below.walk(TreeWalkMode::PreOrder, |parent, entry| {
        let Ok(file) = entry.name() else {
            return TreeWalkResult::Skip;
        };
        if file.starts_with('.') {
            return TreeWalkResult::Skip;
        }
        if entry.kind() == Some(ObjectType::Blob) && file.ends_with(".toml") {
            let blob = entry.to_object(&repository).and_then(|object| object.peel_to_blob());
            if let Some(text) = blob.ok().and_then(|b| String::from_utf8(b.content().into()).ok()) {
                found.push((format!("{name}/{parent}{file}"), text));
            }
        }
        TreeWalkResult::Ok
    });
    walked.map_err(|error| failed(&error))?;
    found.sort();
    Ok(found)
}

/// Whether anything below `folder` of the project is in git. Where that cannot be told, it may be.
pub fn tracks(root: &Path, folder: &str) -> bool {
    let repository = match Repository::discover(root) {
        Ok(repository) => repository,
        Err(error) => return error.code() != ErrorCode::NotFound,
    };
    let (Ok(index), Ok(project)) = (repository.index(), within(&repository, root)) else {
        return true;
    };
    let way = project.join(folder).to_string_lossy().replace('\\', "/");
    index.iter().any(|entry| {
        let rest = entry.path.strip_prefix(way.as_bytes());
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(b"/"))
    })
}

/// The project's folder relative to the top of the working tree.
fn within(repository: &Repository, root: &Path) -> Result<PathBuf, Error> {
    let canonical = |path: &Path| path.canonicalize().map_err(Error::reading(path));
    let top = match repository.workdir() {
        Some(top) => canonical(top)?,
        None => return Ok(PathBuf::new()),
    };
    Ok(canonical(root)?.strip_prefix(&top).map(Path::to_path_buf).unwrap_or_default())
}
