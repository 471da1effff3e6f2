//! `ceiling-impossible`: a bound that no value of the unit reaches holds nothing back, and mostly
//! means that percent were written for shares or minutes for seconds.

use rust_decimal::Decimal;

use super::Project;
use crate::diagnostic::{Applicability, Diagnostic, codes};
use crate::project::catalog::Metric;
use crate::project::definition::measure::Kind;
use crate::project::definition::metric::Unit;
use crate::project::definition::read::Number;

pub fn check(project: &Project<'_>, found: &mut Vec<Diagnostic>) {
    for metric in project.catalog.metrics.values() {
        let Some(ceiling) = &metric.definition.ceiling else {
            continue;
        };
        let Some(possible) = possible(metric) else {
            continue;
        };
        for bound in [ceiling.min, ceiling.max].into_iter().flatten() {
            if bound.value < possible.least || possible.most.is_some_and(|most| bound.value > most)
            {
                found.push(impossible(metric, bound, &possible));
            }
        }
    }
}

/// What the values of a metric lie in, whatever the data are.
struct Possible {
    least: Decimal,
    most: Option<Decimal>,
    what: &'static str,
}

/// `None` for what may be a difference: a change and a formula can be negative in any unit.
fn possible(metric: &Metric) -> Option<Possible> {
    let kind = metric.definition.measure.kind();
    let (most, what) = match (&metric.definition.unit.value, kind) {
        (_, Kind::Change) => return None,
        (Unit::Score, _) => (Some(Decimal::ONE_HUNDRED), "a score is from 0 to 100"),
        (_, Kind::Formula) => return None,
        (Unit::Ratio, Kind::Share | Kind::Distribution) => {
            (Some(Decimal::ONE), "a share is from 0 to 1")
        }
        (Unit::Seconds | Unit::Days, _) => (None, "a duration is not negative"),
        (Unit::Count, _) => (None, "a count is not negative"),
        (Unit::Ratio | Unit::Currency(_), _) => return None,
    };
    Some(Possible { least: Decimal::ZERO, most, what })
}

fn impossible(metric: &Metric, bound: Number, possible: &Possible) -> Diagnostic {
    let diagnostic = Diagnostic::new(
        &codes::CEILING_IMPOSSIBLE,
        format!("no value of `{}` is {}", metric.id, bound.value),
    )
    .at(bound.span, possible.what);
    let as_share = (bound.value / Decimal::ONE_HUNDRED).normalize();
    if possible.most == Some(Decimal::ONE) && (Decimal::ZERO..=Decimal::ONE).contains(&as_share) {
        return diagnostic.help(format!("write {as_share} for {} %", bound.value)).replace(
            bound.span,
            as_share.to_string(),
            format!("write {as_share} for {} %", bound.value),
            Applicability::Suggested,
        );
    }
    if bound.value < Decimal::ZERO && possible.most.is_none() {
        return diagnostic.help(
            "the natural floor is 0; where the rows hold signed differences, \
             allow this in the metric's [lints]",
        );
    }
    diagnostic
}
