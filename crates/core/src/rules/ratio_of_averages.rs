//! `ratio-of-averages`: the mean wait over the mean work is not the mean of wait over work, and
//! for medians it is nothing at all.

use std::ops::Range;

use super::Project;
use crate::diagnostic::{Diagnostic, codes};
use crate::project::catalog::Catalog;
use crate::project::definition::measure::{Kind, MeasureTable};

pub fn check(project: &Project<'_>, found: &mut Vec<Diagnostic>) {
    for metric in project.catalog.metrics.values() {
        let MeasureTable::Formula(table) = &metric.definition.measure else {
            continue;
        };
        for quotient in metric.formula.iter().flat_map(|formula| formula.quotients()) {
            let above = first_average(&quotient.above, project.catalog);
            let below = first_average(&quotient.below, project.catalog);
            let (Some(above), Some(below)) = (above, below) else {
                continue;
            };
            let place = |range: &Range<usize>| {
                table.expression.locate(project.files, range.start, range.len())
            };
            found.push(
                Diagnostic::new(
                    &codes::RATIO_OF_AVERAGES,
                    format!("`{}` divides an average by an average", metric.id),
                )
                .at(place(above.1), format!("a {} of rows", above.0))
                .at(place(below.1), format!("over a {} of rows", below.0))
                .help(
                    "measure it over the rows: kind `ratio` for the quotient of the sums, \
                     or a median of each row's quotient",
                ),
            );
        }
    }
}

/// What it is, and the place, of the first of the named metrics that is an average.
fn first_average<'a>(
    names: &'a [(&'a str, Range<usize>)],
    catalog: &Catalog,
) -> Option<(&'static str, &'a Range<usize>)> {
    names.iter().find_map(|(name, range)| {
        let what = match catalog.metrics.get(*name)?.definition.measure.kind() {
            Kind::Mean => "mean",
            Kind::Median => "median",
            Kind::Quantile | Kind::Survival => "quantile",
            _ => return None,
        };
        Some((what, range))
    })
}
