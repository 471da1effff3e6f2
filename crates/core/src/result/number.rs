//! Numbers in results: decimals with one canonical text.

use rust_decimal::{Decimal, RoundingStrategy};

/// Digits behind the point in every result. Enough for a rate over a million rows, few enough
/// that the last bits of a float never reach a snapshot.
pub const DECIMALS: u32 = 6;

/// Rounds to [`DECIMALS`] digits, half to even, and drops trailing zeros (and the sign of zero),
/// so that equal numbers have equal texts.
pub fn canonical(number: Decimal) -> Decimal {
    number.round_dp_with_strategy(DECIMALS, RoundingStrategy::MidpointNearestEven).normalize()
}

/// The canonical decimal of a float; `None` where it is not finite or too large.
///
/// The float is first taken at 15 significant digits, which is what a double surely carries, so
/// that 0.1 + 0.2 is 0.3 and a midpoint in decimals is a midpoint here.
pub fn from_f64(number: f64) -> Option<Decimal> {
    if !number.is_finite() {
        return None;
    }
    let text = format!("{number:.14e}");
    Decimal::from_scientific(&text)
        .ok()
        .or_else(|| (number.abs() < 1e-20).then_some(Decimal::ZERO))
        .map(canonical)
}

/// The nearest double, for statistics that need a square root.
pub fn to_f64(number: Decimal) -> f64 {
    // Through text: correctly rounded, the same on every machine.
    number.to_string().parse().unwrap_or(f64::NAN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_text_per_number() {
        for (number, text) in [
            (0.1 + 0.2, "0.3"),
            (0.398_199_629_3, "0.3982"),
            (176.442_278_25, "176.442278"),
            (-0.000_000_4, "0"),
            (2.5e-7, "0"),
            (1e15, "1000000000000000"),
            (635_192.282_499_9, "635192.2825"),
            (1e-300, "0"),
        ] {
            assert_eq!(from_f64(number).map(|n| n.to_string()).as_deref(), Some(text));
        }
        assert_eq!(from_f64(f64::NAN), None);
        assert_eq!(from_f64(f64::INFINITY), None);
        assert_eq!(from_f64(1e40), None);
    }
}
