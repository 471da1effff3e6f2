//! Two states of a project → [`Diff`](goodhart_core::result::diff::Diff): opens them, evaluates the old definitions
//! over the new data where both moved, and asks for the subjects that a definition touched.
//!
//! What a state is made of may be a revision, the working tree or a folder of snapshots; all of them
//! become a [`State`] first, and a revision does so by being written to a temporary folder, so that
//! everything behind works on files.

mod cross;
mod data;
mod folder;
mod revision;
mod state;
mod walk;
mod witnesses;

pub use folder::folder;
pub use revision::revision;
pub use state::State;
pub use walk::walk;

use std::path::{Path, PathBuf};

use goodhart_core::error::Error;
use goodhart_core::project::Kept;
use goodhart_core::result::diff::{self, Crossed, Diff};
use goodhart_core::result::privacy;
use goodhart_engine::evaluate::{Progress, Request};
use goodhart_engine::{Parser, Protection};

/// With what to evaluate.
pub struct Context<'a> {
    /// What parses the definitions of both.
    pub parser: Parser<'a>,
    pub environment: &'a dyn Fn(&str) -> Option<String>,
    pub threads: Option<u32>,
    pub protection: Protection,
    pub pseudonym_key: Result<privacy::Key, privacy::NoKey>,
    pub progress: &'a dyn Progress,
    /// Where it is remembered what was verified, and which results there were: both by content, so
    /// that it does not matter in which folder a state lies.
    pub memory: Option<PathBuf>,
    pub kept: Option<Kept>,
}

impl Context<'_> {
    /// Evaluates in a folder with what is known of it.
    pub fn request<'r>(&'r self, root: &'r Path) -> Request<'r> {
        Request {
            memory: self.memory.clone(),
            kept: self.kept.clone(),
            environment: self.environment,
            threads: self.threads,
            pseudonym_key: self.pseudonym_key.clone(),
            progress: self.progress,
            ..Request::new(root, self.protection.clone())
        }
    }
}

/// Compares two states.
///
/// # Errors
/// Only what stops the tool: what cannot be evaluated makes a change not attributable.
pub fn compare(base: &State, head: &State, context: &Context<'_>) -> Result<Diff, Error> {
    let (before, after) = (base.side(), head.side());
    // What changed is known without causes; only for that anything is evaluated.
    let plain = diff::diff(&before, &after, &Crossed::default());
    let wanted = cross::wanted(&plain, &before, &after);
    if wanted.is_empty() {
        return Ok(plain);
    }
    let crossed = Crossed {
        old_over_new: cross::old_over_new(base, head, &wanted, context)?,
        new_over_old: cross::new_over_old(base, head, &wanted, context)?,
        witnesses: witnesses::witnesses(base, head, &wanted, context)?,
    };
    Ok(diff::diff(&before, &after, &crossed))
}
