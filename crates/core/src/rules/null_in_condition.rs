//! `null-in-condition`: a comparison with null is neither true nor false, so a condition can leave
//! out rows that nobody meant to leave out.

use super::Project;
use super::observed::observations;
use crate::diagnostic::{Diagnostic, codes};
use crate::sql::facts::{BoundProject, NullLoss, Observed, Operand};

pub fn check(project: &Project<'_>, bound: &BoundProject, found: &mut Vec<Diagnostic>) {
    for (seen, place) in observations(project.catalog, bound) {
        let Observed::NullLost { of, by } = seen else {
            continue;
        };
        let name = called(of);
        let (message, label, help) = match by {
            NullLoss::NotIn => (
                format!("`not in` keeps no row as soon as {name} is null once"),
                "the list can have a null",
                format!(
                    "leave nulls out of the list, as in `where {} is not null`, or ask with `not \
                     exists`",
                    of.name
                ),
            ),
            NullLoss::Negated => (
                format!("rows in which {name} is null are left out"),
                "neither true nor false of a null",
                format!(
                    "add `or {0} is null` to keep them, or compare with `is distinct from`; where \
                     they are to be left out, say `{0} is not null`",
                    of.name
                ),
            ),
            NullLoss::OuterJoin => (
                format!(
                    "rows without {name} are left out, so that the outer join is an inner join"
                ),
                "no row without a partner meets it",
                format!(
                    "put the condition behind `on`, or add `or {} is null`; where those rows are \
                     to be left out, write `join`",
                    of.name
                ),
            ),
            NullLoss::RangeEnd => (
                format!("a range whose end {name} is null holds nothing"),
                "never true where it is null",
                format!(
                    "add `or {0} is null`, or put a far end for null, as in `coalesce({0}, \
                     timestamp '9999-12-31')`",
                    of.name
                ),
            ),
        };
        found.push(Diagnostic::new(&codes::NULL_IN_CONDITION, message).at(place, label).help(help));
    }
}

/// The value with the source that it comes from.
fn called(of: &Operand) -> String {
    match &of.column {
        Some(column) if column.column == of.name => {
            format!("`{}` of source `{}`", of.name, column.source)
        }
        _ => format!("`{}`", of.name),
    }
}
