//! Joins: what two operators have together, and what becomes null where a row has no partner.

use std::rc::Rc;

use serde_json::{Value, json};

use super::lineage::Tracer;
use super::nulls::{self, UnmatchedRows};
use super::plan::{index, text};
use super::value::{Known, Outputs, known};

impl<'p> Tracer<'p> {
    /// The columns of a join.
    pub(super) fn joined(
        &mut self,
        operator: &'p Value,
        left: Outputs<'p>,
        right: Outputs<'p>,
    ) -> Outputs<'p> {
        let width = left.columns.len();
        let join = text(&operator["join_type"]);
        let found = (join == "MARK").then(|| {
            let membership = membership(operator, &left, &right);
            Known { membership: membership.map(Rc::new), ..Known::of(right.all()) }
        });
        let (left_rest, right_rest) = (left.rest, right.rest);
        let mut both = Outputs::of(left.columns);
        both.columns.extend(right.columns);
        let depends = operator["mark_types"].as_array().is_some_and(|types| !types.is_empty());
        if !depends && join != "MARK" {
            let conditions = conditions(operator, width);
            // What is joined by is no value of anything.
            let elapsed = self.query.elapsed.len();
            for condition in &conditions {
                self.origin(condition, &both);
            }
            self.query.elapsed.truncate(elapsed);
            let conditions: Vec<&Value> = conditions.iter().collect();
            if join == "INNER" || join.is_empty() {
                self.all_meet(&conditions, &mut both, UnmatchedRows::LeftOut);
            } else {
                nulls::ranges(&conditions, &both, &mut self.seen);
            }
        }
        let columns = both.columns.split_off(width);
        let mut left = Outputs { columns: both.columns, rest: left_rest };
        let mut right = Outputs { columns, rest: right_rest };
        self.joins += 1;
        if depends {
            nulls::perhaps_nothing(&mut right);
        } else {
            if matches!(join, "RIGHT" | "OUTER" | "FULL") {
                nulls::outer(&mut left, self.joins);
            }
            if matches!(join, "LEFT" | "OUTER" | "FULL") {
                nulls::outer(&mut right, self.joins);
            }
        }
        let left = left.kept(operator.get("left_projection_map"));
        let right = right.kept(operator.get("right_projection_map"));
        match (join, found) {
            ("SEMI" | "ANTI", _) => left,
            ("RIGHT_SEMI" | "RIGHT_ANTI", _) => right,
            // One more column: whether the row has a partner.
            (_, Some(found)) => left.beside(Outputs::of(vec![found])),
            _ => left.beside(right),
        }
    }
}

/// The conditions of a join over the columns of both sides, of which the left has `width`.
fn conditions(operator: &Value, width: usize) -> Vec<Value> {
    let mut found: Vec<Value> =
        operator.get("condition").filter(|one| one.is_object()).cloned().into_iter().collect();
    for one in operator["conditions"].as_array().into_iter().flatten() {
        let (left, right) = (&one["left"], &one["right"]);
        if right.is_null() {
            found.push(left.clone());
        } else {
            let mut right = right.clone();
            shift(&mut right, width);
            found.push(json!({ "type": one["comparison"], "children": [left, right] }));
        }
    }
    found
}

/// Moves the positions that an expression names.
fn shift(expression: &mut Value, by: usize) {
    match expression {
        Value::Object(map) => {
            if map.get("type").is_some_and(|kind| kind == "BOUND_REF")
                && let Some(at) = map.get("index").and_then(index)
            {
                map.insert("index".to_owned(), Value::from(at.saturating_add(by)));
            }
            map.values_mut().for_each(|value| shift(value, by));
        }
        Value::Array(values) => values.iter_mut().for_each(|value| shift(value, by)),
        _ => {}
    }
}

/// The value that is looked for in a query, and what the query returns.
fn membership<'p>(
    operator: &'p Value,
    left: &Outputs<'p>,
    right: &Outputs<'p>,
) -> Option<(Known<'p>, Known<'p>)> {
    let mut conditions = operator["conditions"].as_array()?.iter();
    let compared = conditions.rfind(|one| one["comparison"] != "COMPARE_NOT_DISTINCT_FROM")?;
    Some((known(&compared["left"], left), known(&compared["right"], right)))
}
