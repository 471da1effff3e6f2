//! A comparison in one sentence.

use std::collections::BTreeSet;

use super::change::{ValueTexts, because, leading};
use crate::result::Group;
use crate::result::diff::{ChangeScope, Diff, FieldChange, MetricDiff, Presence, VerdictKind};

/// What changed and why, on one line without a line break; nothing in it is escaped.
pub fn sentence(diff: &Diff) -> String {
    let (changed, total) = (diff.metrics.len(), diff.metrics.len() + diff.unchanged);
    let Some(first) = diff.metrics.first() else {
        let nothing = match total {
            0 => "There is no metric to compare".to_owned(),
            1 => "The only metric did not change".to_owned(),
            _ => format!("None of {total} metrics changed"),
        };
        return format!("{nothing}{}", data(diff));
    };
    let metrics = if total == 1 { "metric" } else { "metrics" };
    let counts = counts(diff).join(", ");
    let counts = if counts.is_empty() { counts } else { format!("; {counts}") };
    format!("{changed} of {total} {metrics} changed: {}{counts}", lead(first))
}

fn data(diff: &Diff) -> String {
    let names: Vec<&str> = diff.sources.iter().map(|source| source.source.as_str()).collect();
    match names.as_slice() {
        [] => String::new(),
        [one] => format!(", although the data of {one} did"),
        many => format!(", although the data of {} sources did", many.len()),
    }
}

/// What is to be known of the most important metric.
fn lead(metric: &MetricDiff) -> String {
    let id = &metric.metric;
    if let Some(series) = leading(metric)
        && let Some(change) = series.headline()
    {
        let told = ValueTexts::of(metric, change);
        let of = group(&series.group);
        let why = because(metric, change);
        return format!("{id}{of} {} → {} {why}", told.old, told.new);
    }
    match &metric.presence {
        Presence::Added => return format!("{id} is new"),
        Presence::Removed => return format!("{id} is gone"),
        Presence::Renamed { from } => return format!("{from} is called {id} now"),
        Presence::Both => {}
    }
    if let Some(why) = &metric.missing {
        return format!("{id} cannot be compared, because {why}");
    }
    if let Some(change) = metric.definition.iter().min_by_key(|change| rank(change)) {
        return match (&change.old, &change.new) {
            (None, None) => format!("{} of {id} is another one, its values are not", change.field),
            (old, new) if change.bearing != ChangeScope::Words => {
                let text = |text: &Option<String>| text.clone().unwrap_or("nothing".to_owned());
                format!("{} of {id} {} → {}", change.field, text(old), text(new))
            }
            _ => format!("only words in the definition of {id}"),
        };
    }
    format!("{id} has other groups")
}

/// The loosest first.
fn rank(change: &FieldChange) -> (bool, ChangeScope) {
    (change.bearing != ChangeScope::Loosened, change.bearing)
}

fn group(group: &Group) -> String {
    if group.is_empty() {
        return String::new();
    }
    let values: Vec<String> = group
        .iter()
        .map(|(segment, value)| format!("{segment} {}", value.as_deref().unwrap_or("(null)")))
        .collect();
    format!(" for {}", values.join(" · "))
}

/// Everything that a reviewer should not overlook, counted.
fn counts(diff: &Diff) -> Vec<String> {
    let verdict = |kind| {
        let of = |metric: &&MetricDiff| metric.verdicts.iter().any(|verdict| verdict.kind == kind);
        diff.metrics.iter().filter(of).count()
    };
    let loosened = |what: &str| {
        let fields = diff.metrics.iter().flat_map(|metric| {
            let loosened = metric.definition.iter().filter(|c| c.bearing == ChangeScope::Loosened);
            loosened.map(|change| (&metric.metric, change.field.split('.').next().unwrap_or("")))
        });
        let found: Vec<_> = fields.filter(|(_, field)| *field == what).collect();
        // Two bounds are one target; each guard is one.
        match what {
            "target" | "ceiling" => found.into_iter().collect::<BTreeSet<_>>().len(),
            _ => found.len(),
        }
    };
    let presence = |is: fn(&Presence) -> bool| {
        diff.metrics.iter().filter(|metric| is(&metric.presence)).count()
    };
    let unmeasured = diff.metrics.iter().filter(|metric| metric.missing.is_some()).count();
    [
        (verdict(VerdictKind::CeilingBroken), "ceiling", "newly broken"),
        (verdict(VerdictKind::TargetMissed), "target", "newly missed"),
        (loosened("target"), "target", "loosened"),
        (loosened("ceiling"), "ceiling", "loosened"),
        (loosened("alert"), "alert", "loosened"),
        (loosened("guards"), "guard", "removed"),
        (loosened("waivers"), "waiver", "added"),
        (presence(|presence| *presence == Presence::Removed), "metric", "removed"),
        (verdict(VerdictKind::CeilingKept), "ceiling", "newly kept"),
        (verdict(VerdictKind::TargetMet), "target", "newly met"),
        (presence(|presence| *presence == Presence::Added), "metric", "added"),
        (presence(|p| matches!(p, Presence::Renamed { .. })), "metric", "renamed"),
        (unmeasured, "metric", "without values to compare"),
    ]
    .into_iter()
    .filter(|(count, _, _)| *count > 0)
    .map(|(count, what, happened)| {
        let plural = if count == 1 { "" } else { "s" };
        format!("{count} {what}{plural} {happened}")
    })
    .collect()
}
