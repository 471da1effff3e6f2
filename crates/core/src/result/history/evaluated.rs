//! The value of a group in each of several evaluations.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::Point;
use crate::project::definition::project::Grain;
use crate::result::{Group, MetricResults, Period};

/// What an evaluation as of the end of a period found in it.
#[derive(Debug)]
pub struct PeriodResult {
    pub as_of: Timestamp,
    pub grain: Grain,
    pub period: Period,
    /// The results of one metric, or why there are none.
    pub results: Result<MetricResults, String>,
}

/// The groups that any of the evaluations has, totals first.
pub fn evaluated_groups(evaluated: &[PeriodResult]) -> Vec<Group> {
    let groups: BTreeSet<(usize, Group)> = evaluated
        .iter()
        .filter_map(|evaluated| evaluated.results.as_ref().ok())
        .flat_map(|results| &results.rows)
        .map(|row| (row.group.len(), row.group.clone()))
        .collect();
    groups.into_iter().map(|(_, group)| group).collect()
}

/// The value of a group in each evaluation.
pub fn evaluated_points(evaluated: &[PeriodResult], group: &Group) -> Vec<Point> {
    let point = |evaluated: &PeriodResult| {
        let row = evaluated.results.as_ref().map_err(String::clone).and_then(|results| {
            let mut rows = results.rows.iter();
            let row = rows.find(|row| row.group == *group && row.period == evaluated.period);
            row.cloned().ok_or_else(|| "no such group then".to_owned())
        });
        Point { grain: Some(evaluated.grain), as_of: Some(evaluated.as_of), row, origin: None }
    };
    evaluated.iter().map(point).collect()
}
