//! Values of sensitive segments → pseudonyms.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::Key;
use crate::result::MetricResults;

/// Ten digits are 50 bits: short enough to be read out, and two of ten thousand people share
/// them once in twenty million projects.
const SHORT: usize = 10;
/// What those have who share the short one.
const LONG: usize = 26;

/// Replaces the values of sensitive segments, by metric. Returns the metrics that had any from the
/// period that begins at `since`. A null stays one: it is nobody. Rows are sorted by the pseudonyms, since an order by what stood there
/// would tell something of it.
pub fn replace(
    key: &Key,
    sensitive: &BTreeMap<String, BTreeSet<String>>,
    since: Option<Timestamp>,
    metrics: &mut BTreeMap<String, MetricResults>,
) -> BTreeSet<String> {
    let mut replaced = BTreeSet::new();
    let mut values: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for (id, segments) in sensitive {
        let rows = metrics.get(id).into_iter().flat_map(|results| &results.rows);
        for (row, (segment, value)) in rows.flat_map(|row| row.group.iter().map(move |s| (row, s)))
        {
            if let (Some(segment), Some(value)) = (segments.get(segment), value) {
                values.entry(segment).or_default().insert(value.clone());
                if Some(row.period.start) >= since {
                    replaced.insert(id.clone());
                }
            }
        }
    }
    let names: BTreeMap<&str, BTreeMap<String, String>> = values
        .into_iter()
        .map(|(segment, values)| {
            let digits = |value: &str, length| key.digits(segment, value, length);
            (segment, named(segment, values, digits))
        })
        .collect();
    for (id, segments) in sensitive {
        let Some(results) = metrics.get_mut(id) else {
            continue;
        };
        for (segment, value) in results.rows.iter_mut().flat_map(|row| &mut row.group) {
            if segments.contains(segment) {
                let known = names.get(segment.as_str());
                *value = value.as_ref().and_then(|value| known?.get(value)).cloned();
            }
        }
        results.sort();
    }
    replaced
}

/// The pseudonym of each value. Two values never share one: they would be one group.
fn named(
    segment: &str,
    values: BTreeSet<String>,
    digits: impl Fn(&str, usize) -> String,
) -> BTreeMap<String, String> {
    let mut shared: BTreeMap<String, usize> = BTreeMap::new();
    for value in &values {
        *shared.entry(digits(value, SHORT)).or_default() += 1;
    }
    values
        .into_iter()
        .map(|value| {
            let short = digits(&value, SHORT);
            let alone = shared.get(&short) == Some(&1);
            let digits = if alone { short } else { digits(&value, LONG) };
            let name = format!("{segment}-{digits}");
            (value, name)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_that_share_the_short_digits_get_long_ones() {
        let values = BTreeSet::from(["a".to_owned(), "b".to_owned(), "c".to_owned()]);
        let names = named("analyst", values, |value, length| match (value, length) {
            ("c", SHORT) => "other".to_owned(),
            (_, SHORT) => "same".to_owned(),
            (value, _) => format!("long-{value}"),
        });
        let names: Vec<&str> = names.values().map(String::as_str).collect();
        assert_eq!(names, ["analyst-long-a", "analyst-long-b", "analyst-other"]);
    }
}
