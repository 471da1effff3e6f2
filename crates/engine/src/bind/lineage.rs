//! DuckDB's bound plan → where the values of a query come from.
//!
//! The plan names every column of every operator by its position among the columns of the
//! operator below, so following positions from the top gives the lineage without knowing
//! anything of SQL's rules for names. An operator that this does not know makes each of its
//! columns depend on all columns below: that can say too much, never too little.

use std::collections::BTreeMap;
use std::rc::Rc;

use serde_json::Value;

use super::columns::Columns;
use super::nulls::PlacedObservation;
use super::order::{choices, unique};
use super::plan::{children, index, text, type_name};
use super::times::times;
use super::value::{Known, Outputs, aggregated, known};
use super::{names, texts};
use crate::tree::objects;
use goodhart_core::sql::facts::Observation;
use goodhart_core::sql::facts::{BoundSource, Column, ColumnRef, Nulls, Origin, Query};

/// What a statement is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// Its rows are the rows of a source.
    Rows,
    /// Its rows are violations: what is null is none.
    Violations,
    /// Its topmost columns are those of a population and the expressions of a measure.
    Measure,
}

/// What is known of a query and, of each of its columns, which columns of the operator below
/// the topmost projection it uses.
#[derive(Debug, Default)]
pub struct QueryTrace {
    pub query: Query,
    pub uses: Vec<Vec<usize>>,
    /// A statement that changes something instead of asking.
    pub writes: bool,
}

/// Reads a bound plan over `sources`, as `json_serialize_plan` writes it. Places are bytes of the
/// statement.
pub fn trace<'p>(
    plan: &'p Value,
    sources: &'p BTreeMap<String, BoundSource>,
    purpose: Purpose,
) -> QueryTrace {
    let mut tracer = Tracer::new(plan, sources, purpose);
    let outputs = tracer.outputs(plan);
    let expressions = tracer.top.and_then(|top| top["expressions"].as_array());
    let columns = expressions.into_iter().flatten().enumerate();
    let columns = columns.map(|(index, expression)| {
        let known = outputs.at(index);
        Column {
            name: text(&expression["alias"]).to_owned(),
            type_name: type_name(expression).to_owned(),
            origin: known.origin.clone(),
            nulls: known.nulls_in_rows(),
            values: known.texts.as_deref().cloned(),
        }
    });
    let numbered = Columns::of(plan);
    let query = Query {
        columns: columns.collect(),
        times: times(&numbered),
        choices: choices(&numbered),
        unique: unique(&numbered),
        ..tracer.finished()
    };
    let uses = expressions.into_iter().flatten().map(references).collect();
    QueryTrace { query, uses, writes: tracer.writes }
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

/// The positions that an expression names.
fn references(expression: &Value) -> Vec<usize> {
    let references = objects(expression).filter(|value| value["type"] == "BOUND_REF");
    references.filter_map(|reference| index(&reference["index"])).collect()
}

pub(super) struct Tracer<'p> {
    pub sources: &'p BTreeMap<String, BoundSource>,
    pub purpose: Purpose,
    pub query: Query,
    pub seen: Vec<PlacedObservation>,
    /// The columns of common table expressions, by DuckDB's number.
    named: BTreeMap<u64, Outputs<'p>>,
    /// The projection that makes the columns of the result.
    top: Option<&'p Value>,
    /// How many joins there were.
    pub joins: usize,
    writes: bool,
}

impl<'p> Tracer<'p> {
    fn new(plan: &'p Value, sources: &'p BTreeMap<String, BoundSource>, purpose: Purpose) -> Self {
        Self {
            sources,
            purpose,
            query: Query::default(),
            seen: Vec::new(),
            named: BTreeMap::new(),
            top: projection(plan),
            joins: 0,
            writes: false,
        }
    }

    /// What was found, each thing once.
    fn finished(&mut self) -> Query {
        let mut query = std::mem::take(&mut self.query);
        for (what, place) in self.seen.drain(..) {
            let one = Observation { what, place };
            if !query.observations.contains(&one) {
                query.observations.push(one);
            }
        }
        query
    }

    fn outputs(&mut self, operator: &'p Value) -> Outputs<'p> {
        let kind = text(&operator["type"]);
        if kind == "LOGICAL_MATERIALIZED_CTE" || kind == "LOGICAL_RECURSIVE_CTE" {
            return self.common_table(kind, operator);
        }
        let below = children(operator);
        let mut inputs: Vec<Outputs<'p>> = below
            .iter()
            .map(|child| {
                let columns = self.outputs(child);
                if names::is_query(operator, child) {
                    names::repeated(child, &columns, &mut self.seen);
                }
                columns
            })
            .collect();
        let mut first = match inputs.len() {
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
            "LOGICAL_PROJECTION" => {
                if self.purpose == Purpose::Measure
                    && self.top.is_some_and(|top| std::ptr::eq(top, operator))
                {
                    self.measured(operator, &first);
                }
                Outputs::of(self.values(&operator["expressions"], &first))
            }
            "LOGICAL_FILTER" => {
                let conditions = operator["expressions"].as_array().map_or(&[][..], Vec::as_slice);
                self.filter(conditions, &mut first);
                first.kept(map)
            }
            "LOGICAL_AGGREGATE_AND_GROUP_BY" => self.aggregate(operator, &first),
            "LOGICAL_WINDOW" | "LOGICAL_UNNEST" => {
                let columns = self.values(&operator["expressions"], &first);
                first.beside(Outputs::of(columns))
            }
            "LOGICAL_COMPARISON_JOIN"
            | "LOGICAL_ANY_JOIN"
            | "LOGICAL_DELIM_JOIN"
            | "LOGICAL_ASOF_JOIN"
            | "LOGICAL_CROSS_PRODUCT"
            | "LOGICAL_POSITIONAL_JOIN" => {
                let right = inputs.pop().unwrap_or_default();
                self.joined(operator, first, right)
            }
            "LOGICAL_UNION" | "LOGICAL_EXCEPT" | "LOGICAL_INTERSECT" => {
                let right = inputs.pop().unwrap_or_default();
                names::by_position(operator, &first, &right, &mut self.seen);
                either(kind, &first, &right)
            }
            "LOGICAL_DISTINCT" | "LOGICAL_ORDER_BY" | "LOGICAL_LIMIT" | "LOGICAL_TOP_N" => {
                if let Some(order) = operator["orders"].get(0) {
                    texts::sorted(&order["expression"], &first, &mut self.seen);
                }
                first.kept(map)
            }
            "LOGICAL_EXPRESSION_GET" => self.constants(operator, &first),
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
    fn common_table(&mut self, kind: &str, operator: &'p Value) -> Outputs<'p> {
        let number = operator["table_index"].as_u64().unwrap_or_default();
        let [definition, user] = children(operator) else {
            return Outputs::default();
        };
        let mut table = self.outputs(definition);
        // DuckDB's own have other names than a person would give.
        let is_own = text(&operator["ctename"]).starts_with("__duckdb");
        if !is_own && !names::is_renamed(user, number, &table) {
            names::repeated(definition, &table, &mut self.seen);
        }
        if kind == "LOGICAL_RECURSIVE_CTE" {
            table = table.origins();
        }
        self.named.insert(number, table.clone());
        let used = self.outputs(user);
        if kind == "LOGICAL_MATERIALIZED_CTE" {
            return used;
        }
        let columns = (0..table.columns.len()).map(|index| {
            let mut both = table.at(index).clone();
            both.origin.merge(&used.at(index).origin);
            both
        });
        Outputs::of(columns.collect())
    }

    /// The expressions of a measure: of a condition, the rows that meet it are counted.
    fn measured(&mut self, projection: &'p Value, input: &Outputs<'p>) {
        for expression in projection["expressions"].as_array().into_iter().flatten() {
            if type_name(expression) == "BOOLEAN" && expression["type"] != "BOUND_REF" {
                self.counted(expression, input);
            }
        }
    }

    /// A scan of a source, or of a function over what is below.
    fn scan(&mut self, operator: &'p Value, below: &Outputs<'p>) -> Outputs<'p> {
        let names = operator["names"].as_array().map_or(&[][..], Vec::as_slice);
        let indexes = operator["column_indexes"].as_array().map_or(&[][..], Vec::as_slice);
        let Some(source) = operator["function_data"]["table"].as_str() else {
            let handed_on = operator["projected_input"].as_array().map_or(0, Vec::len);
            let all = Known::of(below.all());
            return Outputs { columns: vec![all.clone(); indexes.len() + handed_on], rest: all };
        };
        let declared = self.sources.get(source).map(|source| &source.query);
        let columns: Vec<Known<'p>> = indexes
            .iter()
            .map(|column| {
                let name = index(&column["index"]).and_then(|index| names.get(index));
                let Some(name) = name.and_then(Value::as_str) else {
                    return Known::default();
                };
                let column = ColumnRef { source: source.to_owned(), column: name.to_owned() };
                let declared = declared.and_then(|query| query.column(name));
                Known {
                    origin: Origin { columns: [column].into(), averaged: false },
                    name,
                    column: Some((source, name)),
                    nulls: declared.map_or(Nulls::Unknown, |column| column.nulls),
                    texts: declared.and_then(|column| column.values.clone()).map(Rc::new),
                    ..Known::default()
                }
            })
            .collect();
        let read = columns.iter().flat_map(|column| column.origin.columns.iter().cloned());
        self.query.reads.extend(read);
        Outputs::of(columns).kept(operator.get("projection_ids"))
    }

    fn aggregate(&mut self, operator: &'p Value, input: &Outputs<'p>) -> Outputs<'p> {
        let mut columns = self.values(&operator["groups"], input);
        let grouped = !columns.is_empty();
        let sets = operator["grouping_sets"].as_array().map_or(0, Vec::len);
        if sets > 1 {
            for group in &mut columns {
                group.nulls = Nulls::Unknown;
            }
        }
        for expression in operator["expressions"].as_array().into_iter().flatten() {
            let origin = self.origin(expression, input);
            if let condition @ Value::Object(_) = &expression["filter"] {
                self.counted(condition, input);
            }
            let grouped = grouped && sets <= 1;
            columns.push(Known { origin, ..aggregated(expression, input, grouped) });
        }
        Outputs::of(columns)
    }

    /// The rows of `values`.
    fn constants(&mut self, operator: &'p Value, below: &Outputs<'p>) -> Outputs<'p> {
        let rows = operator["expressions"].as_array().map_or(&[][..], Vec::as_slice);
        let all = below.all();
        let width = rows.first().and_then(Value::as_array).map_or(0, Vec::len);
        let columns = (0..width).map(|index| {
            let mut values = rows.iter().map(|row| known(&row[index], below));
            let mut column = values.next().unwrap_or_default();
            for value in values {
                column.or(&value);
            }
            Known { origin: all.clone(), name: "", ..column }
        });
        Outputs::of(columns.collect())
    }
}

/// The columns of a set operation.
fn either<'p>(kind: &str, left: &Outputs<'p>, right: &Outputs<'p>) -> Outputs<'p> {
    let width = left.columns.len().max(right.columns.len());
    let both = |index: usize| {
        let mut both = left.at(index).clone();
        let other = right.at(index);
        if kind == "LOGICAL_UNION" {
            both.or(other);
        }
        both.origin.merge(&other.origin);
        both
    };
    Outputs::of((0..width).map(both).collect())
}

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
