//! Values in the units that people read.

use rust_decimal::{Decimal, RoundingStrategy};

use super::metric::{Display, MetricFile, Unit};

/// How the values of a metric are shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DisplayUnit {
    /// The unit of the values themselves, as a definition writes it; `None` where nobody says.
    name: Option<String>,
    factor: Decimal,
    divisor: Decimal,
    decimals: u32,
    suffix: String,
}

/// Whether values of a unit can be shown as `display`.
pub fn shows(unit: &Unit, display: Display) -> bool {
    match unit {
        Unit::Ratio => display == Display::Percent,
        Unit::Seconds => display != Display::Percent,
        Unit::Days => matches!(display, Display::Hours | Display::Days),
        Unit::Count | Unit::Score | Unit::Currency(_) => false,
    }
}

impl DisplayUnit {
    pub fn of(metric: &MetricFile) -> Self {
        let unit = |factor: i64, divisor: i64, decimals, suffix: &str| Self {
            name: Some(metric.unit.value.name()),
            factor: Decimal::from(factor),
            divisor: Decimal::from(divisor),
            decimals,
            suffix: suffix.to_owned(),
        };
        match (&metric.unit.value, metric.display.map(|display| display.value)) {
            (Unit::Ratio, Some(Display::Percent)) => unit(100, 1, 1, " %"),
            (Unit::Seconds, Some(Display::Minutes)) => unit(1, 60, 1, " min"),
            (Unit::Seconds, Some(Display::Hours)) => unit(1, 3_600, 1, " h"),
            (Unit::Seconds, Some(Display::Days)) => unit(1, 86_400, 1, " d"),
            (Unit::Days, Some(Display::Hours)) => unit(24, 1, 1, " h"),
            (Unit::Seconds, _) => unit(1, 1, 1, " s"),
            (Unit::Days, _) => unit(1, 1, 1, " d"),
            (Unit::Ratio, _) => unit(1, 1, 4, ""),
            (Unit::Count, _) => unit(1, 1, 1, ""),
            (Unit::Score, _) => unit(1, 1, 1, ""),
            (Unit::Currency(code), _) => unit(1, 1, 2, &format!(" {code}")),
        }
    }

    /// Numbers as they are.
    pub fn plain() -> Self {
        Self {
            name: None,
            factor: Decimal::ONE,
            divisor: Decimal::ONE,
            decimals: 4,
            suffix: String::new(),
        }
    }

    /// The unit of the values themselves, as a definition writes it.
    pub fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// The value with its unit; rounding is for the eye only.
    pub fn show(&self, value: Decimal) -> String {
        let shown = self.scaled(value).unwrap_or(value);
        with_suffix(visible(shown, self.decimals), &self.suffix)
    }

    /// Values that lead from one to another, in digits that add up: see [`Steps`].
    pub fn steps(&self, values: &[Decimal]) -> Steps {
        let scaled: Option<Vec<Decimal>> = values.iter().map(|value| self.scaled(*value)).collect();
        let exact = scaled.unwrap_or_else(|| values.to_vec());
        let decimals = digits(&exact, self.decimals);
        let shown = exact.iter().map(|value| rounded(*value, decimals)).collect();
        // The difference of two percentages is no percentage of anything.
        let suffix_of_steps =
            if self.suffix == " %" { " pp".to_owned() } else { self.suffix.clone() };
        Steps { unit: self.clone(), decimals, shown, suffix_of_steps }
    }

    /// A value in the unit that people read; `None` where it is too large.
    pub fn scaled(&self, value: Decimal) -> Option<Decimal> {
        value.checked_mul(self.factor)?.checked_div(self.divisor)
    }
}

/// Values that lead from one to another (old, between, new) and the steps between them, as they
/// are printed: a printed step is the difference of the printed values, so that printed steps add
/// up to the printed change, and different values look different.
///
/// There are as few digits as that takes without a step being anything but the exact one, rounded;
/// at most all digits of the values. Where these do not end (a third of an hour), three more than
/// usual are tried; if no number of them will do, there is one more than usual, or as many as show
/// that the values differ, and a step may be off by one in the last of them.
#[derive(Debug)]
pub struct Steps {
    unit: DisplayUnit,
    decimals: u32,
    shown: Vec<Decimal>,
    suffix_of_steps: String,
}

impl Steps {
    /// A value with its unit.
    pub fn value(&self, index: usize) -> Option<String> {
        Some(with_suffix(*self.shown.get(index)?, &self.unit.suffix))
    }

    /// The step from one value to another, with its sign and unit; of percentages in percentage
    /// points. `None` where it is too large a number.
    pub fn step(&self, from: usize, to: usize) -> Option<String> {
        let step = self.shown.get(to)?.checked_sub(*self.shown.get(from)?)?;
        Some(signed(step, &self.suffix_of_steps))
    }

    /// A difference that is no step between the values, as the steps are printed.
    pub fn difference(&self, difference: Decimal) -> String {
        let scaled = self.unit.scaled(difference).unwrap_or(difference);
        signed(visible(scaled, self.decimals), &self.suffix_of_steps)
    }
}

/// A share as a signed percentage: `-2.5 %`.
pub fn percentage(share: Decimal) -> String {
    let percent = share.checked_mul(Decimal::ONE_HUNDRED).unwrap_or(share);
    let decimals = if percent.abs() < Decimal::ONE_HUNDRED { 1 } else { 0 };
    signed(visible(percent, decimals), " %")
}

/// Digits of values that end; canonical values have no more.
const ENDING: u32 = 6;
/// Digits at which different values of any unit differ.
const DIFFERENT: u32 = 12;

/// How many digits behind the point show values and their steps, from the usual number on.
fn digits(exact: &[Decimal], usual: u32) -> u32 {
    let longest = exact.iter().map(|value| value.normalize().scale()).max().unwrap_or(0);
    let most = if longest <= ENDING { longest } else { usual + 3 };
    (usual..=most.max(usual))
        .find(|decimals| is_exact(exact, *decimals))
        .or_else(|| (usual + 1..=DIFFERENT).find(|decimals| is_different(exact, *decimals)))
        .unwrap_or(DIFFERENT)
}

/// Whether the rounded values say what the exact ones do: none becomes 0, the ends stay different,
/// and the steps are the exact ones, rounded.
fn is_exact(exact: &[Decimal], decimals: u32) -> bool {
    let shown = |value: Decimal| rounded(value, decimals);
    let step = |from: Decimal, to: Decimal| {
        let step = to.checked_sub(from).map(shown);
        step.is_some() && step == shown(to).checked_sub(shown(from))
    };
    let (Some(first), Some(last)) = (exact.first(), exact.last()) else {
        return true;
    };
    is_different(exact, decimals)
        && exact.iter().all(|value| value.is_zero() || !shown(*value).is_zero())
        && exact.windows(2).all(|pair| match pair {
            [from, to] => step(*from, *to),
            _ => true,
        })
        && step(*first, *last)
}

/// Whether the ends of the rounded values differ where those of the exact ones do.
fn is_different(exact: &[Decimal], decimals: u32) -> bool {
    let (Some(first), Some(last)) = (exact.first(), exact.last()) else {
        return true;
    };
    first == last || rounded(*first, decimals) != rounded(*last, decimals)
}

fn rounded(value: Decimal, decimals: u32) -> Decimal {
    value.round_dp_with_strategy(decimals, RoundingStrategy::MidpointNearestEven)
}

/// A value that rounding would make 0 keeps its first digits.
fn visible(value: Decimal, decimals: u32) -> Decimal {
    let shown = rounded(value, decimals);
    if shown.is_zero() && !value.is_zero() {
        return value
            .round_sf_with_strategy(2, RoundingStrategy::MidpointNearestEven)
            .unwrap_or(value);
    }
    shown
}

fn with_suffix(number: Decimal, suffix: &str) -> String {
    format!("{}{suffix}", number.normalize())
}

fn signed(number: Decimal, suffix: &str) -> String {
    let sign = if number > Decimal::ZERO { "+" } else { "" };
    format!("{sign}{}", with_suffix(number, suffix))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn unit(factor: i64, divisor: i64, decimals: u32, suffix: &str) -> DisplayUnit {
        DisplayUnit {
            name: None,
            factor: factor.into(),
            divisor: divisor.into(),
            decimals,
            suffix: suffix.to_owned(),
        }
    }

    fn units() -> Vec<DisplayUnit> {
        vec![
            unit(100, 1, 1, " %"),
            unit(1, 60, 1, " min"),
            unit(1, 3_600, 1, " h"),
            unit(1, 86_400, 1, " d"),
            unit(24, 1, 1, " h"),
            unit(1, 1, 2, " EUR"),
            unit(1, 1, 4, ""),
        ]
    }

    fn number(text: &str) -> Decimal {
        text.parse().unwrap()
    }

    /// All values, then all steps, then the whole change.
    fn told(unit: &DisplayUnit, values: &[&str]) -> String {
        let values: Vec<Decimal> = values.iter().map(|value| number(value)).collect();
        let steps = unit.steps(&values);
        let last = values.len() - 1;
        let mut told: Vec<String> = (0..=last).filter_map(|i| steps.value(i)).collect();
        told.extend((0..last).filter_map(|i| steps.step(i, i + 1)));
        told.extend(steps.step(0, last));
        told.join(" | ")
    }

    #[test]
    fn there_are_as_few_digits_as_a_change_takes() {
        let percent = &unit(100, 1, 1, " %");
        assert_eq!(told(percent, &["0.931", "0.908"]), "93.1 % | 90.8 % | -2.3 pp | -2.3 pp");
        // -2.28 would be -2.3 beside a difference of 2.2.
        assert_eq!(told(percent, &["0.9314", "0.9086"]), "93.14 % | 90.86 % | -2.28 pp | -2.28 pp");
        assert_eq!(
            told(percent, &["0.93141", "0.93139"]),
            "93.141 % | 93.139 % | -0.002 pp | -0.002 pp"
        );
        assert_eq!(
            told(percent, &["0.5", "0.000001"]),
            "50 % | 0.0001 % | -49.9999 pp | -49.9999 pp"
        );
        assert_eq!(
            told(percent, &["0.9314", "0.92", "0.9086"]),
            "93.14 % | 92 % | 90.86 % | -1.14 pp | -1.14 pp | -2.28 pp"
        );
        // Thirds never add up: the change is that of what is printed.
        let minutes = &unit(1, 60, 1, " min");
        assert_eq!(told(minutes, &["20", "40"]), "0.33 min | 0.67 min | +0.34 min | +0.34 min");
        assert_eq!(told(minutes, &["900", "930.4"]), "15 min | 15.5 min | +0.5 min | +0.5 min");
        let days = &unit(1, 86_400, 1, " d");
        assert_eq!(told(days, &["86400", "86400.5"]), "1 d | 1.00001 d | +0.00001 d | +0.00001 d");
        assert_eq!(told(percent, &["0.5", "0.5"]), "50 % | 50 % | 0 pp | 0 pp");
    }

    #[test]
    fn shares_are_percent_and_never_nothing() {
        let shown = ["-0.0247", "0.000004", "12.3456", "0"].map(|share| percentage(number(share)));
        assert_eq!(shown, ["-2.5 %", "+0.0004 %", "+1235 %", "0 %"]);
    }

    /// The number in what is printed.
    fn parsed(text: Option<String>) -> Decimal {
        text.unwrap().split(' ').next().unwrap().parse().unwrap()
    }

    proptest! {
        #[test]
        fn what_is_printed_adds_up(
            values in prop::collection::vec(-10_000_000_000_000i64..10_000_000_000_000, 2..4),
            scale in 0u32..=6,
        ) {
            let values: Vec<Decimal> =
                values.into_iter().map(|value| Decimal::new(value, scale).normalize()).collect();
            let last = values.len() - 1;
            for unit in units() {
                let steps = unit.steps(&values);
                let value = |index| parsed(steps.value(index));
                let step = |from, to| parsed(steps.step(from, to));
                prop_assert_eq!(value(last) - value(0), step(0, last));
                let parts: Decimal = (0..last).map(|index| step(index, index + 1)).sum();
                prop_assert_eq!(parts, step(0, last));
                prop_assert_eq!(values[0] == values[last], value(0) == value(last));
                // Nothing printed is further from the exact number than its last digit.
                let unit_of_last_digit = Decimal::new(1, steps.decimals);
                for (index, exact) in values.iter().enumerate() {
                    let exact = unit.scaled(*exact).unwrap();
                    prop_assert!((value(index) - exact).abs() <= unit_of_last_digit);
                }
                let exact = unit.scaled(values[last] - values[0]).unwrap();
                prop_assert!((step(0, last) - exact).abs() <= unit_of_last_digit);
                if unit.divisor == Decimal::ONE {
                    prop_assert_eq!(step(0, last), rounded(exact, steps.decimals));
                }
            }
        }

        #[test]
        fn small_differences_are_seen(value in 0i64..1_000_000_000, more in 1i64..5) {
            let values = [Decimal::new(value, 6), Decimal::new(value + more, 6)];
            for unit in units() {
                let steps = unit.steps(&values);
                prop_assert_ne!(steps.value(0), steps.value(1));
                prop_assert!(steps.step(0, 1).unwrap().starts_with('+'));
            }
        }
    }
}
