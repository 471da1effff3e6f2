//! What a query chooses by the order in which rows come.

use std::collections::BTreeSet;
use std::rc::Rc;

use serde_json::Value;

use super::columns::{Columns, Definition, Relation, Step, UNKNOWN, list, whole};
use super::plan::{called, index, text};
use super::times::{is_null, written};
use goodhart_core::sql::facts::{Row, RowChoice, Unique};

/// Aggregates whose result depends on which row comes first.
const BY_POSITION: &[&str] = &["first", "last", "any_value", "arbitrary", "mode"];

/// Aggregates that keep all values, in the order in which they come.
const IN_ORDER: &[&str] = &["list", "array_agg", "string_agg", "group_concat", "listagg"];

/// Aggregates that take a value from the row where another is the highest or lowest. Rows without a
/// value are left out.
pub(super) const BY_EXTREME: &[&str] = &[
    "arg_max",
    "arg_min",
    "argmax",
    "argmin",
    "max_by",
    "min_by",
    "arg_max_null",
    "arg_min_null",
    "arg_max_nulls_last",
    "arg_min_nulls_last",
];

/// Reads the choices from the columns of a plan.
pub fn choices(columns: &Columns<'_>) -> Vec<RowChoice> {
    let mut found = Vec::new();
    for step in &columns.steps {
        let input = step.inputs.first().cloned().unwrap_or_default();
        match step.kind {
            "LOGICAL_AGGREGATE_AND_GROUP_BY" => aggregates(columns, step, &input, &mut found),
            "LOGICAL_WINDOW" => windows(columns, step, &input, &mut found),
            "LOGICAL_LIMIT" => {
                let (orders, ordered) = ordered(columns, step).unwrap_or((&[], input));
                found.extend(choice(columns, "limit", &ordered, orders, &[]));
            }
            "LOGICAL_DISTINCT" if step.operator["distinct_type"] == "DISTINCT_ON" => {
                let targets = list(&step.operator["distinct_targets"]);
                let targets: Vec<&Value> = targets.iter().collect();
                let orders = list(&step.operator["order_by"]["orders"]);
                found.extend(choice(columns, "distinct on", &input, orders, &targets));
            }
            "LOGICAL_ASOF_JOIN" => {
                let right = step.inputs.get(1).cloned().unwrap_or_default();
                let on = list(&step.operator["conditions"]).iter().map(|on| &on["right"]);
                let on: Vec<&Value> = on.collect();
                found.extend(choice(columns, "asof join", &right, &[], &on));
            }
            _ => {}
        }
    }
    found
}

/// The order in which the rows of a limit come, and what it orders.
fn ordered<'p>(columns: &Columns<'p>, limit: &Step<'p>) -> Option<(&'p [Value], Rc<Relation>)> {
    let mut operator = limit.operator["children"].get(0)?;
    while operator["type"] == "LOGICAL_PROJECTION" {
        operator = operator["children"].get(0)?;
    }
    if operator["type"] != "LOGICAL_ORDER_BY" {
        return None;
    }
    let step = columns.steps.iter().find(|step| std::ptr::eq(step.operator, operator))?;
    Some((list(&operator["orders"]), step.inputs.first().cloned()?))
}

/// A choice of rows by an order; `None` where it cannot be told what the rows are.
fn choice(
    columns: &Columns<'_>,
    chooser: &str,
    rows: &Relation,
    orders: &[Value],
    divided: &[&Value],
) -> Option<RowChoice> {
    if rows.opaque {
        return None;
    }
    let by = divided.iter().copied().chain(orders.iter().map(|order| &order["expression"]));
    let names = rows.rows.iter().filter_map(|row| match row {
        Row::Group(columns) => Some(columns),
        Row::Scan { .. } => None,
    });
    let named = |column: &usize| {
        let name = columns.names.get(*column).filter(|name| !name.is_empty())?;
        Some((*column, name.clone()))
    };
    Some(RowChoice {
        chooser: chooser.to_owned(),
        arguments: Vec::new(),
        order: orders.iter().filter_map(|order| spelt(columns, rows, order)).collect(),
        by: by.flat_map(|by| rows.identified(by)).collect(),
        values: None,
        columns: rows.columns.clone(),
        rows: rows.rows.clone(),
        dependencies: rows.dependencies.clone(),
        present: rows.present.clone(),
        names: names.flatten().filter_map(named).collect(),
    })
}

/// A term of an order, as the SQL may write it.
fn spelt(columns: &Columns<'_>, rows: &Relation, order: &Value) -> Option<String> {
    let by = &order["expression"];
    let name = || {
        let column = rows.identified(by).into_iter().next()?;
        columns.names.get(column).filter(|name| !name.is_empty()).cloned()
    };
    let by = written(by).or_else(name)?;
    Some(if order["type"] == "DESCENDING" { format!("{by} desc") } else { by })
}

fn aggregates(
    columns: &Columns<'_>,
    step: &Step<'_>,
    input: &Relation,
    found: &mut Vec<RowChoice>,
) {
    // DuckDB takes the first row of a subquery so, after it has made sure that there is no second.
    if step.operator["groupings_index"].as_u64() == Some(u64::MAX) {
        return;
    }
    let sets = list(&step.operator["grouping_sets"]);
    let everywhere = |group: usize| {
        sets.iter().all(|set| list(set).iter().filter_map(index).any(|one| one == group))
    };
    let groups = list(&step.operator["groups"]);
    let kept = groups.iter().enumerate().filter(|(group, _)| everywhere(*group));
    let kept: Vec<&Value> = kept.map(|(_, expression)| expression).collect();
    for aggregate in list(&step.operator["expressions"]) {
        if IN_ORDER.contains(&called(aggregate)) && in_no_order(columns, aggregate) {
            continue;
        }
        found.extend(value_choice(columns, aggregate, input, &kept));
    }
}

/// The choice that an aggregate makes among the rows of its group.
fn value_choice(
    columns: &Columns<'_>,
    aggregate: &Value,
    input: &Relation,
    divided: &[&Value],
) -> Option<RowChoice> {
    let name = called(aggregate);
    let extreme = BY_EXTREME.contains(&name);
    if !(extreme || BY_POSITION.contains(&name) || IN_ORDER.contains(&name)) {
        return None;
    }
    let arguments = list(&aggregate["children"]);
    let value = arguments.first()?;
    let values = input.named(value);
    if values.contains(&UNKNOWN) {
        return None;
    }
    let orders = list(&aggregate["order_bys"]["orders"]);
    let orders = if orders.is_empty() { list(&aggregate["orders"]) } else { orders };
    let arg_orders = list(&aggregate["arg_orders"]);
    let orders = if arg_orders.is_empty() { orders } else { arg_orders };
    let mut choice = choice(columns, name, input, orders, divided)?;
    choice.values = Some(values);
    choice.arguments = arguments.iter().map_while(written).collect();
    if extreme {
        choice.by.extend(arguments.get(1).into_iter().flat_map(|by| input.identified(by)));
    }
    pinned(&aggregate["filter"], input, &mut choice.by);
    if extreme || ["any_value", "arbitrary"].contains(&name) {
        // What is null is left out, so that the condition of the values holds.
        let checks = list(&value["case_checks"]);
        if let ([check], true) = (checks, is_null(&value["else_expr"])) {
            pinned(&check["when_expr"], input, &mut choice.by);
        }
    }
    Some(choice)
}

/// The columns that a condition holds to one value.
fn pinned(condition: &Value, input: &Relation, by: &mut Vec<usize>) {
    let children = list(&condition["children"]);
    match (text(&condition["type"]), children) {
        ("CONJUNCTION_AND", _) => {
            for child in children {
                pinned(child, input, by);
            }
        }
        ("COMPARE_EQUAL" | "COMPARE_IN", [one, other]) => {
            for (one, other) in [(one, other), (other, one)] {
                if input.named(other).is_empty() {
                    by.extend(input.identified(one));
                }
            }
        }
        _ => {}
    }
}

fn windows(columns: &Columns<'_>, step: &Step<'_>, input: &Relation, found: &mut Vec<RowChoice>) {
    for window in list(&step.operator["expressions"]) {
        let kind = text(&window["type"]);
        let partitions: Vec<&Value> = list(&window["partitions"]).iter().collect();
        let orders = list(&window["orders"]);
        let rows = |chooser: &str| choice(columns, chooser, input, orders, &partitions);
        let by_rows = ["start", "end"].iter().any(|end| {
            let end = text(&window[*end]);
            end.ends_with("_ROWS")
        });
        let found_here = match kind {
            // DuckDB's own: it numbers the rows of a subquery to find them again.
            "WINDOW_ROW_NUMBER" if window["alias"] == "limit_rownum" => match partitions.is_empty()
            {
                true => None,
                false => rows("limit"),
            },
            "WINDOW_ROW_NUMBER" => rows("row_number"),
            "WINDOW_NTILE" => rows("ntile"),
            "WINDOW_LEAD" => rows("lead"),
            "WINDOW_LAG" => rows("lag"),
            "WINDOW_FIRST_VALUE" => picked(columns, window, "first_value", input, &partitions),
            "WINDOW_LAST_VALUE" => picked(columns, window, "last_value", input, &partitions),
            "WINDOW_NTH_VALUE" => picked(columns, window, "nth_value", input, &partitions),
            "WINDOW_AGGREGATE" if by_rows => rows(called(window)),
            "WINDOW_AGGREGATE" => value_choice(columns, window, input, &partitions),
            _ => None,
        };
        let Some(mut choice) = found_here else {
            continue;
        };
        if choice.arguments.is_empty() {
            choice.arguments =
                list(&window["children"]).iter().take(1).map_while(written).collect();
        }
        found.push(choice);
    }
}

/// The choice of a value at an end of a frame.
fn picked(
    columns: &Columns<'_>,
    window: &Value,
    chooser: &str,
    input: &Relation,
    partitions: &[&Value],
) -> Option<RowChoice> {
    let inside = list(&window["arg_orders"]);
    let orders = if inside.is_empty() { list(&window["orders"]) } else { inside };
    let mut choice = choice(columns, chooser, input, orders, partitions)?;
    let values = input.named(window["children"].get(0)?);
    if values.contains(&UNKNOWN) {
        return None;
    }
    choice.values = Some(values);
    Some(choice)
}

/// Functions of a list whose result is the same in whatever order its elements come.
const IN_ANY_ORDER: &[&str] = &[
    "len",
    "length",
    "array_length",
    "list_count",
    "list_sort",
    "array_sort",
    "list_reverse_sort",
    "array_reverse_sort",
    "list_contains",
    "array_contains",
    "list_has",
    "array_has",
    "list_has_any",
    "array_has_any",
    "list_has_all",
    "array_has_all",
    "list_unique",
    "array_unique",
    "list_min",
    "list_max",
    "list_sum",
    "list_avg",
    "list_median",
    "list_mad",
    "list_bool_and",
    "list_bool_or",
    "list_histogram",
    "&&",
    "@>",
    "<@",
];

/// Whether every use of the result of an aggregate is by a function for which order means nothing.
fn in_no_order(columns: &Columns<'_>, aggregate: &Value) -> bool {
    let is = |definition: &Definition<'_>| matches!(definition, Definition::Computed(one, _) if std::ptr::eq(*one, aggregate));
    let Some(column) = columns.definitions.iter().position(is) else {
        return false;
    };
    let root = |mut column: usize| {
        while let Some(Definition::Copy(of)) = columns.definitions.get(column) {
            column = *of;
        }
        column
    };
    let mut used = false;
    for step in &columns.steps {
        let input = step.input();
        let refers = |reference: &Value| root(input.referred(reference)) == column;
        let Some(members) = step.operator.as_object() else {
            continue;
        };
        for (name, value) in members {
            if ["children", "function_data"].contains(&name.as_str()) {
                continue;
            }
            // A projection that hands it on does not use it, and to take it apart loses the order.
            let handed = step.kind == "LOGICAL_PROJECTION" || step.kind == "LOGICAL_UNNEST";
            let values = list(value).iter().filter(|one| !handed || one["type"] != "BOUND_REF");
            let mut pending: Vec<(&Value, bool)> = values.map(|value| (value, false)).collect();
            while let Some((value, inside)) = pending.pop() {
                let inside = inside
                    || IN_ANY_ORDER.contains(&called(value))
                    || step.kind == "LOGICAL_UNNEST";
                match value {
                    Value::Object(_) if value["type"] == "BOUND_REF" && refers(value) => {
                        if !inside {
                            return false;
                        }
                        used = true;
                    }
                    Value::Object(map) => pending.extend(map.values().map(|one| (one, inside))),
                    Value::Array(values) => pending.extend(values.iter().map(|one| (one, inside))),
                    _ => {}
                }
            }
        }
    }
    used && !columns.result.iter().any(|result| root(*result) == column)
}

/// The columns that a query says to be unique: it looks for groups of several rows.
pub fn unique(columns: &Columns<'_>) -> Option<Unique> {
    let mut steps = columns
        .steps
        .iter()
        .filter(|step| !["LOGICAL_PROJECTION", "LOGICAL_ORDER_BY"].contains(&step.kind));
    let (scan, aggregate, filter) = (steps.next()?, steps.next()?, steps.next()?);
    if steps.next().is_some()
        || scan.kind != "LOGICAL_GET"
        || aggregate.kind != "LOGICAL_AGGREGATE_AND_GROUP_BY"
        || filter.kind != "LOGICAL_FILTER"
        || list(&aggregate.operator["grouping_sets"]).len() > 1
    {
        return None;
    }
    let groups = list(&aggregate.operator["groups"]);
    let [condition] = list(&filter.operator["expressions"]) else {
        return None;
    };
    let [count, one] = list(&condition["children"]) else {
        return None;
    };
    let counted = index(&count["index"])?.checked_sub(groups.len())?;
    let counted = aggregate.operator["expressions"].get(counted)?;
    let least = match text(&condition["type"]) {
        "COMPARE_GREATERTHAN" => 1,
        "COMPARE_GREATERTHANOREQUALTO" => 2,
        _ => return None,
    };
    if called(counted) != "count_star" || !counted["filter"].is_null() || whole(one) != Some(least)
    {
        return None;
    }
    let input = aggregate.inputs.first()?;
    let [Row::Scan { source, columns: scanned }] = input.rows.as_slice() else {
        return None;
    };
    let mut unique =
        Unique { source: source.clone(), columns: BTreeSet::new(), present: BTreeSet::new() };
    for group in groups {
        // Of `coalesce(a, b)` the first counts wherever it is not null.
        let coalesced = group["type"] == "OPERATOR_COALESCE";
        let of = if coalesced { &group["children"][0] } else { group };
        let [column] = input.identified(of)[..] else {
            return None;
        };
        let (name, _) = scanned.iter().find(|(_, number)| **number == column)?;
        unique.columns.insert(name.clone());
        if coalesced {
            unique.present.insert(name.clone());
        }
    }
    Some(unique)
}
