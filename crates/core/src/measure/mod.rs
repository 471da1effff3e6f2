//! Measure kinds: which aggregates each needs from the engine, and what it makes of them.
//!
//! One file per kind. A kind over rows has `aggregates` and `value`; a composed kind has a
//! function over the rows of its parts. Nothing here knows SQL or DuckDB.

mod aggregate;
pub mod arithmetic;
mod average;
pub mod calendar;
mod cell;
mod change;
mod count;
mod distribution;
mod figure;
mod formula;
mod quantile;
mod ratio;
mod score;
mod share;
mod statistic;
pub mod statistics;
mod sum;
mod survival;

pub use aggregate::{Aggregate, Cells, Reduction, Sample};
pub use cell::Cell;
pub use change::change;
pub use distribution::distribute;
pub use figure::{Figure, NotComputable};
pub use formula::formula;
pub use score::score;

use crate::project::definition::measure::MeasureTable;

/// The aggregates that a measure over rows needs. Composed measures need none.
pub fn aggregates(measure: &MeasureTable) -> Vec<Aggregate> {
    match measure {
        MeasureTable::Count(_) => count::aggregates(),
        MeasureTable::Sum(sum) => sum::aggregates(sum),
        MeasureTable::Mean(average) => average::mean_aggregates(average),
        MeasureTable::Median(average) => average::median_aggregates(average),
        MeasureTable::Quantile(quantile) => quantile::aggregates(quantile),
        MeasureTable::Ratio(ratio) => ratio::aggregates(ratio),
        MeasureTable::Share(share) => share::aggregates(share),
        MeasureTable::Distribution(_) => distribution::aggregates(),
        MeasureTable::Survival(survival) => survival::aggregates(survival),
        MeasureTable::Score(_) | MeasureTable::Formula(_) | MeasureTable::Change(_) => Vec::new(),
    }
}

/// What a measure over rows makes of the aggregates of one group.
///
/// # Errors
/// A number that does not fit.
pub fn value(measure: &MeasureTable, cells: &Cells<'_>) -> Result<Figure, NotComputable> {
    match measure {
        MeasureTable::Count(_) => count::value(cells),
        MeasureTable::Sum(sum) => sum::value(sum, cells),
        MeasureTable::Mean(average) => average::mean(average, cells),
        MeasureTable::Median(average) => average::median(average, cells),
        MeasureTable::Quantile(quantile) => quantile::value(quantile, cells),
        MeasureTable::Ratio(ratio) => ratio::value(ratio, cells),
        MeasureTable::Share(share) => share::value(share, cells),
        MeasureTable::Distribution(_) => distribution::value(cells),
        MeasureTable::Survival(survival) => survival::value(survival, cells),
        MeasureTable::Score(_) | MeasureTable::Formula(_) | MeasureTable::Change(_) => {
            Ok(Figure::default())
        }
    }
}
