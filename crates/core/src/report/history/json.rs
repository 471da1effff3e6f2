//! `--format json` and `ndjson`: one object per point.

use serde::Serialize;
use serde_json::value::RawValue;

use crate::escape;
use crate::report::json::{Pairs, number};
use crate::result::history::Commit;
use crate::result::history::{Point, Series};
use crate::result::{date_text, instant_text};

/// A point as an object. Numbers are in their canonical text.
#[derive(Serialize)]
pub struct Object<'a> {
    metric: &'a str,
    /// Segment values; null is null in the data.
    by: Pairs<&'a (String, Option<String>)>,
    unit: &'a str,
    period: Option<String>,
    grain: Option<&'static str>,
    as_of: Option<String>,
    value: Option<Box<RawValue>>,
    n: Option<u64>,
    status: Option<&'static str>,
    /// The commit that says so; null for an evaluation.
    commit: Option<CommitObject<'a>>,
    /// What moved since the commit before: `first`, `none`, `definition`, `data`, `both`,
    /// `neither`, `unknown`.
    cause: Option<&'static str>,
    /// Why the value was accepted.
    reason: Option<&'a str>,
    /// What else is to be known, such as why there is no value.
    note: Option<String>,
}

#[derive(Serialize)]
struct CommitObject<'a> {
    id: &'a str,
    time: String,
    author: &'a str,
    summary: &'a str,
}

impl<'a> CommitObject<'a> {
    fn of(commit: &'a Commit) -> Self {
        Self {
            id: &commit.id,
            time: instant_text(commit.time),
            author: &commit.author,
            summary: &commit.summary,
        }
    }
}

/// A point of a series.
pub fn object<'a>(series: &'a Series, point: &'a Point) -> Object<'a> {
    let row = point.row.as_ref().ok();
    let origin = point.origin.as_ref();
    Object {
        metric: &series.metric,
        by: Pairs(series.group.iter().collect()),
        unit: &series.unit,
        period: row.map(|row| date_text(row.period.start)),
        grain: point.grain.map(|grain| grain.name()),
        as_of: point.as_of.map(instant_text),
        value: number(row.and_then(|row| row.value)),
        n: row.and_then(|row| row.n),
        status: row.map(|row| row.status.name()),
        commit: origin.map(|origin| CommitObject::of(&origin.commit)),
        cause: origin.map(|origin| origin.cause.name()),
        reason: origin.and_then(|origin| origin.reason.as_deref()),
        note: point.note(),
    }
}

fn lines(all: &[Series]) -> impl Iterator<Item = String> {
    all.iter().flat_map(|series| {
        series.points.iter().map(|point| {
            let object = object(series, point);
            escape::json::document(&serde_json::to_string(&object).unwrap_or_default())
        })
    })
}

/// An array with one object per line.
pub fn json(all: &[Series]) -> String {
    let lines: Vec<String> = lines(all).collect();
    if lines.is_empty() {
        return "[]\n".to_owned();
    }
    format!("[\n{}\n]\n", lines.join(",\n"))
}

/// One object per line.
pub fn ndjson(all: &[Series]) -> String {
    lines(all).map(|line| line + "\n").collect()
}
