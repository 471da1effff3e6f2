//! `unknown-value`: a text that a column cannot have is a typo, or an idea of the data that is not
//! true; the condition counts nothing, or everything, and looks like a good number.

use super::Project;
use super::observed::observations;
use crate::diagnostic::{Diagnostic, codes};
use crate::sql::facts::{BoundProject, Observed, Values};

pub fn check(project: &Project<'_>, bound: &BoundProject, found: &mut Vec<Diagnostic>) {
    for (seen, place) in observations(project.catalog, bound) {
        let Observed::UnknownValue { of, text, values } = seen else {
            continue;
        };
        let name =
            if of.name.is_empty() { "the value".to_owned() } else { format!("`{}`", of.name) };
        let diagnostic =
            Diagnostic::new(&codes::UNKNOWN_VALUE, format!("{name} is never `{text}`"));
        found.push(match values {
            Values::OneOf(known) => {
                // No fix: it would change a number.
                diagnostic
                    .at(place, "none of its values")
                    .suggest(text, known.iter().map(String::as_str))
                    .help(format!("it can be {}", listed(known)))
            }
            Values::Lower => diagnostic
                .at(place, "has capitals")
                .help("`lower` leaves none: write it in small letters"),
            Values::Upper => diagnostic
                .at(place, "has small letters")
                .help("`upper` leaves none: write it in capitals"),
        });
    }
}

/// The first values of a list.
pub fn listed(values: &[String]) -> String {
    const SHOWN: usize = 10;
    let mut names: Vec<String> =
        values.iter().take(SHOWN).map(|value| format!("`{value}`")).collect();
    if values.len() > SHOWN {
        names.push(format!("{} more", values.len() - SHOWN));
    }
    names.join(", ")
}
