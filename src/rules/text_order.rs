//! `text-order`: as texts, `10` comes before `7`; a number that was kept as text is compared so.

use super::Project;
use super::observed::observations;
use crate::bind::{Bound, Observed, TextOrder, number};
use crate::diagnostic::{Diagnostic, codes};

pub fn check(project: &Project<'_>, bound: &Bound, found: &mut Vec<Diagnostic>) {
    for (seen, place) in observations(project, bound) {
        let Observed::TextOrder { of, by } = seen else {
            continue;
        };
        let message = match by {
            TextOrder::With(text) if number(text).is_some() => {
                format!("`{}` is compared with `{text}` as text, not as a number", of.name)
            }
            TextOrder::SortedNumbers(_) => {
                format!("`{}` is ordered as text, not as a number", of.name)
            }
            // Whether its values are numbers only the data say.
            TextOrder::With(_) | TextOrder::Sorted => continue,
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
}
