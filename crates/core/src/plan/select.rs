//! Which metrics were asked for.

use std::collections::BTreeSet;

use crate::diagnostic::closest;
use crate::project::catalog::Catalog;

/// What the user named; an empty selection is everything.
#[derive(Debug, Clone, Default)]
pub struct Selection {
    pub metrics: Vec<String>,
    pub tags: Vec<String>,
    pub owners: Vec<String>,
}

impl Selection {
    pub fn is_everything(&self) -> bool {
        self.metrics.is_empty() && self.tags.is_empty() && self.owners.is_empty()
    }
}

/// The ids that a selection matches: any of the named metrics, and of those (or of all) the ones
/// with any of the tags and any of the owners.
///
/// # Errors
/// A message for every name that matches nothing.
pub fn select(catalog: &Catalog, selection: &Selection) -> Result<BTreeSet<String>, Vec<String>> {
    let mut problems = Vec::new();
    let definitions = || catalog.metrics.values().map(|metric| &metric.definition);
    let metrics: BTreeSet<&str> = catalog.metrics.keys().map(String::as_str).collect();
    let tags = definitions().flat_map(|d| d.tags.iter().map(|tag| tag.as_str())).collect();
    let owners = definitions().filter_map(|d| d.owner.as_deref()).collect();
    unknown("there is no metric", &selection.metrics, &metrics, &mut problems);
    unknown("no metric has the tag", &selection.tags, &tags, &mut problems);
    unknown("no metric has the owner", &selection.owners, &owners, &mut problems);
    let chosen: BTreeSet<String> = catalog
        .metrics
        .values()
        .filter(|metric| {
            let definition = &metric.definition;
            let named = selection.metrics.is_empty() || selection.metrics.contains(&metric.id);
            let tagged = selection.tags.is_empty()
                || definition
                    .tags
                    .iter()
                    .any(|tag| selection.tags.iter().any(|t| t == tag.as_str()));
            let owned = selection.owners.is_empty()
                || definition
                    .owner
                    .as_ref()
                    .is_some_and(|owner| selection.owners.iter().any(|o| o == owner.as_str()));
            named && tagged && owned
        })
        .map(|metric| metric.id.clone())
        .collect();
    if chosen.is_empty() && problems.is_empty() {
        problems.push(if catalog.metrics.is_empty() {
            "the project has no metrics: add one under metrics/".to_owned()
        } else {
            "no metric is all that was asked for".to_owned()
        });
    }
    if problems.is_empty() { Ok(chosen) } else { Err(problems) }
}

/// A message for each name that is not known.
fn unknown(what: &str, names: &[String], known: &BTreeSet<&str>, problems: &mut Vec<String>) {
    for name in names.iter().filter(|name| !known.contains(name.as_str())) {
        problems.push(match closest(name, known.iter().copied()) {
            Some(near) => format!("{what} `{name}`; did you mean `{near}`?"),
            None => format!("{what} `{name}`"),
        });
    }
}
