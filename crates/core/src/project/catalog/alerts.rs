//! Alerts that could never be raised, or that mean nothing.

use rust_decimal::Decimal;

use super::Metric;
use crate::diagnostic::{Diagnostic, Span, codes};
use crate::project::definition::alert::{AlertTable, Watch};
use crate::project::definition::project::Grain;

/// Fewer values have no spread to speak of.
const FEWEST: u32 = 4;

/// Checks the alerts of a metric whose breakdown is settled.
pub fn check(metric: &Metric, grain: Grain, found: &mut Vec<Diagnostic>) {
    for alert in &metric.definition.alert {
        check_watch(alert, found);
        check_time(alert, grain, found);
        check_groups(metric, alert, found);
    }
}

/// An alert looks for one thing, and not for nothing.
fn check_watch(alert: &AlertTable, found: &mut Vec<Diagnostic>) {
    let watches = alert.watches();
    match watches.as_slice() {
        [] => found.push(
            Diagnostic::new(&codes::MISSING_KEY, "the alert looks for nothing")
                .at(alert.span, "needs one of `fall`, `rise`, `change` and `band`"),
        ),
        [_] => {}
        [(first, first_span), (second, second_span), ..] => found.push(
            Diagnostic::new(
                &codes::CONFLICTING_KEYS,
                format!("an alert looks for one thing: `{}` or `{}`", first.name(), second.name()),
            )
            .at(*second_span, "this")
            .at(*first_span, "and this")
            .help("write an [[alert]] for each"),
        ),
    }
    for (watch, span) in watches {
        if watch.limit() <= Decimal::ZERO {
            found.push(invalid(
                span,
                format!("a `{}` of {} is none", watch.name(), watch.text()),
                "expected more than 0",
            ));
        }
    }
    if let Some(over) = &alert.over {
        if !matches!(alert.watch(), Some(Watch::Band(_))) {
            found.push(conflicting(over.span, "`over` is the number of values of a `band`"));
        } else if over.value < FEWEST {
            found.push(invalid(
                over.span,
                format!("a band over {} values says nothing", over.value),
                "expected 4 or more",
            ));
        }
    }
}

/// Within the time there is something to compare with.
fn check_time(alert: &AlertTable, grain: Grain, found: &mut Vec<Diagnostic>) {
    let Some(within) = &alert.within else { return };
    if matches!(alert.watch(), Some(Watch::Band(_))) {
        found.push(conflicting(within.span, "a `band` is over so many values: `over`"));
        return;
    }
    // The longest one, so that an alert does not rest in some months.
    let (days, name) = match grain {
        Grain::Day => (1, "1d"),
        Grain::Week => (7, "7d"),
        Grain::Month => (31, "31d"),
        Grain::Quarter => (92, "92d"),
        Grain::Year => (366, "366d"),
    };
    if within.value.seconds < days * 86_400 {
        found.push(
            invalid(
                within.span,
                format!("`within` is shorter than a {}", grain.name()),
                "there is no value to compare with",
            )
            .help(format!("write \"{name}\" or more, or leave it out for one period")),
        );
    }
}

/// The groups that are watched are groups that there are.
fn check_groups(metric: &Metric, alert: &AlertTable, found: &mut Vec<Diagnostic>) {
    let Some(by) = &alert.by else { return };
    let known = metric.segments();
    let mut all_known = true;
    for name in &by.value {
        if !known.contains(&name.as_str()) {
            all_known = false;
            found.push(
                Diagnostic::new(
                    &codes::UNKNOWN_COLUMN,
                    format!("`{}` is not a segment of the breakdown", name.as_str()),
                )
                .at(name.span, "there are no values by it")
                .did_you_mean(name, known.iter().copied()),
            );
        }
    }
    let watched = |set: &Vec<String>| watches_set(alert, set.iter().map(String::as_str));
    if all_known && !metric.breakdown.iter().any(watched) {
        let names: Vec<&str> = by.value.iter().map(|name| name.as_str()).collect();
        let what = if names.is_empty() {
            format!("`{}` has no total", metric.id)
        } else {
            format!("`{}` has no results by [{}]", metric.id, names.join(", "))
        };
        found.push(
            Diagnostic::new(&codes::SEGMENT_MISMATCH, what)
                .at(by.span, "nothing to watch")
                .help("add the set to the breakdown, or watch another one"),
        );
    }
}

/// Whether an alert watches the groups of a set of segments.
fn watches_set<'a>(alert: &AlertTable, set: impl Iterator<Item = &'a str>) -> bool {
    alert.segments().is_none_or(|watched| {
        let mut set: Vec<&str> = set.collect();
        set.sort_unstable();
        watched == set
    })
}

fn invalid(span: Span, message: String, label: &str) -> Diagnostic {
    Diagnostic::new(&codes::INVALID_VALUE, message).at(span, label)
}

fn conflicting(span: Span, message: &str) -> Diagnostic {
    Diagnostic::new(&codes::CONFLICTING_KEYS, message).at(span, "means nothing here")
}
