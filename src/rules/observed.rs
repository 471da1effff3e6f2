//! What binding saw in all SQL of a project: populations, measures, derived sources, expectations.

use super::Project;
use crate::bind::{Bound, Observation, Observed};
use crate::diagnostic::{FileId, Span};

/// Everything that was seen, with its place.
pub fn observations<'a>(
    project: &Project<'a>,
    bound: &'a Bound,
) -> impl Iterator<Item = (&'a Observed, Span)> {
    let catalog = project.catalog;
    let sources = bound.sources.iter().filter_map(|(id, bound)| {
        let source = catalog.sources.get(id)?;
        let definition = &source.definition;
        let own = definition.sql.as_ref().map_or(definition.format.span, |sql| sql.span);
        let expected = definition.expect.first().map_or(own, |expect| expect.sql.span);
        let query = placed(&bound.query.observations, source.file, own);
        Some(query.chain(placed(&bound.expected.observations, source.file, expected)))
    });
    let metrics = bound.metrics.iter().filter_map(|(id, bound)| {
        let metric = catalog.metrics.get(id)?;
        let population = metric.definition.population.as_ref()?;
        Some(placed(&bound.population.observations, metric.file, population.sql.span))
    });
    sources.flatten().chain(metrics.flatten())
}

fn placed(
    seen: &[Observation],
    file: FileId,
    otherwise: Span,
) -> impl Iterator<Item = (&Observed, Span)> {
    seen.iter().map(move |one| {
        let place = one.place.map(|(start, end)| Span::new(file, start..end));
        (&one.what, place.unwrap_or(otherwise))
    })
}
