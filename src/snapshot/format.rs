//! `snapshots/<metric>.toml`: a short header, then one row per line.
//!
//! Sorted by group and then by period, so that a changed value is a changed line, the history of
//! a segment reads from top to bottom, and two branches that touch different segments merge.
//! There is no time of evaluation, no host and no duration.

use std::fmt::Write;

use serde::Deserialize;

use crate::catalog::Metric;
use crate::definition::project::Grain;
use crate::escape::toml::{key, string};
use crate::result::{MetricResults, Row, date_text};

/// The version of this format.
pub const FORMAT: u32 = 1;

/// The snapshot of a metric.
pub fn render(metric: &Metric, results: &MetricResults, grain: Grain) -> String {
    let mut text = String::from("# Written by `goodhart accept`. Review it, do not edit it.\n");
    let definition = &metric.definition;
    let segments: Vec<String> = metric.segments().into_iter().map(string).collect();
    let header = [
        ("format", FORMAT.to_string()),
        ("metric", string(&metric.id)),
        ("unit", string(&definition.unit.value.name())),
        ("grain", string(grain.name())),
        ("segments", format!("[{}]", segments.join(", "))),
    ];
    for (key, value) in header {
        let _ = writeln!(text, "{key} = {value}");
    }
    text.push_str("rows = [\n");
    for row in &results.rows {
        let _ = writeln!(text, "  {{ {} }},", line(row));
    }
    text.push_str("]\n");
    text
}

/// Whether a text is a snapshot of a metric, as far as its header tells.
pub fn is_snapshot(text: &str, metric: &str) -> bool {
    #[derive(Deserialize)]
    struct Header {
        format: u32,
        metric: String,
    }
    let header = toml::from_str::<Header>(text);
    header.is_ok_and(|header| header.format == FORMAT && header.metric == metric)
}

/// The keys of a row; what has no value has no key.
fn line(row: &Row) -> String {
    let mut fields = vec![format!("period = {}", date_text(row.period.start))];
    for (segment, value) in &row.group {
        // A null in the data is not the empty text, and TOML has no null: an empty array.
        let value = value.as_deref().map_or("[]".to_owned(), string);
        fields.push(format!("by.{} = {value}", key(segment)));
    }
    let mut field = |name: &str, value: Option<String>| {
        if let Some(value) = value {
            fields.push(format!("{name} = {value}"));
        }
    };
    field("value", row.value.map(|number| number.to_string()));
    field("numerator", row.numerator.map(|number| number.to_string()));
    field("denominator", row.denominator.map(|number| number.to_string()));
    field("n", row.n.map(|count| count.to_string()));
    field("n_open", row.n_open.map(|count| count.to_string()));
    field("ci_low", row.ci_low.map(|number| number.to_string()));
    field("ci_high", row.ci_high.map(|number| number.to_string()));
    field("smallest", row.smallest.as_deref().map(string));
    for (name, number) in &row.companions {
        field(&format!("with.{}", key(name)), Some(number.to_string()));
    }
    field("status", Some(string(row.status.name())));
    fields.join(", ")
}
