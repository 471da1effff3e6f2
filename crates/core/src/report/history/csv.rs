//! `--format csv`: one row per point.

use std::collections::BTreeMap;

use crate::escape;
use crate::result::history::Series;
use crate::result::{date_text, instant_text};

const HEADER: [&str; 15] = [
    "metric", "by", "period", "grain", "as_of", "value", "n", "status", "commit", "time", "author",
    "summary", "cause", "reason", "note",
];

/// All points of all series, each series with its oldest first.
pub fn csv(all: &[Series]) -> String {
    let mut writer = ::csv::WriterBuilder::new().from_writer(Vec::new());
    // Writing to memory cannot fail, and every record has the header's length.
    let _ = writer.write_record(HEADER);
    for series in all {
        let by: BTreeMap<&str, Option<&str>> =
            series.group.iter().map(|(name, value)| (name.as_str(), value.as_deref())).collect();
        let by = escape::json::document(&serde_json::to_string(&by).unwrap_or_default());
        for point in &series.points {
            let row = point.row.as_ref().ok();
            let origin = point.origin.as_ref();
            let commit = origin.map(|origin| &origin.commit);
            let value = row.and_then(|row| row.value);
            let n = row.and_then(|row| row.n);
            let reason = origin.and_then(|origin| origin.reason.as_deref());
            let _ = writer.write_record([
                text(&series.metric),
                text(&by),
                row.map(|row| date_text(row.period.start)).unwrap_or_default(),
                point.grain.map_or("", |grain| grain.name()).to_owned(),
                point.as_of.map(instant_text).unwrap_or_default(),
                value.map(|value| value.to_string()).unwrap_or_default(),
                n.map(|n| n.to_string()).unwrap_or_default(),
                row.map_or("", |row| row.status.name()).to_owned(),
                commit.map_or("", |commit| &commit.id).to_owned(),
                commit.map(|commit| instant_text(commit.time)).unwrap_or_default(),
                text(commit.map_or("", |commit| &commit.author)),
                text(commit.map_or("", |commit| &commit.summary)),
                origin.map_or("", |origin| origin.cause.name()).to_owned(),
                text(reason.unwrap_or_default()),
                text(&point.note().unwrap_or_default()),
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
