//! Two branches of a snapshot → one, by group and by row, for git's merge driver.
//!
//! What one branch changed is taken from it. A row that both changed differently, and whatever one
//! of them removed while the other changed it, stays between the markers of a conflict: the merged
//! project may have a third value, which only an evaluation knows.

use std::collections::BTreeSet;

use super::format::{Series, Snapshot, row_text};
use super::inputs::InputsFile;
use super::read::read;
use super::store::INPUTS;
use crate::diagnostic::Files;
use crate::result::{Group, MetricResults, Period, Row};

/// What both branches made of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MergeResult {
    pub text: String,
    /// Whether nothing is left between markers.
    pub is_clean: bool,
}

const OURS: &str = "<<<<<<< ours\n";
const BETWEEN: &str = "=======\n";
const THEIRS: &str = ">>>>>>> theirs\n";

/// Merges what two branches made of `base` in the file of a snapshot (of [`INPUTS`] too). `base` is
/// empty where both branches added it. What goodhart did not write is a conflict as a whole.
pub fn merge(name: &str, base: &str, ours: &str, theirs: &str) -> MergeResult {
    if let Ok(taken) = pick(base, ours, theirs) {
        return MergeResult { text: taken.to_owned(), is_clean: true };
    }
    let merged = match name {
        INPUTS => inputs(base, ours, theirs),
        metric => snapshots(metric, base, ours, theirs),
    };
    merged.unwrap_or_else(|| MergeResult { text: conflict(ours, theirs), is_clean: false })
}

/// The side that changed, or what both agree on.
fn pick<T: PartialEq>(base: T, ours: T, theirs: T) -> Result<T, ()> {
    if ours == theirs || theirs == base {
        Ok(ours)
    } else if ours == base {
        Ok(theirs)
    } else {
        Err(())
    }
}

fn conflict(ours: &str, theirs: &str) -> String {
    let whole = |text: &str| match text {
        "" => String::new(),
        text if text.ends_with('\n') => text.to_owned(),
        text => format!("{text}\n"),
    };
    format!("{OURS}{}{BETWEEN}{}{THEIRS}", whole(ours), whole(theirs))
}

/// The file about inputs: both sides changed it, and each source and each setting only one of them.
fn inputs(base: &str, ours: &str, theirs: &str) -> Option<MergeResult> {
    let (ours, theirs) = (InputsFile::parse(ours)?, InputsFile::parse(theirs)?);
    let base = InputsFile::parse(base);
    let base = base.as_ref();
    let names: BTreeSet<&String> = ours.sources.keys().chain(theirs.sources.keys()).collect();
    let mut merged = InputsFile {
        format: pick(base.map(|b| b.format), Some(ours.format), Some(theirs.format)).ok()??,
        goodhart: pick(base.map(|b| &b.goodhart), Some(&ours.goodhart), Some(&theirs.goodhart))
            .ok()??
            .clone(),
        as_of: pick(base.map(|b| &b.as_of), Some(&ours.as_of), Some(&theirs.as_of)).ok()??.clone(),
        pseudonym_key: pick(
            base.and_then(|b| b.pseudonym_key.as_ref()),
            ours.pseudonym_key.as_ref(),
            theirs.pseudonym_key.as_ref(),
        )
        .ok()?
        .cloned(),
        sources: Default::default(),
    };
    for name in names {
        let of = |side: &InputsFile| side.sources.get(name).cloned();
        let taken = pick(base.and_then(of), of(&ours), of(&theirs)).ok()?;
        merged.sources.extend(taken.map(|input| (name.clone(), input)));
    }
    Some(MergeResult { text: merged.render(), is_clean: true })
}

/// `None` where they cannot be laid over each other: another unit, grain or segments, or an edit,
/// to which merging would give a checksum.
fn snapshots(metric: &str, base: &str, ours: &str, theirs: &str) -> Option<MergeResult> {
    let (ours, theirs) = (Snapshot::parse(metric, ours)?, Snapshot::parse(metric, theirs)?);
    if !ours.is_comparable(&theirs) {
        return None;
    }
    let base = Snapshot::parse(metric, base).filter(|base| base.is_comparable(&ours));
    let groups: BTreeSet<(usize, &Group)> = [&ours, &theirs]
        .into_iter()
        .flat_map(|side| &side.series)
        .map(|series| (series.group.len(), &series.group))
        .collect();
    let mut merged = MergeResult { text: ours.header(), is_clean: true };
    for (_, group) in groups {
        let base = base.as_ref().and_then(|base| base.series(group));
        let sides = (ours.series(group), theirs.series(group));
        let table = |series: &Series| {
            ours.table(series, &series.rows.iter().map(row_text).collect::<String>())
        };
        match (pick(base, sides.0, sides.1), sides) {
            (Ok(taken), _) => merged.text.extend(taken.map(table)),
            (Err(()), (Some(one), Some(other))) => {
                let (series, rows, is_clean) = rows(base, one, other);
                merged.text.push_str(&ours.table(&series, &rows));
                merged.is_clean &= is_clean;
            }
            (Err(()), (one, other)) => {
                let text = |side: Option<&Series>| side.map(table).unwrap_or_default();
                merged.text.push_str(&conflict(&text(one), &text(other)));
                merged.is_clean = false;
            }
        }
    }
    Some(merged)
}

/// A group that both changed: what is merged of it, the text of its rows, and whether that has no
/// conflict.
fn rows(base: Option<&Series>, ours: &Series, theirs: &Series) -> (Series, String, bool) {
    let periods: BTreeSet<Period> =
        ours.rows.iter().chain(&theirs.rows).map(|row| row.period).collect();
    let mut merged = Series {
        group: ours.group.clone(),
        reason: reason(base.and_then(|base| base.reason.as_ref()), ours, theirs),
        rows: Vec::new(),
    };
    let (mut text, mut is_clean) = (String::new(), true);
    for period in periods {
        let row = |series: &Series| -> Option<Row> {
            series.rows.iter().find(|row| row.period == period).cloned()
        };
        let sides = (row(ours), row(theirs));
        match pick(base.and_then(row), sides.0.clone(), sides.1.clone()) {
            Ok(taken) => {
                text.extend(taken.as_ref().map(row_text));
                merged.rows.extend(taken);
            }
            Err(()) => {
                let side = |row: Option<Row>| row.as_ref().map(row_text).unwrap_or_default();
                text.push_str(&conflict(&side(sides.0), &side(sides.1)));
                is_clean = false;
            }
        }
    }
    (merged, text, is_clean)
}

/// Where both gave a reason, both hold: each is about its own rows.
fn reason(base: Option<&String>, ours: &Series, theirs: &Series) -> Option<String> {
    let (one, other) = (ours.reason.as_ref(), theirs.reason.as_ref());
    match (pick(base, one, other), one, other) {
        (Ok(taken), ..) => taken.cloned(),
        (Err(()), Some(one), Some(other)) => Some(format!("{one}; {other}")),
        (Err(()), one, other) => one.or(other).cloned(),
    }
}

/// What was committed before a merge that left a conflict, as far as its reasons hold: what ours
/// had, but where theirs has the `results` of a group and a reason for them.
pub fn before_merge(text: &str, results: &MetricResults) -> Option<Snapshot> {
    let (ours, theirs) = sides(text);
    let side = |text: String| {
        let mut files = Files::default();
        let file = files.add("snapshot.toml", text);
        // Its seals may be those of the other side.
        read(&files, file, &results.metric).0
    };
    let (ours, theirs) = match (side(ours), side(theirs)) {
        (Some(ours), Some(theirs)) if ours.is_comparable(&theirs) => (ours, theirs),
        (one, other) => return one.or(other),
    };
    let explained = theirs.series.iter().filter(|series| series.reason.is_some());
    let explained: BTreeSet<&Group> = explained.map(|series| &series.group).collect();
    let theirs_hold = results.series().filter_map(|rows| {
        let group = rows.first().map(|row| &row.group)?;
        let holds = explained.contains(group)
            && theirs.series(group).is_some_and(|series| series.rows == rows)
            && ours.series(group).is_none_or(|s| s.rows != rows || s.reason.is_none());
        holds.then(|| group.clone())
    });
    let groups: Vec<Group> = theirs_hold.collect();
    Some(ours.with_groups(&groups, &theirs))
}

/// What both branches had, of a text with the markers of a merge.
pub fn sides(text: &str) -> (String, String) {
    let (mut ours, mut theirs) = (String::new(), String::new());
    let (mut in_ours, mut in_theirs) = (true, true);
    for line in text.split_inclusive('\n') {
        (in_ours, in_theirs) = match line.get(..7) {
            Some("<<<<<<<") => (true, false),
            Some("|||||||") => (false, false),
            Some("=======") => (false, true),
            Some(">>>>>>>") => (true, true),
            _ => {
                if in_ours {
                    ours.push_str(line);
                }
                if in_theirs {
                    theirs.push_str(line);
                }
                continue;
            }
        };
    }
    (ours, theirs)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::Timeline;
    use crate::project::definition::project::Grain;
    use crate::result::Status;

    /// A snapshot with a value per group and month: `(client, values)`.
    fn snapshot(groups: &[(&str, &[i64])]) -> Snapshot {
        let row = |group: &Group, month: usize, value: i64| {
            let start = format!("2026-{:02}-01T00:00:00Z", month + 1).parse().unwrap();
            let period = Timeline::period(start, Grain::Month).unwrap();
            let empty = Row::without_value(period, group.clone(), Status::Final);
            Row { value: Some(value.into()), ..empty }
        };
        let series = groups.iter().map(|(client, values)| {
            let group: Group = vec![("client".to_owned(), Some((*client).to_owned()))];
            let rows = values.iter().enumerate().map(|(month, v)| row(&group, month, *v));
            Series { rows: rows.collect(), reason: None, group }
        });
        Snapshot {
            metric: "m".to_owned(),
            unit: "count".to_owned(),
            grain: Grain::Month,
            segments: vec!["client".to_owned()],
            series: series.collect(),
        }
    }

    fn merged(
        base: &[(&str, &[i64])],
        ours: &[(&str, &[i64])],
        theirs: &[(&str, &[i64])],
    ) -> MergeResult {
        let text = |groups| snapshot(groups).render();
        merge("m", &text(base), &text(ours), &text(theirs))
    }

    #[track_caller]
    fn clean(merged: &MergeResult, groups: &[(&str, &[i64])]) {
        assert_eq!(merged, &MergeResult { text: snapshot(groups).render(), is_clean: true });
    }

    #[test]
    fn each_branch_gives_what_it_changed() {
        let base: &[(&str, &[i64])] = &[("a", &[1, 2, 3]), ("b", &[4]), ("c", &[5])];
        let ours: &[(&str, &[i64])] = &[("a", &[1, 20, 3]), ("b", &[4]), ("c", &[50])];
        let theirs: &[(&str, &[i64])] = &[("a", &[1, 2, 30]), ("c", &[5]), ("d", &[6])];
        clean(&merged(base, ours, theirs), &[("a", &[1, 20, 30]), ("c", &[50]), ("d", &[6])]);
        clean(&merged(&[], &[("a", &[1])], &[("b", &[2])]), &[("a", &[1]), ("b", &[2])]);
        clean(&merged(base, base, theirs), theirs);
        clean(&merged(base, ours, base), ours);
    }

    #[test]
    fn a_row_that_both_changed_is_a_conflict_of_that_row_alone() {
        let merged = merged(
            &[("a", &[1, 2]), ("b", &[4])],
            &[("a", &[10, 2]), ("b", &[5])],
            &[("a", &[11, 2]), ("b", &[4])],
        );
        assert!(!merged.is_clean);
        let row =
            |value| format!("  {{ period = 2026-01-01, value = {value}, status = \"final\" }},\n");
        let block = format!("rows = [\n{OURS}{}{BETWEEN}{}{THEIRS}  {{ period", row(10), row(11));
        assert!(merged.text.contains(&block), "{}", merged.text);
        let (ours, theirs) = sides(&merged.text);
        for (side, value) in [(ours, 10), (theirs, 11)] {
            let mut files = crate::diagnostic::Files::default();
            let file = files.add("m.toml", side);
            let (read, _) = super::super::read::read(&files, file, "m");
            let expected = snapshot(&[("a", &[value, 2]), ("b", &[5])]);
            assert_eq!(read.unwrap().results(), expected.results());
        }
    }

    #[test]
    fn the_ancestor_between_markers_is_of_neither_side() {
        let text = "a\n<<<<<<< HEAD\nb\n||||||| 1f0c\nc\n=======\nd\n>>>>>>> other\ne\n";
        assert_eq!(sides(text), ("a\nb\ne\n".to_owned(), "a\nd\ne\n".to_owned()));
    }

    #[test]
    fn what_one_removed_and_the_other_changed_is_a_conflict() {
        let merged =
            merged(&[("a", &[1]), ("b", &[2])], &[("a", &[1])], &[("a", &[1]), ("b", &[3])]);
        assert!(!merged.is_clean && merged.text.contains("<<<<<<< ours\n=======\n"));
    }

    #[test]
    fn what_goodhart_did_not_write_is_a_conflict_as_a_whole() {
        let (base, ours) = (snapshot(&[("a", &[1])]).render(), snapshot(&[("a", &[2])]).render());
        let other_unit = Snapshot { unit: "ratio".to_owned(), ..snapshot(&[("a", &[3])]) }.render();
        let edited = ours.replace("value = 2", "value = 3");
        for theirs in [&other_unit, &edited, "", "x"] {
            let merged = merge("m", &base, &ours, theirs);
            assert!(!merged.is_clean);
            assert_eq!(sides(&merged.text).0, ours);
        }
    }

    #[test]
    fn reasons_of_both_hold() {
        let explained = |values: &[i64], reason: &str| {
            let mut snapshot = snapshot(&[("a", values)]);
            snapshot.series[0].reason = Some(reason.to_owned());
            snapshot.render()
        };
        let base = snapshot(&[("a", &[1, 2])]).render();
        let merged = merge("m", &base, &explained(&[3, 2], "one"), &explained(&[1, 4], "two"));
        assert_eq!(merged, MergeResult { text: explained(&[3, 4], "one; two"), is_clean: true });
    }

    #[test]
    fn inputs_merge_by_source() {
        let inputs = |as_of: &str, sources: &[(&str, &str)]| {
            let sources = sources.iter().map(|(name, print)| {
                format!("[sources.{name}]\nfiles = 1\nrows = 2\nfingerprint = \"{print}\"\n")
            });
            let body: String = sources.collect();
            let text = format!("format = 2\ngoodhart = \"1\"\nas_of = \"{as_of}\"\n{body}");
            InputsFile::parse(&text).unwrap().render()
        };
        let base = inputs("1", &[("a", "x"), ("b", "x")]);
        let ours = inputs("2", &[("a", "y"), ("b", "x")]);
        let theirs = inputs("1", &[("a", "x"), ("b", "y"), ("c", "z")]);
        let both = inputs("2", &[("a", "y"), ("b", "y"), ("c", "z")]);
        assert_eq!(
            merge(INPUTS, &base, &ours, &theirs),
            MergeResult { text: both, is_clean: true }
        );
        let other = inputs("1", &[("a", "z"), ("b", "x")]);
        assert!(!merge(INPUTS, &base, &ours, &other).is_clean);
    }
}
