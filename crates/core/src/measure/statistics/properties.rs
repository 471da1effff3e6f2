//! Laws every survival curve obeys, checked on reproducible random populations.

use rust_decimal::Decimal;

use super::{Observation, SurvivalCurve};

fn ended(duration: i64) -> Observation {
    counts(duration, 1, 0)
}

fn open(duration: i64) -> Observation {
    counts(duration, 0, 1)
}

fn counts(duration: i64, ended: u64, open: u64) -> Observation {
    Observation { duration: Decimal::from(duration), ended, open }
}

/// Marsaglia's xorshift: reproducible numbers for the tests.
fn next(state: &mut u64) -> u64 {
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    *state
}

#[test]
fn without_open_items_the_curve_is_the_empirical_one() {
    let mut state = 0x9e37_79b9_7f4a_7c15;
    for size in 1..60_u64 {
        // Some below zero: clocks that ended before they started.
        let mut durations: Vec<i64> =
            (0..size).map(|_| (next(&mut state) % 25) as i64 - 4).collect();
        let curve = SurvivalCurve::new(durations.iter().map(|&duration| ended(duration)));
        durations.sort_unstable();
        let mean = durations.iter().sum::<i64>() as f64 / size as f64;
        assert!((curve.restricted_mean(None).unwrap() - mean).abs() < 1e-12);
        assert!((curve.restricted_mean(Some(100.into())).unwrap() - mean).abs() < 1e-12);
        for (rank, &duration) in (1_u64..).zip(&durations) {
            let longer = durations.iter().filter(|&&d| d > duration).count();
            assert_eq!(curve.survival_at(duration.into()), longer as f64 / size as f64);
            // Only sizes whose reciprocal is a finite decimal have an exact level.
            if size.is_power_of_two() {
                let q = Decimal::from(rank) / Decimal::from(size);
                assert_eq!(curve.quantile(q), Some(duration.into()));
            }
        }
    }
}

#[test]
fn quantiles_rise_and_meet_the_survival() {
    let mut state = 42;
    for _ in 0..200 {
        let observations: Vec<Observation> = (0..next(&mut state) % 80)
            .map(|_| {
                let (duration, kind) = (next(&mut state) % 50, next(&mut state));
                counts(duration as i64, kind % 3, kind / 3 % 3)
            })
            .collect();
        let curve = SurvivalCurve::new(observations.iter().copied());
        let reversed = SurvivalCurve::new(observations.iter().rev().copied());
        assert_eq!(curve, reversed);
        let mut previous = Some(Decimal::MIN);
        for percent in 1..=100 {
            let q = Decimal::new(percent, 2);
            let quantile = curve.quantile(q);
            // Once a level is out of reach, so are the deeper ones.
            assert!(previous.is_some() || quantile.is_none());
            if let (Some(before), Some(now)) = (previous, quantile) {
                assert!(before <= now);
                assert!(curve.survival_at(now) <= 1.0 - percent as f64 / 100.0 + 1e-9);
            }
            previous = quantile;
        }
    }
}

#[test]
fn an_item_open_longer_never_shortens_the_median() {
    let mut durations: Vec<Observation> = (1..20).map(ended).collect();
    let closed_only = SurvivalCurve::new(durations.iter().copied());
    durations.extend((1..10).map(|duration| open(duration * 2)));
    let honest = SurvivalCurve::new(durations);
    assert!(honest.quantile(Decimal::new(5, 1)) >= closed_only.quantile(Decimal::new(5, 1)));
}

#[test]
fn a_million_durations() {
    let mut state = 7;
    let curve = SurvivalCurve::new((0..1_000_000_i64).map(|duration| {
        let open = u64::from(next(&mut state).is_multiple_of(4));
        counts(duration, 1 - open, open)
    }));
    let median = curve.quantile(Decimal::new(5, 1)).unwrap();
    assert!((curve.survival_at(median) - 0.5).abs() < 1e-5);
    assert!(curve.restricted_mean(None).is_some());
}
