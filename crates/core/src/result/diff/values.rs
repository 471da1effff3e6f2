//! Rows × rows → values that changed.

use std::collections::BTreeMap;

use rust_decimal::Decimal;

use super::cause::Cause;
use crate::result::{Group, MetricResults, Period, Row, Status};

/// The changed values of a group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeriesChange {
    pub group: Group,
    /// In the order of their periods.
    pub values: Vec<ValueChange>,
    /// The newest period that is over on both sides.
    pub complete: Option<Period>,
}

/// A value that is another one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ValueChange {
    pub period: Period,
    pub old: Row,
    pub new: Row,
    pub cause: Cause,
}

impl SeriesChange {
    /// The newest change of a period that is over; else the newest one.
    pub fn headline(&self) -> Option<&ValueChange> {
        let over = |change: &&ValueChange| {
            self.complete.is_some_and(|complete| change.period.end <= complete.end)
        };
        self.values.iter().rev().find(over).or(self.values.last())
    }
}

impl ValueChange {
    /// New minus old, in the metric's unit.
    pub fn delta(&self) -> Option<Decimal> {
        self.new.value?.checked_sub(self.old.value?)
    }

    /// The delta as a share of the old value.
    pub fn relative(&self) -> Option<Decimal> {
        let old = self.old.value.filter(|old| !old.is_zero())?;
        self.delta()?.checked_div(old.abs())
    }

    /// Whether one of the two values rests on too few rows to say much.
    pub fn is_small(&self) -> bool {
        [&self.old, &self.new].iter().any(|row| row.status == Status::Insufficient)
    }

    /// Whether chance alone can explain it: the old value lies within the interval of the new one
    /// and the other way around.
    pub fn is_within_chance(&self) -> bool {
        let within = |value: Option<Decimal>, row: &Row| match (value, row.ci_low, row.ci_high) {
            (Some(value), Some(low), Some(high)) => low <= value && value <= high,
            _ => false,
        };
        within(self.old.value, &self.new) && within(self.new.value, &self.old)
    }
}

/// Whether two rows say the same. That a period is over now is no change of its value.
pub fn is_same(old: &Row, new: &Row) -> bool {
    let said = |row: &Row| match row.status {
        Status::Provisional => Status::Final,
        status => status,
    };
    old.value == new.value && said(old) == said(new)
}

/// The rows of a metric by group and period.
pub type Index<'a> = BTreeMap<(&'a Group, Period), &'a Row>;

pub fn index(results: &MetricResults) -> Index<'_> {
    results.rows.iter().map(|row| ((&row.group, row.period), row)).collect()
}
