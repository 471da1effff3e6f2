//! The conditions of a query, by the `select` that they belong to, out of DuckDB's syntax tree.

use std::collections::BTreeSet;

use serde_json::{Value, json};

/// Where a condition stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// One of those that all have to hold, of `where` or of an aggregate's `filter`.
    Filter,
    /// A branch of a `case`, behind this many others of the same `case`.
    Branch { after: usize },
    /// What is left when no branch of a `case` is taken.
    Rest { after: usize },
}

/// A condition and its bytes in the query.
#[derive(Debug, Clone, PartialEq)]
pub struct Condition {
    pub role: Role,
    pub place: (usize, usize),
    /// None for what is left of a `case`.
    pub expression: Option<Value>,
    /// Why it cannot be looked at row by row.
    pub obstacle: Option<&'static str>,
}

/// A `select` without what it returns: the rows on which conditions are looked at.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    /// The tree of the whole statement with this `select` as its only one, selecting nothing.
    frame: Value,
    pub conditions: Vec<Condition>,
}

impl Node {
    /// The tree of the query that selects the given conditions as `c0`, `c1`, ….
    pub fn selecting<'c>(&self, conditions: impl Iterator<Item = &'c Value>) -> Value {
        let list: Vec<Value> = conditions
            .enumerate()
            .map(|(index, expression)| {
                let mut expression = expression.clone();
                expression["alias"] = json!(format!("c{index}"));
                expression
            })
            .collect();
        let mut tree = self.frame.clone();
        tree["statements"][0]["node"]["select_list"] = Value::Array(list);
        tree
    }
}

/// All conditions of a statement. A `where` is looked at on the rows before it, everything else
/// on those that it lets through.
pub fn nodes(tree: &Value, aggregates: &BTreeSet<String>) -> Vec<Node> {
    let mut walk = Walk { tree, aggregates, seen: BTreeSet::new(), nodes: Vec::new() };
    walk.queries(&tree["statements"][0]["node"], &[]);
    walk.nodes
}

struct Walk<'a> {
    tree: &'a Value,
    aggregates: &'a BTreeSet<String>,
    /// Places that were seen: the tree of a `union` has its parts twice.
    seen: BTreeSet<(usize, usize, usize)>,
    nodes: Vec<Node>,
}

impl Walk<'_> {
    /// Finds every `select` below `value`; `scope` are the common table expressions in sight.
    fn queries(&mut self, value: &Value, scope: &[Value]) {
        match value {
            Value::Array(values) => {
                for value in values {
                    self.queries(value, scope);
                }
            }
            Value::Object(map) => {
                let mut scope = scope.to_vec();
                for entry in value["cte_map"]["map"].as_array().into_iter().flatten() {
                    self.queries(&entry["value"], &scope);
                    scope.push(entry.clone());
                }
                if value["type"] == "SELECT_NODE" {
                    self.select(value, &scope);
                }
                for (_, value) in map.iter().filter(|(key, _)| *key != "cte_map") {
                    self.queries(value, &scope);
                }
            }
            _ => {}
        }
    }

    fn select(&mut self, node: &Value, scope: &[Value]) {
        let mut before = Vec::new();
        if !node["where_clause"].is_null() {
            self.filter(&node["where_clause"], &mut before);
            self.cases(&node["where_clause"], &mut before);
        }
        let mut behind = Vec::new();
        for key in ["select_list", "group_expressions", "having", "qualify", "from_table"] {
            self.cases(&node[key], &mut behind);
        }
        let mut bare = node.clone();
        bare["cte_map"] = json!({ "map": scope });
        bare["modifiers"] = json!([]);
        bare["group_expressions"] = json!([]);
        bare["group_sets"] = json!([]);
        bare["aggregate_handling"] = json!("STANDARD_HANDLING");
        for key in ["having", "qualify", "sample"] {
            bare[key] = Value::Null;
        }
        let mut unfiltered = bare.clone();
        unfiltered["where_clause"] = Value::Null;
        for (node, conditions) in [(unfiltered, before), (bare, behind)] {
            if !conditions.is_empty() {
                let mut frame = self.tree.clone();
                frame["statements"][0]["node"] = node;
                self.nodes.push(Node { frame, conditions });
            }
        }
    }

    /// Branches of `case` and filters of aggregates in an expression, but not in the queries in
    /// it, which have rows of their own.
    fn cases(&mut self, value: &Value, found: &mut Vec<Condition>) {
        match value {
            Value::Array(values) => {
                for value in values {
                    self.cases(value, found);
                }
            }
            Value::Object(map) => {
                if map.contains_key("cte_map") {
                    return;
                }
                for key in ["filter", "filter_expr"] {
                    if map.get(key).is_some_and(Value::is_object) {
                        self.filter(&value[key], found);
                    }
                }
                if value["class"] == "CASE" {
                    self.branches(value, found);
                }
                for value in map.values() {
                    self.cases(value, found);
                }
            }
            _ => {}
        }
    }

    fn branches(&mut self, case: &Value, found: &mut Vec<Condition>) {
        let checks = case["case_checks"].as_array().map_or(&[][..], Vec::as_slice);
        let whole = extent(case);
        let mut added = 0;
        for check in checks {
            let when = &check["when_expr"];
            // `case x when 1`: the comparison is not written, the value is.
            let written = if own(when).is_none() { &when["right"] } else { when };
            let place = extent(written).or(whole);
            added += usize::from(self.add(Role::Branch { after: added }, place, Some(when), found));
        }
        if added == checks.len() {
            let otherwise = extent(&case["else_expr"]).or(whole);
            self.add(Role::Rest { after: added }, otherwise, None, found);
        }
    }

    /// The conditions that are joined by `and`.
    fn filter(&mut self, condition: &Value, found: &mut Vec<Condition>) {
        if condition["type"] == "CONJUNCTION_AND" {
            for condition in condition["children"].as_array().into_iter().flatten() {
                self.filter(condition, found);
            }
        } else {
            self.add(Role::Filter, extent(condition), Some(condition), found);
        }
    }

    fn add(
        &mut self,
        role: Role,
        place: Option<(usize, usize)>,
        expression: Option<&Value>,
        found: &mut Vec<Condition>,
    ) -> bool {
        let kind = match role {
            Role::Filter => 0,
            Role::Branch { .. } => 1,
            Role::Rest { .. } => 2,
        };
        let Some(place) = place.filter(|place| self.seen.insert((place.0, place.1, kind))) else {
            return false;
        };
        let obstacle = expression.and_then(|expression| self.obstacle(expression));
        found.push(Condition { role, place, expression: expression.cloned(), obstacle });
        true
    }

    /// Why a condition has no value for a row alone.
    fn obstacle(&self, expression: &Value) -> Option<&'static str> {
        match expression {
            Value::Array(values) => values.iter().find_map(|value| self.obstacle(value)),
            Value::Object(map) => {
                if map.contains_key("cte_map") {
                    return None;
                }
                let function = expression["function_name"].as_str();
                if expression["class"] == "WINDOW" {
                    return Some("it looks at other rows");
                }
                if function.is_some_and(|name| self.aggregates.contains(name)) {
                    return Some("it is about many rows at once");
                }
                map.values().find_map(|value| self.obstacle(value))
            }
            _ => None,
        }
    }
}

/// The bytes of a node itself, where the parser knows them.
fn own(value: &Value) -> Option<(usize, usize)> {
    let start = value["query_location"].as_u64().filter(|start| *start != u64::MAX)?;
    let length = value["query_location_length"].as_u64()?;
    let start = usize::try_from(start).ok()?;
    Some((start, start + usize::try_from(length).ok()?))
}

/// The bytes of a node and all below it: of `a in (1)` the node itself has only `in (1)`.
fn extent(value: &Value) -> Option<(usize, usize)> {
    let mut whole = own(value);
    let below: Vec<&Value> = match value {
        Value::Array(values) => values.iter().collect(),
        Value::Object(map) => map.values().collect(),
        _ => return None,
    };
    for (start, end) in below.into_iter().filter_map(extent) {
        whole = Some(whole.map_or((start, end), |(first, last)| (first.min(start), last.max(end))));
    }
    whole
}
