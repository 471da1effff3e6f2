//! `owner-missing` and `unknown-owner`: a number that nobody owns is nobody's to defend or to
//! change, and a team that does not exist is nobody.

use super::Project;
use crate::diagnostic::{Diagnostic, codes};
use crate::project::definition::read::Text;

pub fn check(project: &Project<'_>, found: &mut Vec<Diagnostic>) {
    let known = &project.catalog.settings.owners;
    for metric in project.catalog.metrics.values() {
        match &metric.definition.owner {
            Some(owner) if !owner.trim().is_empty() => found.extend(unknown(owner, known)),
            owner => {
                let span = owner.as_ref().map_or(metric.definition.title.span, |o| o.span);
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
    // A source may go without an owner: its rows belong to the tool that writes them.
    for source in project.catalog.sources.values() {
        if let Some(owner) = &source.definition.owner {
            found.extend(unknown(owner, known));
        }
    }
}

fn unknown(owner: &Text, known: &[Text]) -> Option<Diagnostic> {
    if known.is_empty() || known.iter().any(|known| known.as_str() == owner.as_str()) {
        return None;
    }
    let diagnostic = Diagnostic::new(
        &codes::UNKNOWN_OWNER,
        format!("`{}` is no owner of this project", owner.as_str()),
    )
    .at(owner.span, "not in `owners` of goodhart.toml")
    .did_you_mean(owner, known.iter().map(Text::as_str));
    Some(if diagnostic.is_helpful() {
        diagnostic
    } else {
        diagnostic.help("add the team to `owners`, or name one of them")
    })
}
