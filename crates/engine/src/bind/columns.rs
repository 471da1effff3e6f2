//! DuckDB's bound plan → its columns, each with a number and with what it is computed from.
//!
//! A column that an operator hands on keeps its number, so that what is known of it where it was
//! made is known wherever it is used. A column has a higher number than those that it is computed
//! from.

use std::collections::BTreeMap;
use std::rc::Rc;

use serde_json::Value;

use super::plan::{called, index, text};
use crate::tree::objects;
use goodhart_core::sql::facts::{Dependency, Row};

/// The column of which nothing is known.
pub const UNKNOWN: usize = 0;

/// More than this is not looked at: it grows with every use of a common table expression.
const LARGEST: usize = 4000;

/// Where a column comes from.
#[derive(Debug, Clone)]
pub enum Definition<'p> {
    Unknown,
    /// A column of a source.
    Scanned,
    /// Computed from the columns of an operator's input.
    Computed(&'p Value, Rc<[usize]>),
    /// The same as another, in another row.
    Copy(usize),
    /// One of two, by the row.
    Either(usize, usize),
}

/// The rows of an operator: their columns, and what tells one row from another.
#[derive(Debug, Clone, Default)]
pub struct Relation {
    pub columns: Vec<usize>,
    /// A row is known once all of these are.
    pub rows: Vec<Row>,
    pub dependencies: Vec<Dependency>,
    /// Columns that are not null.
    pub present: Vec<usize>,
    /// It cannot be told what the rows are.
    pub opaque: bool,
}

impl Relation {
    pub fn at(&self, index: usize) -> usize {
        self.columns.get(index).copied().unwrap_or(UNKNOWN)
    }

    /// The columns that an expression names.
    pub fn named(&self, expression: &Value) -> Vec<usize> {
        let named = objects(expression).filter_map(|value| match text(&value["type"]) {
            "BOUND_REF" => Some(self.referred(value)),
            "BOUND_COLUMN_REF" => Some(UNKNOWN),
            _ => None,
        });
        let mut found: Vec<usize> = named.collect();
        found.sort_unstable();
        found.dedup();
        found
    }

    /// The column of a reference.
    pub fn referred(&self, reference: &Value) -> usize {
        // Without an index it is the first.
        self.at(index(&reference["index"]).unwrap_or(0))
    }

    /// The columns of which an expression is one, so that whoever knows it knows them: a column,
    /// or several in parentheses.
    pub fn identified(&self, expression: &Value) -> Vec<usize> {
        match text(&expression["type"]) {
            "BOUND_REF" => vec![self.referred(expression)],
            "BOUND_FUNCTION" if ["row", "struct_pack"].contains(&called(expression)) => {
                list(&expression["children"]).iter().flat_map(|one| self.identified(one)).collect()
            }
            // The opposite order of numbers.
            "BOUND_FUNCTION" if called(expression) == "-" => match list(&expression["children"]) {
                [negated] => self.identified(negated),
                _ => Vec::new(),
            },
            _ => Vec::new(),
        }
    }

    fn depends(&mut self, on: Vec<usize>, column: usize) {
        if column != UNKNOWN {
            self.dependencies.push(Dependency { on, column });
        }
    }

    fn same(&mut self, one: usize, other: usize) {
        self.depends(vec![one], other);
        self.depends(vec![other], one);
    }

    fn kept(mut self, map: &Value) -> Self {
        let map = list(map);
        if !map.is_empty() {
            self.columns = map.iter().filter_map(index).map(|index| self.at(index)).collect();
        }
        self
    }

    fn beside(mut self, right: &Self) -> Self {
        self.columns.extend(&right.columns);
        self.dependencies.extend(right.dependencies.iter().cloned());
        self.present.extend(&right.present);
        self.opaque |= right.opaque;
        self
    }

    fn size(&self) -> usize {
        let rows = self.rows.iter().map(|row| match row {
            Row::Scan { columns, .. } => columns.len(),
            Row::Group(columns) => columns.len(),
        });
        self.columns.len() + self.dependencies.len() + self.rows.len() + rows.sum::<usize>()
    }

    /// Makes the rows those that are told apart by `columns`.
    fn grouped(&mut self, columns: Vec<usize>) {
        self.rows = vec![Row::Group(columns)];
    }
}

/// An operator of the plan, with what goes in and what comes out.
#[derive(Debug)]
pub struct Step<'p> {
    pub operator: &'p Value,
    pub kind: &'p str,
    pub inputs: Vec<Rc<Relation>>,
}

impl Step<'_> {
    /// The columns to which the expressions of the operator refer.
    pub fn input(&self) -> Rc<Relation> {
        match self.inputs.as_slice() {
            [] => Rc::default(),
            [one] => Rc::clone(one),
            [left, right, ..] => Rc::new(left.as_ref().clone().beside(right)),
        }
    }
}

/// All columns of a plan.
#[derive(Debug)]
pub struct Columns<'p> {
    pub definitions: Vec<Definition<'p>>,
    /// What the SQL calls them; empty where it has no name.
    pub names: Vec<String>,
    /// The operators, each after those below it.
    pub steps: Vec<Step<'p>>,
    /// The columns of the result.
    pub result: Vec<usize>,
    named: BTreeMap<u64, Rc<Relation>>,
}

impl<'p> Columns<'p> {
    pub fn of(plan: &'p Value) -> Self {
        let mut columns = Self {
            definitions: vec![Definition::Unknown],
            names: vec![String::new()],
            steps: Vec::new(),
            result: Vec::new(),
            named: BTreeMap::new(),
        };
        columns.result = columns.relation(plan).columns.clone();
        columns
    }

    fn number(&mut self, definition: Definition<'p>, name: &str) -> usize {
        self.names.push(name.to_owned());
        self.definitions.push(definition);
        self.definitions.len() - 1
    }

    fn relation(&mut self, operator: &'p Value) -> Rc<Relation> {
        let kind = text(&operator["type"]);
        let children = list(&operator["children"]);
        if let ("LOGICAL_MATERIALIZED_CTE" | "LOGICAL_RECURSIVE_CTE", [table, user]) =
            (kind, children)
        {
            return self.common_table(kind, operator, table, user);
        }
        let inputs: Vec<Rc<Relation>> = children.iter().map(|child| self.relation(child)).collect();
        let mut output = self.output(kind, operator, &inputs);
        if output.size() > LARGEST {
            output = Relation { columns: output.columns, opaque: true, ..Relation::default() };
        }
        self.steps.push(Step { operator, kind, inputs });
        Rc::new(output)
    }

    fn common_table(
        &mut self,
        kind: &str,
        operator: &'p Value,
        table: &'p Value,
        user: &'p Value,
    ) -> Rc<Relation> {
        let number = operator["table_index"].as_u64().unwrap_or_default();
        let table = self.relation(table);
        if kind == "LOGICAL_MATERIALIZED_CTE" {
            self.named.insert(number, table);
            return self.relation(user);
        }
        // Rows of rows of rows: nothing is known of them.
        let columns = vec![UNKNOWN; table.columns.len()];
        let unknown = Rc::new(Relation { columns, opaque: true, ..Relation::default() });
        self.named.insert(number, Rc::clone(&unknown));
        self.relation(user);
        unknown
    }

    fn output(&mut self, kind: &str, operator: &'p Value, inputs: &[Rc<Relation>]) -> Relation {
        let first = inputs.first().map(|first| first.as_ref().clone()).unwrap_or_default();
        let second = inputs.get(1).map(|second| second.as_ref().clone()).unwrap_or_default();
        match kind {
            "LOGICAL_GET" => self.scan(operator, first),
            "LOGICAL_CTE_REF" => {
                let number = operator["cte_index"].as_u64().unwrap_or_default();
                let known = self.named.get(&number).cloned();
                known.map_or_else(opaque, |known| self.copy(&known))
            }
            "LOGICAL_PROJECTION" => {
                let mut output = first.clone();
                output.columns = self.values(&operator["expressions"], &first, &mut output);
                output
            }
            "LOGICAL_FILTER" => {
                let mut output = first;
                for condition in list(&operator["expressions"]) {
                    self.holds(condition, &mut output);
                }
                output.kept(&operator["projection_map"])
            }
            "LOGICAL_AGGREGATE_AND_GROUP_BY" => self.aggregate(operator, &first),
            "LOGICAL_WINDOW" => {
                let mut output = first.clone();
                for window in list(&operator["expressions"]) {
                    let column = self.number(Definition::Computed(window, shared(&first)), "");
                    output.columns.push(column);
                    // What it orders by is followed by whoever asks about the order.
                    let whole = window["partitions"].is_null() && window["orders"].is_null();
                    if whole && text(&window["type"]) == "WINDOW_AGGREGATE" {
                        output.depends(Vec::new(), column);
                    }
                }
                output
            }
            "LOGICAL_UNNEST" => {
                let mut output = first.clone();
                let added = self.values(&operator["expressions"], &first, &mut Relation::default());
                output.columns.extend(&added);
                output.rows.push(Row::Group(added));
                output
            }
            "LOGICAL_COMPARISON_JOIN" | "LOGICAL_DELIM_JOIN" | "LOGICAL_ASOF_JOIN" => {
                self.joined(operator, kind, first, second)
            }
            "LOGICAL_ANY_JOIN" => {
                let right = second.rows.clone();
                let mut output = first.beside(&second);
                output.rows.extend(right);
                if operator["join_type"] == "INNER" {
                    self.holds(&operator["condition"], &mut output);
                }
                // Which columns a half join keeps is of no use here.
                output.opaque |= !["INNER", "LEFT"].contains(&text(&operator["join_type"]));
                output
            }
            "LOGICAL_CROSS_PRODUCT" => {
                let right = second.rows.clone();
                let mut output = first.beside(&second);
                output.rows.extend(right);
                output
            }
            "LOGICAL_UNION" | "LOGICAL_EXCEPT" | "LOGICAL_INTERSECT" => {
                let width = first.columns.len().max(second.columns.len());
                let either = |index| Definition::Either(first.at(index), second.at(index));
                let columns: Vec<usize> =
                    (0..width).map(|index| self.number(either(index), "")).collect();
                let mut output = Relation { columns: columns.clone(), ..Relation::default() };
                output.opaque = first.opaque || second.opaque;
                output.grouped(columns);
                output
            }
            "LOGICAL_DISTINCT" => {
                let mut output = first;
                let one = operator["distinct_type"] == "DISTINCT_ON";
                let targets = list(&operator["distinct_targets"]);
                let by = match one {
                    true => targets.iter().flat_map(|target| output.identified(target)).collect(),
                    false => output.columns.clone(),
                };
                self.chosen(by, &mut output);
                output
            }
            "LOGICAL_LIMIT" | "LOGICAL_TOP_N" => {
                let mut output = first;
                let limit = &operator["limit_val"];
                if limit["type"] == "CONSTANT_VALUE" && limit["constant_integer"] == 1 {
                    self.chosen(Vec::new(), &mut output);
                }
                output
            }
            "LOGICAL_ORDER_BY" => first.kept(&operator["projection_map"]),
            "LOGICAL_EXPRESSION_GET" => {
                let width = list(&operator["expressions"][0]).len();
                let columns: Vec<usize> =
                    (0..width).map(|_| self.number(Definition::Unknown, "")).collect();
                let rows = vec![Row::Group(columns.clone())];
                Relation { columns, rows, ..Relation::default() }
            }
            "LOGICAL_DUMMY_SCAN" | "LOGICAL_EMPTY_RESULT" => Relation::default(),
            _ => opaque(),
        }
    }

    /// One row is left of those that have the same `by`.
    fn chosen(&mut self, by: Vec<usize>, relation: &mut Relation) {
        for column in relation.columns.clone() {
            if !by.contains(&column) {
                relation.depends(by.clone(), column);
            }
        }
        relation.grouped(by);
    }

    fn scan(&mut self, operator: &'p Value, below: Relation) -> Relation {
        let names = list(&operator["names"]);
        let indexes = list(&operator["column_indexes"]);
        let Some(source) = operator["function_data"]["table"].as_str() else {
            // A function, called for each row below.
            let mut output = below;
            let handed_on = list(&operator["projected_input"]).iter().filter_map(index);
            let handed_on: Vec<usize> = handed_on.map(|index| output.at(index)).collect();
            let own: Vec<usize> =
                indexes.iter().map(|_| self.number(Definition::Unknown, "")).collect();
            output.columns = own.iter().copied().chain(handed_on).collect();
            output.rows.push(Row::Group(own));
            return output;
        };
        let mut scanned = BTreeMap::new();
        let mut columns = Vec::new();
        for column in indexes {
            let name = index(&column["index"]).and_then(|index| names.get(index));
            columns.push(match name.and_then(Value::as_str) {
                Some(name) => {
                    let column = self.number(Definition::Scanned, name);
                    scanned.insert(name.to_owned(), column);
                    column
                }
                None => UNKNOWN,
            });
        }
        let rows = vec![Row::Scan { source: source.to_owned(), columns: scanned }];
        let output = Relation { columns, rows, ..Relation::default() };
        output.kept(&operator["projection_ids"])
    }

    /// The same relation once more: its rows are others at the same time.
    fn copy(&mut self, relation: &Relation) -> Relation {
        let mut copies: BTreeMap<usize, usize> = BTreeMap::from([(UNKNOWN, UNKNOWN)]);
        let mut copy = |columns: &mut Self, column: usize| {
            *copies.entry(column).or_insert_with(|| {
                let name = columns.names.get(column).cloned().unwrap_or_default();
                columns.number(Definition::Copy(column), &name)
            })
        };
        let mut copied = relation.clone();
        for column in copied.columns.iter_mut().chain(&mut copied.present) {
            *column = copy(self, *column);
        }
        for dependency in &mut copied.dependencies {
            for column in dependency.on.iter_mut().chain([&mut dependency.column]) {
                *column = copy(self, *column);
            }
        }
        for row in &mut copied.rows {
            match row {
                Row::Group(columns) => {
                    for column in columns {
                        *column = copy(self, *column);
                    }
                }
                Row::Scan { columns, .. } => {
                    for column in columns.values_mut() {
                        *column = copy(self, *column);
                    }
                }
            }
        }
        copied
    }

    /// A number for each expression, and in `output` what it depends on.
    fn values(
        &mut self,
        expressions: &'p Value,
        input: &Relation,
        output: &mut Relation,
    ) -> Vec<usize> {
        let columns = shared(input);
        let mut values = Vec::new();
        for expression in list(expressions) {
            if expression["type"] == "BOUND_REF" {
                values.push(input.referred(expression));
                continue;
            }
            let name = text(&expression["alias"]);
            let column = self.number(Definition::Computed(expression, Rc::clone(&columns)), name);
            output.depends(input.named(expression), column);
            values.push(column);
        }
        values
    }

    /// What follows from a condition that holds for all rows.
    fn holds(&mut self, condition: &'p Value, relation: &mut Relation) {
        let children = list(&condition["children"]);
        match (text(&condition["type"]), children) {
            ("CONJUNCTION_AND", _) => {
                for child in children {
                    self.holds(child, relation);
                }
            }
            ("OPERATOR_IS_NOT_NULL", [one]) if one["type"] == "BOUND_REF" => {
                relation.present.push(relation.referred(one));
            }
            ("COMPARE_EQUAL" | "COMPARE_NOT_DISTINCT_FROM" | "COMPARE_IN", [one, other]) => {
                self.equal(one, other, relation);
            }
            // The row number that DuckDB makes of `limit` in a subquery.
            ("COMPARE_LESSTHANOREQUALTO", [one, other]) if whole(other) == Some(1) => {
                self.equal(one, other, relation);
            }
            _ => {}
        }
    }

    fn equal(&mut self, one: &'p Value, other: &'p Value, relation: &mut Relation) {
        let reference = |value: &Value| value["type"] == "BOUND_REF";
        let (one, other) = if reference(one) { (one, other) } else { (other, one) };
        if !reference(one) {
            return;
        }
        let column = relation.referred(one);
        if reference(other) {
            return relation.same(column, relation.referred(other));
        }
        if !relation.named(other).is_empty() {
            return;
        }
        let Some(Definition::Computed(window, input)) = self.definitions.get(column) else {
            relation.present.push(column);
            return relation.depends(Vec::new(), column);
        };
        if window["type"] == "WINDOW_ROW_NUMBER" && whole(other) == Some(1) {
            // One row of each partition is left.
            let over = Relation { columns: input.to_vec(), ..Relation::default() };
            let partitions = list(&window["partitions"]);
            let by = partitions.iter().map(|by| over.identified(by)).collect::<Vec<_>>();
            if by.iter().all(|columns| !columns.is_empty()) {
                self.chosen(by.concat(), relation);
            }
        } else {
            relation.depends(Vec::new(), column);
        }
    }

    fn aggregate(&mut self, operator: &'p Value, input: &Relation) -> Relation {
        let mut output = input.clone();
        let mut groups = self.values(&operator["groups"], input, &mut output);
        if list(&operator["grouping_sets"]).len() > 1 {
            // A column that a set totals over is null there, whatever it depends on.
            groups = groups.iter().map(|_| self.number(Definition::Unknown, "")).collect();
        }
        let columns = shared(input);
        output.columns.clone_from(&groups);
        for aggregate in list(&operator["expressions"]) {
            let column = self.number(Definition::Computed(aggregate, Rc::clone(&columns)), "");
            output.columns.push(column);
            output.depends(groups.clone(), column);
        }
        match groups.is_empty() {
            true => output.rows = Vec::new(),
            false => output.grouped(groups),
        }
        output
    }

    fn joined(
        &mut self,
        operator: &'p Value,
        kind: &str,
        left: Relation,
        right: Relation,
    ) -> Relation {
        let how = text(&operator["join_type"]);
        let inner = how == "INNER" && kind != "LOGICAL_ASOF_JOIN";
        // At most one row of the right for each of the left.
        let single = how == "SINGLE" || kind == "LOGICAL_ASOF_JOIN";
        let conditions = list(&operator["conditions"]);
        let on: Vec<usize> = {
            let left_sides = conditions.iter().flat_map(|on| left.named(&on["left"]));
            left_sides.collect()
        };
        let equal: Vec<(usize, usize)> = conditions
            .iter()
            .filter(|on| {
                ["COMPARE_EQUAL", "COMPARE_NOT_DISTINCT_FROM"].contains(&text(&on["comparison"]))
            })
            .filter(|on| on["left"]["type"] == "BOUND_REF" && on["right"]["type"] == "BOUND_REF")
            .map(|on| (left.referred(&on["left"]), right.referred(&on["right"])))
            .collect();
        let right_rows = right.rows.clone();
        let right_columns = right.columns.clone();
        let left = left.kept(&operator["left_projection_map"]);
        let right = right.kept(&operator["right_projection_map"]);
        let mut output = match how {
            "SEMI" | "ANTI" => return left,
            "RIGHT_SEMI" | "RIGHT_ANTI" => return right,
            "MARK" => {
                let mut output = left;
                let mark = self.number(Definition::Unknown, "");
                output.columns.push(mark);
                output.depends(on, mark);
                return output;
            }
            _ => left.beside(&right),
        };
        match how {
            _ if inner => {
                for (left, right) in equal {
                    output.same(left, right);
                }
            }
            // Where there is no partner the right column is null, which the left side decides.
            "LEFT" | "SINGLE" | "INNER" => {
                for (_, right) in equal {
                    output.depends(on.clone(), right);
                }
            }
            _ => {}
        }
        if single {
            for column in right_columns {
                output.depends(on.clone(), column);
            }
        } else {
            output.rows.extend(right_rows);
        }
        output
    }
}

fn opaque() -> Relation {
    Relation { opaque: true, ..Relation::default() }
}

fn shared(relation: &Relation) -> Rc<[usize]> {
    relation.columns.as_slice().into()
}

/// The elements of a list of the plan, where it has one.
pub fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

/// The whole number that a constant is.
pub fn whole(expression: &Value) -> Option<i64> {
    match text(&expression["type"]) {
        "VALUE_CONSTANT" => expression["value"]["value"].as_i64(),
        "OPERATOR_CAST" => whole(expression["children"].get(0)?),
        _ => None,
    }
}
