//! `owner-missing`: a number that nobody owns is nobody's to defend or to change.

use super::Project;
use crate::diagnostic::{Diagnostic, codes};

pub fn check(project: &Project<'_>, found: &mut Vec<Diagnostic>) {
    for metric in project.catalog.metrics.values() {
        let owner = metric.definition.owner.as_deref().map(str::trim);
        if owner.is_none_or(str::is_empty) {
            let span =
                metric.definition.owner.as_ref().map_or(metric.definition.title.span, |o| o.span);
            found.push(
                Diagnostic::new(
                    &codes::OWNER_MISSING,
                    format!("metric `{}` has no owner", metric.id),
                )
                .at(span, "owned by nobody")
                .help("add `owner = \"<team>\"`: who answers when the number moves"),
            );
        }
    }
}
