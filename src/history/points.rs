//! The value of a group at each commit.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::{Origin, Point, Revision};
use crate::result::{Group, Period, Row, Status, date_text};
use crate::snapshot::Snapshot;

/// The groups that any of the snapshots has, totals first.
pub fn groups(revisions: &[Revision]) -> Vec<Group> {
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
    revisions: &[Revision],
    group: &Group,
    unit: &str,
    period: Option<Timestamp>,
) -> Vec<Point> {
    revisions.iter().map(|revision| point(revision, group, unit, period)).collect()
}

fn point(revision: &Revision, group: &Group, unit: &str, period: Option<Timestamp>) -> Point {
    let snapshot = revision.snapshot.as_ref();
    let series = snapshot.ok().and_then(|snapshot| snapshot.series(group));
    let row = snapshot.map_err(String::clone).and_then(|snapshot| {
        if snapshot.unit != unit {
            return Err(format!("in {} then", snapshot.unit));
        }
        let rows = series.map(|series| series.rows.as_slice()).ok_or("no such group then")?;
        row(snapshot, rows, revision.as_of, period)
    });
    Point {
        metric: revision.metric.clone(),
        grain: snapshot.ok().map(|snapshot| snapshot.grain),
        as_of: revision.as_of,
        row,
        origin: Some(Origin {
            commit: revision.commit.clone(),
            cause: revision.cause.clone(),
            reason: series.and_then(|series| series.reason.clone()),
            is_edited: revision.is_edited,
        }),
    }
}

fn row(
    snapshot: &Snapshot,
    rows: &[Row],
    as_of: Option<Timestamp>,
    instant: Option<Timestamp>,
) -> Result<Row, String> {
    let holds = |period: Period, instant| period.start <= instant && instant < period.end;
    let wanted = match instant {
        Some(instant) => {
            let found = rows.iter().find(|row| holds(row.period, instant));
            return found.cloned().ok_or_else(|| format!("nothing for {}", date_text(instant)));
        }
        None => newest_complete(snapshot, as_of).ok_or("no period was complete")?,
    };
    let found = rows.iter().find(|row| row.period == wanted);
    found.cloned().ok_or_else(|| format!("nothing for {}", date_text(wanted.start)))
}

/// The newest period that the as-of does not cut; where it is not known, the values say so.
fn newest_complete(snapshot: &Snapshot, as_of: Option<Timestamp>) -> Option<Period> {
    let rows = snapshot.series.iter().flat_map(|series| &series.rows);
    let complete = rows.filter(|row| match as_of {
        Some(as_of) => row.period.end <= as_of,
        None => row.status != Status::Provisional,
    });
    complete.map(|row| row.period).max()
}
