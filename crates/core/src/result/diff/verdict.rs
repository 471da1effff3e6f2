//! Ceilings and targets that the base kept and the head breaks, or the other way around.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::Revision;
use crate::project::catalog::Metric;
use crate::result::threshold::{missed_target, outside_ceiling};
use crate::result::{Group, MetricResults, Row};

/// A verdict that is another one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    pub kind: VerdictKind,
    pub old: Option<Row>,
    /// The row of the head that is checked.
    pub new: Row,
}

/// What became of a ceiling or target. The order is that of importance.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum VerdictKind {
    CeilingBroken,
    TargetMissed,
    CeilingKept,
    TargetMet,
}

/// The verdicts on a metric that changed, by importance and group. A target is checked at the
/// newest complete period of each side, by its own bounds.
pub fn changes(
    base: (&Revision<'_>, &Metric, &MetricResults),
    head: (&Revision<'_>, &Metric, &MetricResults),
) -> Vec<Verdict> {
    let mut found = Vec::new();
    let outside = |(_, metric, results): (&Revision<'_>, &Metric, &MetricResults)| -> BTreeSet<_> {
        let rows = outside_ceiling(metric, results).into_iter();
        rows.map(|row| (row.group.clone(), row.period)).collect()
    };
    let (before, now) = (outside(base), outside(head));
    let row = |results: &MetricResults, (group, period): &(Group, _)| {
        let mut rows = results.rows.iter();
        rows.find(|row| row.group == *group && row.period == *period).cloned()
    };
    let mut verdict = |kind, old, new: Option<Row>| {
        if let Some(new) = new {
            found.push(Verdict { kind, old, new });
        }
    };
    for place in now.difference(&before) {
        verdict(VerdictKind::CeilingBroken, row(base.2, place), row(head.2, place));
    }
    for place in before.difference(&now) {
        verdict(VerdictKind::CeilingKept, row(base.2, place), row(head.2, place));
    }
    let missed = |(side, metric, results): (&Revision<'_>, &Metric, &MetricResults)| {
        let as_of = as_of(side)?;
        let judged = missed_target(metric, results, as_of)?;
        let rows = |rows: Vec<&Row>| -> Vec<Row> { rows.into_iter().cloned().collect() };
        Some((rows(judged.missed), rows(judged.judged)))
    };
    if let (Some((old_missed, old)), Some((new_missed, new))) = (missed(base), missed(head)) {
        let of = |rows: &[Row], group: &Group| rows.iter().find(|row| row.group == *group).cloned();
        for row in new {
            let before = of(&old, &row.group);
            let was = of(&old_missed, &row.group).is_some();
            let is = of(&new_missed, &row.group).is_some();
            match (before.is_some() && was, is) {
                (false, true) if before.is_some() => {
                    verdict(VerdictKind::TargetMissed, before, Some(row));
                }
                (true, false) => verdict(VerdictKind::TargetMet, before, Some(row)),
                _ => {}
            }
        }
    }
    found.sort_by(|a, b| {
        let key = |verdict: &Verdict| {
            (verdict.kind, verdict.new.group.len(), verdict.new.group.clone(), verdict.new.period)
        };
        key(a).cmp(&key(b))
    });
    found
}

/// The instant for which a side was computed.
pub fn as_of(side: &Revision<'_>) -> Option<Timestamp> {
    side.provenance.inputs.as_ref()?.as_of.parse().ok()
}
