//! What a query chooses by the order in which rows come.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

/// A choice of rows, or of a value among those of several rows. Columns are numbers: the same number
/// is the same column.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RowChoice {
    /// The function or clause that chooses.
    pub chooser: String,
    /// Its arguments as the SQL may write them, as far as that can be told.
    pub arguments: Vec<String>,
    /// What it orders by, likewise.
    pub order: Vec<String>,
    /// The columns that it groups, divides or orders by.
    pub by: Vec<usize>,
    /// The columns whose values are chosen; `None` where rows are.
    pub values: Option<Vec<usize>>,
    /// The rows among which it chooses: all their columns, and what tells them apart.
    pub columns: Vec<usize>,
    pub rows: Vec<Row>,
    /// What follows from what.
    pub dependencies: Vec<Dependency>,
    /// Columns that are not null.
    pub present: Vec<usize>,
    /// What the SQL calls the columns that tell groups apart.
    pub names: BTreeMap<usize, String>,
}

/// What tells rows apart.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Row {
    /// The key of a source, of which these columns are read.
    Scan { source: String, columns: BTreeMap<String, usize> },
    /// These columns.
    Group(Vec<usize>),
}

/// Rows that agree in `on` agree in `column`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dependency {
    pub on: Vec<usize>,
    pub column: usize,
}

/// Columns of a source that no two rows share: what a query looks for the rows that do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unique {
    pub source: String,
    pub columns: BTreeSet<String>,
    /// Those that must not be null for it.
    pub present: BTreeSet<String>,
}
