//! What binding saw in all SQL of a project: populations, measures, derived sources, expectations.

use super::queries::queries;
use crate::diagnostic::Span;
use crate::project::catalog::Catalog;
use crate::sql::facts::{BoundProject, Observed};

/// Everything that was seen, with its place.
pub fn observations<'a>(
    catalog: &'a Catalog,
    bound: &'a BoundProject,
) -> impl Iterator<Item = (&'a Observed, Span)> {
    queries(catalog, bound).flat_map(|written| {
        let seen = written.query.observations.iter();
        seen.map(move |one| (&one.what, written.span(one.place)))
    })
}
