//! What matters most stands first.

use std::cmp::Reverse;

use rust_decimal::Decimal;

use super::{ChangeScope, MetricDiff, Presence, SeriesChange, ValueChange, VerdictKind};
use crate::project::definition::metric::Direction;

/// Puts metrics, and the groups of each, in the order of importance.
pub fn sort(metrics: &mut [MetricDiff]) {
    for metric in metrics.iter_mut() {
        metric.series.sort_by_cached_key(|series| {
            let size = Reverse(magnitude(series));
            // The total before its parts.
            (series.group.len().min(1), size, series.group.clone())
        });
    }
    metrics.sort_by_cached_key(|metric| {
        let size = metric.headline().map(size);
        (class(metric), Reverse(size), metric.metric.clone())
    });
}

fn class(metric: &MetricDiff) -> u8 {
    let verdict = |kind| metric.verdicts.iter().any(|verdict| verdict.kind == kind);
    let bearing = |bearing| metric.definition.iter().any(|change| change.bearing == bearing);
    if verdict(VerdictKind::CeilingBroken) {
        0
    } else if verdict(VerdictKind::TargetMissed) {
        1
    } else if bearing(ChangeScope::Loosened) || metric.presence == Presence::Removed {
        2
    } else if metric.mixes.iter().any(|mix| mix.reversal) {
        3
    } else if metric.headline().is_some_and(|change| is_bad_news(metric.direction, change)) {
        4
    } else if !metric.series.is_empty() {
        5
    } else if metric.presence != Presence::Both || bearing(ChangeScope::Numbers) {
        6
    } else {
        7
    }
}

/// Whether a change goes in the wrong direction and says so with some certainty.
fn is_bad_news(direction: Direction, change: &ValueChange) -> bool {
    is_worse(direction, change.delta()) && !change.is_small() && !change.is_within_chance()
}

/// Whether a change goes in the wrong direction.
pub fn is_worse(direction: Direction, delta: Option<Decimal>) -> bool {
    delta.is_some_and(|delta| match direction {
        Direction::Higher => delta < Decimal::ZERO,
        Direction::Lower => delta > Decimal::ZERO,
        Direction::Band | Direction::Neutral => false,
    })
}

/// How large the change of a group is, relative to its old value; what has no size is largest,
/// because a value came or went.
fn magnitude(series: &SeriesChange) -> Decimal {
    series.headline().map_or(Decimal::ZERO, size)
}

fn size(change: &ValueChange) -> Decimal {
    change.relative().map_or(Decimal::MAX, |relative| relative.abs())
}
