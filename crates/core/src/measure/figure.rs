//! The value of one group before it becomes a result row.

use rust_decimal::Decimal;

use crate::measure::statistics::wilson_interval;
use crate::result::{canonical, from_f64, to_f64};

/// What a measure computes for one group and period.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Figure {
    /// `None`: undefined.
    pub value: Option<Decimal>,
    pub numerator: Option<Decimal>,
    pub denominator: Option<Decimal>,
    /// The rows that the value rests on; composed values rest on no rows of their own.
    pub n: Option<u64>,
    pub n_open: Option<u64>,
    /// Whether `n` must reach the project's minimum: a count is exact however small, a rate or a
    /// quantile of few rows says little.
    pub needs_n: bool,
    pub ci_low: Option<Decimal>,
    pub ci_high: Option<Decimal>,
    pub companions: Vec<(String, Decimal)>,
    pub smallest: Option<String>,
    /// For composed values: a part was insufficient.
    pub insufficient: bool,
}

/// A number that goodhart's decimals cannot hold.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotComputable {
    #[error("{0} is too large for 28 exact digits")]
    TooLarge(String),
    #[error("{0} is not a number")]
    NotANumber(String),
}

impl Figure {
    /// A proportion of counted rows: `undefined` where the denominator is 0, with the Wilson
    /// interval where `numerator` of `denominator` is a share of whole rows.
    pub fn rate(numerator: Decimal, denominator: Decimal) -> Self {
        let value = numerator.checked_div(denominator).map(canonical);
        let counts = (whole(numerator), whole(denominator));
        let interval = match counts {
            (Some(successes), Some(trials)) => wilson_interval(successes, trials),
            _ => None,
        };
        Self {
            value,
            numerator: Some(canonical(numerator)),
            denominator: Some(canonical(denominator)),
            needs_n: true,
            ci_low: interval.and_then(|interval| from_f64(interval.low)),
            ci_high: interval.and_then(|interval| from_f64(interval.high)),
            ..Self::default()
        }
    }
}

fn whole(number: Decimal) -> Option<u64> {
    (number.fract().is_zero() && number >= Decimal::ZERO)
        .then(|| to_f64(number))
        .filter(|number| *number < 9e15)
        .map(|number| number as u64)
}
