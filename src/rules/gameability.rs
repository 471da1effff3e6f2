//! `gameability-missing` and `unknown-guard`: how would I cheat this, and what would notice?

use super::Project;
use crate::diagnostic::{Diagnostic, codes};

pub fn check(project: &Project<'_>, found: &mut Vec<Diagnostic>) {
    for metric in project.catalog.metrics.values() {
        let definition = &metric.definition;
        let notes = definition.gameability.as_ref().and_then(|g| g.notes.as_deref());
        if notes.map(str::trim).is_none_or(str::is_empty) {
            let (span, label) = match &definition.gameability {
                Some(gameability) => (gameability.span, "no `notes`"),
                None => (definition.title.span, "no [gameability]"),
            };
            found.push(
                Diagnostic::new(
                    &codes::GAMEABILITY_MISSING,
                    format!("metric `{}` does not say how it would be cheated", metric.id),
                )
                .at(span, label)
                .help("add [gameability] with `notes`, and `guards` that would notice"),
            );
        }
        for guard in definition.gameability.iter().flat_map(|g| &g.guards) {
            let known = project.catalog.metrics.contains_key(guard.as_str())
                || project.catalog.unread.contains(guard.as_str());
            if !known {
                found.push(
                    Diagnostic::new(
                        &codes::UNKNOWN_GUARD,
                        format!("guard `{}` is no metric of this project", guard.as_str()),
                    )
                    .at(guard.span, "not in metrics/")
                    .did_you_mean(guard, project.catalog.metrics.keys().map(String::as_str)),
                );
            }
        }
    }
}
