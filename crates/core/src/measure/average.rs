//! `mean` and `median` over the rows that are not open.

use super::aggregate::Sample;
use super::{Aggregate, Cells, Figure, NotComputable, statistic};
use crate::project::definition::measure::{Average, Statistic};

pub fn mean_aggregates(average: &Average) -> Vec<Aggregate> {
    aggregates(average, &Statistic::Mean)
}

pub fn median_aggregates(average: &Average) -> Vec<Aggregate> {
    aggregates(average, &Statistic::Median)
}

pub fn mean(average: &Average, cells: &Cells<'_>) -> Result<Figure, NotComputable> {
    value(average, &Statistic::Mean, cells)
}

pub fn median(average: &Average, cells: &Cells<'_>) -> Result<Figure, NotComputable> {
    value(average, &Statistic::Median, cells)
}

fn sample(average: &Average) -> Sample {
    Sample { of: average.of.clone(), open: average.open.clone() }
}

fn aggregates(average: &Average, headline: &Statistic) -> Vec<Aggregate> {
    let sample = sample(average);
    let mut aggregates = statistic::needs(&sample, headline);
    aggregates.extend(statistic::aggregates(&sample, &average.with));
    aggregates
}

fn value(
    average: &Average,
    headline: &Statistic,
    cells: &Cells<'_>,
) -> Result<Figure, NotComputable> {
    let sample = sample(average);
    let value = statistic::compute(&sample, headline, cells)?;
    statistic::figure(&sample, value, &average.with, cells)
}
