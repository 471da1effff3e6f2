//! Numbers and words of a metric that mean nothing together, whatever the data are.

use rust_decimal::Decimal;

use crate::diagnostic::{Diagnostic, Span, codes};
use crate::project::definition::display::shows;
use crate::project::definition::measure::{MeasureTable, Score};
use crate::project::definition::metric::MetricFile;
use crate::project::definition::read::Number;

/// A change looks back at most so many periods: a century of days.
const FARTHEST: u32 = 36_600;

pub fn check(metric: &MetricFile, found: &mut Vec<Diagnostic>) {
    match &metric.measure {
        MeasureTable::Quantile(quantile) => check_share(&quantile.q, found),
        MeasureTable::Survival(survival) => {
            if let Some(q) = &survival.q {
                check_share(q, found);
            }
        }
        MeasureTable::Score(score) => check_score(score, found),
        MeasureTable::Change(change) => {
            if let Some(periods) = &change.periods
                && !(1..=FARTHEST).contains(&periods.value)
            {
                found.push(invalid(
                    periods.span,
                    format!("a change over {} periods is not possible", periods.value),
                    format!("expected 1 to {FARTHEST}"),
                ));
            }
        }
        _ => {}
    }
    if let Some(display) = metric.display
        && !shows(&metric.unit.value, display.value)
    {
        found.push(invalid(
            display.span,
            format!("{} cannot be shown as {}", metric.unit.value.name(), display.value.name()),
            "not for this unit".to_owned(),
        ));
    }
    check_days(metric, found);
    check_bounds(metric, found);
}

fn check_days(metric: &MetricFile, found: &mut Vec<Diagnostic>) {
    let waivers = metric.gameability.iter().flat_map(|gameability| &gameability.waivers);
    let days = waivers.map(|waiver| &waiver.expires).chain(&metric.reviewed);
    for day in days.filter(|day| day.value.date().is_none()) {
        found.push(invalid(
            day.span,
            format!("`{}` is not a day", day.value.0),
            "expected a date such as 2026-05-04".to_owned(),
        ));
    }
}

fn check_share(q: &Number, found: &mut Vec<Diagnostic>) {
    if q.value < Decimal::ZERO || q.value > Decimal::ONE {
        let percent = q.value / Decimal::ONE_HUNDRED;
        let diagnostic = invalid(
            q.span,
            format!("there is no quantile {}", q.value),
            "expected a share from 0 to 1".to_owned(),
        );
        found.push(if (Decimal::ZERO..=Decimal::ONE).contains(&percent) {
            diagnostic.help(format!("write {} for {} %", percent.normalize(), q.value))
        } else {
            diagnostic
        });
    }
}

fn check_score(score: &Score, found: &mut Vec<Diagnostic>) {
    if score.components.is_empty() {
        found.push(invalid(
            score.span,
            "a score without components has no value".to_owned(),
            "needs at least one in `components`".to_owned(),
        ));
    }
    for component in &score.components {
        let weight = &component.weight;
        if weight.value <= Decimal::ZERO {
            found.push(invalid(
                weight.span,
                format!("a weight of {} weighs nothing", weight.value),
                "expected a number above 0".to_owned(),
            ));
        }
        if component.worst.value == component.best.value {
            found.push(
                invalid(
                    component.worst.span,
                    "the worst and the best value are the same".to_owned(),
                    "this".to_owned(),
                )
                .at(component.best.span, "is not different from this"),
            );
        }
    }
}

/// A ceiling and a target each have room between their bounds, and the target lies within reach.
fn check_bounds(metric: &MetricFile, found: &mut Vec<Diagnostic>) {
    let ceiling = metric.ceiling.as_ref();
    let (min, max) = (ceiling.and_then(|c| c.min), ceiling.and_then(|c| c.max));
    if let (Some(min), Some(max)) = (min, max)
        && min.value >= max.value
    {
        found.push(
            invalid(
                min.span,
                "the ceiling's `min` is not below its `max`".to_owned(),
                "this".to_owned(),
            )
            .at(max.span, "is not below this"),
        );
    }
    let Some(target) = &metric.target else {
        return;
    };
    match (target.at_least, target.at_most) {
        (None, None) => found.push(invalid(
            target.span,
            "the target has no bounds".to_owned(),
            "needs `at_least` or `at_most`".to_owned(),
        )),
        (Some(least), Some(most)) if least.value > most.value => found.push(
            invalid(least.span, "no value meets the target".to_owned(), "this".to_owned())
                .at(most.span, "is above this"),
        ),
        _ => {}
    }
    let mut unreachable =
        |bound: Number, limit: Option<Number>, beyond: fn(Decimal, Decimal) -> bool| {
            if let Some(limit) = limit
                && beyond(bound.value, limit.value)
            {
                found.push(
                    invalid(
                        bound.span,
                        "no value within the ceiling meets the target".to_owned(),
                        "outside the ceiling".to_owned(),
                    )
                    .at(limit.span, "which is here"),
                );
            }
        };
    if let Some(least) = target.at_least {
        unreachable(least, max, |bound, limit| bound > limit);
    }
    if let Some(most) = target.at_most {
        unreachable(most, min, |bound, limit| bound < limit);
    }
}

fn invalid(span: Span, message: String, label: String) -> Diagnostic {
    Diagnostic::new(&codes::INVALID_VALUE, message).at(span, label)
}
