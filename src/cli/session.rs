//! The session of a command: what the arguments, the clock and the environment say.

use std::path::{Path, PathBuf};

use super::stop::Stop;
use super::{Global, clock, exit, output};
use crate::session::{CacheMode, Environment, Project, Purpose, Session};
use goodhart_core::error::Error;
use goodhart_core::project;
use goodhart_core::result::privacy;
use goodhart_core::result::snapshot::{PRIVATE, Writer};
use goodhart_engine::Protection;
use goodhart_engine::evaluate::{Evaluation, Progress, Silent};

/// What a command asks of its session.
pub struct Options<'a> {
    /// Neither reads nor writes the cache, whatever the arguments say.
    pub ignores_cache: bool,
    pub threads: Option<u32>,
    pub progress: &'a dyn Progress,
    pub purpose: Purpose<'a>,
}

impl Default for Options<'_> {
    fn default() -> Self {
        Self { ignores_cache: false, threads: None, progress: &Silent, purpose: Purpose::Binding }
    }
}

/// A session over the project that the arguments name.
///
/// # Errors
/// There is no project, or a program that cannot find itself.
pub fn start<'a>(global: &Global, options: Options<'a>) -> Result<Session<'a>, Error> {
    start_at(global, Some(&root(global)?), options)
}

/// A session over the project at `root`, or without one on the disk.
///
/// # Errors
/// A program that cannot find itself.
pub fn start_at<'a>(
    global: &Global,
    root: Option<&Path>,
    options: Options<'a>,
) -> Result<Session<'a>, Error> {
    let program = std::env::current_exe().map_err(Error::reading(Path::new("goodhart")))?;
    let cache = match options {
        Options { ignores_cache: true, .. } => CacheMode::Disabled,
        _ if global.no_cache => CacheMode::Refreshed,
        _ => CacheMode::Enabled,
    };
    let environment = Environment {
        today: clock::today(),
        now: clock::now(),
        cache,
        variables: &variable,
        pseudonym_key: privacy::Key::of(&std::env::var(privacy::KEY_VARIABLE).unwrap_or_default()),
        protection: Protection {
            required: global.require_sandbox,
            // The program is its own worker.
            ..Protection::full(program.clone())
        },
        program: Some(program),
        threads: options.threads,
        progress: options.progress,
    };
    let session = Session::new(root, environment, options.purpose);
    if session.is_cache_committed() {
        output::say(&format!(
            "warning: {PRIVATE} is in git, so nothing in it is believed; take it out with `git rm -r \
             --cached {PRIVATE}`"
        ));
    }
    Ok(session)
}

/// Opens the project of a session; where its definitions are rejected, shows why.
///
/// # Errors
/// Rejected definitions, and what stops the tool.
pub fn open(global: &Global, session: &Session<'_>) -> Result<Project, Stop> {
    session.open()?.map_err(|rejection| {
        output::diagnostics(global, &rejection.diagnostics, &rejection.files);
        Stop::Shown(exit::of(&rejection.diagnostics))
    })
}

/// A variable that a path in a definition names. It may be any but the secret: paths are shown.
pub fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|_| name != privacy::KEY_VARIABLE)
}

/// Says which layers around SQL this system does not have.
pub fn say_missing_protection(evaluation: &Evaluation) {
    if !evaluation.missing.is_empty() {
        let missing = evaluation.missing.join("; ");
        output::say(&format!("warning: SQL is not fully sandboxed on this system: {missing}"));
    }
}

/// Says which metrics have no results, and why.
pub fn say_skipped<'a>(skipped: impl IntoIterator<Item = (&'a String, &'a String)>) {
    for (metric, reason) in skipped {
        output::say(&format!("not evaluated: {metric} ({reason})"));
    }
}

/// Takes the lock of the project at `root` for a command, and says what it had to finish first.
///
/// # Errors
/// Those of [`Writer::begin`].
pub fn writer(root: &Path, command: &str) -> Result<Writer, Error> {
    let writer = Writer::begin(root, command)?;
    if let Some(interrupted) = &writer.finished {
        output::say(&format!("finished what an interrupted `goodhart {interrupted}` had begun"));
    }
    Ok(writer)
}

/// The folder of the project that the arguments name.
///
/// # Errors
/// There is none.
pub fn root(global: &Global) -> Result<PathBuf, Error> {
    let from = match &global.project {
        Some(folder) => folder.clone(),
        None => {
            std::env::current_dir().map_err(|source| Error::Read { path: ".".into(), source })?
        }
    };
    let found = if global.project.is_some() {
        from.join(project::PROJECT_FILE).is_file().then(|| from.clone())
    } else {
        project::find(&from)
    };
    found.ok_or(Error::NoProject { from })
}
