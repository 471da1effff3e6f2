//! Two states of a project → [`Diff`](goodhart_core::result::diff::Diff): opens them, evaluates the old definitions
//! over the new data where both moved, and asks for the subjects that a definition touched.
//!
//! What a state is made of may be a revision, the working tree or a folder of snapshots; all of them
//! become a [`ProjectRevision`] first, and a revision does so by being written to a temporary folder, so that
//! everything behind works on files.

mod affected_subjects;
mod counterfactual;
mod data;
mod folder;
mod project_revision;
mod revision;
mod walk;

pub use folder::folder;
pub use project_revision::ProjectRevision;
pub use revision::revision;
pub use walk::walk;

use crate::session::Session;
use goodhart_core::error::Error;
use goodhart_core::result::diff::{self, Counterfactuals, Diff};

/// Compares two states.
///
/// # Errors
/// Only what stops the tool: what cannot be evaluated makes a change not attributable.
pub fn compare(
    base: &ProjectRevision,
    head: &ProjectRevision,
    session: &Session<'_>,
) -> Result<Diff, Error> {
    let (before, after) = (base.view(), head.view());
    // What changed is known without causes; only for that anything is evaluated.
    let plain = diff::diff(&before, &after, &Counterfactuals::default());
    let wanted = counterfactual::wanted(&plain, &before, &after);
    if wanted.is_empty() {
        return Ok(plain);
    }
    let crossed = Counterfactuals {
        old_over_new: counterfactual::old_over_new(base, head, &wanted, session)?,
        new_over_old: counterfactual::new_over_old(base, head, &wanted, session)?,
        affected_subjects: affected_subjects::affected_subjects(base, head, &wanted, session)?,
    };
    Ok(diff::diff(&before, &after, &crossed))
}
