//! `ratio`: the sum of one expression over the sum of another, never a mean of ratios.

use rust_decimal::Decimal;

use super::{Aggregate, Cells, Figure, NotComputable};
use crate::definition::measure::Ratio;

pub fn aggregates(ratio: &Ratio) -> Vec<Aggregate> {
    vec![
        Aggregate::Rows,
        Aggregate::Sum(ratio.numerator.clone()),
        Aggregate::Sum(ratio.denominator.clone()),
    ]
}

pub fn value(ratio: &Ratio, cells: &Cells<'_>) -> Result<Figure, NotComputable> {
    let sum = |expression: &crate::definition::read::Sql| {
        cells.number(&Aggregate::Sum(expression.clone())).map(|sum| sum.unwrap_or(Decimal::ZERO))
    };
    Ok(Figure {
        n: Some(cells.count(&Aggregate::Rows)?),
        ..Figure::rate(sum(&ratio.numerator)?, sum(&ratio.denominator)?)
    })
}
