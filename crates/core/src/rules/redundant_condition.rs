//! `redundant-condition`: a condition that every row meets leaves nothing out, and a share over it is
//! always the whole.

use super::Project;
use super::observed::observations;
use super::unknown_value::listed;
use crate::diagnostic::{Diagnostic, codes};
use crate::sql::facts::{BoundProject, Observed};

pub fn check(project: &Project<'_>, bound: &BoundProject, found: &mut Vec<Diagnostic>) {
    for (seen, place) in observations(project.catalog, bound) {
        if let Observed::Always { of, texts } = seen {
            let subject =
                if of.name.is_empty() { "it".to_owned() } else { format!("`{}`", of.name) };
            found.push(
                Diagnostic::new(&codes::REDUNDANT_CONDITION, "every row meets this condition")
                    .at(place, format!("{subject} can only be {}", listed(texts)))
                    .help("leave the condition out, or name only what is meant"),
            );
        }
    }
}
