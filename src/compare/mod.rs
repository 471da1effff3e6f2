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

use crate::session::Session;
use goodhart_core::error::Error;
use goodhart_core::result::diff::{self, Crossed, Diff};

/// Compares two states.
///
/// # Errors
/// Only what stops the tool: what cannot be evaluated makes a change not attributable.
pub fn compare(base: &State, head: &State, session: &Session<'_>) -> Result<Diff, Error> {
    let (before, after) = (base.side(), head.side());
    // What changed is known without causes; only for that anything is evaluated.
    let plain = diff::diff(&before, &after, &Crossed::default());
    let wanted = cross::wanted(&plain, &before, &after);
    if wanted.is_empty() {
        return Ok(plain);
    }
    let crossed = Crossed {
        old_over_new: cross::old_over_new(base, head, &wanted, session)?,
        new_over_old: cross::new_over_old(base, head, &wanted, session)?,
        witnesses: witnesses::witnesses(base, head, &wanted, session)?,
    };
    Ok(diff::diff(&before, &after, &crossed))
}
