//! `text-order`: as texts, `10` comes before `7`; a number that was kept as text is compared so.

use std::collections::BTreeSet;

use super::Project;
use super::observed::observations;
use crate::diagnostic::{Diagnostic, codes};
use crate::project::catalog::Catalog;
use crate::sql::facts::{BoundProject, ColumnRef, Observed, TextOrder, number};

pub fn check(project: &Project<'_>, bound: &BoundProject, found: &mut Vec<Diagnostic>) {
    found.extend(numbers_ordered_as_text(project.catalog, bound, &BTreeSet::new()));
}

/// What orders numbers as texts; `numbers` are the text columns of which the data say that all their
/// values are numbers in another order.
pub fn numbers_ordered_as_text(
    catalog: &Catalog,
    bound: &BoundProject,
    numbers: &BTreeSet<ColumnRef>,
) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for (seen, place) in observations(catalog, bound) {
        let Observed::TextOrder { of, by } = seen else {
            continue;
        };
        let is_number = of.column.as_ref().is_some_and(|column| numbers.contains(column));
        let message = match by {
            TextOrder::With(text) if is_number || number(text).is_some() => {
                format!("`{}` is compared with `{text}` as text, not as a number", of.name)
            }
            TextOrder::Sorted if !is_number => continue,
            TextOrder::With(_) => continue,
            TextOrder::Sorted | TextOrder::SortedNumbers(_) => {
                format!("`{}` is ordered as text, not as a number", of.name)
            }
        };
        let mend = match &of.column {
            Some(column) => format!(
                "declare `{}` of source `{}` as `type = \"decimal\"` or `\"integer\"`, or cast it",
                column.column, column.source
            ),
            None => "cast it to a number before it is compared".to_owned(),
        };
        found.push(
            Diagnostic::new(&codes::TEXT_ORDER, message)
                .at(place, "as text, `10` comes before `7`")
                .help(mend),
        );
    }
    found
}
