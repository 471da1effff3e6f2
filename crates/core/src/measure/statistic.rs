//! Statistics over a sample: headlines and companions are computed by the same code.

use rust_decimal::Decimal;

use super::aggregate::{Reduction, Sample};
use super::{Aggregate, Cells, Figure, NotComputable, survival};
use crate::project::definition::measure::Statistic;
use crate::project::definition::read::At;
use crate::result::canonical;

/// The aggregates behind `n`, `n_open` and the companions of a sample.
pub fn aggregates(sample: &Sample, with: &[At<Statistic>]) -> Vec<Aggregate> {
    let mut aggregates = vec![ended(sample, Reduction::Count)];
    aggregates.extend(open_rows(sample));
    for statistic in with {
        aggregates.extend(needs(sample, &statistic.value));
    }
    aggregates
}

/// The figure of a sample with its headline value, `n`, `n_open` and companions.
pub fn figure(
    sample: &Sample,
    value: Option<Decimal>,
    with: &[At<Statistic>],
    cells: &Cells<'_>,
) -> Result<Figure, NotComputable> {
    let mut companions = Vec::new();
    for statistic in with {
        if let Some(number) = compute(sample, &statistic.value, cells)? {
            companions.push((statistic.value.name(), number));
        }
    }
    let n_open = match open_rows(sample) {
        Some(open) => Some(cells.count(&open)?),
        None => None,
    };
    Ok(Figure {
        value,
        n: Some(cells.count(&ended(sample, Reduction::Count))?),
        n_open,
        needs_n: true,
        companions,
        ..Figure::default()
    })
}

/// The aggregates that a statistic needs.
pub fn needs(sample: &Sample, statistic: &Statistic) -> Vec<Aggregate> {
    match statistic {
        Statistic::Mean => vec![ended(sample, Reduction::Count), ended(sample, Reduction::Sum)],
        Statistic::Median => vec![ended(sample, Reduction::Quantile(half()))],
        Statistic::Min => vec![ended(sample, Reduction::Min)],
        Statistic::Max => vec![ended(sample, Reduction::Max)],
        Statistic::Percentile(percent) => {
            vec![ended(sample, Reduction::Quantile(share(*percent)))]
        }
        Statistic::SurvivalMedian | Statistic::RestrictedMean => survival::needs(sample),
    }
}

/// The value of a statistic; `None` where there are no rows.
pub fn compute(
    sample: &Sample,
    statistic: &Statistic,
    cells: &Cells<'_>,
) -> Result<Option<Decimal>, NotComputable> {
    let number = |reduction| cells.number(&ended(sample, reduction));
    Ok(match statistic {
        Statistic::Mean => {
            let count = cells.count(&ended(sample, Reduction::Count))?;
            number(Reduction::Sum)?.and_then(|sum| sum.checked_div(Decimal::from(count)))
        }
        Statistic::Median => quantile(sample, half(), cells)?,
        Statistic::Percentile(percent) => quantile(sample, share(*percent), cells)?,
        Statistic::Min => number(Reduction::Min)?,
        Statistic::Max => number(Reduction::Max)?,
        Statistic::SurvivalMedian => survival::quantile(sample, half(), cells)?,
        Statistic::RestrictedMean => survival::restricted_mean(sample, cells)?,
    }
    .map(canonical))
}

/// The `q` quantile of the rows that are not open.
pub fn quantile(
    sample: &Sample,
    q: Decimal,
    cells: &Cells<'_>,
) -> Result<Option<Decimal>, NotComputable> {
    Ok(cells.number(&ended(sample, Reduction::Quantile(q.normalize())))?.map(canonical))
}

pub fn ended(sample: &Sample, reduction: Reduction) -> Aggregate {
    Aggregate::Ended(sample.clone(), reduction)
}

fn open_rows(sample: &Sample) -> Option<Aggregate> {
    sample.open.clone().map(|open| Aggregate::CountWhere(vec![open]))
}

fn half() -> Decimal {
    Decimal::new(5, 1)
}

fn share(percent: u8) -> Decimal {
    Decimal::new(i64::from(percent), 2).normalize()
}
