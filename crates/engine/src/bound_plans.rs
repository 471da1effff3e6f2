//! Binding statements without running them.

use serde_json::Value;

use super::{Engine, SqlFailure};
use goodhart_core::measure::Cell;
use goodhart_core::plan::literal;

impl Engine {
    /// The bound plan of each statement, in DuckDB's JSON; `None` where it does not bind, or is
    /// not exactly one statement, or where the plan cannot be written as JSON. One query for all:
    /// a query costs more than what it binds.
    ///
    /// # Errors
    /// One of them takes more than it may.
    pub fn bound_plans(&self, statements: &[&str]) -> Result<Vec<Option<Value>>, SqlFailure> {
        if statements.is_empty() {
            return Ok(Vec::new());
        }
        let calls: Vec<String> =
            statements.iter().map(|sql| format!("json_serialize_plan({})", literal(sql))).collect();
        let rows = match self.ask(&format!("select {}", calls.join(", "))) {
            Err(failure) if failure.stop().is_some() => return Err(failure),
            rows => rows.unwrap_or_default(),
        };
        let cells = rows.first().map_or(&[][..], Vec::as_slice);
        Ok((0..statements.len()).map(|index| single(cells.get(index)?)).collect())
    }
}

fn single(cell: &Cell) -> Option<Value> {
    let Cell::Text(json) = cell else {
        return None;
    };
    let mut answer: Value = serde_json::from_str(json).ok()?;
    match answer["plans"].as_array_mut().map(Vec::as_mut_slice) {
        Some([plan]) => Some(plan.take()),
        _ => None,
    }
}
