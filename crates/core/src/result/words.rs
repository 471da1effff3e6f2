//! Results in words, for diagnostics and reports.

use super::Group;

/// A group as people read it.
pub fn group_text(group: &Group) -> String {
    if group.is_empty() {
        return "total".to_owned();
    }
    let values: Vec<String> = group
        .iter()
        .map(|(segment, value)| format!("{segment} {}", value.as_deref().unwrap_or("null")))
        .collect();
    values.join(", ")
}

/// The `most` first of some things in words, and how many more there are.
pub fn listed(things: impl ExactSizeIterator<Item = String>, most: usize) -> Vec<String> {
    let more = things.len().saturating_sub(most);
    things.take(most).chain((more > 0).then(|| format!("and {more} more"))).collect()
}
