//! Expressions: what a value is computed from, and what is seen in it.

use serde_json::Value;

use super::as_of;
use super::lineage::{Purpose, Tracer};
use super::nulls::UnmatchedRows;
use super::order::BY_EXTREME;
use super::plan::{called, children, constant, index, kind, place, text, type_name};
use super::value::{Known, Outputs, known};
use super::{nulls, ranges, texts};
use goodhart_core::sql::facts::{Condition, Elapsed, Origin, Test};

impl<'p> Tracer<'p> {
    /// What is known of the values of some expressions.
    pub(super) fn values(&mut self, expressions: &'p Value, input: &Outputs<'p>) -> Vec<Known<'p>> {
        let expressions = expressions.as_array().map_or(&[][..], Vec::as_slice);
        let value = |expression: &'p Value| {
            let found = known(expression, input);
            // A column has its origin with it.
            if expression["type"] == "BOUND_REF" {
                return found;
            }
            Known { origin: self.origin(expression, input), ..found }
        };
        expressions.iter().map(value).collect()
    }

    /// What a value is computed from. Everything in it is looked at.
    pub(super) fn origin(&mut self, expression: &Value, input: &Outputs<'_>) -> Origin {
        let mut origin = Origin::default();
        match expression {
            Value::Object(map) => {
                match text(&expression["type"]) {
                    "BOUND_REF" => {
                        if let Some(index) = index(&expression["index"]) {
                            origin.merge(&input.at(index).origin);
                        }
                        return origin;
                    }
                    // A reference that DuckDB has not settled yet may be to anything below.
                    "BOUND_COLUMN_REF" => origin.merge(&input.all()),
                    "BOUND_FUNCTION" => self.elapsed(expression, input),
                    "WINDOW_AGGREGATE" => self.sorted(expression, input),
                    "BOUND_AGGREGATE" => {
                        origin.averaged = AVERAGES.contains(&called(expression));
                        self.sorted(expression, input);
                    }
                    _ => {}
                }
                // What follows the first only decides between equals.
                if let Some(order) = expression["orders"].get(0) {
                    texts::sorted(&order["expression"], input, &mut self.seen);
                }
                texts::comparison(expression, input, &mut self.seen);
                for nested in map.values().filter(|value| value.is_object() || value.is_array()) {
                    origin.merge(&self.origin(nested, input));
                }
                // Whether a value exceeds an average, and how many do, is no average.
                origin.averaged &= !is_condition(expression);
                origin.averaged &= !called(expression).starts_with("count");
            }
            Value::Array(values) => {
                for nested in values {
                    origin.merge(&self.origin(nested, input));
                }
            }
            _ => {}
        }
        origin
    }

    /// Notes what an aggregate takes the first or last of.
    fn sorted(&mut self, aggregate: &Value, input: &Outputs<'_>) {
        let by = match (called(aggregate), children(aggregate)) {
            ("min" | "max", [of, ..]) => of,
            (name, [_, by, ..]) if BY_EXTREME.contains(&name) => by,
            _ => return,
        };
        texts::sorted(by, input, &mut self.seen);
    }

    /// Notes a difference of two instants.
    fn elapsed(&mut self, function: &Value, input: &Outputs<'_>) {
        let instant = |value: &Value| kind(value).is_instant();
        let (start, end) = match (called(function), children(function)) {
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
        let start = self.origin(start, input);
        let end = self.origin(end, input);
        let elapsed = Elapsed { start, end };
        if !self.query.elapsed.contains(&elapsed) {
            self.query.elapsed.push(elapsed);
        }
    }

    /// Conditions that all rows meet, and what is known of the rows then.
    pub(super) fn filter(&mut self, conditions: &[Value], input: &mut Outputs<'p>) {
        let mut parts = Vec::new();
        for condition in conditions {
            conjuncts(condition, &mut parts);
        }
        for part in &parts {
            self.condition(part, input);
        }
        self.all_meet(&parts, input, UnmatchedRows::LeftOut);
    }

    /// A condition of the rows that are counted; the others stay.
    pub(super) fn counted(&mut self, condition: &'p Value, input: &Outputs<'p>) {
        let mut parts = Vec::new();
        conjuncts(condition, &mut parts);
        self.all_meet(&parts, &mut input.clone(), UnmatchedRows::NotCounted);
    }

    /// What is seen in conditions that all rows meet, and what is known of the rows then.
    pub(super) fn all_meet(
        &mut self,
        conditions: &[&Value],
        input: &mut Outputs<'p>,
        rest: UnmatchedRows,
    ) {
        let violations = self.purpose == Purpose::Violations;
        let rest = if violations { UnmatchedRows::Sound } else { rest };
        ranges::empty(conditions, input, &mut self.seen);
        texts::narrow(conditions, input, !violations, &mut self.seen);
        nulls::filter(conditions, input, rest, self.sources, &mut self.seen);
    }

    /// Notes what a condition asks, as far as rules want to know.
    fn condition(&mut self, condition: &Value, input: &Outputs<'_>) {
        let operands = children(condition);
        let test = match text(&condition["type"]) {
            "OPERATOR_IS_NOT_NULL" => Some(Test::NotNull),
            "OPERATOR_NOT" if operands.iter().all(|one| one["type"] == "OPERATOR_IS_NULL") => {
                Some(Test::NotNull)
            }
            // What has not happened yet is null, and not before the as-of.
            "COMPARE_LESSTHAN" | "COMPARE_LESSTHANOREQUALTO"
                if operands.get(1).is_some_and(as_of::is_as_of)
                    && operands.first().is_some_and(|of| known(of, input).has_nulls()) =>
            {
                Some(Test::NotNull)
            }
            "COMPARE_GREATERTHAN" | "COMPARE_GREATERTHANOREQUALTO"
                if operands.first().is_some_and(as_of::is_as_of)
                    && operands.get(1).is_some_and(|of| known(of, input).has_nulls()) =>
            {
                Some(Test::NotNull)
            }
            "COMPARE_EQUAL" | "COMPARE_IN" => {
                let texts: Vec<String> =
                    operands.iter().skip(1).filter_map(constant).map(str::to_owned).collect();
                let all = !texts.is_empty() && texts.len() + 1 == operands.len();
                all.then_some(Test::OneOf(texts))
            }
            _ => None,
        };
        let origin = self.origin(condition, input);
        if let Some(test) = test {
            self.query.conditions.push(Condition { test, origin, place: place(condition) });
        }
    }
}

/// Conditions that all have to hold.
fn conjuncts<'v>(condition: &'v Value, parts: &mut Vec<&'v Value>) {
    if condition["type"] == "CONJUNCTION_AND" {
        for child in children(condition) {
            conjuncts(child, parts);
        }
    } else {
        parts.push(condition);
    }
}

/// Whether an expression is true or false.
fn is_condition(expression: &Value) -> bool {
    type_name(expression) == "BOOLEAN"
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

/// The instant of which an expression is the time since 1970.
fn since_1970(expression: &Value) -> Option<&Value> {
    match called(expression) {
        "epoch" | "epoch_ms" | "epoch_us" | "epoch_ns" => children(expression).first(),
        "__cast" => since_1970(children(expression).first()?),
        _ => None,
    }
}
