//! `ceiling-is-target` and `ceiling-other-side`: the ceiling is where a good number ends and
//! gaming begins. It stands on the side to which the metric is pushed, and beyond the target.

use std::cmp::Ordering;

use super::Project;
use crate::diagnostic::{Diagnostic, codes};
use crate::project::catalog::Metric;
use crate::project::definition::metric::{CeilingTable, Direction, TargetTable};

pub fn check(project: &Project<'_>, found: &mut Vec<Diagnostic>) {
    for metric in project.catalog.metrics.values() {
        let Some(ceiling) = &metric.definition.ceiling else {
            continue;
        };
        found.extend(open_side(metric, ceiling));
        if let Some(target) = &metric.definition.target {
            bounds(metric, ceiling, target, found);
        }
    }
}

/// A metric that is to rise needs a `max`, one that is to fall a `min`.
fn open_side(metric: &Metric, ceiling: &CeilingTable) -> Option<Diagnostic> {
    let (bound, has, pushed) = match (metric.definition.direction, ceiling.min, ceiling.max) {
        (Direction::Higher, Some(has), None) => ("max", has, "up"),
        (Direction::Lower, None, Some(has)) => ("min", has, "down"),
        _ => return None,
    };
    Some(
        Diagnostic::new(
            &codes::CEILING_OTHER_SIDE,
            format!("`{}` is pushed {pushed}, where its ceiling is open", metric.id),
        )
        .at(has.span, "the only bound is on the other side")
        .help(format!("add `{bound}`: how far {pushed} is still good news")),
    )
}

/// A target that no value within the ceiling meets is no definition at all (catalog/bounds.rs).
fn bounds(
    metric: &Metric,
    ceiling: &CeilingTable,
    target: &TargetTable,
    found: &mut Vec<Diagnostic>,
) {
    // With which side of the ceiling a target is compared, and where it lies when it says nothing.
    let pairs = [
        (target.at_least, ceiling.max, None),
        (target.at_most, ceiling.min, None),
        (target.at_least, ceiling.min, Some(Ordering::Less)),
        (target.at_most, ceiling.max, Some(Ordering::Greater)),
    ];
    for (wanted, bound, says_nothing) in pairs {
        let (Some(wanted), Some(bound)) = (wanted, bound) else {
            continue;
        };
        let side = wanted.value.cmp(&bound.value);
        if side == Ordering::Equal {
            let met = if says_nothing.is_some() { "every value" } else { "only the best value" };
            found.push(
                Diagnostic::new(
                    &codes::CEILING_IS_TARGET,
                    format!("the target of `{}` is its ceiling: {met} meets it", metric.id),
                )
                .at(wanted.span, "the target")
                .at(bound.span, "the ceiling")
                .help("set a target that good work reaches and that leaves room to the ceiling"),
            );
        } else if Some(side) == says_nothing {
            found.push(
                Diagnostic::new(
                    &codes::CEILING_OTHER_SIDE,
                    format!("every value within the ceiling of `{}` meets its target", metric.id),
                )
                .at(wanted.span, "the target is beyond")
                .at(bound.span, "the ceiling")
                .help("move the target inside the ceiling: a miss must be possible"),
            );
        }
    }
}
