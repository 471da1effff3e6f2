//! The commits of a snapshot, or evaluations as of several instants → the values of a metric over
//! time, and what moved them.
//!
//! Pure functions over the commits that `compare` finds in git.

mod blame;
mod commit;
mod evaluated;
mod points;

pub use blame::{LastChange, last_change};
pub use commit::Commit;
pub use evaluated::{PeriodResult, evaluated_groups, evaluated_points};
pub use points::{groups, newest_complete, points};

use jiff::Timestamp;

use crate::project::definition::project::Grain;
use crate::result::diff::ChangedInput;
use crate::result::snapshot::Snapshot;
use crate::result::threshold::Observation;
use crate::result::{Group, Period, Row, date_text};

/// A commit that changed the snapshot of a metric.
#[derive(Debug)]
pub struct MetricRevision {
    pub commit: Commit,
    /// What the metric was called.
    pub metric: String,
    /// What the snapshot said, or why it cannot be read.
    pub snapshot: Result<Snapshot, String>,
    /// The groups whose values somebody changed by hand.
    pub edited: Vec<Group>,
    /// The instant for which it was computed, where that is known.
    pub as_of: Option<Timestamp>,
    /// The newest period that was complete then, in any group.
    pub complete: Option<Period>,
    /// What moved since the commit before; `None` for the first.
    pub moved: Option<ChangedInput>,
}

/// The values of one group of a metric, the oldest first.
#[derive(Debug, Clone)]
pub struct Series {
    pub metric: String,
    pub group: Group,
    /// The name of the unit of all values.
    pub unit: String,
    pub points: Vec<Point>,
}

/// A value of a group at some time.
#[derive(Debug, Clone)]
pub struct Point {
    pub grain: Option<Grain>,
    /// The instant for which it was computed, where that is known.
    pub as_of: Option<Timestamp>,
    /// The row of its period, or why there is none.
    pub row: Result<Row, String>,
    /// The commit that says so; `None` for an evaluation.
    pub origin: Option<Origin>,
}

/// Where a committed value comes from.
#[derive(Debug, Clone)]
pub struct Origin {
    pub commit: Commit,
    pub cause: Cause,
    /// What the metric was called at the commit before, where that is another name.
    pub renamed_from: Option<String>,
    /// Why the values of the group were accepted, where somebody said so.
    pub reason: Option<String>,
    pub is_edited: bool,
}

/// Why a committed value is another one than at the commit before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cause {
    /// There was none before.
    First,
    /// Nothing moved, neither it nor what it is computed from.
    None,
    Definition,
    Data,
    Both,
    /// It moved, and nothing that it is computed from: the snapshot before was not current.
    Neither,
    /// It cannot be told, and why.
    Unknown(String),
}

impl Cause {
    pub fn name(&self) -> &'static str {
        match self {
            Self::First => "first",
            Self::None => "none",
            Self::Definition => "definition",
            Self::Data => "data",
            Self::Both => "both",
            Self::Neither => "neither",
            Self::Unknown(_) => "unknown",
        }
    }
}

impl Point {
    /// What a reader should know of it besides: a name that it had, a hand that changed it, why
    /// there is no value or no cause.
    pub fn note(&self) -> Option<String> {
        let mut notes = Vec::new();
        if let Err(why) = &self.row {
            notes.push(why.clone());
        }
        if let Some(origin) = &self.origin {
            notes.extend(origin.renamed_from.as_ref().map(|name| format!("renamed from {name}")));
            if origin.is_edited {
                notes.push("changed by hand".to_owned());
            }
            match &origin.cause {
                Cause::Neither if !origin.is_edited => {
                    notes.push("the snapshot before was not current".to_owned());
                }
                Cause::Unknown(why) => notes.push(why.clone()),
                _ => {}
            }
        }
        (!notes.is_empty()).then(|| notes.join("; "))
    }
}

/// The values of a series as alerts see them. Each is found in its period, and in its commit.
pub fn observations(points: &[Point]) -> Vec<Observation<'_>> {
    let observed = points.iter().filter_map(|point| {
        let row = point.row.as_ref().ok()?;
        Some(match &point.origin {
            None => Observation::of_period(row),
            Some(origin) => {
                let (period, commit) = (date_text(row.period.start), origin.commit.short());
                Observation { row, place: format!("the period of {period} (commit {commit})") }
            }
        })
    });
    observed.collect()
}
