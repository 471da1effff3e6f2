//! `gameability-copied`: every metric is cheated in its own way; an answer that fits two was
//! thought about for one.

use std::collections::BTreeMap;

use super::Project;
use crate::diagnostic::{Diagnostic, codes};
use crate::project::definition::read::Text;

pub fn check(project: &Project<'_>, found: &mut Vec<Diagnostic>) {
    let mut known: BTreeMap<String, (&str, &Text)> = BTreeMap::new();
    for metric in project.catalog.metrics.values() {
        let gameability = metric.definition.gameability.as_ref();
        let Some(notes) = gameability.and_then(|gameability| gameability.notes.as_ref()) else {
            continue;
        };
        let words: Vec<String> = notes.split_whitespace().map(str::to_lowercase).collect();
        if words.is_empty() {
            continue;
        }
        let (first, original) = *known.entry(words.join(" ")).or_insert((&metric.id, notes));
        if first != metric.id {
            found.push(
                Diagnostic::new(
                    &codes::GAMEABILITY_COPIED,
                    format!("`{}` is said to be cheated just as `{first}` is", metric.id),
                )
                .at(notes.span, "the same words")
                .at(original.span, format!("as those of `{first}`"))
                .help("say how this number in particular would be cheated"),
            );
        }
    }
}
