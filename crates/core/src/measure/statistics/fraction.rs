//! A probability as an exact fraction, for as long as it fits.

use std::cmp::Ordering;

/// A fraction between 0 and 1 in lowest terms.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Fraction {
    numerator: u128,
    denominator: u128,
}

impl Fraction {
    /// The certain event.
    pub(super) const ONE: Self = Self { numerator: 1, denominator: 1 };

    /// `part / whole`, reduced; `None` unless `part <= whole` and `whole > 0`.
    pub(super) fn new(part: u128, whole: u128) -> Option<Self> {
        let divisor = greatest_common_divisor(part, whole);
        (whole > 0 && part <= whole)
            .then(|| Self { numerator: part / divisor, denominator: whole / divisor })
    }

    /// The product of two fractions; `None` when it does not fit.
    ///
    /// Cancelling crosswise before multiplying keeps the terms the smallest possible, so `None`
    /// means that the reduced product itself needs more than 128 bits.
    pub(super) fn checked_mul(self, other: Self) -> Option<Self> {
        let left = greatest_common_divisor(self.numerator, other.denominator);
        let right = greatest_common_divisor(other.numerator, self.denominator);
        Some(Self {
            numerator: (self.numerator / left).checked_mul(other.numerator / right)?,
            denominator: (self.denominator / right).checked_mul(other.denominator / left)?,
        })
    }

    /// The nearest float to within two roundings; exact terms below 2^53 give the nearest one.
    pub(super) fn to_f64(self) -> f64 {
        self.numerator as f64 / self.denominator as f64
    }
}

impl Ord for Fraction {
    /// Compares without multiplying, hence without overflow: Euclid's algorithm runs on both
    /// fractions in step until the whole parts differ.
    fn cmp(&self, other: &Self) -> Ordering {
        let (mut a, mut b) = (self.numerator, self.denominator);
        let (mut c, mut d) = (other.numerator, other.denominator);
        loop {
            let whole = (a / b).cmp(&(c / d));
            let (left, right) = (a % b, c % d);
            match (whole, left, right) {
                (Ordering::Equal, 0, 0) => return Ordering::Equal,
                (Ordering::Equal, 0, _) => return Ordering::Less,
                (Ordering::Equal, _, 0) => return Ordering::Greater,
                // left/b < right/d exactly when d/right < b/left: swap the sides and go on.
                (Ordering::Equal, _, _) => (a, b, c, d) = (d, right, b, left),
                (different, _, _) => return different,
            }
        }
    }
}

impl PartialOrd for Fraction {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// The greatest common divisor, at least 1 (also of two zeros, so that it can always divide).
///
/// The binary algorithm: a 128-bit division is many times slower than a shift and a subtraction.
fn greatest_common_divisor(mut a: u128, mut b: u128) -> u128 {
    if a == 0 || b == 0 {
        return (a | b).max(1);
    }
    let shared_twos = (a | b).trailing_zeros();
    a >>= a.trailing_zeros();
    while b != 0 {
        b >>= b.trailing_zeros();
        if a > b {
            (a, b) = (b, a);
        }
        b -= a;
    }
    a << shared_twos
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fraction(part: u128, whole: u128) -> Fraction {
        Fraction::new(part, whole).unwrap()
    }

    #[test]
    fn divisors() {
        for (a, b, expected) in [
            (0, 0, 1),
            (0, 7, 7),
            (7, 0, 7),
            (12, 18, 6),
            (17, 5, 1),
            (1 << 127, 1 << 100, 1 << 100),
            (u128::MAX, u128::MAX, u128::MAX),
        ] {
            assert_eq!(greatest_common_divisor(a, b), expected);
        }
    }

    #[test]
    fn only_probabilities_are_fractions() {
        assert_eq!(Fraction::new(1, 0), None);
        assert_eq!(Fraction::new(0, 0), None);
        assert_eq!(Fraction::new(3, 2), None);
        assert_eq!(Fraction::new(4, 4), Some(Fraction::ONE));
    }

    #[test]
    fn products_are_reduced_and_overflow_is_reported() {
        assert_eq!(fraction(3, 4).checked_mul(fraction(2, 3)), Some(fraction(1, 2)));
        let tiny = fraction(1, u128::MAX);
        assert_eq!(tiny.checked_mul(fraction(1, 2)), None);
        assert_eq!(tiny.checked_mul(fraction(0, 1)), Some(fraction(0, 1)));
        assert_eq!(
            fraction(u128::MAX - 1, u128::MAX).checked_mul(Fraction::ONE),
            Some(fraction(u128::MAX - 1, u128::MAX))
        );
    }

    #[test]
    fn order_agrees_with_cross_multiplication() {
        for b in 1..14 {
            for a in 0..=b {
                for d in 1..14 {
                    for c in 0..=d {
                        assert_eq!(
                            fraction(a, b).cmp(&fraction(c, d)),
                            (a * d).cmp(&(c * b)),
                            "{a}/{b} and {c}/{d}"
                        );
                    }
                }
            }
        }
        let nearly_one = fraction(u128::MAX - 1, u128::MAX);
        assert!(fraction(u128::MAX - 2, u128::MAX - 1) < nearly_one);
        assert!(nearly_one < Fraction::ONE);
    }
}
