//! The two states that a comparison is asked for.

use std::path::{Path, PathBuf};

use super::progress::Bar;
use super::project::{self, Opened, Refused};
use super::{Global, output};
use crate::compare::{Context, State, folder, revision};
use crate::git;
use goodhart_core::diagnostic::{Diagnostic, Diagnostics};
use goodhart_core::error::Error;
use goodhart_core::plan::{self, Selection};
use goodhart_core::project::catalog::Parse;
use goodhart_core::result::snapshot::InputsFile;
use goodhart_engine::Purpose;
use goodhart_engine::evaluate::{Evaluation, evaluate};

/// A state, as somebody names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Named {
    WorkingTree,
    Revision(String),
    /// The newest commit from which both descend.
    MergeBase(String, String),
    Folder(PathBuf),
}

/// The base and the head of what was asked for: nothing (the last commit), one side (the working
/// tree is the other), two, or `a..b` and `a...b` as git has them.
pub fn named(base: Option<&str>, head: Option<&str>) -> (Named, Named) {
    let one = |text: &str| {
        let path = Path::new(text);
        if path.is_dir() {
            Named::Folder(path.to_owned())
        } else {
            Named::Revision(text.to_owned())
        }
    };
    let or_head = |text: &str| if text.is_empty() { "HEAD".to_owned() } else { text.to_owned() };
    match (base, head) {
        (None, _) => (Named::Revision("HEAD".to_owned()), Named::WorkingTree),
        (Some(base), Some(head)) => (one(base), one(head)),
        (Some(range), None) if !Path::new(range).is_dir() => {
            if let Some((base, head)) = range.split_once("...") {
                let (base, head) = (or_head(base), or_head(head));
                (Named::MergeBase(base, head.clone()), Named::Revision(head))
            } else if let Some((base, head)) = range.split_once("..") {
                (Named::Revision(or_head(base)), Named::Revision(or_head(head)))
            } else {
                (one(range), Named::WorkingTree)
            }
        }
        (Some(base), None) => (one(base), Named::WorkingTree),
    }
}

/// Where revisions are looked for: the project on the disk, or a bare repository.
pub struct Place {
    /// The project's folder, where there is one.
    pub root: Option<PathBuf>,
    git: Result<git::Project, Error>,
}

impl Place {
    /// The project that the arguments mean. Without one on the disk, a bare repository at or above
    /// the current folder will do, in which `--project` is a folder of the tree.
    ///
    /// # Errors
    /// There is neither.
    pub fn find(global: &Global) -> Result<Self, Error> {
        match project::root(global) {
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
    pub fn accepted(&self, parser: &dyn Parse) -> Result<State, Error> {
        let git = self.git()?;
        let head = git.resolve("HEAD")?;
        let commit = git.last_change(&head, "snapshots")?.unwrap_or(head);
        revision(git, &commit, commit.short(), self.root.as_deref(), parser)
    }

    /// Opens a state that needs no evaluation.
    ///
    /// # Errors
    /// A revision or a folder that cannot be read.
    pub fn open(&self, named: &Named, parser: &dyn Parse) -> Result<State, Error> {
        match named {
            Named::Folder(path) => folder(path, &path.to_string_lossy()),
            Named::Revision(name) => {
                let commit = self.git()?.resolve(name)?;
                revision(self.git()?, &commit, name, self.root.as_deref(), parser)
            }
            Named::MergeBase(one, other) => {
                let commit = self.git()?.merge_base(one, other)?;
                let name = format!("{one}...{other}");
                revision(self.git()?, &commit, &name, self.root.as_deref(), parser)
            }
            Named::WorkingTree => Err(Error::Usage("the working tree is always the head".into())),
        }
    }
}

/// The working tree, evaluated.
pub struct Evaluated {
    pub state: State,
    /// What is wrong with the definitions; the sink with the project's levels.
    pub diagnostics: Diagnostics,
    /// What the evaluation found.
    pub found: Vec<Diagnostic>,
    /// Metrics without results, and why.
    pub skipped: Vec<(String, String)>,
}

/// Evaluates the working tree as it says itself.
///
/// # Errors
/// As [`project::open`] and [`evaluate`].
pub fn working_tree(
    global: &Global,
    context: &Context<'_>,
) -> Result<Result<Evaluated, Refused>, Error> {
    let opened = match project::open_with(global, &context.parser)? {
        Ok(opened) => opened,
        Err(refused) => return Ok(Err(refused)),
    };
    let chosen = plan::select(&opened.catalog, &Selection::default())
        .map_err(|problems| Error::Usage(problems.join("\n")))?;
    let plan = plan::build(&opened.catalog, &chosen);
    let request = context.request(&opened.root);
    let evaluation = evaluate(&opened.catalog, &plan, &opened.files, &request)?;
    say_missing(&evaluation);
    Ok(Ok(evaluated(opened, evaluation)))
}

/// A project with the results that were computed of it.
pub fn evaluated(opened: Opened, evaluation: Evaluation) -> Evaluated {
    let inputs = InputsFile::new(&evaluation.inputs, env!("CARGO_PKG_VERSION"), None);
    let results = evaluation.results.metrics.into_iter();
    let results = results.map(|results| (results.metric.clone(), results)).collect();
    let Opened { root, files, catalog, diagnostics } = opened;
    let state = State::here("working tree", &root, (files, Some(catalog)), results, Some(inputs));
    let (found, skipped) = (evaluation.diagnostics, evaluation.skipped.into_iter().collect());
    Evaluated { state, diagnostics, found, skipped }
}

/// Says which layers around SQL this system does not have.
pub fn say_missing(evaluation: &Evaluation) {
    if !evaluation.missing.is_empty() {
        let missing = evaluation.missing.join("; ");
        output::say(&format!("warning: SQL is not kept from all harm on this system: {missing}"));
    }
}

/// With what to evaluate in the project at `root`.
///
/// # Errors
/// A program that cannot find itself.
pub fn context<'a>(
    global: &Global,
    root: Option<&Path>,
    threads: Option<u32>,
    bar: &'a Bar,
) -> Result<Context<'a>, Error> {
    let (memory, kept) = root.map_or((None, None), |root| project::memories(root, false));
    let used = if kept.is_some() { project::Memory::Used } else { project::Memory::Unused };
    Ok(Context {
        parser: project::parser(global, used, Purpose::Binding)?,
        environment: &project::environment,
        threads,
        protection: project::protection(global)?,
        pseudonym_key: project::pseudonym_key(),
        progress: bar,
        memory,
        kept,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sides_are_named_as_in_git() {
        let revision = |name: &str| Named::Revision(name.to_owned());
        assert_eq!(named(None, None), (revision("HEAD"), Named::WorkingTree));
        assert_eq!(named(Some("main"), None), (revision("main"), Named::WorkingTree));
        assert_eq!(named(Some("v1..v2"), None), (revision("v1"), revision("v2")));
        assert_eq!(named(Some("v1.."), None), (revision("v1"), revision("HEAD")));
        assert_eq!(named(Some("v1"), Some("v2")), (revision("v1"), revision("v2")));
        let base = Named::MergeBase("main".to_owned(), "HEAD".to_owned());
        assert_eq!(named(Some("main...HEAD"), None), (base, revision("HEAD")));
        let folder = Named::Folder(PathBuf::from(".."));
        assert_eq!(named(Some(".."), None), (folder, Named::WorkingTree));
    }
}
