//! What a reviewer should not overlook in a comparison, as diagnostics: levels, formats and exit
//! codes are those of everything else that goodhart finds.

use rust_decimal::Decimal;

use super::{
    Cause, ChangeScope, Definitions, Diff, FieldChange, MetricDiff, Presence, VerdictKind,
};
use crate::diagnostic::{Code, Diagnostic, codes};
use crate::project::catalog::Metric;
use crate::result::{date_text, group_text, listed};

/// The findings of a comparison, at the definitions of its head where it has any.
pub fn findings(diff: &Diff, head: Option<Definitions<'_>>) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for changed in &diff.metrics {
        let metric = head.and_then(|head| head.catalog.metrics.get(&changed.metric));
        one(changed, metric, &mut found);
    }
    found
}

fn one(changed: &MetricDiff, metric: Option<&Metric>, found: &mut Vec<Diagnostic>) {
    let id = &changed.metric;
    // Where the definition does not say, the first thing in it stands for all of it.
    let place = |diagnostic: Diagnostic, text: &str, at: fn(&Metric) -> Option<_>| match metric {
        Some(metric) => {
            let span = at(metric).unwrap_or(metric.definition.title.span);
            diagnostic.at(span, text)
        }
        None => diagnostic,
    };
    if changed.presence == Presence::Removed {
        let says = format!("the metric `{id}` is gone");
        found.push(Diagnostic::new(&codes::METRIC_REMOVED, says).help(
            "say in the pull request what answers its question now, and who agreed to lose it",
        ));
    }
    for change in changed.definition.iter().filter(|c| c.bearing == ChangeScope::Loosened) {
        let (code, says) = loosened(id, change);
        let help = match code.name {
            "guard-removed" => "name what notices the same move now, or keep what did",
            _ => {
                "a limit that is changed when it is missed limits nothing: say why the old one was wrong"
            }
        };
        let diagnostic = Diagnostic::new(code, says).help(help);
        found.push(match code.name {
            "target-loosened" => place(diagnostic, "was stricter before", |metric| {
                metric.definition.target.as_ref().map(|table| table.span)
            }),
            "alert-loosened" => place(diagnostic, "looked for more before", |metric| {
                metric.definition.alert.first().map(|table| table.span)
            }),
            "ceiling-loosened" => place(diagnostic, "was tighter before", |metric| {
                metric.definition.ceiling.as_ref().map(|table| table.span)
            }),
            _ => place(diagnostic, "watched more before", |metric| {
                metric.definition.gameability.as_ref().map(|table| table.span)
            }),
        });
    }
    for change in changed.definition.iter().filter(|change| change.field == "direction") {
        let (old, new) = (text(&change.old), text(&change.new));
        let says = format!("the better direction of `{id}` was `{old}` and is `{new}`");
        let diagnostic = Diagnostic::new(&codes::DIRECTION_CHANGED, says)
            .help("a new direction asks a new question: is it the same metric?");
        found.push(place(diagnostic, "this metric", |_| None));
    }
    newly_broken(changed, metric, found);
    for mix in changed.mixes.iter().filter(|mix| mix.reversal) {
        let says = format!(
            "the total of `{id}` moved against every `{}` in the period of {}",
            mix.segment,
            date_text(mix.period.start)
        );
        let steps = changed.unit.steps(&[Decimal::ZERO, mix.within, mix.total]);
        let step = |from, to| steps.step(from, to).unwrap_or_default();
        let diagnostic = Diagnostic::new(&codes::MIX_REVERSAL, says)
            .note(format!(
                "the total moved by {}: {} within the groups, {} by their mix",
                step(0, 2),
                step(0, 1),
                step(1, 2)
            ))
            .help(format!(
                "read it by `{}`: the total says who came, not who got better",
                mix.segment
            ));
        found.push(place(diagnostic, "this metric", |_| None));
    }
    let unknown = changed.series.iter().flat_map(|series| &series.values).find_map(|change| {
        match &change.cause {
            Cause::NotAttributable(why) => Some(why),
            _ => None,
        }
    });
    if let Some(why) = unknown {
        let says = format!("why `{id}` changed cannot be told");
        let diagnostic = Diagnostic::new(&codes::NOT_ATTRIBUTABLE, says).note(why.clone());
        found.push(place(diagnostic, "this metric", |_| None));
    }
}

fn loosened(id: &str, change: &FieldChange) -> (&'static Code, String) {
    let field = &change.field;
    let from_to = match (&change.old, &change.new) {
        (Some(old), Some(new)) => format!("from {old} to {new}"),
        (Some(old), None) => format!("from {old} to nothing"),
        (None, new) => format!("to {}", text(new)),
    };
    match field.split('.').next() {
        Some("target") => (
            &codes::TARGET_LOOSENED,
            format!("the target of `{id}` was loosened: `{field}` {from_to}"),
        ),
        Some("ceiling") => (
            &codes::CEILING_LOOSENED,
            format!("the ceiling of `{id}` was loosened: `{field}` {from_to}"),
        ),
        Some("alert") => (
            &codes::ALERT_LOOSENED,
            format!("an alert of `{id}` was loosened: `{field}` {from_to}"),
        ),
        Some("guards") => {
            (&codes::GUARD_REMOVED, format!("`{id}` lost its guard `{}`", text(&change.old)))
        }
        _ => {
            (&codes::GUARD_REMOVED, format!("`{id}` got leave to be gamed: {}", text(&change.new)))
        }
    }
}

/// One finding for each kind of verdict, which lists the groups.
fn newly_broken(changed: &MetricDiff, metric: Option<&Metric>, found: &mut Vec<Diagnostic>) {
    const SHOWN: usize = 5;
    for (kind, what) in
        [(VerdictKind::CeilingBroken, "ceiling"), (VerdictKind::TargetMissed, "target")]
    {
        let broken: Vec<_> = changed.verdicts.iter().filter(|v| v.kind == kind).collect();
        let Some(first) = broken.first() else { continue };
        let says = format!("`{}` newly misses its {what}", changed.metric);
        let unit = &changed.unit;
        let lines = broken.iter().map(|verdict| {
            let value = |row: &crate::result::Row| {
                row.value.map_or("undefined".to_owned(), |value| unit.show(value))
            };
            let old = verdict.old.as_ref().map_or("none".to_owned(), value);
            let group = group_text(&verdict.new.group);
            format!("{group} was {old}, is {}", value(&verdict.new))
        });
        let lines = listed(lines, SHOWN);
        let mut diagnostic = Diagnostic::new(&codes::NEWLY_MISSED, says).note(format!(
            "in the period of {}: {}",
            date_text(first.new.period.start),
            lines.join("; ")
        ));
        if let Some(metric) = metric {
            let definition = &metric.definition;
            let span = match kind {
                VerdictKind::CeilingBroken => definition.ceiling.as_ref().map(|table| table.span),
                _ => definition.target.as_ref().map(|table| table.span),
            };
            let span = span.unwrap_or(definition.title.span);
            diagnostic = diagnostic.at(span, "was kept before the change");
        }
        found.push(diagnostic);
    }
}

fn text(text: &Option<String>) -> &str {
    text.as_deref().unwrap_or("nothing")
}
