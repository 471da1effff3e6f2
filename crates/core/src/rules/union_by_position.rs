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
        let different = differing(left, right);
        let swapped = different.iter().find(|(_, one, other)| {
            different.iter().any(|(_, left, right)| same(one, right) && same(other, left))
        });
        let Some((at, first, other)) = swapped.or(different.first()) else {
            continue;
        };
        let set = |names: &[String]| -> BTreeSet<String> {
            names.iter().map(|name| name.to_lowercase()).collect()
        };
        let is_same_set = set(left) == set(right);
        let code = if swapped.is_some() || is_same_set {
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
        found.push(if operation == "union" && is_same_set {
            diagnostic.help(
                "write `union by name` or `union all by name`, or name the columns of both sides \
                 in one order",
            )
        } else {
            diagnostic.help("name the columns of both sides in one order")
        });
    }
}

/// The positions at which the names differ, from 1, and the two names.
fn differing<'a>(left: &'a [String], right: &'a [String]) -> Vec<(usize, &'a str, &'a str)> {
    let pairs = left.iter().zip(right).enumerate();
    let pairs = pairs.map(|(index, (one, other))| (index + 1, one.as_str(), other.as_str()));
    pairs
        .filter(|(_, one, other)| !one.is_empty() && !other.is_empty() && !same(one, other))
        .collect()
}

fn same(one: &str, other: &str) -> bool {
    one.eq_ignore_ascii_case(other)
}
