//! Random draws that come out the same on any machine.
//!
//! The raw numbers are ChaCha8's, whose output for a seed is specified. What
//! is made of them here uses integers only.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};

/// The seed of the whole data set.
const SEED: u64 = 20_260_701;

/// One subject's stream of random numbers.
pub struct Stream(ChaCha8Rng);

impl Stream {
    /// The key of a stream is the seed (8 bytes) and the subject's name (up to
    /// 24 bytes), so a change to one subject leaves the draws of others alone.
    pub fn of(subject: &str) -> Self {
        let mut key = [0; 32];
        key[..8].copy_from_slice(&SEED.to_le_bytes());
        key[8..8 + subject.len()].copy_from_slice(subject.as_bytes());
        Self(ChaCha8Rng::from_seed(key))
    }

    /// A number from 0 to `bound` - 1: the high half of a 64 x 64 bit product.
    /// Its bias is below `bound` / 2^64, far under what these tables can show.
    pub fn below(&mut self, bound: u64) -> u64 {
        let product = u128::from(self.0.next_u64()) * u128::from(bound);
        (product >> 64) as u64
    }

    /// A number from `low` to `high`, both included.
    pub fn between(&mut self, low: i64, high: i64) -> i64 {
        low + self.below(high.abs_diff(low) + 1) as i64
    }

    /// True in `permille` of 1000 cases.
    pub fn chance(&mut self, permille: u64) -> bool {
        self.below(1000) < permille
    }

    pub fn index(&mut self, length: usize) -> usize {
        self.below(length as u64) as usize
    }

    pub fn pick<T: Copy>(&mut self, items: &[T]) -> T {
        items[self.index(items.len())]
    }

    /// An index, drawn in proportion to its weight.
    pub fn weighted(&mut self, weights: impl IntoIterator<Item = u64> + Clone) -> usize {
        let total: u64 = weights.clone().into_iter().sum();
        let mut left = self.below(total);
        for (index, weight) in weights.into_iter().enumerate() {
            if left < weight {
                return index;
            }
            left -= weight;
        }
        unreachable!("the draw is below the sum of the weights")
    }

    /// A duration with this median and a long right tail, as handling times
    /// have. Near a lognormal with sigma 1.1, but read from a table because
    /// `exp` differs between machines in its last digit.
    pub fn skewed(&mut self, median: i64) -> i64 {
        const QUANTILES: [(i64, i64); 10] = [
            // (share of draws below, multiple of the median), in 1/1000
            (0, 60),
            (100, 245),
            (250, 475),
            (500, 1_000),
            (750, 2_100),
            (900, 4_100),
            (950, 6_100),
            (980, 9_600),
            (995, 17_000),
            (1_000, 24_000),
        ];
        let share = self.between(0, 999_999);
        let above = QUANTILES.partition_point(|(q, _)| q * 1_000 <= share);
        let (q0, m0) = QUANTILES[above - 1];
        let (q1, m1) = QUANTILES[above];
        // Millionths of the way through, and then of the median.
        let multiple = m0 * 1_000 + (m1 - m0) * (share - q0 * 1_000) / (q1 - q0);
        median * multiple / 1_000_000
    }
}
