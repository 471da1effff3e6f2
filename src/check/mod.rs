//! A project's folder → its catalog and everything that is wrong with its definitions.

mod open;

pub use open::{Opened, open};

use jiff::civil::Date;

use crate::bind::{Bound, Memory, bind};
use crate::error::Error;
use crate::rules;

/// Looks at everything: runs all rules, and binds all SQL that is not in the `memory`.
///
/// Returns what could be bound; nothing where there is no catalog.
///
/// # Errors
/// Only an engine failure.
pub fn check(opened: &mut Opened, today: Date, memory: &mut Memory) -> Result<Bound, Error> {
    let Some(catalog) = &opened.catalog else {
        return Ok(Bound::default());
    };
    let project = rules::Project { catalog, files: &opened.files, today };
    let mut found = rules::check(&project);
    let (bound, wrong) = bind(catalog, &opened.files, memory)?;
    found.extend(wrong);
    found.extend(rules::check_bound(&project, &bound));
    opened.diagnostics.extend(found);
    Ok(bound)
}
