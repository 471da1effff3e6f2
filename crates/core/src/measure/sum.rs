//! `sum`: the exact sum of an expression. The sum over no rows is 0.

use rust_decimal::Decimal;

use super::{Aggregate, Cells, Figure, NotComputable};
use crate::project::definition::measure::Sum;
use crate::result::canonical;

pub fn aggregates(sum: &Sum) -> Vec<Aggregate> {
    vec![Aggregate::Rows, Aggregate::Sum(sum.of.clone())]
}

pub fn value(sum: &Sum, cells: &Cells<'_>) -> Result<Figure, NotComputable> {
    let total = cells.number(&Aggregate::Sum(sum.of.clone()))?;
    Ok(Figure {
        value: Some(canonical(total.unwrap_or(Decimal::ZERO))),
        n: Some(cells.count(&Aggregate::Rows)?),
        ..Figure::default()
    })
}
