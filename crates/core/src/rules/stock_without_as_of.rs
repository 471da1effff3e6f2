//! `stock-without-as-of`: a stock is evaluated at the end of every period, and one that never looks
//! at the as-of says the same each time: its history is today's number, written several times.

use super::Project;
use crate::diagnostic::{Diagnostic, codes};
use crate::sql::facts::BoundProject;

pub fn check(project: &Project<'_>, bound: &BoundProject, found: &mut Vec<Diagnostic>) {
    let catalog = project.catalog;
    if catalog.settings.window < 2 {
        return;
    }
    // Only what binds: of the sources below something that is wrong, nobody knows what they read.
    let bound = bound.metrics.keys().filter_map(|id| catalog.metrics.get(id));
    for metric in bound.filter(|metric| metric.is_stock()) {
        let Some(population) = &metric.definition.population else { continue };
        let clocked = |id: &String| catalog.sources.get(id).is_some_and(|source| source.clocked);
        if metric.reads.iter().any(clocked)
            || catalog.sql_of(metric).any(|(_, sql)| sql.uses_clock())
        {
            continue;
        }
        found.push(
            Diagnostic::new(
                &codes::STOCK_WITHOUT_AS_OF,
                format!("the stock `{}` is the same number in every period", metric.id),
            )
            .at(population.span, "without `at`, and its SQL never asks for `as_of()`")
            .help("name the column that decides the period in `at`: then it is a flow")
            .help(
                "or keep what is there at the end of a period, such as \
                 `where created_at < as_of()`; `known_at` in a source does it for all its readers",
            ),
        );
    }
}
