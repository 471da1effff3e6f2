//! `--format csv`: one row per result; what depends on the metric stands in two JSON columns.

use std::collections::BTreeMap;

use rust_decimal::Decimal;
use serde::Serialize;

use crate::escape;
use crate::result::{Results, date_text, instant_text};

const HEADER: [&str; 15] = [
    "metric",
    "period",
    "grain",
    "as_of",
    "by",
    "value",
    "numerator",
    "denominator",
    "n",
    "n_open",
    "ci_low",
    "ci_high",
    "status",
    "with",
    "smallest",
];

/// All results.
pub fn csv(results: &Results) -> String {
    let mut writer = ::csv::WriterBuilder::new().from_writer(Vec::new());
    // Writing to memory cannot fail, and every record has the header's length.
    let _ = writer.write_record(HEADER);
    for metric in &results.metrics {
        for row in &metric.rows {
            let by: BTreeMap<&str, Option<&str>> =
                row.group.iter().map(|(name, value)| (name.as_str(), value.as_deref())).collect();
            let with: BTreeMap<&str, String> = row
                .companions
                .iter()
                .map(|(name, value)| (name.as_str(), value.to_string()))
                .collect();
            let _ = writer.write_record([
                text(&metric.metric),
                date_text(row.period.start),
                results.grain.name().to_owned(),
                instant_text(results.as_of),
                json(&by),
                number(row.value),
                number(row.numerator),
                number(row.denominator),
                count(row.n),
                count(row.n_open),
                number(row.ci_low),
                number(row.ci_high),
                row.status.name().to_owned(),
                json(&with),
                text(row.smallest.as_deref().unwrap_or_default()),
            ]);
        }
    }
    let bytes = writer.into_inner().unwrap_or_default();
    String::from_utf8_lossy(&bytes).into_owned()
}

/// What is not ours; numbers, dates and words of ours are no formulas.
fn text(text: &str) -> String {
    escape::csv::cell(text).into_owned()
}

fn json(value: &impl Serialize) -> String {
    text(&escape::json::document(&serde_json::to_string(value).unwrap_or_default()))
}

fn number(number: Option<Decimal>) -> String {
    number.map(|number| number.to_string()).unwrap_or_default()
}

fn count(count: Option<u64>) -> String {
    count.map(|count| count.to_string()).unwrap_or_default()
}
