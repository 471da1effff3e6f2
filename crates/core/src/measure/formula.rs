//! `formula`: arithmetic over other metrics at the same period and group.

use super::{Figure, NotComputable};
use crate::measure::arithmetic::{Formula, Outcome};
use crate::result::{Row, Status, canonical};

/// Evaluates `formula`; `parts` gives the row of each metric that it names.
///
/// # Errors
/// A result that does not fit.
pub fn formula<'a>(
    formula: &Formula,
    part: impl Fn(&str) -> Option<&'a Row>,
) -> Result<Figure, NotComputable> {
    let mut figure = Figure {
        insufficient: formula
            .names()
            .filter_map(|(name, _)| part(name))
            .any(|row| row.status == Status::Insufficient),
        ..Figure::default()
    };
    match formula.evaluate(|name| part(name).and_then(|row| row.value)) {
        Outcome::Value(value) => figure.value = Some(canonical(value)),
        Outcome::Undefined(_) => {}
        Outcome::Overflow => return Err(NotComputable::TooLarge("the result".to_owned())),
    }
    Ok(figure)
}
