//! `snapshots/<metric>.toml`: a short header, then a table per group with one row per line.
//!
//! Sorted by group and then by period, so that a changed value is a changed line, the history of
//! a segment reads from top to bottom, and two branches that touch different segments merge: what
//! belongs to a group changes between two lines that never do.
//! There is no time of evaluation, no host and no duration.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use crate::escape::toml::{key, string};
use crate::project::catalog::Metric;
use crate::project::definition::project::Grain;
use crate::result::{Group, MetricResults, Row, date_text};

/// The version of this format.
pub const FORMAT: u32 = 2;

/// Hexadecimal digits of a checksum: it finds what was edited by hand, and is no signature.
const SEAL_LENGTH: usize = 8;

/// What a snapshot says of a metric.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snapshot {
    pub metric: String,
    /// The name of the unit of all values.
    pub unit: String,
    pub grain: Grain,
    pub segments: Vec<String>,
    /// In the order of [`MetricResults`]: totals first, then fewer segments before more.
    pub series: Vec<Series>,
}

/// The values of a group over time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Series {
    pub group: Group,
    /// Why its values were accepted when they last changed, where somebody said so.
    pub reason: Option<String>,
    /// In the order of their periods.
    pub rows: Vec<Row>,
}

impl Snapshot {
    /// What an evaluation found. Groups whose values are those of the snapshot `before` keep the
    /// reason for which they were accepted.
    pub fn new(
        metric: &Metric,
        results: &MetricResults,
        grain: Grain,
        before: Option<&Self>,
    ) -> Self {
        let series = results.series().map(|rows| Series {
            group: rows.first().map_or_else(Group::new, |row| row.group.clone()),
            reason: None,
            rows: rows.to_vec(),
        });
        let mut snapshot = Self {
            metric: metric.id.clone(),
            unit: metric.definition.unit.value.name(),
            grain,
            segments: metric.segments().into_iter().map(str::to_owned).collect(),
            series: series.collect(),
        };
        snapshot.explain(before, None);
        snapshot
    }

    /// Gives the groups that changed since `before` the `reason`; the others keep theirs.
    pub fn explain(&mut self, before: Option<&Self>, reason: Option<&str>) {
        let old = before.filter(|before| before.is_comparable(self)).map(Self::index);
        for series in &mut self.series {
            let old = old.as_ref().and_then(|old| old.get(&series.group));
            series.reason = match old.filter(|old| old.rows == series.rows) {
                Some(old) => old.reason.clone(),
                None => reason.map(str::to_owned),
            };
        }
    }

    /// Whether the values of both can stand side by side: those of one can take the place of the
    /// other's.
    pub fn is_comparable(&self, other: &Self) -> bool {
        (&self.metric, &self.unit, self.grain, &self.segments)
            == (&other.metric, &other.unit, other.grain, &other.segments)
    }

    /// The same with the values of some `groups` as `other` has them; without a group where `other`
    /// has none of it.
    #[must_use]
    pub fn with_groups(&self, groups: &[Group], other: &Self) -> Self {
        let groups: BTreeSet<&Group> = groups.iter().collect();
        let kept = self.series.iter().filter(|series| !groups.contains(&series.group));
        let taken = other.series.iter().filter(|series| groups.contains(&series.group));
        let mut series: Vec<Series> = kept.chain(taken).cloned().collect();
        series.sort_by(|a, b| (a.group.len(), &a.group).cmp(&(b.group.len(), &b.group)));
        Self { series, ..self.clone() }
    }

    /// The groups whose values are not those of `other`, in order, with those that only one has.
    pub fn changed_groups(&self, other: &Self) -> Vec<Group> {
        let (ours, theirs) = (self.index(), other.index());
        let comparable = self.is_comparable(other);
        let all: BTreeSet<(usize, &Group)> =
            ours.keys().chain(theirs.keys()).map(|group| (group.len(), *group)).collect();
        all.into_iter()
            .map(|(_, group)| group)
            .filter(|group| match (ours.get(group), theirs.get(group)) {
                (Some(ours), Some(theirs)) => !comparable || ours.rows != theirs.rows,
                _ => true,
            })
            .cloned()
            .collect()
    }

    fn index(&self) -> BTreeMap<&Group, &Series> {
        self.series.iter().map(|series| (&series.group, series)).collect()
    }

    /// The series of a group.
    pub fn series(&self, group: &Group) -> Option<&Series> {
        self.series.iter().find(|series| series.group == *group)
    }

    /// The results that it was made of.
    pub fn results(&self) -> MetricResults {
        let rows = self.series.iter().flat_map(|series| series.rows.iter().cloned()).collect();
        MetricResults { metric: self.metric.clone(), rows }
    }

    /// What the rows of a group were when goodhart wrote them.
    pub fn seal(&self, series: &Series) -> String {
        let rows: Vec<String> = series.rows.iter().map(line).collect();
        let parts = [self.metric.as_str(), &self.unit, self.grain.name(), &group(&series.group)];
        let mut hasher = blake3::Hasher::new();
        for part in parts.into_iter().chain(rows.iter().map(String::as_str)) {
            hasher.update(&(part.len() as u64).to_le_bytes());
            hasher.update(part.as_bytes());
        }
        hasher.finalize().to_hex().chars().take(SEAL_LENGTH).collect()
    }

    /// The text of the file.
    pub fn render(&self) -> String {
        let mut text = self.header();
        for series in &self.series {
            let rows: String = series.rows.iter().map(row_text).collect();
            text.push_str(&self.table(series, &rows));
        }
        text
    }

    /// What stands above all series.
    pub(super) fn header(&self) -> String {
        let mut text = String::from("# Written by `goodhart accept`. Review it, do not edit it.\n");
        let segments: Vec<String> = self.segments.iter().map(|segment| string(segment)).collect();
        let header = [
            ("format", FORMAT.to_string()),
            ("metric", string(&self.metric)),
            ("unit", string(&self.unit)),
            ("grain", string(self.grain.name())),
            ("segments", format!("[{}]", segments.join(", "))),
        ];
        for (key, value) in header {
            let _ = writeln!(text, "{key} = {value}");
        }
        text
    }

    /// The table of a series, with the text of its rows.
    pub(super) fn table(&self, series: &Series, rows: &str) -> String {
        let mut text = format!("\n[[series]]\nby = {}\n", group(&series.group));
        let _ = writeln!(text, "seal = {}", string(&self.seal(series)));
        if let Some(reason) = &series.reason {
            let _ = writeln!(text, "reason = {}", string(reason));
        }
        let _ = write!(text, "rows = [\n{rows}]\n");
        text
    }
}

/// A row on its own line.
pub(super) fn row_text(row: &Row) -> String {
    format!("  {{ {} }},\n", line(row))
}

/// A group on one line. A null in the data is not the empty text, and TOML has no null: an empty
/// array.
fn group(group: &Group) -> String {
    let values = group.iter().map(|(segment, value)| {
        let value = value.as_deref().map_or("[]".to_owned(), string);
        format!("{} = {value}", key(segment))
    });
    let values: Vec<String> = values.collect();
    if values.is_empty() { "{}".to_owned() } else { format!("{{ {} }}", values.join(", ")) }
}

/// The keys of a row; what has no value has no key.
fn line(row: &Row) -> String {
    let mut fields = vec![format!("period = {}", date_text(row.period.start))];
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
