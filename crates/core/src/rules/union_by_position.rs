//! `union-by-position` and `union-name-elsewhere`: set operations go by position and look at no
//! names, so columns in another order are mixed without a word.

use std::collections::BTreeSet;

use super::Project;
use super::observed::observations;
use crate::diagnostic::{Diagnostic, codes};
use crate::sql::facts::{BoundProject, Observed};

pub fn check(project: &Project<'_>, bound: &BoundProject, found: &mut Vec<Diagnostic>) {
    for (seen, place) in observations(project.catalog, bound) {
        let Observed::ByPosition { operation, left, right } = seen else {
            continue;
        };
        let Some((at, first, other)) = different(left, right) else {
            continue;
        };
        let set = |names: &[String]| -> BTreeSet<String> {
            names.iter().map(|name| name.to_lowercase()).collect()
        };
        let code = if set(left) == set(right) {
            &codes::UNION_BY_POSITION
        } else {
            &codes::UNION_NAME_ELSEWHERE
        };
        let diagnostic = Diagnostic::new(
            code,
            format!(
                "column {at} of this {operation} is `{first}` on one side, `{other}` on the other"
            ),
        )
        .at(place, "goes by position, whatever the names are");
        found.push(if operation == "union" {
            diagnostic.help(
                "write `union by name` or `union all by name`, or name the columns of both sides \
                 in one order",
            )
        } else {
            diagnostic.help("name the columns of both sides in one order")
        });
    }
}

/// The first position at which the names differ, from 1, and the two names.
fn different<'a>(left: &'a [String], right: &'a [String]) -> Option<(usize, &'a str, &'a str)> {
    let pairs = left.iter().zip(right).enumerate();
    pairs.map(|(index, (one, other))| (index + 1, one.as_str(), other.as_str())).find(
        |(_, one, other)| !one.is_empty() && !other.is_empty() && !one.eq_ignore_ascii_case(other),
    )
}
