//! `--format json` and `ndjson`: one object per result.

use serde::Serialize;
use serde::ser::SerializeMap;
use serde_json::value::RawValue;

use crate::escape;
use crate::result::{Results, Row, date_text, instant_text};

/// A result as an object. Numbers are in their canonical text.
#[derive(Serialize)]
struct Object<'a> {
    metric: &'a str,
    period: String,
    grain: &'static str,
    as_of: &'a str,
    /// Segment values; null is null in the data.
    by: Pairs<&'a (String, Option<String>)>,
    value: Option<Box<RawValue>>,
    numerator: Option<Box<RawValue>>,
    denominator: Option<Box<RawValue>>,
    n: Option<u64>,
    n_open: Option<u64>,
    ci_low: Option<Box<RawValue>>,
    ci_high: Option<Box<RawValue>>,
    status: &'static str,
    with: Pairs<(&'a str, Option<Box<RawValue>>)>,
    smallest: Option<&'a str>,
}

/// A map in the order of a list.
pub(super) struct Pairs<T>(pub(super) Vec<T>);

impl Serialize for Pairs<&(String, Option<String>)> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (key, value) in &self.0 {
            map.serialize_entry(key, value)?;
        }
        map.end()
    }
}

impl Serialize for Pairs<(&str, Option<Box<RawValue>>)> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (key, value) in &self.0 {
            map.serialize_entry(key, value)?;
        }
        map.end()
    }
}

pub(super) fn number(number: Option<rust_decimal::Decimal>) -> Option<Box<RawValue>> {
    RawValue::from_string(number?.to_string()).ok()
}

fn object<'a>(metric: &'a str, row: &'a Row, results: &Results, as_of: &'a str) -> Object<'a> {
    Object {
        metric,
        period: date_text(row.period.start),
        grain: results.grain.name(),
        as_of,
        by: Pairs(row.group.iter().collect()),
        value: number(row.value),
        numerator: number(row.numerator),
        denominator: number(row.denominator),
        n: row.n,
        n_open: row.n_open,
        ci_low: number(row.ci_low),
        ci_high: number(row.ci_high),
        status: row.status.name(),
        with: Pairs(
            row.companions
                .iter()
                .map(|(name, value)| (name.as_str(), number(Some(*value))))
                .collect(),
        ),
        smallest: row.smallest.as_deref(),
    }
}

fn lines(results: &Results) -> impl Iterator<Item = String> {
    let as_of = instant_text(results.as_of);
    results.metrics.iter().flat_map(move |metric| {
        let as_of = as_of.clone();
        metric.rows.iter().map(move |row| {
            let object = object(&metric.metric, row, results, &as_of);
            escape::json::document(&serde_json::to_string(&object).unwrap_or_default())
        })
    })
}

/// An array with one object per line.
pub fn json(results: &Results) -> String {
    let lines: Vec<String> = lines(results).collect();
    if lines.is_empty() {
        return "[]\n".to_owned();
    }
    format!("[\n{}\n]\n", lines.join(",\n"))
}

/// One object per line.
pub fn ndjson(results: &Results) -> String {
    lines(results).map(|line| line + "\n").collect()
}
