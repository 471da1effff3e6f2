//! DuckDB's bound plan → where the values of a query come from.
//!
//! The plan names every column of every operator by its position among the columns of the
//! operator below, so following positions from the top gives the lineage without knowing
//! anything of SQL's rules for names. An operator that this does not know makes each of its
//! columns depend on all columns below: that can say too much, never too little.

use std::collections::BTreeMap;

use serde_json::Value;

use super::columns::Columns;
use super::facts::{Column, ColumnRef, Condition, Elapsed, Origin, Query, Test};
use super::order::{choices, unique};
use super::times::times;

/// The columns of an operator.
#[derive(Debug, Clone, Default)]
struct Outputs {
    columns: Vec<Origin>,
    /// What a column depends on that has no position of its own.
    rest: Origin,
}

impl Outputs {
    fn at(&self, index: usize) -> &Origin {
        self.columns.get(index).unwrap_or(&self.rest)
    }

    /// Everything that any column depends on.
    fn all(&self) -> Origin {
        let mut all = self.rest.clone();
        for column in &self.columns {
            all.merge(column);
        }
        all
    }

    fn unknown(all: Origin) -> Self {
        Self { columns: Vec::new(), rest: all }
    }

    /// The columns of both, one after the other.
    fn beside(mut self, right: Self) -> Self {
        if self.columns.is_empty() && self.rest != Origin::default() {
            self.rest.merge(&right.all());
            return self;
        }
        self.columns.extend(right.columns);
        self.rest.merge(&right.rest);
        self
    }

    /// The columns that a projection map keeps; all where there is none.
    fn kept(self, map: Option<&Value>) -> Self {
        let Some(map) = map.and_then(Value::as_array).filter(|map| !map.is_empty()) else {
            return self;
        };
        let columns = map.iter().filter_map(index).map(|index| self.at(index).clone()).collect();
        Self { columns, rest: self.rest }
    }
}

pub fn index(value: &Value) -> Option<usize> {
    value.as_u64().and_then(|index| usize::try_from(index).ok())
}

/// What is known of a query and, of each of its columns, which columns of the operator below
/// the topmost projection it uses.
#[derive(Debug, Default)]
pub struct Traced {
    pub query: Query,
    pub uses: Vec<Vec<usize>>,
    /// A statement that changes something instead of asking.
    pub writes: bool,
}

/// Reads a bound plan, as `json_serialize_plan` writes it. Places of conditions are bytes of the
/// statement.
pub fn trace(plan: &Value) -> Traced {
    let mut tracer = Tracer::default();
    let outputs = tracer.outputs(plan);
    let top = projection(plan);
    let expressions = top.and_then(|top| top["expressions"].as_array());
    let columns = expressions.into_iter().flatten().enumerate();
    let numbered = Columns::of(plan);
    let query = Query {
        columns: columns
            .map(|(index, expression)| Column {
                name: text(&expression["alias"]).to_owned(),
                type_name: type_name(expression),
                origin: outputs.at(index).clone(),
            })
            .collect(),
        times: times(&numbered),
        choices: choices(&numbered),
        unique: unique(&numbered),
        ..tracer.query
    };
    let uses = expressions.into_iter().flatten().map(references).collect();
    Traced { query, uses, writes: tracer.writes }
}

/// The projection that makes the columns of the result.
fn projection(plan: &Value) -> Option<&Value> {
    let mut plan = plan;
    loop {
        if plan["type"] == "LOGICAL_PROJECTION" {
            return Some(plan);
        }
        // The last child of a common table expression is the query that uses it.
        plan = plan["children"].as_array()?.last()?;
    }
}

/// The type of an expression. A constant has it at its value; that of a comparison goes without
/// saying.
pub fn type_name(expression: &Value) -> String {
    let kind = text(&expression["type"]);
    if kind.starts_with("COMPARE_") || kind.starts_with("CONJUNCTION_") {
        return "BOOLEAN".to_owned();
    }
    let own = expression["return_type"]["id"].as_str();
    text_of(own.or_else(|| expression["value"]["type"]["id"].as_str()))
}

fn text_of(text: Option<&str>) -> String {
    text.unwrap_or_default().to_owned()
}

pub fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

/// The positions that an expression names.
fn references(expression: &Value) -> Vec<usize> {
    let mut found = Vec::new();
    let mut pending = vec![expression];
    while let Some(value) = pending.pop() {
        match value {
            Value::Object(map) => {
                if value["type"] == "BOUND_REF" {
                    found.extend(index(&value["index"]));
                }
                pending.extend(map.values());
            }
            Value::Array(values) => pending.extend(values),
            _ => {}
        }
    }
    found
}

#[derive(Debug, Default)]
struct Tracer {
    query: Query,
    /// The columns of common table expressions, by DuckDB's number.
    named: BTreeMap<u64, Outputs>,
    writes: bool,
}

impl Tracer {
    fn outputs(&mut self, operator: &Value) -> Outputs {
        let kind = text(&operator["type"]);
        if kind == "LOGICAL_MATERIALIZED_CTE" || kind == "LOGICAL_RECURSIVE_CTE" {
            return self.common_table(kind, operator);
        }
        let children = operator["children"].as_array().map_or(&[][..], Vec::as_slice);
        let mut inputs: Vec<Outputs> = children.iter().map(|child| self.outputs(child)).collect();
        let first = match inputs.len() {
            0 => Outputs::default(),
            _ => inputs.remove(0),
        };
        let map = operator.get("projection_map");
        match kind {
            "LOGICAL_GET" => self.scan(operator, &first),
            "LOGICAL_CTE_REF" => {
                let number = operator["cte_index"].as_u64().unwrap_or_default();
                self.named.get(&number).cloned().unwrap_or_default()
            }
            "LOGICAL_PROJECTION" => Outputs {
                columns: self.values(&operator["expressions"], &first),
                rest: Origin::default(),
            },
            "LOGICAL_FILTER" => {
                for condition in operator["expressions"].as_array().into_iter().flatten() {
                    self.condition(condition, &first);
                }
                first.kept(map)
            }
            "LOGICAL_AGGREGATE_AND_GROUP_BY" => {
                let mut columns = self.values(&operator["groups"], &first);
                columns.extend(self.values(&operator["expressions"], &first));
                Outputs { columns, rest: Origin::default() }
            }
            "LOGICAL_WINDOW" | "LOGICAL_UNNEST" => {
                let columns = self.values(&operator["expressions"], &first);
                first.beside(Outputs { columns, rest: Origin::default() })
            }
            "LOGICAL_COMPARISON_JOIN"
            | "LOGICAL_ANY_JOIN"
            | "LOGICAL_DELIM_JOIN"
            | "LOGICAL_ASOF_JOIN"
            | "LOGICAL_CROSS_PRODUCT"
            | "LOGICAL_POSITIONAL_JOIN" => {
                let right = inputs.pop().unwrap_or_default();
                joined(operator, first, right)
            }
            "LOGICAL_UNION" | "LOGICAL_EXCEPT" | "LOGICAL_INTERSECT" => {
                let right = inputs.pop().unwrap_or_default();
                let width = first.columns.len().max(right.columns.len());
                let both = |index: usize| {
                    let mut both = first.at(index).clone();
                    both.merge(right.at(index));
                    both
                };
                Outputs { columns: (0..width).map(both).collect(), rest: Origin::default() }
            }
            "LOGICAL_DISTINCT" | "LOGICAL_ORDER_BY" | "LOGICAL_LIMIT" | "LOGICAL_TOP_N" => {
                first.kept(map)
            }
            "LOGICAL_EXPRESSION_GET" => {
                let width = operator["expressions"][0].as_array().map_or(0, Vec::len);
                Outputs { columns: vec![first.all(); width], rest: Origin::default() }
            }
            "LOGICAL_DUMMY_SCAN" | "LOGICAL_EMPTY_RESULT" => Outputs::default(),
            _ => {
                self.writes |= WRITES.iter().any(|write| kind.starts_with(write));
                let mut all = first.all();
                for input in &inputs {
                    all.merge(&input.all());
                }
                Outputs::unknown(all)
            }
        }
    }

    /// A named query, seen by the query behind it; a recursive one is seen by itself too.
    fn common_table(&mut self, kind: &str, operator: &Value) -> Outputs {
        let number = operator["table_index"].as_u64().unwrap_or_default();
        let children = operator["children"].as_array().map_or(&[][..], Vec::as_slice);
        let [table, user] = children else {
            return Outputs::default();
        };
        let table = self.outputs(table);
        self.named.insert(number, table.clone());
        let used = self.outputs(user);
        if kind == "LOGICAL_MATERIALIZED_CTE" {
            return used;
        }
        let columns = (0..table.columns.len()).map(|index| {
            let mut both = table.at(index).clone();
            both.merge(used.at(index));
            both
        });
        Outputs { columns: columns.collect(), rest: Origin::default() }
    }

    /// A scan of a source, or of a function over what is below.
    fn scan(&mut self, operator: &Value, below: &Outputs) -> Outputs {
        let names = operator["names"].as_array().map_or(&[][..], Vec::as_slice);
        let indexes = operator["column_indexes"].as_array().map_or(&[][..], Vec::as_slice);
        let Some(source) = operator["function_data"]["table"].as_str() else {
            let handed_on = operator["projected_input"].as_array().map_or(0, Vec::len);
            let all = below.all();
            return Outputs { columns: vec![all.clone(); indexes.len() + handed_on], rest: all };
        };
        let columns: Vec<Origin> = indexes
            .iter()
            .map(|column| {
                let name = index(&column["index"]).and_then(|index| names.get(index));
                let column = name
                    .and_then(Value::as_str)
                    .map(|name| ColumnRef { source: source.to_owned(), column: name.to_owned() });
                Origin { columns: column.into_iter().collect(), averaged: false }
            })
            .collect();
        let read = columns.iter().flat_map(|origin| origin.columns.iter().cloned());
        self.query.reads.extend(read);
        Outputs { columns, rest: Origin::default() }.kept(operator.get("projection_ids"))
    }

    fn values(&mut self, expressions: &Value, input: &Outputs) -> Vec<Origin> {
        let expressions = expressions.as_array().map_or(&[][..], Vec::as_slice);
        expressions.iter().map(|expression| self.value(expression, input)).collect()
    }

    fn value(&mut self, expression: &Value, input: &Outputs) -> Origin {
        let mut origin = Origin::default();
        match expression {
            Value::Object(map) => {
                match text(&expression["type"]) {
                    "BOUND_REF" => {
                        if let Some(index) = index(&expression["index"]) {
                            origin.merge(input.at(index));
                        }
                    }
                    // A reference that DuckDB has not settled yet may be to anything below.
                    "BOUND_COLUMN_REF" => origin.merge(&input.all()),
                    "BOUND_FUNCTION" => self.elapsed(expression, input),
                    "BOUND_AGGREGATE" => origin.averaged = AVERAGES.contains(&called(expression)),
                    _ => {}
                }
                for nested in map.values().filter(|value| value.is_object() || value.is_array()) {
                    origin.merge(&self.value(nested, input));
                }
                // Whether a value exceeds an average, and how many do, is no average.
                origin.averaged &= !is_condition(expression);
                origin.averaged &= !called(expression).starts_with("count");
            }
            Value::Array(values) => {
                for nested in values {
                    origin.merge(&self.value(nested, input));
                }
            }
            _ => {}
        }
        origin
    }

    /// Notes a difference of two instants.
    fn elapsed(&mut self, function: &Value, input: &Outputs) {
        let arguments = function["children"].as_array().map_or(&[][..], Vec::as_slice);
        let instant = |value: &Value| {
            let name = type_name(value);
            name.starts_with("TIMESTAMP") || name == "DATE"
        };
        let (start, end) = match (called(function), arguments) {
            ("date_diff" | "datediff" | "date_sub" | "datesub", [_, start, end]) => (start, end),
            ("business_seconds", [start, end, ..]) => (start, end),
            ("-" | "age", [end, start]) if instant(end) && instant(start) => (start, end),
            // The difference of their seconds since 1970.
            ("-", [end, start]) => match (since_1970(end), since_1970(start)) {
                (Some(end), Some(start)) if instant(end) && instant(start) => (start, end),
                _ => return,
            },
            _ => return,
        };
        let start = self.value(start, input);
        let end = self.value(end, input);
        let elapsed = Elapsed { start, end };
        if !self.query.elapsed.contains(&elapsed) {
            self.query.elapsed.push(elapsed);
        }
    }

    /// Notes a condition that all rows meet, and those that it is made of.
    fn condition(&mut self, condition: &Value, input: &Outputs) {
        let children = condition["children"].as_array().map_or(&[][..], Vec::as_slice);
        let test = match text(&condition["type"]) {
            "CONJUNCTION_AND" => {
                for child in children {
                    self.condition(child, input);
                }
                return;
            }
            "OPERATOR_IS_NOT_NULL" => Test::NotNull,
            "COMPARE_EQUAL" | "COMPARE_IN" => {
                let texts: Vec<String> =
                    children.iter().skip(1).filter_map(constant).map(str::to_owned).collect();
                if texts.is_empty() || texts.len() + 1 != children.len() {
                    return drop(self.value(condition, input));
                }
                Test::OneOf(texts)
            }
            _ => return drop(self.value(condition, input)),
        };
        let origin = self.value(condition, input);
        self.query.conditions.push(Condition { test, origin, place: place(condition) });
    }
}

/// The instant of which an expression is the time since 1970.
fn since_1970(expression: &Value) -> Option<&Value> {
    match called(expression) {
        "epoch" | "epoch_ms" | "epoch_us" | "epoch_ns" => expression["children"].get(0),
        "__cast" => since_1970(expression["children"].get(0)?),
        _ => None,
    }
}

/// Whether an expression is true or false.
fn is_condition(expression: &Value) -> bool {
    type_name(expression) == "BOOLEAN"
}

/// A text constant, which may stand inside a cast.
pub fn constant(expression: &Value) -> Option<&str> {
    match text(&expression["type"]) {
        "VALUE_CONSTANT" => expression["value"]["value"].as_str(),
        "OPERATOR_CAST" => constant(expression["children"].get(0)?),
        _ => None,
    }
}

/// The bytes of the statement where an expression stands, if DuckDB knows.
pub fn place(expression: &Value) -> Option<(usize, usize)> {
    let start = index(&expression["query_location"])?;
    let length = index(&expression["query_location_length"])?;
    (length > 0).then_some((start, start.checked_add(length)?))
}

/// The name of a function.
pub fn called(function: &Value) -> &str {
    let path = function["qname"]["path"].as_array();
    path.and_then(|path| path.last()).map_or("", text)
}

fn joined(operator: &Value, left: Outputs, right: Outputs) -> Outputs {
    let left = left.kept(operator.get("left_projection_map"));
    let right = right.kept(operator.get("right_projection_map"));
    match text(&operator["join_type"]) {
        "SEMI" | "ANTI" => left,
        "RIGHT_SEMI" | "RIGHT_ANTI" => right,
        // One more column: whether the row has a partner.
        "MARK" => {
            let found = Outputs { columns: vec![right.all()], rest: Origin::default() };
            left.beside(found)
        }
        _ => left.beside(right),
    }
}

/// Aggregates that are an average of some kind.
const AVERAGES: &[&str] = &[
    "avg",
    "favg",
    "mean",
    "median",
    "quantile",
    "quantile_cont",
    "quantile_disc",
    "percentile_cont",
    "percentile_disc",
    "mode",
    "geomean",
];

/// Operators that change something.
const WRITES: &[&str] = &[
    "LOGICAL_INSERT",
    "LOGICAL_DELETE",
    "LOGICAL_UPDATE",
    "LOGICAL_MERGE",
    "LOGICAL_COPY",
    "LOGICAL_CREATE",
    "LOGICAL_DROP",
    "LOGICAL_ALTER",
    "LOGICAL_ATTACH",
    "LOGICAL_DETACH",
    "LOGICAL_EXPORT",
];
