//! Every piece of bound SQL with what stands in its file.

use crate::diagnostic::{FileId, Span};
use crate::project::catalog::Catalog;
use crate::project::definition::read::Sql;
use crate::sql::facts::{BoundProject, Query};

/// A query of a definition.
#[derive(Debug, Clone, Copy)]
pub struct DefinitionQuery<'a> {
    pub query: &'a Query,
    pub sql: &'a Sql,
    /// Whether a number comes from it: it is no expectation.
    pub counts: bool,
}

impl DefinitionQuery<'_> {
    pub fn file(&self) -> FileId {
        self.sql.span.file
    }

    /// What is underlined for something at `place`.
    pub fn span(&self, place: Option<(usize, usize)>) -> Span {
        place.map_or(self.sql.span, |(start, end)| Span::new(self.file(), start..end))
    }
}

/// The populations with their measures, the queries of derived sources, what makes the columns of
/// others from their files, and what sources expect.
pub fn queries<'a>(
    catalog: &'a Catalog,
    bound: &'a BoundProject,
) -> impl Iterator<Item = DefinitionQuery<'a>> {
    let of_metrics = bound.metrics.iter().filter_map(|(id, metric)| {
        let population = catalog.metrics.get(id)?.definition.population.as_ref()?;
        Some(DefinitionQuery { query: &metric.population, sql: &population.sql, counts: true })
    });
    let of_sources = bound.sources.iter().filter_map(|(id, source)| {
        let definition = &catalog.sources.get(id)?.definition;
        let selects = definition.columns.iter().filter_map(|(_, column)| column.select.as_ref());
        let own = definition.sql.iter().chain(selects).take(1);
        let own = own.map(|sql| DefinitionQuery { query: &source.query, sql, counts: true });
        let expected = definition.expect.iter().zip(&source.expectations);
        let expected = expected.map(|(expect, query)| DefinitionQuery {
            query,
            sql: &expect.sql,
            counts: false,
        });
        Some(own.chain(expected))
    });
    of_metrics.chain(of_sources.flatten())
}
