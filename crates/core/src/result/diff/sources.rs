//! Which data moved.

use std::collections::BTreeSet;

use super::{Provenance, SourceInput};

/// A source whose files are others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceChange {
    pub source: String,
    pub old: Option<SourceInput>,
    pub new: Option<SourceInput>,
}

/// The sources that differ, where both sides say what they were computed from.
pub fn changes(base: &Provenance, head: &Provenance) -> Vec<SourceChange> {
    let (Some(old), Some(new)) = (&base.inputs, &head.inputs) else {
        return Vec::new();
    };
    let names: BTreeSet<&String> = old.sources.keys().chain(new.sources.keys()).collect();
    names
        .into_iter()
        .filter(|name| old.sources.get(*name) != new.sources.get(*name))
        .map(|name| SourceChange {
            source: name.clone(),
            old: old.sources.get(name).cloned(),
            new: new.sources.get(name).cloned(),
        })
        .collect()
}
