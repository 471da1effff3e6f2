//! What an attacker can compute, for random tables.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::table::{Cell, hidden};
use crate::result::Group;

const SEGMENTS: [&str; 3] = ["analyst", "client", "severity"];

/// How many there are of every combination of values.
type Counts = BTreeMap<[u8; 3], u64>;

#[derive(Debug, Clone)]
struct Case {
    counts: Counts,
    /// The sets of the breakdown, a bit per segment.
    sets: Vec<u8>,
    least: u64,
}

fn case() -> impl Strategy<Value = Case> {
    let widths = (1_u8..=3, 1_u8..=3, 1_u8..=2);
    let sets = proptest::sample::subsequence((0_u8..8).collect::<Vec<_>>(), 1..=5);
    (widths, sets, 2_u64..=6).prop_flat_map(|((a, b, c), sets, least)| {
        let cells = usize::from(a) * usize::from(b) * usize::from(c);
        let sizes = prop_oneof![2 => Just(0_u64), 3 => 1_u64..8, 2 => 8_u64..60];
        proptest::collection::vec(sizes, cells).prop_map(move |sizes| {
            let keys =
                (0..a).flat_map(|x| (0..b).flat_map(move |y| (0..c).map(move |z| [x, y, z])));
            Case { counts: keys.zip(sizes).collect(), sets: sets.clone(), least }
        })
    })
}

/// A cell: its group, its size, and the combinations that it is the sum of.
type Built = (Group, u64, Vec<usize>);

fn cells(case: &Case) -> Vec<Built> {
    let mut cells: BTreeMap<Group, (u64, Vec<usize>)> = BTreeMap::new();
    for set in &case.sets {
        for (index, (key, count)) in case.counts.iter().enumerate() {
            let group: Group = (0..3)
                .filter(|at| set & (1 << at) != 0)
                // The last value is null, which is a group as any other.
                .map(|at| (SEGMENTS[at].to_owned(), (key[at] < 2).then(|| key[at].to_string())))
                .collect();
            let cell = cells.entry(group).or_default();
            cell.0 += count;
            cell.1.push(index);
        }
    }
    cells.into_iter().map(|(group, (size, of))| (group, size, of)).collect()
}

fn suppressed(case: &Case, built: &[Built]) -> Vec<bool> {
    let cells: Vec<Cell<'_>> = built
        .iter()
        .map(|(group, size, _)| Cell { group, size: *size, small: *size > 0 && *size < case.least })
        .collect();
    hidden(&cells, None, case.least)
}

fn gcd(a: i128, b: i128) -> i128 {
    if b == 0 { a.abs() } else { gcd(b, a % b) }
}

/// Rows of whole numbers in echelon form, without a row of zeros.
fn echelon(mut rows: Vec<Vec<i128>>) -> Vec<Vec<i128>> {
    let width = rows.first().map_or(0, Vec::len);
    let mut done = Vec::new();
    for column in 0..width {
        let Some(at) = rows.iter().position(|row| row[column] != 0) else { continue };
        let pivot = rows.swap_remove(at);
        for row in &mut rows {
            let (a, b) = (pivot[column], row[column]);
            for (to, from) in row.iter_mut().zip(&pivot) {
                *to = *to * a - from * b;
            }
            let common = row.iter().fold(0, |common, n| gcd(common, *n)).max(1);
            row.iter_mut().for_each(|n| *n /= common);
        }
        done.push(pivot);
    }
    done
}

fn rank(rows: Vec<Vec<i128>>) -> usize {
    echelon(rows).len()
}

/// Whether the size of a cell follows from those that are shown: its sum over the combinations is
/// a combination of theirs.
fn computable(shown: &[Vec<i128>], cell: &[i128]) -> bool {
    let mut with = shown.to_vec();
    with.push(cell.to_vec());
    rank(with) == rank(shown.to_vec())
}

fn indicator(of: &[usize], width: usize) -> Vec<i128> {
    (0..width).map(|index| i128::from(of.contains(&index))).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn nothing_small_can_be_computed(case in case()) {
        let built = cells(&case);
        let hidden = suppressed(&case, &built);
        let width = case.counts.len();
        let shown: Vec<Vec<i128>> = built
            .iter()
            .zip(&hidden)
            .filter(|(_, hidden)| !**hidden)
            .map(|((.., of), _)| indicator(of, width))
            .collect();
        for ((group, size, of), hidden) in built.iter().zip(&hidden) {
            if *size > 0 && *size < case.least {
                prop_assert!(*hidden, "{group:?} is shown");
                let cell = indicator(of, width);
                prop_assert!(!computable(&shown, &cell), "{group:?} can be computed");
            }
        }
    }

    #[test]
    fn nothing_is_hidden_where_nothing_is_small(case in case()) {
        let built = cells(&case);
        let small = built.iter().any(|(_, size, _)| *size > 0 && *size < case.least);
        let hidden = suppressed(&case, &built);
        prop_assert_eq!(hidden.iter().any(|hidden| *hidden), small);
        // A group of nobody says nothing of anybody.
        for ((_, size, _), hidden) in built.iter().zip(hidden) {
            prop_assert!(*size > 0 || !hidden);
        }
    }

    #[test]
    fn what_is_hidden_of_a_shown_whole_is_no_small_group(case in case()) {
        let built = cells(&case);
        let hidden = suppressed(&case, &built);
        let of = |group: &Group, part: &Group| {
            group.len() < part.len() && group.iter().all(|segment| part.contains(segment))
        };
        for ((whole, ..), _) in built.iter().zip(&hidden).filter(|(_, hidden)| !**hidden) {
            let mut sums: BTreeMap<Vec<&str>, Vec<u64>> = BTreeMap::new();
            for ((part, size, _), hidden) in built.iter().zip(&hidden) {
                if *hidden && of(whole, part) {
                    let set = part.iter().map(|(name, _)| name.as_str()).collect();
                    sums.entry(set).or_default().push(*size);
                }
            }
            for (set, sizes) in sums {
                prop_assert!(sizes.len() >= 2, "{whole:?} by {set:?}");
                prop_assert!(sizes.iter().sum::<u64>() >= case.least, "{whole:?} by {set:?}");
            }
        }
    }
}
