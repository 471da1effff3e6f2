//! `ratio`: the sum of one expression over the sum of another, never a mean of ratios.

use rust_decimal::Decimal;

use super::{Aggregate, Cells, Figure, NotComputable};
use crate::project::definition::measure::Ratio;

pub fn aggregates(ratio: &Ratio) -> Vec<Aggregate> {
    vec![
        Aggregate::Rows,
        Aggregate::Sum(ratio.numerator.clone()),
        Aggregate::Sum(ratio.denominator.clone()),
    ]
}

pub fn value(ratio: &Ratio, cells: &Cells<'_>) -> Result<Figure, NotComputable> {
    let numerator = Aggregate::Sum(ratio.numerator.clone());
    let denominator = Aggregate::Sum(ratio.denominator.clone());
    let sum = |of: &Aggregate| cells.number(of).map(|sum| sum.unwrap_or(Decimal::ZERO));
    let mut figure = Figure::rate(sum(&numerator)?, sum(&denominator)?);
    figure.n = Some(cells.count(&Aggregate::Rows)?);
    if !(cells.counts_rows(&numerator) && cells.counts_rows(&denominator)) {
        // Wilson's interval is for trials: a thousand seconds are not a thousand trials.
        figure.ci_low = None;
        figure.ci_high = None;
    }
    Ok(figure)
}
