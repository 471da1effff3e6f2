//! The aggregates that measures are made of. A scan computes each distinct one once.

use rust_decimal::Decimal;

use super::{Cell, NotComputable};
use crate::project::definition::read::Sql;

/// An aggregate over the rows of a group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Aggregate {
    /// The number of rows.
    Rows,
    /// The number of rows for which all conditions are true.
    CountWhere(Vec<Sql>),
    /// The exact sum of an expression; null where there is nothing to add.
    Sum(Sql),
    /// A statistic over the rows that are not open.
    Ended(Sample, Reduction),
    /// The values of the open rows, sorted.
    OpenValues(Sample),
}

/// An expression over the rows, and which of them are open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sample {
    pub of: Sql,
    pub open: Option<Sql>,
}

/// What is made of a sample.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reduction {
    /// The number of values that are not null.
    Count,
    Sum,
    Min,
    Max,
    /// Linear interpolation (type 7) at `q`.
    Quantile(Decimal),
    /// All values, sorted.
    Values,
}

impl Aggregate {
    /// Whether both compute the same thing: the place of the SQL does not matter, its text does.
    pub fn same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Rows, Self::Rows) => true,
            (Self::CountWhere(a), Self::CountWhere(b)) => {
                a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same_sql(a, b))
            }
            (Self::Sum(a), Self::Sum(b)) => same_sql(a, b),
            (Self::Ended(a, reduce_a), Self::Ended(b, reduce_b)) => {
                a.same(b) && reduce_a == reduce_b
            }
            (Self::OpenValues(a), Self::OpenValues(b)) => a.same(b),
            _ => false,
        }
    }
}

impl Sample {
    pub fn same(&self, other: &Self) -> bool {
        same_sql(&self.of, &other.of)
            && match (&self.open, &other.open) {
                (Some(a), Some(b)) => same_sql(a, b),
                (None, None) => true,
                _ => false,
            }
    }
}

fn same_sql(a: &Sql, b: &Sql) -> bool {
    a.as_str().trim() == b.as_str().trim()
}

/// The aggregates of one group, as computed.
#[derive(Debug, Clone, Copy)]
pub struct Cells<'a> {
    aggregates: &'a [Aggregate],
    cells: &'a [Cell],
    counted: &'a [bool],
}

impl<'a> Cells<'a> {
    /// `cells[i]` is the value of `aggregates[i]`, and `counted[i]` whether it counts rows.
    pub fn new(aggregates: &'a [Aggregate], cells: &'a [Cell], counted: &'a [bool]) -> Self {
        Self { aggregates, cells, counted }
    }

    /// The aggregates of a group without rows.
    pub fn nothing() -> Self {
        Self { aggregates: &[], cells: &[], counted: &[] }
    }

    /// Whether an aggregate counts rows: a sum does where its expression is true or false.
    pub fn counts_rows(&self, wanted: &Aggregate) -> bool {
        self.position(wanted).and_then(|index| self.counted.get(index)).copied().unwrap_or(false)
    }

    fn position(&self, wanted: &Aggregate) -> Option<usize> {
        self.aggregates.iter().position(|aggregate| aggregate.same(wanted))
    }

    pub fn get(&self, wanted: &Aggregate) -> &'a Cell {
        self.position(wanted).and_then(|index| self.cells.get(index)).unwrap_or(&Cell::Null)
    }

    pub fn count(&self, wanted: &Aggregate) -> Result<u64, NotComputable> {
        self.get(wanted).count()
    }

    pub fn number(&self, wanted: &Aggregate) -> Result<Option<Decimal>, NotComputable> {
        self.get(wanted).number()
    }
}
