//! What is known of a query once it is bound.

mod observation;
mod rows;
mod times;

pub use observation::{
    Contradiction, NullLoss, Observation, Observed, Operand, TextOrder, Values, number,
};
pub use rows::{Dependency, Row, RowChoice, Unique};
pub use times::{
    Day, Grain, InstantPair, Interval, IntervalMeasure, Text, TimeUse, TimeUsed, date_in, mirrored,
};

use std::collections::{BTreeMap, BTreeSet};

use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize};

use super::types::is_type;
use crate::graph::reachable;

/// A column of a source.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub struct ColumnRef {
    pub source: String,
    pub column: String,
}

/// As text, because a memory is mostly columns. No source has a point in its name.
impl From<ColumnRef> for String {
    fn from(column: ColumnRef) -> Self {
        format!("{}.{}", column.source, column.column)
    }
}

impl From<String> for ColumnRef {
    fn from(text: String) -> Self {
        let (source, column) = text.split_once('.').unwrap_or(("", &text));
        Self { source: source.to_owned(), column: column.to_owned() }
    }
}

/// What a value is computed from.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Origin {
    pub columns: BTreeSet<ColumnRef>,
    /// Whether an average, median or quantile of several rows went into it.
    pub averaged: bool,
}

impl Origin {
    pub fn merge(&mut self, other: &Self) {
        self.columns.extend(other.columns.iter().cloned());
        self.averaged |= other.averaged;
    }
}

/// A column that a query returns.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Column {
    pub name: String,
    /// DuckDB's name of the type.
    #[serde(deserialize_with = "type_name")]
    pub type_name: String,
    pub origin: Origin,
    #[serde(default, skip_serializing_if = "Nulls::is_unknown")]
    pub nulls: Nulls,
    /// The only texts that it can be, or of a list its elements; without them, any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub values: Option<BTreeSet<String>>,
}

/// Whether a value can be null.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Nulls {
    Never,
    /// It is declared, or made so, that there are nulls.
    Possible,
    #[default]
    Unknown,
}

impl Nulls {
    #[allow(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
    fn is_unknown(&self) -> bool {
        *self == Self::Unknown
    }

    /// Of a value that is the one or the other.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        match (self, other) {
            (Self::Never, Self::Never) => Self::Never,
            (Self::Possible, _) | (_, Self::Possible) => Self::Possible,
            _ => Self::Unknown,
        }
    }
}

/// Tables are created with it, so what is read must be a type: else nothing is cached.
fn type_name<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    let text = String::deserialize(deserializer)?;
    if is_type(&text) { Ok(text) } else { Err(Error::custom("no name of a type")) }
}

/// A condition that a row must meet to count.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Condition {
    pub test: Test,
    pub origin: Origin,
    /// Bytes of the definition file: where it starts and where it ends.
    pub place: Option<(usize, usize)>,
}

/// What a condition asks, as far as rules want to know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Test {
    NotNull,
    /// Equal to one of some texts.
    OneOf(Vec<String>),
}

/// A difference of two instants.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Elapsed {
    pub start: Origin,
    pub end: Origin,
}

/// A bound query.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Query {
    pub columns: Vec<Column>,
    /// Every column that is read, for a value or for a condition.
    pub reads: BTreeSet<ColumnRef>,
    /// Conditions that all have to hold, of `where` and `having` wherever they stand.
    pub conditions: Vec<Condition>,
    pub elapsed: Vec<Elapsed>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub observations: Vec<Observation>,
    pub times: Vec<TimeUse>,
    pub choices: Vec<RowChoice>,
    /// What is unique where the query returns nothing.
    pub unique: Option<Unique>,
}

impl Query {
    /// Turns places in a statement into places in a definition file.
    pub fn locate(&mut self, locate: impl Fn((usize, usize)) -> Option<(usize, usize)>) {
        let conditions = self.conditions.iter_mut().map(|condition| &mut condition.place);
        let times = self.times.iter_mut().map(|time| &mut time.place);
        for place in conditions.chain(times) {
            *place = place.take().and_then(&locate);
        }
    }

    pub fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|column| column.name == name)
    }

    /// The names and types of the columns.
    pub fn typed(&self) -> Vec<(String, String)> {
        let columns = self.columns.iter();
        columns.map(|column| (column.name.clone(), column.type_name.clone())).collect()
    }
}

/// A bound metric.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct BoundMetric {
    pub population: Query,
    /// The expressions of the measure, as they stand in the definition.
    pub expressions: Vec<Expression>,
}

/// An expression over the rows of a population.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Expression {
    pub sql: String,
    /// The columns of the population that it uses.
    pub uses: BTreeSet<String>,
    pub origin: Origin,
}

/// A bound source.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct BoundSource {
    /// The query of a derived source; a source that is read from files has columns only.
    pub query: Query,
    /// What it expects, in the order of the definition.
    pub expectations: Vec<Query>,
}

/// Everything that could be bound, by id.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BoundProject {
    pub sources: BTreeMap<String, BoundSource>,
    pub metrics: BTreeMap<String, BoundMetric>,
}

impl BoundProject {
    /// The columns from which `origin` comes in the end: those of sources that are read from
    /// files, through any number of derived ones.
    pub fn roots(&self, origin: &Origin) -> BTreeSet<ColumnRef> {
        let from = |column| self.column(column).into_iter().flat_map(|found| &found.origin.columns);
        let mut all = reachable(&origin.columns, from);
        all.retain(|column| from(column).next().is_none());
        all.into_iter().cloned().collect()
    }

    /// Whether an average went into a value, in its own query or in those of derived sources.
    pub fn averaged(&self, origin: &Origin) -> bool {
        let origin_of = |column| self.column(column).map(|found| &found.origin);
        let from = |column| origin_of(column).into_iter().flat_map(|origin| &origin.columns);
        let all = reachable(&origin.columns, from);
        origin.averaged || all.into_iter().filter_map(origin_of).any(|origin| origin.averaged)
    }

    /// What is known of a column of a source.
    pub fn column(&self, column: &ColumnRef) -> Option<&Column> {
        self.sources.get(&column.source)?.query.column(&column.column)
    }

    /// The differences of instants in a query and in the derived sources below it.
    pub fn elapsed<'a>(&'a self, query: &'a Query) -> impl Iterator<Item = &'a Elapsed> {
        let below = self.below(&query.reads).into_iter().filter_map(|id| self.sources.get(id));
        query.elapsed.iter().chain(below.flat_map(|source| &source.query.elapsed))
    }

    /// The sources below `reads`: those that it names and all that these are derived from.
    pub fn below(&self, reads: &BTreeSet<ColumnRef>) -> BTreeSet<&str> {
        let known = |column: &ColumnRef| self.sources.get_key_value(&column.source);
        let ids = |reads: &BTreeSet<ColumnRef>| {
            reads.iter().filter_map(known).map(|(id, _)| id.as_str()).collect::<BTreeSet<_>>()
        };
        reachable(ids(reads), |id| {
            self.sources.get(id).map(|source| ids(&source.query.reads)).unwrap_or_default()
        })
    }
}
