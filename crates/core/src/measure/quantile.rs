//! `quantile`: linear interpolation (Hyndman and Fan's type 7) over the rows that are not open.

use super::aggregate::{Reduction, Sample};
use super::{Aggregate, Cells, Figure, NotComputable, statistic};
use crate::project::definition::measure::Quantile;

fn sample(quantile: &Quantile) -> Sample {
    Sample { of: quantile.of.clone(), open: quantile.open.clone() }
}

pub fn aggregates(quantile: &Quantile) -> Vec<Aggregate> {
    let sample = sample(quantile);
    let headline = Reduction::Quantile(quantile.q.value.normalize());
    let mut aggregates = vec![statistic::ended(&sample, headline)];
    aggregates.extend(statistic::aggregates(&sample, &quantile.with));
    aggregates
}

pub fn value(quantile: &Quantile, cells: &Cells<'_>) -> Result<Figure, NotComputable> {
    let sample = sample(quantile);
    let value = statistic::quantile(&sample, quantile.q.value, cells)?;
    statistic::figure(&sample, value, &quantile.with, cells)
}
