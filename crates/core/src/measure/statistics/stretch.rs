//! Values of a survival curve: exact while they fit, rounded afterwards.

use super::fraction::Fraction;

/// How far a rounded survival may exceed a level and still count as having reached it, relative to
/// the level.
///
/// Far above the error of a product of a million rounded factors (about 1e-13 in practice) and far
/// below the share of a single item (1e-7 of ten million items).
const TIE_TOLERANCE: f64 = 1e-12;

/// A run of falls of the curve without an open item between them.
///
/// Within a stretch the product of the Kaplan-Meier formula telescopes to the items left over the
/// items at the start, which is exact however many falls there are.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Stretch {
    /// The survival before the first fall of the stretch.
    pub(super) base: Survival,
    /// Items at risk at the first fall of the stretch.
    pub(super) at_start: u128,
}

/// A value of the curve.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Survival {
    /// The value itself.
    Exact(Fraction),
    /// The value after the exact terms outgrew 128 bits.
    Rounded(f64),
}

impl Stretch {
    /// The value of the curve when `left` of the items at the start are still at risk.
    pub(super) fn survival(&self, left: u128) -> Survival {
        if let (Survival::Exact(base), Some(kept)) = (self.base, Fraction::new(left, self.at_start))
            && let Some(product) = base.checked_mul(kept)
        {
            return Survival::Exact(product);
        }
        Survival::Rounded(self.base.to_f64() * (left as f64 / self.at_start as f64))
    }
}

impl Survival {
    /// Before the first event.
    pub(super) const FULL: Self = Self::Exact(Fraction::ONE);

    /// The value as a float.
    pub(super) fn to_f64(self) -> f64 {
        match self {
            Self::Exact(fraction) => fraction.to_f64(),
            Self::Rounded(value) => value,
        }
    }

    /// Whether the curve has fallen to `level`.
    pub(super) fn at_most(self, level: Fraction) -> bool {
        match self {
            Self::Exact(fraction) => fraction <= level,
            Self::Rounded(value) => value <= level.to_f64() * (1.0 + TIE_TOLERANCE),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_products_fall_back_to_floats_and_keep_their_ties() {
        let mut base = Survival::FULL;
        let mut expected = 1.0;
        // Up: 1/2 * 3/4 * 5/6 ... whose terms soon need more than 128 bits.
        for odd in (1..4_000_u128).step_by(2) {
            let stretch = Stretch { base, at_start: odd + 1 };
            base = stretch.survival(odd);
            expected *= odd as f64 / (odd + 1) as f64;
        }
        assert!(matches!(base, Survival::Rounded(_)));
        assert!((base.to_f64() / expected - 1.0).abs() < 1e-13);
        // And back: 2/3 * 4/5 ... leaves 1/4000 in exact arithmetic.
        for even in (2..4_000_u128).step_by(2) {
            let stretch = Stretch { base, at_start: even + 1 };
            base = stretch.survival(even);
        }
        assert!(base.at_most(Fraction::new(1, 4_000).unwrap()));
        assert!(!base.at_most(Fraction::new(999_999, 4_000_000_000).unwrap()));
    }

    #[test]
    fn nothing_left_is_exactly_nothing() {
        for base in [Survival::FULL, Survival::Rounded(0.3)] {
            let stretch = Stretch { base, at_start: 9 };
            assert!(stretch.survival(0).at_most(Fraction::new(0, 1).unwrap()));
        }
    }
}
