//! One metric on both sides.

use std::collections::{BTreeMap, BTreeSet};

use super::cause::{ChangedInput, cause, moved};
use super::values::{Index, SeriesChange, ValueChange, index, is_same};
use super::{Counterfactuals, MetricDiff, Presence, Revision, definition, mix, verdict};
use crate::project::catalog::Metric;
use crate::project::definition::display::DisplayUnit;
use crate::result::{Group, MetricResults, Period, Row};

/// A metric of the base, of the head, or of both, perhaps under two ids.
pub struct Pair {
    pub old: Option<String>,
    pub new: Option<String>,
}

/// All metrics of both sides, by the id of the head.
pub fn pairs(base: &Revision<'_>, head: &Revision<'_>) -> Vec<Pair> {
    let (old, new) = (ids(base), ids(head));
    let mut renamed: BTreeMap<String, String> = BTreeMap::new();
    let mut gone: BTreeSet<String> = old.difference(&new).cloned().collect();
    for id in new.difference(&old) {
        let before = gone.iter().find(|before| is_renamed(base, head, before, id)).cloned();
        if let Some(before) = before {
            gone.remove(&before);
            renamed.insert(id.clone(), before);
        }
    }
    let kept = new.iter().map(|id| Pair {
        old: renamed.get(id).cloned().or_else(|| old.contains(id).then(|| id.clone())),
        new: Some(id.clone()),
    });
    kept.chain(gone.into_iter().map(|id| Pair { old: Some(id), new: None })).collect()
}

/// The new names of metrics that have another one, by the old.
pub fn renamed(pairs: &[Pair]) -> BTreeMap<String, String> {
    let both = pairs.iter().filter_map(|pair| pair.old.clone().zip(pair.new.clone()));
    both.filter(|(old, new)| old != new).collect()
}

fn ids(side: &Revision<'_>) -> BTreeSet<String> {
    let defined = side.definitions.map(|definitions| definitions.catalog.metrics.keys());
    side.results.keys().chain(defined.into_iter().flatten()).cloned().collect()
}

/// Whether two ids mean the same metric: the same definition, or without one the same results.
fn is_renamed(base: &Revision<'_>, head: &Revision<'_>, old: &str, new: &str) -> bool {
    match (base.definitions, head.definitions) {
        (Some(before), Some(after)) => {
            let identity = |side: super::Definitions<'_>, id: &str| {
                let metric = side.catalog.metrics.get(id)?;
                Some(side.catalog.identity(side.files, metric))
            };
            let old = identity(before, old);
            old.is_some() && old == identity(after, new)
        }
        _ => match (base.results.get(old), head.results.get(new)) {
            (Some(old), Some(new)) => !old.rows.is_empty() && old.rows == new.rows,
            _ => false,
        },
    }
}

/// What changed of a metric; `None` where nothing did.
pub fn compare(
    base: &Revision<'_>,
    head: &Revision<'_>,
    crossed: &Counterfactuals,
    pair: &Pair,
    renamed: &BTreeMap<String, String>,
) -> Option<MetricDiff> {
    let (old, new) = (results(base, &pair.old), results(head, &pair.new));
    let before = metric(base, pair.old.as_deref());
    let after = metric(head, pair.new.as_deref());
    let shown = after.or(before);
    let id = pair.new.clone().or_else(|| pair.old.clone())?;
    let presence = match (&pair.old, &pair.new) {
        (None, _) => Presence::Added,
        (_, None) => Presence::Removed,
        (Some(old), Some(new)) if old != new => Presence::Renamed { from: old.clone() },
        _ => Presence::Both,
    };
    let mut changed = MetricDiff {
        title: shown.map_or_else(|| id.clone(), |metric| metric.definition.title.to_string()),
        owner: shown.and_then(|metric| metric.definition.owner.as_ref()).map(|o| o.to_string()),
        unit: shown.map_or_else(DisplayUnit::plain, |metric| DisplayUnit::of(&metric.definition)),
        direction: shown.map_or(crate::project::definition::metric::Direction::Neutral, |metric| {
            metric.definition.direction
        }),
        metric: id,
        presence,
        definition: Vec::new(),
        text: None,
        missing: None,
        series: Vec::new(),
        appeared: Vec::new(),
        vanished: Vec::new(),
        mixes: Vec::new(),
        affected_subjects: None,
        verdicts: Vec::new(),
    };
    if let (Some(before), Some(after), Some(first), Some(second)) =
        (before, after, base.definitions, head.definitions)
    {
        changed.definition = definition::changes((first, before), (second, after), renamed);
        let text = (first.files.text(before.file), second.files.text(after.file));
        if text.0 != text.1 && !changed.definition.is_empty() {
            changed.text = Some((text.0.to_owned(), text.1.to_owned()));
        }
    }
    if let (Some((old_id, old)), Some((new_id, new))) = (&old, &new) {
        match (old, new) {
            (Some(old), Some(new)) => {
                let moved = moved(base, head, old_id, new_id);
                values(crossed, &moved, old_id, (old, new), &mut changed);
                if let (Some(before), Some(after)) = (before, after) {
                    let period = changed.headline().map(|change| change.period);
                    changed.mixes =
                        period.map_or_else(Vec::new, |period| mix::mixes(after, old, new, period));
                    changed.verdicts = verdict::changes((base, before, old), (head, after, new));
                }
                if matches!(moved, ChangedInput::Definition | ChangedInput::Both) {
                    changed.affected_subjects = crossed.affected_subjects.get(*new_id).cloned();
                }
            }
            (None, None) => {}
            (old, _) => {
                let without = if old.is_none() { base } else { head };
                changed.missing = Some(format!("{} has no results of it", without.provenance.name));
            }
        }
    }
    let nothing = changed.presence == Presence::Both
        && changed.definition.is_empty()
        && changed.missing.is_none()
        && changed.series.is_empty()
        && changed.appeared.is_empty()
        && changed.vanished.is_empty()
        && changed.verdicts.is_empty();
    (!nothing).then_some(changed)
}

fn results<'s>(
    side: &'s Revision<'_>,
    id: &'s Option<String>,
) -> Option<(&'s str, Option<&'s MetricResults>)> {
    let id = id.as_ref()?;
    Some((id, side.results.get(id)))
}

fn metric<'a>(side: &Revision<'a>, id: Option<&str>) -> Option<&'a Metric> {
    side.definitions?.catalog.metrics.get(id?)
}

/// Compares the values that both sides have. A period that only one of them has came or went with
/// the window, which is no change of a value.
fn values(
    crossed: &Counterfactuals,
    moved: &ChangedInput,
    id: &str,
    (old, new): (&MetricResults, &MetricResults),
    changed: &mut MetricDiff,
) {
    let (before, now) = (index(old), index(new));
    let periods: BTreeSet<Period> = before.keys().map(|(_, period)| *period).collect();
    let common: BTreeSet<Period> =
        now.keys().map(|(_, period)| *period).filter(|period| periods.contains(period)).collect();
    let between = crossed.old_over_new.get(id).map(evaluated);
    let reverse = crossed.new_over_old.get(id).map(evaluated);
    let mut series: BTreeMap<&Group, Vec<ValueChange>> = BTreeMap::new();
    let mut groups: (BTreeSet<&Group>, BTreeSet<&Group>) = Default::default();
    for ((group, period), row) in &now {
        if !common.contains(period) {
            continue;
        }
        groups.1.insert(group);
        let Some(was) = before.get(&(*group, *period)) else { continue };
        if is_same(was, row) {
            continue;
        }
        let place = (*group, *period);
        series.entry(group).or_default().push(ValueChange {
            period: *period,
            old: (*was).clone(),
            new: (*row).clone(),
            cause: cause(
                moved,
                was,
                row,
                between.as_ref().map(|evaluated| at(evaluated, &place)),
                reverse.as_ref().map(|evaluated| at(evaluated, &place)),
            ),
        });
    }
    groups.0.extend(before.keys().filter(|(_, p)| common.contains(p)).map(|(group, _)| *group));
    changed.appeared = groups.1.difference(&groups.0).map(|group| (*group).clone()).collect();
    changed.vanished = groups.0.difference(&groups.1).map(|group| (*group).clone()).collect();
    let complete = newest_complete(&common, new);
    changed.series = series
        .into_iter()
        .map(|(group, values)| SeriesChange { group: group.clone(), values, complete })
        .collect();
}

/// What an evaluation of one side over the other found, or why there is none.
fn evaluated(results: &Result<MetricResults, String>) -> Result<Index<'_>, &str> {
    results.as_ref().map(index).map_err(String::as_str)
}

fn at<'r>(
    evaluated: &Result<Index<'r>, &'r str>,
    place: &(&'r Group, Period),
) -> Result<Option<&'r Row>, &'r str> {
    match evaluated {
        Ok(index) => Ok(index.get(place).copied()),
        Err(why) => Err(why),
    }
}

/// The newest period of those that both sides have and that is not provisional.
fn newest_complete(common: &BTreeSet<Period>, new: &MetricResults) -> Option<Period> {
    let provisional: BTreeSet<Period> = new
        .rows
        .iter()
        .filter(|row| row.status == crate::result::Status::Provisional)
        .map(|row| row.period)
        .collect();
    common.iter().rev().find(|period| !provisional.contains(period)).copied()
}
