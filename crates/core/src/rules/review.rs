//! `review-overdue`: what a number means drifts away from what it is used for; a date makes
//! somebody look.

use jiff::SignedDuration;

use super::Project;
use crate::diagnostic::{Diagnostic, codes};

pub fn check(project: &Project<'_>, found: &mut Vec<Diagnostic>) {
    let Some(every) = project.catalog.settings.review_every else {
        return;
    };
    let every = SignedDuration::from_secs(every.seconds);
    for metric in project.catalog.metrics.values() {
        let definition = &metric.definition;
        let help = "look at the definition with its owner, then set `reviewed` to that day";
        let overdue = |message: String| Diagnostic::new(&codes::REVIEW_OVERDUE, message);
        let Some(reviewed) = &definition.reviewed else {
            found.push(
                overdue(format!("`{}` was never reviewed", metric.id))
                    .at(definition.title.span, "no `reviewed`")
                    .help(help),
            );
            continue;
        };
        let Some(date) = reviewed.value.date() else {
            continue;
        };
        if date > project.today {
            found.push(
                overdue(format!("the review of `{}` has not taken place yet", metric.id))
                    .at(reviewed.span, format!("after {}", project.today))
                    .help("set `reviewed` to the day of the last review"),
            );
        } else if let Ok(due) = date.checked_add(every)
            && due < project.today
        {
            found.push(
                overdue(format!("the review of `{}` is overdue", metric.id))
                    .at(reviewed.span, format!("was due again by {due}"))
                    .help(help),
            );
        }
    }
}
