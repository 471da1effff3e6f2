//! `impossible-condition`: what no row can meet counts nothing, and nothing is a number too.

use super::Project;
use super::observed::observations;
use super::unknown_value::listed;
use crate::diagnostic::{Diagnostic, codes};
use crate::sql::facts::{BoundProject, Contradiction, Observed};

pub fn check(project: &Project<'_>, bound: &BoundProject, found: &mut Vec<Diagnostic>) {
    for (seen, place) in observations(project.catalog, bound) {
        let Observed::Never { of, why } = seen else {
            continue;
        };
        let new = |message: String| Diagnostic::new(&codes::IMPOSSIBLE_CONDITION, message);
        found.push(match why {
            Contradiction::NeverNull => {
                let diagnostic =
                    new(format!("`{}` is never null", of.name)).at(place, "never true");
                match &of.column {
                    Some(column) => diagnostic.help(format!(
                        "source `{}` refuses nulls in `{}`; declare it `nullable = true` where the \
                         data have some",
                        column.source, column.column
                    )),
                    None => diagnostic,
                }
            }
            Contradiction::Contradicted(texts) => {
                new(format!("no row meets this and the other condition{}", on(&of.name)))
                    .at(place, "never true here")
                    .help(format!(
                        "the other leaves {}; write `in (…)` or `or` where one of several is meant",
                        listed(texts)
                    ))
            }
            Contradiction::OutOfRange(limit) => {
                new(format!("no row meets this and the other condition{}", on(&of.name)))
                    .at(place, format!("the other wants it {limit}"))
                    .help("exchange the two ends, or write `or` where one of both is meant")
            }
            Contradiction::NoSuchValue(value) => {
                new(format!("no row meets this condition{}", on(&of.name)))
                    .at(place, format!("no value of its type is {value}"))
                    .help("compare it with a value of its type, or round it first")
            }
            Contradiction::Disjoint { with, left, right } => {
                new(format!("`{}` and `{}` are never equal", of.name, with.name))
                    .at(place, "they have no value in common")
                    .help(format!("one side can be {}, the other {}", listed(left), listed(right)))
            }
        });
    }
}

/// What has no name is underlined.
fn on(name: &str) -> String {
    if name.is_empty() { String::new() } else { format!(" on `{name}`") }
}
