//! `gameability-missing` and `gameability-unguarded`: how would I cheat this, and what would
//! notice?

use super::Project;
use crate::diagnostic::{Diagnostic, codes};
use crate::project::definition::metric::Direction;

pub fn check(project: &Project<'_>, found: &mut Vec<Diagnostic>) {
    for metric in project.catalog.metrics.values() {
        let definition = &metric.definition;
        let notes = definition.gameability.as_ref().and_then(|g| g.notes.as_ref());
        match (notes.filter(|notes| !notes.trim().is_empty()), &definition.gameability) {
            (None, gameability) => {
                let (span, label) = match gameability {
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
            // Nobody cheats a number that is only looked at.
            (Some(notes), Some(gameability))
                if gameability.guards.is_empty() && definition.direction != Direction::Neutral =>
            {
                found.push(
                    Diagnostic::new(
                        &codes::GAMEABILITY_UNGUARDED,
                        format!("nothing would notice that `{}` is cheated", metric.id),
                    )
                    .at(notes.span, "known, and watched by no metric")
                    .help("add `guards`: metrics that get worse when this is done"),
                );
            }
            _ => {}
        }
    }
}
