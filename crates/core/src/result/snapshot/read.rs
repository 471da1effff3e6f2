//! The text of a snapshot → what it says, and what is wrong with it.

#![expect(dead_code, reason = "`record!` and `choice!` write more than is read here")]

use std::collections::BTreeSet;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use rust_decimal::Decimal;
use schemars::{Schema, json_schema};
use toml::Spanned;
use toml::de::DeValue;

use super::format::{FORMAT, Series, Snapshot};
use crate::diagnostic::{Diagnostic, FileId, Files, Span, codes};
use crate::plan::Timeline;
use crate::project::definition::project::Grain;
use crate::project::definition::read::{
    At, DateText, FromToml, HasSchema, Reader, Table, Text, choice, record,
};
use crate::result::{Group, Row, Status};

record! {
    /// A snapshot.
    struct SnapshotFile {
        format: At<u32>,
        metric: Text,
        unit: Text,
        grain: Grain,
        segments: Vec<Text>,
        series: Vec<SeriesTable>,
    }
}

record! {
    /// The values of a group.
    struct SeriesTable {
        by: Table<SegmentValue>,
        seal: Text,
        reason: Option<Text>,
        rows: Vec<RowTable>,
    }
}

record! {
    /// One value.
    struct RowTable {
        period: At<DateText>,
        value: Option<Decimal>,
        numerator: Option<Decimal>,
        denominator: Option<Decimal>,
        n: Option<u64>,
        n_open: Option<u64>,
        ci_low: Option<Decimal>,
        ci_high: Option<Decimal>,
        smallest: Option<Text>,
        with: Table<Decimal>,
        status: StatusName,
    }
}

choice! {
    /// What can be said about a value.
    enum StatusName {
        Final = "final",
        Provisional = "provisional",
        Insufficient = "insufficient",
        Undefined = "undefined",
        Suppressed = "suppressed",
    }
}

/// A segment's value: `None`, written `[]`, is null in the data.
#[derive(Debug, Clone)]
struct SegmentValue(Option<String>);

impl HasSchema for SegmentValue {
    fn schema() -> Schema {
        json_schema!({ "oneOf": [{ "type": "string" }, { "type": "array", "maxItems": 0 }] })
    }
}

impl FromToml for SegmentValue {
    const EXPECTED: &'static str = "a string, or [] for null";

    fn from_toml(value: &Spanned<DeValue<'_>>, reader: &mut Reader<'_>) -> Option<Self> {
        match value.get_ref() {
            DeValue::String(text) => Some(Self(Some(text.to_string()))),
            DeValue::Array(array) if array.is_empty() => Some(Self(None)),
            _ => reader.wrong_type(value, Self::EXPECTED),
        }
    }
}

/// Reads the snapshot of a metric. What somebody wrote into it by hand is there, and reported.
pub fn read(files: &Files, file: FileId, metric: &str) -> (Option<Snapshot>, Vec<Diagnostic>) {
    let what = format!("the snapshot of `{metric}`");
    if let Some(conflicted) = conflicted(files, file, &what) {
        return (None, vec![conflicted]);
    }
    let (read, found) = Reader::read::<SnapshotFile>(files, file);
    let Some(read) = read else {
        let place = found.first().and_then(|diagnostic| diagnostic.labels.first());
        let place = place.map_or(Span::new(file, 0..0), |label| label.span);
        let mut diagnostic = unreadable(&what, place, "goodhart did not write this");
        if let Some(first) = found.into_iter().next() {
            diagnostic = diagnostic.note(first.message);
        }
        return (None, vec![diagnostic]);
    };
    if read.metric.as_str() != metric {
        let says = "it is of another metric";
        return (None, vec![unreadable(&what, read.metric.span, says)]);
    }
    if read.format.value != FORMAT {
        let says = format!("this goodhart reads format {FORMAT}");
        return (None, vec![unreadable(&what, read.format.span, &says)]);
    }
    let mut found = Vec::new();
    let mut seals = Vec::new();
    let mut snapshot = Snapshot {
        metric: read.metric.to_string(),
        unit: read.unit.to_string(),
        grain: read.grain,
        segments: read.segments.iter().map(Text::to_string).collect(),
        series: Vec::new(),
    };
    let mut groups = BTreeSet::new();
    for table in read.series {
        let group: Group = snapshot
            .segments
            .iter()
            .filter_map(|segment| table.by.get(segment).map(|by| (segment.clone(), by.0.clone())))
            .collect();
        if group.len() != table.by.entries.len() || !groups.insert(group.clone()) {
            found.push(unreadable(&what, table.seal.span, "no group of its own"));
        }
        let mut rows = Vec::new();
        for row in table.rows {
            let span = row.period.span;
            match result(&group, row, read.grain) {
                Some(row) => rows.push(row),
                None => found.push(unreadable(&what, span, "not the first day of a period")),
            }
        }
        let reason = table.reason.map(|reason| reason.to_string());
        snapshot.series.push(Series { group, reason, rows });
        seals.push(table.seal);
    }
    let all_read = found.is_empty();
    for (series, seal) in snapshot.series.iter().zip(&seals) {
        // Without a row that cannot be read, no checksum holds.
        if all_read && snapshot.seal(series) != seal.as_str() {
            found.push(
                Diagnostic::new(&codes::SNAPSHOT_EDITED, format!("{what} was changed by hand"))
                    .at(seal.span, "these are not the rows that goodhart wrote")
                    .help("`goodhart eval` computes them anew, `goodhart accept` writes them"),
            );
        }
    }
    (Some(snapshot), found)
}

impl Snapshot {
    /// Reads what goodhart wrote about a metric, and nothing else: no edits, no markers.
    pub fn parse(metric: &str, text: &str) -> Option<Self> {
        let mut files = Files::default();
        let file = files.add(format!("{metric}.toml"), text);
        let (snapshot, found) = read(&files, file, metric);
        snapshot.filter(|_| found.is_empty())
    }
}

/// Says that `what` has the markers of a merge, where it does.
pub(super) fn conflicted(files: &Files, file: FileId, what: &str) -> Option<Diagnostic> {
    let marker = merge_marker(files.text(file))?;
    let says = format!("{what} has the markers of a merge");
    let diagnostic = Diagnostic::new(&codes::SNAPSHOT_CONFLICTED, says)
        .at(Span::new(file, marker), "two branches changed these values")
        .help("`goodhart resolve` evaluates what both branches made of it");
    Some(diagnostic)
}

pub(super) fn unreadable(what: &str, span: Span, says: &str) -> Diagnostic {
    Diagnostic::new(&codes::SNAPSHOT_UNREADABLE, format!("{what} cannot be read"))
        .at(span, says)
        .help("`goodhart eval` and `goodhart accept` write it anew")
}

/// Where a conflict of a merge begins. No line of a snapshot begins like that.
fn merge_marker(text: &str) -> Option<std::ops::Range<usize>> {
    const MARKERS: [&str; 4] = ["<<<<<<< ", "=======", ">>>>>>> ", "||||||| "];
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        if MARKERS.iter().any(|marker| line.starts_with(marker)) {
            return Some(at..at + line.trim_end().len());
        }
        at += line.len();
    }
    None
}

fn result(group: &Group, row: RowTable, grain: Grain) -> Option<Row> {
    let start: Timestamp = row.period.value.date()?.to_zoned(TimeZone::UTC).ok()?.timestamp();
    let period = Timeline::period(start, grain).ok().filter(|period| period.start == start)?;
    Some(Row {
        period,
        group: group.clone(),
        value: row.value,
        numerator: row.numerator,
        denominator: row.denominator,
        n: row.n,
        n_open: row.n_open,
        ci_low: row.ci_low,
        ci_high: row.ci_high,
        status: match row.status {
            StatusName::Final => Status::Final,
            StatusName::Provisional => Status::Provisional,
            StatusName::Insufficient => Status::Insufficient,
            StatusName::Undefined => Status::Undefined,
            StatusName::Suppressed => Status::Suppressed,
        },
        companions: row
            .with
            .entries
            .into_iter()
            .map(|(name, number)| (name.to_string(), number))
            .collect(),
        smallest: row.smallest.map(|smallest| smallest.to_string()),
    })
}
