//! Values in the units that people read.

use rust_decimal::{Decimal, RoundingStrategy};

use super::metric::{Display, MetricFile, Unit};

/// How the values of a metric are shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DisplayUnit {
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
        Self { factor: Decimal::ONE, divisor: Decimal::ONE, decimals: 4, suffix: String::new() }
    }

    /// The value with its unit; rounding is for the eye only.
    pub fn show(&self, value: Decimal) -> String {
        let shown = value
            .checked_mul(self.factor)
            .and_then(|product| product.checked_div(self.divisor))
            .unwrap_or(value);
        // A value that rounding would make 0 keeps its first digits.
        let mut rounded =
            shown.round_dp_with_strategy(self.decimals, RoundingStrategy::MidpointNearestEven);
        if rounded.is_zero() && !shown.is_zero() {
            rounded = shown
                .round_sf_with_strategy(2, RoundingStrategy::MidpointNearestEven)
                .unwrap_or(shown);
        }
        format!("{}{}", rounded.normalize(), self.suffix)
    }
}
