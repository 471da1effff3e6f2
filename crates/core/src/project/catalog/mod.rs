//! The definitions of a project, merged, resolved and immutable.
//!
//! Later stages take a [`Catalog`] and never ask again whether a name exists.

mod alerts;
mod bounds;
mod breakdown;
mod build;
mod identity;
mod ids;
mod limits;
mod metrics;
mod nondeterministic;
mod parse;
mod paths;
mod settings;
mod sources;

pub use build::{Definitions, build};
pub use identity::Identity;
pub use ids::is_id;
pub use limits::{Limits, MetricLimits, definition_size, size_text};
pub use nondeterministic::{Answers, nondeterministic};
pub use parse::{Parse, ParseContext, pieces_of_metric, pieces_of_source};
pub use settings::Settings;
pub use sources::read_by;

use std::collections::{BTreeMap, BTreeSet};

use crate::diagnostic::FileId;
use crate::graph;
use crate::project::definition::metric::MetricFile;
use crate::project::definition::read::Sql;
use crate::project::definition::source::{Format, SourceFile};
use crate::sql::{ParsedPieces, ParsedSql};

/// A resolved project.
#[derive(Debug)]
pub struct Catalog {
    pub settings: Settings,
    pub sources: BTreeMap<String, Source>,
    pub metrics: BTreeMap<String, Metric>,
    /// What is known of all their SQL.
    pub sql: ParsedPieces,
    /// Ids of definitions that are there but could not be read: naming one is no mistake.
    pub unread: BTreeSet<String>,
}

impl Catalog {
    /// The SQL of a metric that can be parsed: its population and the expressions of its measure.
    pub fn sql_of<'a>(
        &'a self,
        metric: &'a Metric,
    ) -> impl Iterator<Item = (&'a Sql, &'a ParsedSql)> {
        let population = metric.definition.population.iter().map(|population| &population.sql);
        let queries = population.filter_map(|sql| Some((sql, self.sql.query(sql.as_str())?)));
        let expressions = metric.definition.measure.expressions().into_iter();
        queries.chain(expressions.filter_map(|sql| Some((sql, self.sql.expression(sql.as_str())?))))
    }

    /// What a source reads.
    pub fn reads(&self, source: &str) -> impl Iterator<Item = &str> + use<'_> {
        let source = self.sources.get(source);
        source.into_iter().flat_map(|source| source.reads.iter().map(String::as_str))
    }

    /// What a metric is computed from.
    pub fn parts(&self, metric: &str) -> impl Iterator<Item = &str> + use<'_> {
        let metric = self.metrics.get(metric);
        metric.into_iter().flat_map(|metric| metric.parts.iter().map(String::as_str))
    }

    /// The sources, each after what it reads; of those on a cycle, which was reported, nothing is
    /// known to be read.
    pub fn sources_in_order(&self) -> Vec<&str> {
        graph::topological_order(self.sources.keys().map(String::as_str), |id| self.reads(id)).0
    }

    /// Those of the `sources` that there are, and everything that they are derived from.
    pub fn with_inputs<'a>(
        &'a self,
        sources: impl IntoIterator<Item = &'a str>,
    ) -> BTreeSet<&'a str> {
        let known = sources.into_iter().filter(|id| self.sources.contains_key(*id));
        graph::reachable(known, |id| self.reads(id))
    }
}

#[derive(Debug)]
pub struct Source {
    pub id: String,
    pub file: FileId,
    pub definition: SourceFile,
    /// For a derived source, the sources that its query reads, sorted.
    pub reads: Vec<String>,
    /// Whether what it shows depends on the as-of, by itself or through what it reads.
    pub clocked: bool,
    /// Whether its rows may hold values of a sensitive column, by itself or through what it reads:
    /// then no row is shown when something is wrong with it.
    pub guarded: bool,
}

impl Source {
    pub fn is_from_files(&self) -> bool {
        self.definition.format.value != Format::Derived
    }

    /// Whether values of a column are not to be seen, and not only what stands beside them. What a
    /// derived source made of sensitive values, only its query knows.
    pub fn is_withheld(&self, column: &str) -> bool {
        let declared = self.definition.columns.get(column);
        let derived = self.definition.format.value == Format::Derived;
        self.guarded && (derived || declared.is_none_or(|column| column.sensitive == Some(true)))
    }
}

#[derive(Debug)]
pub struct Metric {
    pub id: String,
    pub file: FileId,
    pub definition: MetricFile,
    /// The sets of segments for which there are results; `[]` is the total.
    pub breakdown: Vec<Vec<String>>,
    /// The sources that the population reads, sorted.
    pub reads: Vec<String>,
    /// The metrics that a composed metric is computed from, in the order of the definition.
    pub parts: Vec<String>,
    /// The parsed expression of a formula.
    pub formula: Option<crate::measure::arithmetic::Formula>,
}

impl Metric {
    /// Whether its population is evaluated at the end of every period, and not once.
    pub fn is_stock(&self) -> bool {
        self.definition.population.as_ref().is_some_and(|population| population.at.is_none())
    }

    /// Whether its rows may hold values of a sensitive column.
    pub fn is_guarded(&self, sources: &BTreeMap<String, Source>) -> bool {
        let population = self.definition.population.as_ref();
        population.is_some_and(|population| !population.sensitive.is_empty())
            || self.reads.iter().any(|read| sources.get(read).is_some_and(|source| source.guarded))
    }

    /// The segments of the breakdown, in the order of the definition.
    pub fn segments(&self) -> Vec<&str> {
        let mut segments: Vec<&str> = Vec::new();
        for set in &self.breakdown {
            for segment in set {
                if !segments.contains(&segment.as_str()) {
                    segments.push(segment);
                }
            }
        }
        segments
    }
}
