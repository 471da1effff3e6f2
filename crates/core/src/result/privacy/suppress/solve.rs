//! Which unknowns of a system of sums have only one solution.
//!
//! What the sums are does not matter for that, only what is added up. The arithmetic is modulo a
//! prime near 2^61: exact, without numbers that grow, and with such sums as stand here a
//! coefficient that vanishes by accident is not to be expected.

use std::collections::{BTreeMap, BTreeSet};

const PRIME: u64 = (1 << 61) - 1;

/// A row of coefficients that are not zero, by unknown.
type Row = BTreeMap<usize, u64>;

/// The unknowns that are determined by `rows`, whatever these add up to.
pub fn determined(rows: Vec<BTreeMap<usize, i8>>) -> BTreeSet<usize> {
    let mut reduced: BTreeMap<usize, Row> = BTreeMap::new();
    for row in rows {
        let mut row: Row =
            row.into_iter().map(|(at, sign)| (at, if sign < 0 { PRIME - 1 } else { 1 })).collect();
        let known: Vec<usize> = row.keys().copied().filter(|at| reduced.contains_key(at)).collect();
        for pivot in known {
            if let (Some(by), Some(&factor)) = (reduced.get(&pivot), row.get(&pivot)) {
                subtract(&mut row, by, factor);
            }
        }
        let Some((&pivot, &first)) = row.first_key_value() else {
            continue;
        };
        let inverse = power(first, PRIME - 2);
        for factor in row.values_mut() {
            *factor = times(*factor, inverse);
        }
        for other in reduced.values_mut() {
            if let Some(&factor) = other.get(&pivot) {
                subtract(other, &row, factor);
            }
        }
        reduced.insert(pivot, row);
    }
    reduced.into_iter().filter(|(_, row)| row.len() == 1).map(|(pivot, _)| pivot).collect()
}

/// `row - by * factor`
fn subtract(row: &mut Row, by: &Row, factor: u64) {
    for (&at, &coefficient) in by {
        let before = row.remove(&at).unwrap_or(0);
        let after = (before + PRIME - times(coefficient, factor)) % PRIME;
        if after != 0 {
            row.insert(at, after);
        }
    }
}

fn times(a: u64, b: u64) -> u64 {
    (u128::from(a) * u128::from(b) % u128::from(PRIME)) as u64
}

fn power(base: u64, exponent: u64) -> u64 {
    let (mut base, mut exponent, mut result) = (base, exponent, 1);
    while exponent > 0 {
        if exponent % 2 == 1 {
            result = times(result, base);
        }
        base = times(base, base);
        exponent /= 2;
    }
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(coefficients: &[(usize, i8)]) -> BTreeMap<usize, i8> {
        coefficients.iter().copied().collect()
    }

    #[test]
    fn an_unknown_alone_in_a_sum_is_known() {
        assert_eq!(determined(vec![row(&[(7, 1)])]), BTreeSet::from([7]));
        assert_eq!(determined(vec![row(&[(7, 1), (8, 1)])]), BTreeSet::new());
        assert_eq!(
            determined(vec![row(&[(7, 1), (8, 1)]), row(&[(8, -1)])]),
            BTreeSet::from([7, 8])
        );
    }

    #[test]
    fn a_bridge_between_two_cycles_is_known() {
        // Two squares of a table, each with two unknowns a row and column, and one cell between.
        let rows = [
            row(&[(0, 1), (1, 1)]),
            row(&[(2, 1), (3, 1), (8, 1)]),
            row(&[(4, 1), (5, 1)]),
            row(&[(6, 1), (7, 1)]),
            row(&[(0, 1), (2, 1)]),
            row(&[(1, 1), (3, 1)]),
            row(&[(4, 1), (6, 1), (8, 1)]),
            row(&[(5, 1), (7, 1)]),
        ];
        assert_eq!(determined(rows.to_vec()), BTreeSet::from([8]));
    }
}
