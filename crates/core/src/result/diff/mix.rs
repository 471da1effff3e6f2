//! Totals that moved because the mix of their groups did.
//!
//! A rate over groups is a weighted mean of their rates, so a change of it is split into what the
//! groups' own rates did and what their weights did, each at the mean of the two sides (Kitagawa,
//! "Components of a difference between two rates", 1955):
//!
//! ```text
//! within = Σ (w₀ + w₁)/2 · (r₁ − r₀)        mix = Σ (r₀ + r₁)/2 · (w₁ − w₀)
//! ```

use std::collections::{BTreeMap, BTreeSet};

use rust_decimal::Decimal;

use crate::project::catalog::Metric;
use crate::project::definition::measure::MeasureTable;
use crate::result::{MetricResults, Period, Row, canonical};

/// How the mix of the values of a segment moved a total.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mix {
    pub segment: String,
    pub period: Period,
    /// The change of the total, in the metric's unit.
    pub total: Decimal,
    /// What comes of the groups' own rates.
    pub within: Decimal,
    /// What comes of their weights; both add up to the total.
    pub mix: Decimal,
    /// Whether every group that moved did so against the total.
    pub reversal: bool,
}

/// A rate with its weight.
#[derive(Clone, Copy)]
struct Part {
    rate: Decimal,
    weight: Decimal,
}

/// The mix effects at a period that turn the total around or outweigh what the groups did.
pub fn mixes(
    metric: &Metric,
    old: &MetricResults,
    new: &MetricResults,
    period: Period,
) -> Vec<Mix> {
    let sets = metric.breakdown.iter().filter(|set| set.len() == 1).flatten();
    sets.filter_map(|segment| mix(metric, segment, old, new, period)).collect()
}

fn mix(
    metric: &Metric,
    segment: &str,
    old: &MetricResults,
    new: &MetricResults,
    period: Period,
) -> Option<Mix> {
    let (old_total, old_parts) = parts(metric, segment, old, period)?;
    let (new_total, new_parts) = parts(metric, segment, new, period)?;
    let total = new_total.rate.checked_sub(old_total.rate)?;
    let groups: BTreeSet<&Option<String>> = old_parts.keys().chain(new_parts.keys()).collect();
    if total.is_zero() || groups.len() < 2 {
        return None;
    }
    let mut within = Decimal::ZERO;
    let (mut moved, mut against) = (0, 0);
    for group in groups {
        // A group that is only on one side has no rate to move: all it does is the mix.
        let (Some(before), Some(now)) = (old_parts.get(group), new_parts.get(group)) else {
            continue;
        };
        let rate = now.rate.checked_sub(before.rate)?;
        let share = |part: &Part, total: &Part| part.weight.checked_div(total.weight);
        let weight = share(before, &old_total)?.checked_add(share(now, &new_total)?)?;
        within = within.checked_add(weight.checked_mul(rate)?.checked_div(Decimal::TWO)?)?;
        moved += usize::from(!rate.is_zero());
        against +=
            usize::from(!rate.is_zero() && rate.is_sign_negative() != total.is_sign_negative());
    }
    let (total, within) = (canonical(total), canonical(within));
    let mix = total.checked_sub(within)?;
    let reversal = moved > 0 && moved == against;
    (reversal || mix.abs() > within.abs()).then(|| Mix {
        segment: segment.to_owned(),
        period,
        total,
        within,
        mix,
        reversal,
    })
}

/// The total and the groups of a segment, where the groups make up the whole total.
fn parts(
    metric: &Metric,
    segment: &str,
    results: &MetricResults,
    period: Period,
) -> Option<(Part, BTreeMap<Option<String>, Part>)> {
    let of = |row: &Row| part(&metric.definition.measure, row);
    let mut rows = results.rows.iter().filter(|row| row.period == period);
    let total = of(rows.clone().find(|row| row.group.is_empty())?)?;
    let mut weight = Decimal::ZERO;
    let mut parts = BTreeMap::new();
    let is_of = |row: &&Row| matches!(row.group.as_slice(), [(name, _)] if name == segment);
    for row in rows.by_ref().filter(is_of) {
        let part = of(row)?;
        weight = weight.checked_add(part.weight)?;
        parts.insert(row.group.first()?.1.clone(), part);
    }
    (weight == total.weight && !weight.is_zero()).then_some((total, parts))
}

/// The rate of a row and what it weighs in a total.
fn part(measure: &MeasureTable, row: &Row) -> Option<Part> {
    match measure {
        MeasureTable::Ratio(_) | MeasureTable::Share(_) => {
            let weight = row.denominator?;
            Some(Part { rate: row.numerator?.checked_div(weight)?, weight })
        }
        MeasureTable::Mean(_) => {
            let open = row.n_open.unwrap_or(0);
            let weight = Decimal::from(row.n?.checked_sub(open)?);
            Some(Part { rate: row.value?, weight })
        }
        _ => None,
    }
}
