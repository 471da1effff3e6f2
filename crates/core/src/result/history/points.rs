//! The value of a group at each commit.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::blame::says_the_same;
use super::{Cause, MetricRevision, Origin, Point};
use crate::result::diff::ChangedInput;
use crate::result::snapshot::Snapshot;
use crate::result::{Group, Period, Row, Status, date_text};

/// The groups that any of the snapshots has, totals first.
pub fn groups(revisions: &[MetricRevision]) -> Vec<Group> {
    let snapshots = revisions.iter().filter_map(|revision| revision.snapshot.as_ref().ok());
    let groups: BTreeSet<(usize, Group)> = snapshots
        .flat_map(|snapshot| &snapshot.series)
        .map(|series| (series.group.len(), series.group.clone()))
        .collect();
    groups.into_iter().map(|(_, group)| group).collect()
}

/// The value of a group at each commit: in the period that holds an instant, or in the newest one
/// that was complete then. A value in another unit than `unit` cannot be compared with the others.
pub fn points(
    revisions: &[MetricRevision],
    group: &Group,
    unit: &str,
    period: Option<Timestamp>,
) -> Vec<Point> {
    let mut before: Option<&MetricRevision> = None;
    let mut known: Option<Row> = None;
    let mut points = Vec::new();
    for revision in revisions {
        let row = at(revision, group, unit, period);
        let same = match (&known, &row) {
            (Some(known), Ok(row)) => says_the_same(known, row),
            // What is not known may have been the same.
            (None, _) | (_, Err(_)) => true,
        };
        known = row.as_ref().ok().cloned().or(known);
        let series = revision.snapshot.as_ref().ok().and_then(|snapshot| snapshot.series(group));
        let name = before.map(|before| &before.metric).filter(|name| **name != revision.metric);
        let origin = Origin {
            commit: revision.commit.clone(),
            cause: cause(revision.moved.as_ref(), same),
            renamed_from: name.cloned(),
            reason: series.and_then(|series| series.reason.clone()),
            is_edited: revision.edited.contains(group),
        };
        let grain = revision.snapshot.as_ref().ok().map(|snapshot| snapshot.grain);
        points.push(Point { grain, as_of: revision.as_of, row, origin: Some(origin) });
        before = Some(revision);
    }
    points
}

/// Why a value is what it is, where it is the `same` as before or another one.
fn cause(moved: Option<&ChangedInput>, same: bool) -> Cause {
    match moved {
        None => Cause::First,
        Some(ChangedInput::Nothing) if same => Cause::None,
        Some(ChangedInput::Nothing) => Cause::Neither,
        Some(ChangedInput::Definition) => Cause::Definition,
        Some(ChangedInput::Data) => Cause::Data,
        Some(ChangedInput::Both) => Cause::Both,
        Some(ChangedInput::Unknown(why)) => Cause::Unknown(why.clone()),
    }
}

/// The value of a group at a commit, or why there is none.
fn at(
    revision: &MetricRevision,
    group: &Group,
    unit: &str,
    period: Option<Timestamp>,
) -> Result<Row, String> {
    let snapshot = revision.snapshot.as_ref().map_err(String::clone)?;
    if snapshot.unit != unit {
        return Err(format!("in {} then", snapshot.unit));
    }
    let series = snapshot.series(group).ok_or("no such group then")?;
    row(&series.rows, revision.complete, period)
}

fn row(rows: &[Row], complete: Option<Period>, instant: Option<Timestamp>) -> Result<Row, String> {
    let holds = |period: Period, instant| period.start <= instant && instant < period.end;
    let wanted = match instant {
        Some(instant) => {
            let found = rows.iter().find(|row| holds(row.period, instant));
            return found.cloned().ok_or_else(|| format!("nothing for {}", date_text(instant)));
        }
        None => complete.ok_or("no period was complete")?,
    };
    let found = rows.iter().find(|row| row.period == wanted);
    found.cloned().ok_or_else(|| format!("nothing for {}", date_text(wanted.start)))
}

/// The newest period that the as-of does not cut; where it is not known, the values say so.
pub fn newest_complete(snapshot: &Snapshot, as_of: Option<Timestamp>) -> Option<Period> {
    let rows = snapshot.series.iter().flat_map(|series| &series.rows);
    let complete = rows.filter(|row| match as_of {
        Some(as_of) => row.period.end <= as_of,
        None => row.status != Status::Provisional,
    });
    complete.map(|row| row.period).max()
}
