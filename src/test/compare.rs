//! Expected rows × actual rows → pairs.
//!
//! Only the columns that an expected row names are compared.

use jiff::tz::TimeZone;
use rust_decimal::Decimal;

use crate::definition::read::Value;
use crate::definition::test::GivenRow;
use crate::result::canonical;

/// A row of a result: its columns and values, null where there is none.
pub type Actual = Vec<(String, Option<Value>)>;

/// An expected row and what it was found to be, by index. One of them is there.
pub type Pair = (Option<usize>, Option<usize>);

pub fn cell<'a>(row: &'a Actual, column: &str) -> Option<&'a Value> {
    row.iter().find(|(name, _)| name == column).and_then(|(_, value)| value.as_ref())
}

/// Whether a value is the expected one. Numbers are compared as decimals, dates as midnight UTC;
/// an empty list is null, or the empty list.
pub fn equal(expected: &Value, actual: Option<&Value>) -> bool {
    let Some(actual) = actual else {
        return expected.is_empty_list();
    };
    match (number(expected), number(actual)) {
        (Some(expected), Some(actual)) => expected == actual,
        _ => midnight(expected) == midnight(actual),
    }
}

fn number(value: &Value) -> Option<Decimal> {
    match value {
        Value::Integer(number) => Some(Decimal::from(*number)),
        Value::Decimal(number) => Some(canonical(*number)),
        _ => None,
    }
}

fn midnight(value: &Value) -> Value {
    match value {
        Value::Date(date) => date
            .to_zoned(TimeZone::UTC)
            .map_or_else(|_| value.clone(), |zoned| Value::Instant(zoned.timestamp())),
        other => other.clone(),
    }
}

/// How many of an expected row's columns are as they are expected; all of them is a match.
fn likeness(expected: &GivenRow, actual: &Actual) -> (usize, bool) {
    let all = expected.value.entries.len();
    let like = expected
        .value
        .iter()
        .filter(|(name, literal)| equal(&literal.value, cell(actual, name)))
        .count();
    (like, like == all)
}

/// Pairs rows that say the same under all `keys`.
pub fn by_key(expected: &[GivenRow], actual: &[Actual], keys: &[&str]) -> Vec<Pair> {
    pair(expected.len(), actual, |index, found| {
        keys.iter().all(|key| {
            let wanted = expected[index].value.get(key);
            wanted.is_some_and(|wanted| equal(&wanted.value, cell(found, key)))
        })
    })
}

/// Pairs each of so many expected rows with the first row that is left and the `same`.
pub fn pair(
    expected: usize,
    actual: &[Actual],
    same: impl Fn(usize, &Actual) -> bool,
) -> Vec<Pair> {
    let mut taken = vec![false; actual.len()];
    let mut pairs: Vec<Pair> = Vec::new();
    for index in 0..expected {
        let found = (0..actual.len()).find(|at| !taken[*at] && same(index, &actual[*at]));
        if let Some(at) = found {
            taken[at] = true;
        }
        pairs.push((Some(index), found));
    }
    pairs.extend((0..actual.len()).filter(|at| !taken[*at]).map(|at| (None, Some(at))));
    pairs
}

/// Pairs as many rows as possible that are wholly as expected, in any order, and then those that
/// are left with the ones that are most like them.
pub fn by_likeness(expected: &[GivenRow], actual: &[Actual]) -> Vec<Pair> {
    let matches: Vec<Vec<usize>> = expected
        .iter()
        .map(|row| (0..actual.len()).filter(|at| likeness(row, &actual[*at]).1).collect())
        .collect();
    let mut owner: Vec<Option<usize>> = vec![None; actual.len()];
    for index in 0..expected.len() {
        augment(index, &matches, &mut owner, &mut vec![false; actual.len()]);
    }
    let mut of: Vec<Option<usize>> = vec![None; expected.len()];
    for (at, index) in owner.iter().enumerate() {
        if let Some(index) = index {
            of[*index] = Some(at);
        }
    }
    for index in 0..expected.len() {
        if of[index].is_some() {
            continue;
        }
        let nearest = (0..actual.len())
            .filter(|at| !of.contains(&Some(*at)))
            .map(|at| (likeness(&expected[index], &actual[at]).0, at))
            .filter(|(like, _)| *like > 0)
            .max_by_key(|(like, at)| (*like, std::cmp::Reverse(*at)));
        of[index] = nearest.map(|(_, at)| at);
    }
    let mut pairs: Vec<Pair> =
        of.iter().enumerate().map(|(index, at)| (Some(index), *at)).collect();
    let unexpected = (0..actual.len()).filter(|at| !of.contains(&Some(*at)));
    pairs.extend(unexpected.map(|at| (None, Some(at))));
    pairs
}

/// Finds a row for an expected one, if need be by finding another one for whoever has it.
fn augment(
    index: usize,
    matches: &[Vec<usize>],
    owner: &mut [Option<usize>],
    seen: &mut [bool],
) -> bool {
    for &at in &matches[index] {
        if seen[at] {
            continue;
        }
        seen[at] = true;
        let free = match owner[at] {
            None => true,
            Some(other) => augment(other, matches, owner, seen),
        };
        if free {
            owner[at] = Some(index);
            return true;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::definition::read::{At, Literal, Table, Text};
    use crate::diagnostic::{Files, Span};

    fn row(cells: &[(&str, i64)]) -> GivenRow {
        let span = Span::new(Files::default().add("x", ""), 0..0);
        let entries = cells
            .iter()
            .map(|(name, value)| {
                (Text::new(*name, span), Literal { value: Value::Integer(*value), span })
            })
            .collect();
        At { value: Table { entries }, span }
    }

    fn found(a: i64, b: i64) -> Actual {
        vec![("a".to_owned(), Some(Value::Integer(a))), ("b".to_owned(), Some(Value::Integer(b)))]
    }

    #[test]
    fn a_vague_row_leaves_the_only_match_to_an_exact_one() {
        let expected = [row(&[("a", 1)]), row(&[("a", 1), ("b", 1)])];
        let actual = [found(1, 1), found(1, 2)];
        assert_eq!(by_likeness(&expected, &actual), [(Some(0), Some(1)), (Some(1), Some(0))]);
    }

    #[test]
    fn what_matches_nothing_goes_with_what_is_most_like_it() {
        let expected = [row(&[("a", 1), ("b", 9)]), row(&[("a", 7)])];
        let actual = [found(2, 2), found(1, 1)];
        assert_eq!(
            by_likeness(&expected, &actual),
            [(Some(0), Some(1)), (Some(1), None), (None, Some(0))]
        );
    }

    #[test]
    fn numbers_are_compared_as_decimals_and_dates_as_midnight() {
        let decimal = |text: &str| Value::Decimal(text.parse().unwrap());
        assert!(equal(&decimal("20.0"), Some(&Value::Integer(20))));
        assert!(!equal(&decimal("0.33"), Some(&decimal("0.333333"))));
        let date = Value::Date("2026-06-01".parse().unwrap());
        let instant = Value::Instant("2026-06-01T00:00:00Z".parse().unwrap());
        assert!(equal(&date, Some(&instant)));
        assert!(equal(&Value::List(Vec::new()), None));
    }
}
