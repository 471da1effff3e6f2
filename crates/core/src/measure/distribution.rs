//! `distribution`: the share of each value of a segment in the total over that segment.

use std::collections::BTreeMap;

use rust_decimal::Decimal;

use super::{Aggregate, Cells, Figure, NotComputable};
use crate::result::{Group, Period};

pub fn aggregates() -> Vec<Aggregate> {
    vec![Aggregate::Rows]
}

/// The rows of the group; [`distribute`] turns them into shares once all groups are known.
pub fn value(cells: &Cells<'_>) -> Result<Figure, NotComputable> {
    let rows = cells.count(&Aggregate::Rows)?;
    Ok(Figure { n: Some(rows), ..Figure::default() })
}

/// Turns row counts into shares: the total of a group is the sum over all values of `of` with the
/// other segments fixed, so the shares of one period and rest add up to 1.
pub fn distribute(of: &str, rows: &mut [(Period, Group, Figure)]) {
    let rest = |group: &Group| -> Group {
        let others = group.iter().filter(|(segment, _)| segment != of);
        others.cloned().collect()
    };
    let mut totals: BTreeMap<(Period, Group), u64> = BTreeMap::new();
    for (period, group, figure) in rows.iter() {
        *totals.entry((*period, rest(group))).or_default() += figure.n.unwrap_or(0);
    }
    for (period, group, figure) in rows.iter_mut() {
        let total = totals[&(*period, rest(group))];
        *figure = Figure {
            n: Some(total),
            ..Figure::rate(Decimal::from(figure.n.unwrap_or(0)), Decimal::from(total))
        };
    }
}
