//! The SQL of a project, as it is parsed before anything is resolved.

use std::collections::BTreeSet;
use std::path::Path;

use super::Settings;
use crate::error::Error;
use crate::project::definition::metric::MetricFile;
use crate::project::definition::source::SourceFile;
use crate::sql::{Form, ParsedPieces, Piece};

/// Whoever can parse SQL.
pub trait Parse {
    /// What is known of the pieces; those that cannot be parsed are left out.
    ///
    /// # Errors
    /// Only an engine failure.
    fn parse(
        &self,
        pieces: &BTreeSet<Piece<'_>>,
        project: &ParseContext<'_>,
    ) -> Result<ParsedPieces, Error>;
}

/// A project before its definitions are resolved.
#[derive(Debug, Clone, Copy)]
pub struct ParseContext<'a> {
    /// Its folder.
    pub root: &'a Path,
    pub settings: &'a Settings,
    pub sources: &'a [&'a SourceFile],
}

/// The SQL of a source.
pub fn pieces_of_source(source: &SourceFile) -> impl Iterator<Item = Piece<'_>> {
    let expected = source.expect.iter().map(|expect| &expect.sql);
    let queries = source.sql.iter().chain(expected);
    let selects = source.columns.iter().filter_map(|(_, column)| column.select.as_ref());
    queries
        .map(|sql| Piece { form: Form::Query, text: sql.as_str() })
        .chain(selects.map(|sql| Piece { form: Form::Expression, text: sql.as_str() }))
}

/// The SQL of a metric.
pub fn pieces_of_metric(metric: &MetricFile) -> impl Iterator<Item = Piece<'_>> {
    let population = metric.population.iter().map(|population| &population.sql);
    let expressions = metric.measure.expressions();
    population.map(|sql| Piece { form: Form::Query, text: sql.as_str() }).chain(
        expressions.into_iter().map(|sql| Piece { form: Form::Expression, text: sql.as_str() }),
    )
}
