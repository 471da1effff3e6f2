//! `survival`: the Kaplan-Meier quantile of a duration, open rows censored at their value.
//!
//! E. L. Kaplan, P. Meier, "Nonparametric Estimation from Incomplete Observations", 1958.

use rust_decimal::Decimal;

use super::aggregate::{Reduction, Sample};
use super::statistic;
use super::{Aggregate, Cell, Cells, Figure, NotComputable};
use crate::measure::statistics::{Observation, SurvivalCurve};
use crate::project::definition::measure::Survival;
use crate::result::{canonical, from_f64};

fn sample(survival: &Survival) -> Sample {
    Sample { of: survival.of.clone(), open: Some(survival.open.clone()) }
}

pub fn aggregates(survival: &Survival) -> Vec<Aggregate> {
    let sample = sample(survival);
    let mut aggregates = needs(&sample);
    aggregates.extend(statistic::aggregates(&sample, &survival.with));
    aggregates
}

pub fn value(survival: &Survival, cells: &Cells<'_>) -> Result<Figure, NotComputable> {
    let sample = sample(survival);
    let q = survival.q.as_ref().map_or(Decimal::new(5, 1), |q| q.value);
    let value = quantile(&sample, q, cells)?;
    statistic::figure(&sample, value, &survival.with, cells)
}

/// The aggregates behind a survival curve.
pub fn needs(sample: &Sample) -> Vec<Aggregate> {
    vec![statistic::ended(sample, Reduction::Values), Aggregate::OpenValues(sample.clone())]
}

/// The smallest duration by which a share `q` has ended; `None` where that was not reached.
pub fn quantile(
    sample: &Sample,
    q: Decimal,
    cells: &Cells<'_>,
) -> Result<Option<Decimal>, NotComputable> {
    Ok(curve(sample, cells)?.quantile(q).map(canonical))
}

/// The area under the curve up to the longest duration; `None` where there are no rows.
pub fn restricted_mean(
    sample: &Sample,
    cells: &Cells<'_>,
) -> Result<Option<Decimal>, NotComputable> {
    Ok(curve(sample, cells)?.restricted_mean(None).and_then(from_f64))
}

fn curve(sample: &Sample, cells: &Cells<'_>) -> Result<SurvivalCurve, NotComputable> {
    let ended = durations(cells.get(&statistic::ended(sample, Reduction::Values)))?;
    let open = durations(cells.get(&Aggregate::OpenValues(sample.clone())))?;
    let ended = ended.into_iter().map(|duration| Observation { duration, ended: 1, open: 0 });
    let open = open.into_iter().map(|duration| Observation { duration, ended: 0, open: 1 });
    Ok(SurvivalCurve::new(ended.chain(open)))
}

/// The numbers of a list; open rows may have none.
fn durations(list: &Cell) -> Result<Vec<Decimal>, NotComputable> {
    list.elements().iter().filter_map(|cell| cell.number().transpose()).collect()
}
