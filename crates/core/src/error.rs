//! What stops the tool, as opposed to what is wrong with a project.

use std::io;
use std::path::{Path, PathBuf};

/// The tool could not go on; the command line ends with exit code 2.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("cannot read {path}: {source}", path = .path.display())]
    Read { path: PathBuf, source: io::Error },
    #[error("cannot write {path}: {source}", path = .path.display())]
    Write { path: PathBuf, source: io::Error },
    #[error("no goodhart.toml in {from} or any folder above it", from = .from.display())]
    NoProject { from: PathBuf },
    /// DuckDB failed at something that no definition asked for.
    #[error("the engine failed while {doing}: {message}")]
    Engine { doing: String, message: String },
    /// A layer around SQL is required and not to be had.
    #[error("parts of the sandbox are missing on this system: {}", .missing.join(", "))]
    Unprotected { missing: Vec<String> },
    /// Something else stands where goodhart has a file or folder of its own.
    #[error("{path} is not a {wanted} but a link or something else", path = .path.display())]
    NotReal { path: PathBuf, wanted: &'static str },
    #[error("{path} is no {what} that goodhart wrote", path = .path.display())]
    Damaged { path: PathBuf, what: &'static str },
    #[error("another goodhart is at work in this project{}", in_brackets(.holder.as_deref()))]
    Busy { holder: Option<String> },
    /// The journal is written and not everything that it says is done.
    #[error("a change of the snapshots is not finished: {0}")]
    Unfinished(Box<Error>),
    #[error("the results are not pending: {0}")]
    NotPending(Box<Error>),
    #[error("{root} is in no git repository", root = .root.display())]
    NoRepository { root: PathBuf },
    /// git reads none, because whoever wrote its settings could run programs here.
    #[error("the repository of {root} belongs to another account", root = .root.display())]
    NotOwned { root: PathBuf },
    #[error("cannot read revision {revision}: {message}")]
    Revision { revision: String, message: String },
    /// A forge did not take a report; the command line ends with exit code 4.
    #[error("the report was not delivered: {0}")]
    Undelivered(String),
    #[error("{0}")]
    Usage(String),
    /// Whoever read our output went away; nobody needs to hear about it.
    #[error("the output was closed")]
    Pipe,
}

impl Error {
    /// For `map_err`: a read of `path` failed.
    pub fn reading(path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_path_buf();
        move |source| Self::Read { path, source }
    }

    /// For `map_err`: a write of `path` failed.
    pub fn writing(path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_path_buf();
        move |source| Self::Write { path, source }
    }

    /// What the user can do about it, where there is something.
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::Revision { .. } => Some(
                "a shallow clone does not have it: fetch it (`fetch-depth: 0` in a workflow's \
                 checkout step), or name another one",
            ),
            Self::Unprotected { .. } => Some(
                "leave `--require-sandbox` out where the definitions come from people you trust",
            ),
            Self::NoRepository { .. } => Some(
                "goodhart reads from git what was: run `git init` in the project, and commit it",
            ),
            Self::NotOwned { .. } => Some(
                "in a container of CI that is usual: `git config --global --add safe.directory <folder>` \
                 says that you trust it",
            ),
            Self::NoProject { .. } => Some("start one with `goodhart init`"),
            Self::NotReal { .. } => Some(
                "goodhart follows no links here, which could lead out of the project: put the real \
                 one in its place, or delete it",
            ),
            Self::Damaged { .. } => Some("delete it and run `goodhart eval`"),
            Self::Busy { .. } => Some("try again when it is done"),
            Self::Unfinished(_) => Some(
                "when that is mended, the next `goodhart eval` or `goodhart accept` finishes it",
            ),
            Self::NotPending(why) => why.hint().or(Some(
                "the results above are complete; `goodhart eval --check` compares them with the \
                 snapshots and writes nothing",
            )),
            _ => None,
        }
    }
}

fn in_brackets(text: Option<&str>) -> String {
    text.map_or_else(String::new, |text| format!(" ({text})"))
}
