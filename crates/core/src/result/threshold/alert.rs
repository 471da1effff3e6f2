//! Values against those before them: what an `[[alert]]` is raised by.
//!
//! The values may be those of the periods of one evaluation, of the commits of a snapshot, or of
//! evaluations at several instants: an alert sees a series of observations.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use rust_decimal::Decimal;

use crate::diagnostic::{Diagnostic, codes};
use crate::project::catalog::Metric;
use crate::project::definition::alert::{AlertTable, Watch};
use crate::project::definition::display::DisplayUnit;
use crate::result::{
    Group, MetricResults, Period, Row, Status, canonical, date_text, from_f64, to_f64,
};
use crate::result::{group_text, listed};

/// How many groups a finding lists.
const SHOWN: usize = 5;

/// A value of a group, as an alert sees it.
#[derive(Debug, Clone)]
pub struct Observation<'a> {
    pub row: &'a Row,
    /// Where a reader finds it: `the period of 2026-05-11`.
    pub place: String,
}

impl<'a> Observation<'a> {
    /// The value of a period.
    pub fn of_period(row: &'a Row) -> Self {
        Self { row, place: format!("the period of {}", date_text(row.period.start)) }
    }

    fn at(&self) -> Timestamp {
        self.row.period.end
    }
}

/// A move that an alert looked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AlertEvent {
    /// Which of the metric's alerts.
    pub alert: usize,
    pub group: Group,
    /// The period in which the move ends.
    pub period: Period,
    /// Where a reader finds the value that ends it.
    pub place: String,
    /// In the metric's unit.
    pub value: Decimal,
    pub before: Baseline,
}

/// What a value was compared with, in the metric's unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Baseline {
    Value(Decimal),
    Band { low: Decimal, high: Decimal },
}

/// The moves in a series of one group, in its order. A value is news only where it is the end of
/// a move: one that stays where it fell to is not raised again.
pub fn alerts(metric: &Metric, series: &[Observation<'_>]) -> Vec<AlertEvent> {
    let mut raised = Vec::new();
    let unit = DisplayUnit::of(&metric.definition);
    for (index, alert) in metric.definition.alert.iter().enumerate() {
        let Some(watch) = alert.watch() else { continue };
        let judged: Vec<(&Observation<'_>, Decimal)> = series
            .iter()
            .filter(|observation| watches(alert, &observation.row.group))
            .filter_map(|observation| Some((observation, judged(alert, observation.row)?)))
            .collect();
        for (end, (observation, value)) in judged.iter().enumerate() {
            let earlier = judged.get(..end).unwrap_or_default();
            let before = match watch {
                Watch::Band(width) => outside_band(earlier, alert.over(), width, *value),
                _ => moved(alert, watch, &unit, earlier, observation, *value),
            };
            if let Some(before) = before {
                raised.push(AlertEvent {
                    alert: index,
                    group: observation.row.group.clone(),
                    period: observation.row.period,
                    place: observation.place.clone(),
                    value: *value,
                    before,
                });
            }
        }
    }
    raised
}

/// The moves that end in the newest complete period of an evaluation: an older one is history.
pub fn news(metric: &Metric, results: &MetricResults, as_of: Timestamp) -> Vec<AlertEvent> {
    let newest = results.newest_complete_period(as_of);
    if metric.definition.alert.is_empty() {
        return Vec::new();
    }
    let series = results.series().flat_map(|rows| {
        let complete = rows.iter().filter(|row| row.period.end <= as_of);
        alerts(metric, &complete.map(Observation::of_period).collect::<Vec<_>>())
    });
    series.filter(|raised| Some(raised.period) == newest).collect()
}

/// Whether any alert of a metric watches a group.
pub fn is_watched(metric: &Metric, group: &Group) -> bool {
    metric.definition.alert.iter().any(|alert| watches(alert, group))
}

fn watches(alert: &AlertTable, group: &Group) -> bool {
    alert.segments().is_none_or(|watched| {
        let mut segments: Vec<&str> = group.iter().map(|(segment, _)| segment.as_str()).collect();
        segments.sort_unstable();
        watched == segments
    })
}

/// The value of a row that rests on enough rows.
fn judged(alert: &AlertTable, row: &Row) -> Option<Decimal> {
    let min_n = alert.min_n.map_or(0, |min_n| u64::from(min_n.value));
    let enough = row.status == Status::Final && row.n.is_none_or(|n| n >= min_n);
    row.value.filter(|_| enough)
}

/// Compares a value with the extreme of those that lie far enough back and no farther.
fn moved(
    alert: &AlertTable,
    watch: Watch,
    unit: &DisplayUnit,
    earlier: &[(&Observation<'_>, Decimal)],
    observation: &Observation<'_>,
    value: Decimal,
) -> Option<Baseline> {
    let period = observation.row.period;
    let one = SignedDuration::from_secs(period.end.as_second() - period.start.as_second());
    let within =
        alert.within.as_ref().map_or(one, |within| SignedDuration::from_secs(within.value.seconds));
    let since = observation.at().checked_sub(within).unwrap_or(Timestamp::MIN);
    let (_, last) = earlier.last()?;
    // Of equal values the newest, which is where the move began.
    let candidates = || earlier.iter().filter(|(earlier, _)| earlier.at() >= since);
    let highest = candidates().max_by_key(|(_, value)| *value);
    let lowest = candidates().rev().min_by_key(|(_, value)| *value);
    let falls = highest.filter(|(_, high)| value < *last && value < *high);
    let rises = lowest.filter(|(_, low)| value > *last && value > *low);
    let is_far = |before: Decimal| match watch {
        Watch::Fall(limit) | Watch::Rise(limit) => {
            let size = unit.scaled(before).zip(unit.scaled(value));
            let size = size.and_then(|(before, value)| value.checked_sub(before));
            size.is_some_and(|size| size.abs() >= limit)
        }
        Watch::Change(share) => {
            let size = value.checked_sub(before).map(|size| size.abs());
            let limit = before.abs().checked_mul(share);
            // From nothing to something there is no share; it is a change all the same.
            size.zip(limit).is_some_and(|(size, limit)| size >= limit)
        }
        Watch::Band(_) => false,
    };
    let (_, before) = match watch {
        Watch::Fall(_) => falls?,
        Watch::Rise(_) => rises?,
        Watch::Change(_) | Watch::Band(_) => falls.or(rises)?,
    };
    is_far(*before).then_some(Baseline::Value(*before))
}

/// Compares a value with the mean and the spread of those before it, where there are enough.
fn outside_band(
    earlier: &[(&Observation<'_>, Decimal)],
    over: usize,
    width: Decimal,
    value: Decimal,
) -> Option<Baseline> {
    let values = earlier.get(earlier.len().checked_sub(over)?..)?;
    let count = Decimal::from(u64::try_from(values.len()).ok()?);
    let sum = values.iter().try_fold(Decimal::ZERO, |sum, (_, value)| sum.checked_add(*value))?;
    let mean = sum.checked_div(count)?;
    // Deviations are decimals, so that equal values have none; their squares need no such care.
    let mut squares = 0.0;
    for (_, value) in values {
        squares += to_f64(value.checked_sub(mean)?).powi(2);
    }
    let deviation = (squares / (to_f64(count) - 1.0)).sqrt();
    let reach = from_f64(deviation * to_f64(width))?;
    let (low, high) = (mean.checked_sub(reach)?, mean.checked_add(reach)?);
    (value < low || value > high)
        .then(|| Baseline::Band { low: canonical(low), high: canonical(high) })
}

/// A finding for every alert and period: what moved, in which groups, from what to what.
pub fn findings(metric: &Metric, raised: &[AlertEvent]) -> Vec<Diagnostic> {
    let mut together: BTreeMap<(Period, usize, &str), Vec<&AlertEvent>> = BTreeMap::new();
    for one in raised {
        together.entry((one.period, one.alert, &one.place)).or_default().push(one);
    }
    let alerts = &metric.definition.alert;
    let unit = DisplayUnit::of(&metric.definition);
    together
        .into_iter()
        .filter_map(|((_, index, place), raised)| {
            let alert = alerts.get(index)?;
            Some(finding(metric, alert, alert.watch()?, place, &raised, &unit))
        })
        .collect()
}

fn finding(
    metric: &Metric,
    alert: &AlertTable,
    watch: Watch,
    place: &str,
    raised: &[&AlertEvent],
    unit: &DisplayUnit,
) -> Diagnostic {
    let verb = match watch {
        Watch::Fall(_) => "fell",
        Watch::Rise(_) => "rose",
        Watch::Change(_) => "moved",
        Watch::Band(_) => "left its band",
    };
    let id = &metric.id;
    let message = match raised {
        [one] if one.group.is_empty() => format!("`{id}` {verb} in {place}: {}", says(one, unit)),
        [one] => {
            format!("`{id}` of {} {verb} in {place}: {}", group_text(&one.group), says(one, unit))
        }
        many => format!("`{id}` {verb} in {} groups in {place}", many.len()),
    };
    let name = alert.name.as_ref().map_or(String::new(), |name| format!("{}: ", name.as_str()));
    let limit = watch.text();
    let label = match (watch, &alert.within) {
        (Watch::Band(_), _) => {
            format!("{name}{limit} standard deviations of the {} values before", alert.over())
        }
        (_, Some(within)) => {
            let days = within.value.seconds / 86_400;
            format!("{name}a {} of {limit} or more within {days} days", watch.name())
        }
        (_, None) => format!("{name}a {} of {limit} or more within one period", watch.name()),
    };
    let mut diagnostic = Diagnostic::new(&codes::ALERT_RAISED, message).at(alert.span, label);
    if raised.len() > 1 {
        let lines =
            raised.iter().map(|one| format!("{} {}", group_text(&one.group), says(one, unit)));
        diagnostic = diagnostic.note(listed(lines, SHOWN).join("; "));
    }
    match &alert.why {
        Some(why) => diagnostic.note(why.to_string()),
        None => diagnostic,
    }
}

/// `from 94.1 % to 88.2 %`
fn says(raised: &AlertEvent, unit: &DisplayUnit) -> String {
    let value = unit.show(raised.value);
    match &raised.before {
        Baseline::Value(before) => {
            let steps = unit.steps(&[*before, raised.value]);
            let told = steps.value(0).zip(steps.value(1)).zip(steps.step(0, 1));
            match told {
                Some(((from, to), step)) => format!("from {from} to {to} ({step})"),
                None => format!("from {} to {value}", unit.show(*before)),
            }
        }
        Baseline::Band { low, high } => {
            format!("{value} is not between {} and {}", unit.show(*low), unit.show(*high))
        }
    }
}
