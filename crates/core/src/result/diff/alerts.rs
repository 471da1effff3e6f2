//! Alerts that are gone, new, or look for another move.

use std::collections::{BTreeMap, BTreeSet};

use super::FieldChange;
use super::definition::{ChangeScope, changed, words};
use crate::project::definition::alert::{AlertTable, Watch};
use crate::project::definition::metric::MetricFile;

/// The changes of the alerts. Two are the same alert where they look for the same in the same
/// groups; of several such, the first is the first.
pub fn changes(old: &MetricFile, new: &MetricFile, found: &mut Vec<FieldChange>) {
    let (before, now) = (by_field(old), by_field(new));
    let fields: BTreeSet<&String> = before.keys().chain(now.keys()).collect();
    for field in fields {
        let old = before.get(field).cloned().unwrap_or_default();
        let new = now.get(field).cloned().unwrap_or_default();
        for index in 0..old.len().max(new.len()) {
            pair(field, old.get(index).copied(), new.get(index).copied(), found);
        }
    }
}

/// `alert.fall by client_id`
fn by_field(metric: &MetricFile) -> BTreeMap<String, Vec<&AlertTable>> {
    let mut alerts: BTreeMap<String, Vec<&AlertTable>> = BTreeMap::new();
    for alert in &metric.alert {
        let watch = alert.watch().map_or("", Watch::name);
        let by = match alert.segments() {
            None => String::new(),
            Some(by) if by.is_empty() => " by total".to_owned(),
            Some(by) => format!(" by {}", by.join(", ")),
        };
        alerts.entry(format!("alert.{watch}{by}")).or_default().push(alert);
    }
    alerts
}

fn pair(
    field: &str,
    old: Option<&AlertTable>,
    new: Option<&AlertTable>,
    found: &mut Vec<FieldChange>,
) {
    let limit = |alert: Option<&AlertTable>| alert.and_then(AlertTable::watch).map(Watch::limit);
    let text = |alert: Option<&AlertTable>| alert.and_then(AlertTable::watch).map(Watch::text);
    let bearing = match (limit(old), limit(new)) {
        (Some(old), Some(new)) if new < old => ChangeScope::Tightened,
        (None, _) => ChangeScope::Tightened,
        _ => ChangeScope::Loosened,
    };
    changed(field, text(old), text(new), bearing, found);
    let (Some(old), Some(new)) = (old, new) else { return };
    let min_n = |alert: &AlertTable| alert.min_n.map(|min_n| min_n.value);
    let within = |alert: &AlertTable| alert.within.as_ref().map(|within| within.value.seconds);
    let days = |seconds: Option<i64>| seconds.map(|seconds| format!("{} d", seconds / 86_400));
    // Fewer groups have enough rows to be checked; a shorter time has fewer values to move from.
    let bearing =
        |is_looser| if is_looser { ChangeScope::Loosened } else { ChangeScope::Tightened };
    let looser = min_n(new) > min_n(old);
    let number = |number: Option<u32>| number.map(|number| number.to_string());
    let key = |name: &str| format!("{field} {name}");
    changed(&key("min_n"), number(min_n(old)), number(min_n(new)), bearing(looser), found);
    let looser = within(new) < within(old);
    changed(&key("within"), days(within(old)), days(within(new)), bearing(looser), found);
    let over = |alert: &AlertTable| Some(alert.over().to_string());
    changed(&key("over"), over(old), over(new), ChangeScope::Judgement, found);
    words(&key("name"), old.name.as_ref(), new.name.as_ref(), found);
    words(&key("why"), old.why.as_ref(), new.why.as_ref(), found);
}
