//! `target-without-tolerance`: one row of one is 100 %; a verdict on a handful of rows is chance.

use super::Project;
use crate::diagnostic::{Diagnostic, codes};
use crate::project::definition::measure::Kind;

/// With fewer rows, the 95 % interval of a share spans about half of what is possible, or more.
const FEWEST: u64 = 5;

pub fn check(project: &Project<'_>, found: &mut Vec<Diagnostic>) {
    let usual = project.catalog.settings.min_n;
    for metric in project.catalog.metrics.values() {
        let Some(target) = &metric.definition.target else {
            continue;
        };
        // A count or a sum does not depend on how many rows it has.
        let sampled = matches!(
            metric.definition.measure.kind(),
            Kind::Mean
                | Kind::Median
                | Kind::Quantile
                | Kind::Ratio
                | Kind::Share
                | Kind::Distribution
                | Kind::Survival
        );
        let own = target.min_n.map_or(0, |min_n| u64::from(min_n.value));
        let rows = usual.max(own);
        if sampled && rows < FEWEST {
            let few = match rows {
                0 => "however few rows there are".to_owned(),
                1 => "on a single row".to_owned(),
                rows => format!("on {rows} rows"),
            };
            found.push(
                Diagnostic::new(
                    &codes::TARGET_WITHOUT_TOLERANCE,
                    format!("the target of `{}` is judged {few}", metric.id),
                )
                .at(target.min_n.map_or(target.span, |min_n| min_n.span), "chance, not evidence")
                .help("set `min_n` of the target, or of [limits] in goodhart.toml, to 20 or so"),
            );
        }
    }
}
