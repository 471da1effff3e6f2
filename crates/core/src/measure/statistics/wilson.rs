//! The Wilson score interval of a proportion.

/// The 97.5 % point of the standard normal distribution: 2.5 % are left out at either side.
const Z: f64 = 1.959_963_984_540_054;

/// A closed interval of a proportion, as fractions of one: `0 <= low <= high <= 1`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Interval {
    /// The lower bound.
    pub low: f64,
    /// The upper bound.
    pub high: f64,
}

/// The 95 % Wilson score interval of `successes` out of `trials`.
///
/// The bounds are fractions of one, not percentages. The low bound is exactly 0 without a success
/// and the high bound exactly 1 without a failure.
///
/// Returns `None` where no proportion exists: without trials, or with more successes than trials.
///
/// Source: E. B. Wilson, "Probable inference, the law of succession, and statistical inference",
/// Journal of the American Statistical Association 22 (1927), without continuity correction. With
/// `p = successes / trials` the bounds are the two roots `x` of
/// `(x - p)^2 = z^2 * x * (1 - x) / trials`.
#[must_use]
pub fn wilson_interval(successes: u64, trials: u64) -> Option<Interval> {
    let failures = trials.checked_sub(successes)?;
    if trials == 0 {
        return None;
    }
    // The high bound of the successes is what the low bound of the failures leaves over. One
    // formula for both sides makes `k of n` and `n - k of n` mirror images.
    let low = lower_bound(successes, failures);
    let high = 1.0 - lower_bound(failures, successes);
    // Above about 1e17 trials the interval is narrower than a rounding.
    Some(Interval { low, high: high.max(low) })
}

/// The smaller root of the Wilson equation.
///
/// The textbook form `(centre - half width) / (1 + z^2 / n)` subtracts two nearly equal numbers
/// when successes are rare. The product of both roots is `p^2 / (1 + z^2 / n)`; dividing it by the
/// larger root gives the smaller one without a subtraction, and hence exactly 0 for no success.
fn lower_bound(successes: u64, failures: u64) -> f64 {
    let hits = successes as f64;
    let misses = failures as f64;
    let share = hits / (hits + misses);
    let spread = Z * (Z * Z + 4.0 * share * misses).sqrt();
    share * (2.0 * hits) / (2.0 * hits + Z * Z + spread)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn agrees_with_published_vectors() {
        let vectors = [
            (0, 10, 0.0, 0.277533),
            (1, 10, 0.017876, 0.404150),
            (5, 10, 0.236593, 0.763407),
            (9, 10, 0.595850, 0.982124),
            (10, 10, 0.722467, 1.0),
            (1, 1, 0.206549, 1.0),
            (47, 50, 0.837829, 0.979385),
            (94, 100, 0.875232, 0.972214),
            (940, 1000, 0.923529, 0.953104),
            (300, 500, 0.556454, 0.642021),
        ];
        for (successes, trials, low, high) in vectors {
            let interval = wilson_interval(successes, trials).unwrap();
            assert!((interval.low - low).abs() < 5e-7, "{successes}/{trials}: {interval:?}");
            assert!((interval.high - high).abs() < 5e-7, "{successes}/{trials}: {interval:?}");
        }
    }

    #[test]
    fn agrees_with_the_textbook_form() {
        for trials in 1..200_u64 {
            for successes in 0..=trials {
                let n = trials as f64;
                let p = successes as f64 / n;
                let centre = p + Z * Z / (2.0 * n);
                let half = Z * (p * (1.0 - p) / n + Z * Z / (4.0 * n * n)).sqrt();
                let interval = wilson_interval(successes, trials).unwrap();
                assert!((interval.low - (centre - half) / (1.0 + Z * Z / n)).abs() < 1e-14);
                assert!((interval.high - (centre + half) / (1.0 + Z * Z / n)).abs() < 1e-14);
            }
        }
    }

    #[test]
    fn the_ends_are_exact() {
        for trials in [1, 2, 3, 7, 10, 1_000_003, u64::MAX] {
            assert_eq!(wilson_interval(0, trials).unwrap().low, 0.0);
            assert_eq!(wilson_interval(trials, trials).unwrap().high, 1.0);
        }
    }

    #[test]
    fn mirrors_and_stays_ordered() {
        for trials in [1, 2, 9, 100, u64::MAX] {
            for successes in [0, 1, trials / 3, trials / 2, trials] {
                let interval = wilson_interval(successes, trials).unwrap();
                let mirror = wilson_interval(trials - successes, trials).unwrap();
                assert!((interval.high - (1.0 - mirror.low)).abs() <= f64::EPSILON);
                assert!(0.0 <= interval.low && interval.low <= interval.high);
                assert!(interval.high <= 1.0);
            }
        }
    }

    #[test]
    fn one_of_one_does_not_outrank_three_hundred_of_five_hundred() {
        let single = wilson_interval(1, 1).unwrap();
        let many = wilson_interval(300, 500).unwrap();
        assert!(single.low < many.low);
    }

    #[test]
    fn no_proportion_no_interval() {
        assert_eq!(wilson_interval(0, 0), None);
        assert_eq!(wilson_interval(1, 0), None);
        assert_eq!(wilson_interval(11, 10), None);
        assert_eq!(wilson_interval(u64::MAX, 1), None);
    }
}
