//! What there is to decide about: the pending values of a metric against the committed ones.

use crate::result::snapshot::{PendingSelection, Series, Snapshot};
use crate::result::{Group, Row};

/// One thing to decide about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// The name of the snapshot.
    pub metric: String,
    pub what: PendingChange,
}

/// What is pending.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PendingChange {
    /// A whole snapshot, and why it is not looked at by group.
    Whole(String),
    /// A group that has other values, came (no old ones) or went (no new ones).
    Group { group: Group, old: Option<Series>, new: Option<Series> },
}

/// What is committed of a metric.
#[derive(Debug, Clone, Copy)]
pub enum CommittedState<'a> {
    Nothing,
    /// Somebody else than goodhart wrote it, or a part of it.
    Unsound,
    Sound(&'a Snapshot),
}

impl Item {
    /// What is accepted or rejected with it.
    pub fn chosen(&self) -> PendingSelection {
        match &self.what {
            PendingChange::Whole(_) => PendingSelection::Metrics([self.metric.clone()].into()),
            PendingChange::Group { group, .. } => {
                PendingSelection::Groups(self.metric.clone(), vec![group.clone()])
            }
        }
    }

    pub fn group(&self) -> Option<&Group> {
        match &self.what {
            PendingChange::Whole(_) => None,
            PendingChange::Group { group, .. } => Some(group),
        }
    }
}

/// The items of a metric, in the order of its snapshot.
pub fn items(before: CommittedState<'_>, pending: &Snapshot) -> Vec<Item> {
    let whole = |why: String| {
        vec![Item { metric: pending.metric.clone(), what: PendingChange::Whole(why) }]
    };
    let committed = match before {
        CommittedState::Nothing => {
            let groups = pending.series.len();
            let plural = if groups == 1 { "group" } else { "groups" };
            return whole(format!("its first snapshot: {groups} {plural}"));
        }
        CommittedState::Unsound => {
            return whole(
                "its snapshot is not as goodhart wrote it, and is written anew".to_owned(),
            );
        }
        CommittedState::Sound(committed) if !committed.is_comparable(pending) => {
            return whole(header(committed, pending));
        }
        CommittedState::Sound(committed) => committed,
    };
    let groups = committed.changed_groups(pending);
    if groups.is_empty() {
        return whole("its values are the same, and their file is written anew".to_owned());
    }
    let item = |group: Group| Item {
        metric: pending.metric.clone(),
        what: PendingChange::Group {
            old: committed.series(&group).cloned(),
            new: pending.series(&group).cloned(),
            group,
        },
    };
    groups.into_iter().map(item).collect()
}

/// What all values have another of.
fn header(old: &Snapshot, new: &Snapshot) -> String {
    let mut parts = Vec::new();
    if old.unit != new.unit {
        parts.push(format!("its unit was {}, is {}", old.unit, new.unit));
    }
    if old.grain != new.grain {
        parts.push(format!("its grain was {}, is {}", old.grain.name(), new.grain.name()));
    }
    if old.segments != new.segments {
        let list = |segments: &[String]| match segments {
            [] => "none".to_owned(),
            segments => segments.join(" and "),
        };
        parts.push(format!(
            "its segments were {}, are {}",
            list(&old.segments),
            list(&new.segments)
        ));
    }
    parts.join("; ")
}

/// What changed between the rows of a group beside the values.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct CountChanges<'a> {
    /// Periods that only the new rows have.
    pub came: Vec<&'a Row>,
    /// Periods that only the old rows have.
    pub went: Vec<&'a Row>,
    /// Rows with the same value on other counts, or with another status.
    pub beside: Vec<(&'a Row, &'a Row)>,
}

impl<'a> CountChanges<'a> {
    /// `is_told` says of which changes the value is shown anyway.
    pub fn of(old: &'a Series, new: &'a Series, is_told: impl Fn(&Row) -> bool) -> Self {
        let mut others = Self::default();
        let (mut old, mut new) = (old.rows.iter().peekable(), new.rows.iter().peekable());
        loop {
            let order = match (old.peek(), new.peek()) {
                (None, None) => return others,
                (Some(_), None) => std::cmp::Ordering::Less,
                (None, Some(_)) => std::cmp::Ordering::Greater,
                (Some(old), Some(new)) => old.period.cmp(&new.period),
            };
            match order {
                std::cmp::Ordering::Less => others.went.extend(old.next()),
                std::cmp::Ordering::Greater => others.came.extend(new.next()),
                std::cmp::Ordering::Equal => {
                    if let (Some(old), Some(new)) = (old.next(), new.next())
                        && old != new
                        && !is_told(new)
                    {
                        others.beside.push((old, new));
                    }
                }
            }
        }
    }
}
