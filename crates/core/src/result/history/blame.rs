//! Which commit made a value what it is.

use super::Point;
use crate::result::Row;

/// The change that a value comes from.
#[derive(Debug)]
pub struct LastChange<'a> {
    pub point: &'a Point,
    /// The value before it; `None` where it is the first that is known.
    pub before: Option<&'a Row>,
    /// How many commits between the two cannot be read.
    pub unread: usize,
}

/// The last change among the values of one period, the oldest first: not merely of the file.
pub fn last_change(points: &[Point]) -> Option<LastChange<'_>> {
    let known: Vec<(usize, &Point, &Row)> = points
        .iter()
        .enumerate()
        .filter_map(|(index, point)| Some((index, point, point.row.as_ref().ok()?)))
        .collect();
    let changed = known.windows(2).rev().find_map(|pair| match pair {
        [(older, _, before), (newer, point, row)] if !says_the_same(before, row) => {
            let unread = newer.saturating_sub(older + 1);
            Some(LastChange { point, before: Some(before), unread })
        }
        _ => None,
    });
    changed.or_else(|| {
        let (_, point, _) = known.first()?;
        Some(LastChange { point, before: None, unread: 0 })
    })
}

/// Whether the value is the same, or there is none for the same reason. That a period is over now
/// is no change of it.
pub(super) fn says_the_same(before: &Row, row: &Row) -> bool {
    match (before.value, row.value) {
        (None, None) => before.status == row.status,
        (before, row) => before == row,
    }
}
