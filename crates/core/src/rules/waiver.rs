//! `waiver-expired`: leave to live with a known cheat ends on the day that was agreed.

use super::Project;
use crate::diagnostic::{Diagnostic, codes};

pub fn check(project: &Project<'_>, found: &mut Vec<Diagnostic>) {
    for metric in project.catalog.metrics.values() {
        for waiver in metric.definition.gameability.iter().flat_map(|g| &g.waivers) {
            let expires = waiver.expires.value.date();
            if expires.is_some_and(|expires| expires < project.today) {
                found.push(
                    Diagnostic::new(
                        &codes::WAIVER_EXPIRED,
                        format!(
                            "the waiver of `{}` for `{}` has expired",
                            waiver.strategy.as_str(),
                            metric.id
                        ),
                    )
                    .at(waiver.expires.span, format!("before {}", project.today))
                    .help(format!(
                        "add a guard that notices it and remove the waiver, or let `{}` decide anew",
                        waiver.owner.as_str()
                    )),
                );
            }
        }
    }
}
