//! The Kaplan-Meier estimate of a duration when some items are still open.

use rust_decimal::Decimal;

use super::fraction::Fraction;
use super::stretch::{Stretch, Survival};

/// Items with the same duration.
///
/// The unit of the duration is the caller's choice, the same for all observations of a curve. An
/// observation without any item is ignored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Observation {
    /// The time from the start of the clock to its end, or to now for an open item.
    pub duration: Decimal,
    /// How many items ended after this duration (the events).
    pub ended: u64,
    /// How many items were still open at this duration (censored: they will last longer).
    pub open: u64,
}

/// The share of items that last longer than a duration, estimated from ended and open items.
///
/// Source: E. L. Kaplan and P. Meier, "Nonparametric estimation from incomplete observations",
/// Journal of the American Statistical Association 53 (1958): `S(t)` is the product over the
/// durations `d <= t` of `1 - ended(d) / at_risk(d)`, where the items at risk are those that last
/// at least `d`. At a tie events come first: an item open at `d` is still at risk at `d`.
///
/// # Exactness
///
/// Quantiles compare `S` with a level, and a tie (half of the items have ended, exactly) must not
/// hang on a rounding. So `S` is kept as a fraction of integers. Without open items the product
/// telescopes to `items left / items at the start`; each open item starts a new stretch, whose
/// `left / at start` is multiplied with what the earlier stretches left over. Only when the reduced
/// product exceeds 128 bits is it continued in floating point, and compared with a relative
/// tolerance of 1e-12. Counts never overflow. Time is linear after sorting.
#[derive(Debug, Clone, PartialEq)]
pub struct SurvivalCurve {
    /// The durations at which an item ended, ascending.
    steps: Vec<Step>,
    /// Runs of steps without an open item between them.
    stretches: Vec<Stretch>,
    /// The smallest and the largest duration of any item, ended or open.
    extent: Option<(Decimal, Decimal)>,
}

/// A fall of the curve.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Step {
    duration: Decimal,
    /// Items at risk right after the events of this step.
    left: u128,
    /// Index of the step's stretch.
    stretch: usize,
}

impl SurvivalCurve {
    /// Builds the curve; the order of the observations does not matter and durations may repeat.
    #[must_use]
    pub fn new(observations: impl IntoIterator<Item = Observation>) -> Self {
        let mut sorted: Vec<Observation> = observations
            .into_iter()
            .filter(|observation| observation.ended > 0 || observation.open > 0)
            .collect();
        sorted.sort_unstable_by_key(|observation| observation.duration);

        let mut at_risk: u128 = sorted.iter().map(Observation::items).sum();
        let mut steps: Vec<Step> = Vec::new();
        let mut stretches: Vec<Stretch> = Vec::new();
        let mut base = Survival::FULL;
        // The stretch the next step belongs to, once it has a step.
        let mut current: Option<(usize, Stretch)> = None;

        for tied in sorted.chunk_by(|a, b| a.duration == b.duration) {
            let ended: u128 = tied.iter().map(|o| u128::from(o.ended)).sum();
            let open: u128 = tied.iter().map(|o| u128::from(o.open)).sum();
            if let (true, Some(first)) = (ended > 0, tied.first()) {
                let (index, _) = *current.get_or_insert_with(|| {
                    let stretch = Stretch { base, at_start: at_risk };
                    stretches.push(stretch);
                    (stretches.len() - 1, stretch)
                });
                at_risk -= ended;
                steps.push(Step { duration: first.duration, left: at_risk, stretch: index });
            }
            if open > 0 {
                if let Some((_, stretch)) = current.take() {
                    base = stretch.survival(at_risk);
                }
                at_risk -= open;
            }
        }

        let ends = sorted.first().zip(sorted.last());
        Self { steps, stretches, extent: ends.map(|(first, last)| (first.duration, last.duration)) }
    }

    /// The smallest duration `t` at which at least the share `q` of the items has ended, that is
    /// `S(t) <= 1 - q`; the median is `q = 0.5`.
    ///
    /// `None` when the curve never falls that far (too many items are open), or when `q` is not
    /// greater than 0 and at most 1. The level is a decimal because `1 - 0.9` is no float.
    #[must_use]
    pub fn quantile(&self, q: Decimal) -> Option<Decimal> {
        if q <= Decimal::ZERO || q > Decimal::ONE {
            return None;
        }
        let level = Decimal::ONE.checked_sub(q)?;
        let whole = 10_u128.checked_pow(level.scale())?;
        let level = Fraction::new(level.mantissa().unsigned_abs(), whole)?;
        // The curve only falls, so the steps that have not reached the level come first.
        let reached = self.steps.partition_point(|step| !self.after(step).at_most(level));
        self.steps.get(reached).map(|step| step.duration)
    }

    /// The estimated share of items that last longer than `t`, between 0 and 1.
    ///
    /// 1 before the first event and for a curve without items. Beyond the largest observed duration
    /// the last value is kept, though nothing is known there while items are open.
    #[must_use]
    pub fn survival_at(&self, t: Decimal) -> f64 {
        let passed = self.steps.partition_point(|step| step.duration <= t);
        let last = passed.checked_sub(1).and_then(|last| self.steps.get(last));
        last.map_or(1.0, |step| self.after(step).to_f64())
    }

    /// The mean of the durations cut off at `horizon`, in the unit of the durations: the area under
    /// the curve from 0 to the horizon. Without a horizon, the largest observed duration is taken.
    ///
    /// `None` for a curve without items, and for a horizon beyond the largest observed duration
    /// while items are open there, because the curve is unknown in between. Durations below zero
    /// (a clock that ended before it started) count with their sign, as in a plain mean.
    #[must_use]
    pub fn restricted_mean(&self, horizon: Option<Decimal>) -> Option<f64> {
        let (smallest, largest) = self.extent?;
        let horizon = horizon.unwrap_or(largest);
        let complete = self.steps.last().is_some_and(|step| step.left == 0);
        if horizon > largest && !complete {
            return None;
        }
        // Below the smallest duration the curve is 1, so the area may start anywhere there.
        let origin = smallest.min(Decimal::ZERO).min(horizon);
        let mut mean = to_f64(origin);
        let mut from = mean;
        let mut survival = 1.0;
        for step in self.steps.iter().take_while(|step| step.duration < horizon) {
            let to = to_f64(step.duration);
            mean += survival * (to - from);
            from = to;
            survival = self.after(step).to_f64();
        }
        Some(mean + survival * (to_f64(horizon) - from))
    }

    /// The largest duration of any item, ended or open; `None` for a curve without items.
    #[must_use]
    pub fn largest_duration(&self) -> Option<Decimal> {
        self.extent.map(|(_, largest)| largest)
    }

    /// The value of the curve from `step` to the next one.
    fn after(&self, step: &Step) -> Survival {
        self.stretches
            .get(step.stretch)
            .map_or(Survival::FULL, |stretch| stretch.survival(step.left))
    }
}

impl Observation {
    fn items(&self) -> u128 {
        u128::from(self.ended) + u128::from(self.open)
    }
}

/// The float nearest to a decimal, with one rounding as long as the digits fit into 53 bits.
fn to_f64(value: Decimal) -> f64 {
    let unit = 10_u128.checked_pow(value.scale()).unwrap_or(u128::MAX);
    value.mantissa() as f64 / unit as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ended(duration: i64) -> Observation {
        counts(duration, 1, 0)
    }

    fn open(duration: i64) -> Observation {
        counts(duration, 0, 1)
    }

    fn counts(duration: i64, ended: u64, open: u64) -> Observation {
        let duration = Decimal::from(duration);
        Observation { duration, ended, open }
    }

    fn share(text: &str) -> Decimal {
        text.parse().unwrap()
    }

    fn reference() -> SurvivalCurve {
        SurvivalCurve::new([
            open(55),
            ended(1),
            ended(2),
            open(13),
            ended(3),
            open(5),
            ended(8),
            ended(2),
            ended(21),
            open(34),
        ])
    }

    #[test]
    fn agrees_with_the_worked_example() {
        let curve = reference();
        for (t, survival) in
            [(0, 1.0), (1, 0.9), (2, 0.7), (3, 0.6), (7, 0.6), (8, 0.48), (21, 0.32), (99, 0.32)]
        {
            assert_eq!(curve.survival_at(t.into()), survival, "S({t})");
        }
        assert_eq!(curve.quantile(share("0.5")), Some(8.into()));
        assert_eq!(curve.quantile(share("0.9")), None);
        assert!((curve.restricted_mean(None).unwrap() - 22.72).abs() < 1e-12);
        assert_eq!(curve.restricted_mean(Some(1.into())), Some(1.0));
        assert_eq!(curve.restricted_mean(Some(56.into())), None);
        assert_eq!(curve.largest_duration(), Some(55.into()));
    }

    #[test]
    fn a_tie_at_the_level_counts() {
        // 0.9 * (1/3) of floats is not 0.3, and 1 - 0.7 is not 0.3 either.
        let curve = SurvivalCurve::new([counts(1, 7, 0), counts(2, 2, 0), counts(3, 1, 0)]);
        assert_eq!(curve.quantile(share("0.7")), Some(1.into()));
        assert_eq!(curve.quantile(share("0.700")), Some(1.into()));
        assert_eq!(curve.quantile(share("0.7000000000000000000000000001")), Some(2.into()));
        assert_eq!(curve.quantile(share("0.9")), Some(2.into()));
        assert_eq!(curve.quantile(Decimal::ONE), Some(3.into()));
        // 9/10 * 2/3 * 1/2 = 3/10 over two open items.
        let split = SurvivalCurve::new([
            counts(1, 1, 3),
            counts(2, 2, 2),
            counts(3, 1, 0),
            counts(9, 0, 1),
        ]);
        assert_eq!(split.quantile(share("0.7")), Some(3.into()));
    }

    #[test]
    fn events_come_before_open_items_at_a_tie() {
        let together = SurvivalCurve::new([counts(4, 1, 1)]);
        assert_eq!(together.survival_at(4.into()), 0.5);
        assert_eq!(together.quantile(share("0.5")), Some(4.into()));
    }

    #[test]
    fn no_items_no_value() {
        for curve in [SurvivalCurve::new([]), SurvivalCurve::new([counts(3, 0, 0)])] {
            assert_eq!(curve.quantile(share("0.5")), None);
            assert_eq!(curve.restricted_mean(None), None);
            assert_eq!(curve.survival_at(9.into()), 1.0);
        }
        let all_open = SurvivalCurve::new([open(3), open(9)]);
        assert_eq!(all_open.quantile(share("0.01")), None);
        assert_eq!(all_open.restricted_mean(None), Some(9.0));
    }

    #[test]
    fn levels_outside_the_range_have_no_quantile() {
        let curve = reference();
        for q in ["0", "-0.5", "1.0001", "79228162514264337593543950335"] {
            assert_eq!(curve.quantile(share(q)), None);
        }
    }

    #[test]
    fn extreme_counts_and_durations_do_not_overflow() {
        let largest = |ended, open| Observation { duration: Decimal::MAX, ended, open };
        let curve = SurvivalCurve::new([
            largest(u64::MAX, u64::MAX),
            largest(u64::MAX, 0),
            Observation { duration: Decimal::MIN, ended: u64::MAX, open: 0 },
        ]);
        assert_eq!(curve.survival_at(Decimal::ZERO), 0.75);
        assert_eq!(curve.quantile(share("0.25")), Some(Decimal::MIN));
        assert!(curve.restricted_mean(None).unwrap().is_finite());
    }
}
