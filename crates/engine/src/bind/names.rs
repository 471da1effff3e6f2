//! Names of columns: two of one name in a query, and the names on both sides of a set operation.

use std::collections::BTreeSet;

use serde_json::Value;

use super::nulls::PlacedObservation;
use super::plan::{children, place, text};
use super::value::Outputs;
use goodhart_core::sql::facts::Observed;

/// Operators that hand on the columns of the query below them.
const SAME_QUERY: &[&str] =
    &["LOGICAL_ORDER_BY", "LOGICAL_LIMIT", "LOGICAL_TOP_N", "LOGICAL_DISTINCT", "LOGICAL_SAMPLE"];

/// Operators that read queries.
const READ_QUERIES: &[&str] = &[
    "LOGICAL_PROJECTION",
    "LOGICAL_FILTER",
    "LOGICAL_AGGREGATE_AND_GROUP_BY",
    "LOGICAL_WINDOW",
    "LOGICAL_UNNEST",
    "LOGICAL_UNION",
    "LOGICAL_EXCEPT",
    "LOGICAL_INTERSECT",
    "LOGICAL_CROSS_PRODUCT",
    "LOGICAL_COMPARISON_JOIN",
    "LOGICAL_ANY_JOIN",
    "LOGICAL_ASOF_JOIN",
    "LOGICAL_POSITIONAL_JOIN",
];

/// Whether the child of an operator is a query of its own, so that its columns can be named.
pub(super) fn is_query(parent: &Value, child: &Value) -> bool {
    let kind = text(&parent["type"]);
    if !READ_QUERIES.contains(&kind) {
        return false;
    }
    // DuckDB adds columns to what depends on the rows outside.
    let depends = parent["mark_types"].as_array().is_some_and(|types| !types.is_empty());
    if depends || matches!(text(&parent["join_type"]), "MARK" | "SINGLE" | "SEMI" | "ANTI") {
        return false;
    }
    match text(&child["type"]) {
        // A projection without names is DuckDB's own; it stands above what is sorted or cut.
        "LOGICAL_PROJECTION" => {
            let below = children(child).first().map_or("", |below| text(&below["type"]));
            !is_unnamed(child) || SAME_QUERY.contains(&below)
        }
        // Above them DuckDB takes away again what is only sorted by.
        handed if SAME_QUERY.contains(&handed) => !is_unnamed(parent),
        _ => false,
    }
}

/// A projection that SQL does not have.
fn is_unnamed(operator: &Value) -> bool {
    let expressions = operator["expressions"].as_array().map_or(&[][..], Vec::as_slice);
    operator["type"] == "LOGICAL_PROJECTION"
        && expressions.iter().all(|expression| text(&expression["alias"]).is_empty())
}

/// Two columns of one name in the query that yields `columns`.
pub(super) fn repeated(query: &Value, columns: &Outputs<'_>, seen: &mut Vec<PlacedObservation>) {
    let mut names = BTreeSet::new();
    for (index, column) in columns.columns.iter().enumerate() {
        // A name that DuckDB made of an expression is nothing that another query names.
        if column.name.is_empty() || column.name.contains('(') {
            continue;
        }
        if !names.insert(column.name.to_lowercase()) {
            let expression = projection(query).and_then(|top| top["expressions"].get(index));
            let what = Observed::RepeatedColumn { name: column.name.to_owned() };
            seen.push((what, expression.and_then(place)));
        }
    }
}

/// Whether a named query gets other names for its columns where it is named: `with a(x, y) as (…)`.
pub(super) fn is_renamed(user: &Value, number: u64, table: &Outputs<'_>) -> bool {
    if user["type"] == "LOGICAL_CTE_REF" && user["cte_index"].as_u64() == Some(number) {
        let names = user["bound_columns"].as_array().map_or(&[][..], Vec::as_slice);
        let differs = |(column, name): (&super::value::Known<'_>, &Value)| {
            let (old, new) = (column.name.to_lowercase(), text(name).to_lowercase());
            // DuckDB itself calls the second `x` `x_1`.
            let number = new.strip_prefix(&old).and_then(|rest| rest.strip_prefix('_'));
            let is_numbered = number.is_some_and(|n| n.bytes().all(|byte| byte.is_ascii_digit()));
            old != new && !old.is_empty() && !is_numbered
        };
        return table.columns.iter().zip(names).any(differs);
    }
    children(user).iter().any(|below| is_renamed(below, number, table))
}

fn projection(query: &Value) -> Option<&Value> {
    let mut query = query;
    while SAME_QUERY.contains(&text(&query["type"])) || is_unnamed(query) {
        query = children(query).first()?;
    }
    (query["type"] == "LOGICAL_PROJECTION").then_some(query)
}

/// A set operation that goes by position, and whose sides have a name at different positions.
pub(super) fn by_position(
    operator: &Value,
    left: &Outputs<'_>,
    right: &Outputs<'_>,
    seen: &mut Vec<PlacedObservation>,
) {
    let names = |side: &Outputs<'_>| -> Vec<String> {
        side.columns.iter().map(|column| column.name.to_owned()).collect()
    };
    let (left, right) = (names(left), names(right));
    let moved = left.iter().enumerate().any(|(index, name)| {
        let same = |other: &String| other.eq_ignore_ascii_case(name);
        !name.is_empty() && !right.get(index).is_some_and(same) && right.iter().any(same)
    });
    if moved {
        let operation = match text(&operator["type"]) {
            "LOGICAL_EXCEPT" => "except",
            "LOGICAL_INTERSECT" => "intersect",
            _ => "union",
        };
        let what = Observed::ByPosition { operation: operation.to_owned(), left, right };
        seen.push((what, None));
    }
}
