//! `change`: another metric's value against its value some periods earlier.

use super::Figure;
use crate::project::definition::measure::Change;
use crate::result::{Row, Status, canonical};

/// The difference of `now` to `earlier`, or that difference as a share of `earlier`.
/// Undefined where one of them is, or where the earlier value is 0 and the change relative.
pub fn change(change: &Change, now: Option<&Row>, earlier: Option<&Row>) -> Figure {
    let value = |row: Option<&Row>| row.and_then(|row| row.value);
    let insufficient = |row: Option<&Row>| row.is_some_and(|r| r.status == Status::Insufficient);
    let difference =
        value(now).zip(value(earlier)).and_then(|(now, earlier)| now.checked_sub(earlier));
    Figure {
        value: if change.relative {
            difference
                .zip(value(earlier))
                .and_then(|(difference, earlier)| difference.checked_div(earlier.abs()))
        } else {
            difference
        }
        .map(canonical),
        insufficient: insufficient(now) || insufficient(earlier),
        ..Figure::default()
    }
}
