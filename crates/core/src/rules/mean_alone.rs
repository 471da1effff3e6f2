//! `mean-alone`: durations are skewed; their mean follows a few outliers and moves the wrong way
//! as often as not.

use super::Project;
use crate::diagnostic::{Applicability, Diagnostic, Span, codes};
use crate::project::definition::measure::{MeasureTable, Statistic};
use crate::project::definition::metric::Unit;

pub fn check(project: &Project<'_>, found: &mut Vec<Diagnostic>) {
    for metric in project.catalog.metrics.values() {
        let MeasureTable::Mean(mean) = &metric.definition.measure else {
            continue;
        };
        let duration = matches!(metric.definition.unit.value, Unit::Seconds | Unit::Days);
        let robust = |statistic: &Statistic| {
            matches!(
                statistic,
                Statistic::Median | Statistic::Percentile(_) | Statistic::SurvivalMedian
            )
        };
        if !duration || mean.with.iter().any(|companion| robust(&companion.value)) {
            continue;
        }
        let diagnostic = Diagnostic::new(
            &codes::MEAN_ALONE,
            format!("`{}` is a mean duration with no median beside it", metric.id),
        )
        .at(mean.span, "follows a few outliers")
        .help("make the kind `median`, or add `with = [\"median\", \"p90\"]`");
        // A line can be added behind a `[measure]` line; an inline table is on one line.
        let head = project.files.text(mean.span.file).get(mean.span.range()).unwrap_or("");
        found.push(if mean.with.is_empty() && head.starts_with('[') {
            diagnostic.replace(
                Span { start: mean.span.end, ..mean.span },
                "\nwith = [\"median\", \"p90\"]",
                "show the median and the 90th percentile beside the mean",
                Applicability::Suggested,
            )
        } else {
            diagnostic
        });
    }
}
