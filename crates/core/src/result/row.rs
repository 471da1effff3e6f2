//! A result row and the results of an evaluation.

use jiff::Timestamp;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::Period;
use crate::project::definition::project::Grain;

/// What can be said about a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Status {
    /// The period is over and there are enough rows.
    Final,
    /// The as-of cuts the period.
    Provisional,
    /// Fewer rows than the project's minimum.
    Insufficient,
    /// There is no value: a denominator of 0, no rows, or a median that was not reached.
    Undefined,
    /// There is a value that is not shown: it, or another one with its help, would tell of few.
    Suppressed,
}

impl Status {
    /// What a value can be before anything is suppressed.
    pub const ALL: [Self; 4] =
        [Self::Final, Self::Provisional, Self::Insufficient, Self::Undefined];

    pub fn name(self) -> &'static str {
        match self {
            Self::Final => "final",
            Self::Provisional => "provisional",
            Self::Insufficient => "insufficient",
            Self::Undefined => "undefined",
            Self::Suppressed => "suppressed",
        }
    }
}

/// Segment values of a row: (segment, value), in the order of the metric's segments. A segment
/// that is not there is totalled over; a value of `None` is null in the data.
pub type Group = Vec<(String, Option<String>)>;

/// One value of a metric.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    pub period: Period,
    pub group: Group,
    /// In the metric's unit; `None` where undefined.
    pub value: Option<Decimal>,
    pub numerator: Option<Decimal>,
    pub denominator: Option<Decimal>,
    /// The rows that the value rests on.
    pub n: Option<u64>,
    /// The rows whose duration is not over yet.
    pub n_open: Option<u64>,
    /// 95 % Wilson interval.
    pub ci_low: Option<Decimal>,
    pub ci_high: Option<Decimal>,
    pub status: Status,
    /// Companion statistics and the components of a score, in the order of the definition.
    pub companions: Vec<(String, Decimal)>,
    /// The component of a score that holds it back most.
    pub smallest: Option<String>,
}

impl Row {
    /// A row that says nothing but its status.
    pub fn without_value(period: Period, group: Group, status: Status) -> Self {
        Self {
            period,
            group,
            value: None,
            numerator: None,
            denominator: None,
            n: None,
            n_open: None,
            ci_low: None,
            ci_high: None,
            status,
            companions: Vec::new(),
            smallest: None,
        }
    }

    /// Takes everything away but that there is something.
    pub fn suppress(&mut self) {
        let group = std::mem::take(&mut self.group);
        *self = Self::without_value(self.period, group, Status::Suppressed);
    }
}

/// All values of a metric.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MetricResults {
    pub metric: String,
    /// Sorted by group, then by period: totals first, then fewer segments before more.
    pub rows: Vec<Row>,
}

impl MetricResults {
    /// Puts the rows into their order; results have the same bytes whatever order rows came in.
    pub fn sort(&mut self) {
        self.rows.sort_by(|a, b| {
            (a.group.len(), &a.group, a.period).cmp(&(b.group.len(), &b.group, b.period))
        });
    }

    /// The newest period that the as-of does not cut.
    pub fn newest_complete_period(&self, as_of: Timestamp) -> Option<Period> {
        self.rows.iter().map(|row| row.period).filter(|period| period.end <= as_of).max()
    }

    /// The rows of the same group next to each other, as slices in period order.
    pub fn series(&self) -> impl Iterator<Item = &[Row]> {
        self.rows.chunk_by(|a, b| a.group == b.group)
    }
}

/// The results of an evaluation, by metric.
#[derive(Debug, Clone)]
pub struct Results {
    pub as_of: Timestamp,
    pub grain: Grain,
    pub metrics: Vec<MetricResults>,
}
