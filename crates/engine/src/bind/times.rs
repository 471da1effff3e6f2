//! What a query does with times that may mean something else than it says.

use std::rc::Rc;

use serde_json::Value;

use super::as_of;
use super::columns::{Columns, Definition, Relation, Step, UNKNOWN, list};
use super::plan::{called, constant, is_text, kind, place, text, type_name};
use goodhart_core::sql::TypeKind;
use goodhart_core::sql::facts::{
    Day, Grain, InstantPair, Interval, IntervalMeasure, Text, TimeUse, TimeUsed, date_in, mirrored,
};

/// What is known of the values of a column.
#[derive(Debug, Clone, Default)]
struct Traits {
    interval: Interval,
    grain: Grain,
    /// A text as it stands in the data.
    raw: bool,
}

/// Reads the uses of times from the columns of a plan.
pub fn times(columns: &Columns<'_>) -> Vec<TimeUse> {
    let mut reader = Reader { traits: Vec::new(), found: Vec::new() };
    for definition in &columns.definitions {
        let traits = reader.defined(definition);
        reader.traits.push(traits);
    }
    for step in &columns.steps {
        reader.step(step);
    }
    reader.found
}

struct Reader {
    /// By the number of the column.
    traits: Vec<Traits>,
    found: Vec<TimeUse>,
}

/// An expression with the columns that it refers to.
type Input<'a> = &'a [usize];

impl Reader {
    fn defined(&self, definition: &Definition<'_>) -> Traits {
        match definition {
            Definition::Unknown => Traits::default(),
            Definition::Scanned => Traits { raw: true, ..Traits::default() },
            Definition::Copy(column) => self.of(*column),
            Definition::Either(one, other) => {
                let (one, other) = (self.of(*one), self.of(*other));
                Traits {
                    interval: worse(one.interval, other.interval),
                    grain: one.grain.min(other.grain),
                    raw: one.raw || other.raw,
                }
            }
            Definition::Computed(expression, input) => Traits {
                interval: self.interval(expression, input),
                grain: self.grain(expression, input),
                raw: self.is_raw(expression, input),
            },
        }
    }

    fn of(&self, column: usize) -> Traits {
        self.traits.get(column).cloned().unwrap_or_default()
    }

    fn referred(&self, reference: &Value, input: Input<'_>) -> Traits {
        let index = super::plan::index(&reference["index"]).unwrap_or(0);
        self.of(input.get(index).copied().unwrap_or(UNKNOWN))
    }

    fn step(&mut self, step: &Step<'_>) {
        let input = step.input();
        // The sides of a join condition refer to one side each.
        let sides: Vec<Rc<Relation>> = match step.kind {
            "LOGICAL_COMPARISON_JOIN" | "LOGICAL_DELIM_JOIN" | "LOGICAL_ASOF_JOIN" => {
                step.inputs.clone()
            }
            _ => Vec::new(),
        };
        if let [left, right] = sides.as_slice() {
            for condition in list(&step.operator["conditions"]) {
                self.visit(&condition["left"], &left.columns);
                self.visit(&condition["right"], &right.columns);
                let operator = operator(text(&condition["comparison"]));
                self.day(
                    operator,
                    (&condition["left"], &left.columns),
                    (&condition["right"], &right.columns),
                    None,
                );
            }
            return;
        }
        let Some(members) = step.operator.as_object() else {
            return;
        };
        for (name, value) in members {
            if !["children", "function_data"].contains(&name.as_str()) {
                self.visit(value, &input.columns);
            }
        }
    }

    /// Looks at everything in an expression that stands alone, and so has its parts beside it.
    fn visit(&mut self, value: &Value, input: Input<'_>) {
        match value {
            Value::Array(values) => {
                for value in values {
                    self.visit(value, input);
                }
            }
            Value::Object(_) if value["expression_class"].is_string() => {
                let mut parts = Vec::new();
                parts_in(value, &mut parts);
                self.expression(value, input, &parts);
            }
            Value::Object(map) => {
                for value in map.values() {
                    self.visit(value, input);
                }
            }
            _ => {}
        }
    }

    fn expression(&mut self, value: &Value, input: Input<'_>, parts: &[(String, &Value)]) {
        match value {
            Value::Array(values) => {
                for value in values {
                    self.expression(value, input, parts);
                }
            }
            Value::Object(map) => {
                if let Some((instant, days)) = not_in(value) {
                    for day in days {
                        self.day("<>", (instant, input), (day, input), None);
                        self.expression(day, input, parts);
                    }
                    return self.expression(instant, input, parts);
                }
                self.one(value, input, parts);
                for nested in map.values().filter(|value| value.is_object() || value.is_array()) {
                    self.expression(nested, input, parts);
                }
            }
            _ => {}
        }
    }

    fn one(&mut self, value: &Value, input: Input<'_>, parts: &[(String, &Value)]) {
        let kind = text(&value["type"]);
        let children = list(&value["children"]);
        if kind == "COMPARE_IN" {
            if let [instant, days @ ..] = children {
                for day in days {
                    self.day("=", (instant, input), (day, input), None);
                }
            }
            return;
        }
        if let (true, [left, right]) = (kind.starts_with("COMPARE_"), children) {
            let operator = operator(kind);
            self.day(operator, (left, input), (right, input), place(value));
            if type_name(left) == "INTERVAL" && type_name(right) == "INTERVAL" {
                let what = TimeUsed::Comparison {
                    operator: operator.to_owned(),
                    left: self.interval(left, input),
                    right: self.interval(right, input),
                };
                self.add(what, value);
            }
            return;
        }
        if kind == "OPERATOR_CAST" {
            return self.cast(value, input);
        }
        if kind != "BOUND_FUNCTION" {
            return;
        }
        let name = called(value);
        match (name, children) {
            ("date_diff" | "datediff", [unit, start, end]) => {
                let (start_grain, end_grain) = (self.grain(start, input), self.grain(end, input));
                let (Some(unit), true) = (constant(unit), is_instant(start) && is_instant(end))
                else {
                    return;
                };
                let what = TimeUsed::Boundaries {
                    unit: unit_name(unit),
                    between: between(start, end),
                    start: start_grain,
                    end: end_grain,
                };
                self.add(what, value);
            }
            ("*", [one, other]) => {
                for (number, factor) in [(one, other), (other, one)] {
                    if let (Some((unit, between)), true) = (calendar_number(number), large(factor))
                    {
                        self.add(TimeUsed::Product { unit, between }, value);
                    }
                }
            }
            ("epoch" | "epoch_ms" | "epoch_us" | "epoch_ns", [one])
                if type_name(one) == "INTERVAL" =>
            {
                self.add(TimeUsed::Length { interval: self.interval(one, input) }, value);
            }
            _ => {
                for (part, interval) in parts_of(value) {
                    let beside = parts.iter().filter(|(_, other)| alike(other, interval));
                    let what = TimeUsed::Part {
                        part,
                        interval: self.interval(interval, input),
                        beside: beside.map(|(part, _)| part.clone()).collect(),
                    };
                    self.add(what, value);
                }
            }
        }
    }

    fn add(&mut self, what: TimeUsed, expression: &Value) {
        self.push(what, near(expression));
    }

    fn push(&mut self, what: TimeUsed, place: Option<(usize, usize)>) {
        let found = TimeUse { what, place };
        if !self.found.contains(&found) {
            self.found.push(found);
        }
    }

    /// Notes the comparison of an instant with a day.
    fn day(
        &mut self,
        operator: &str,
        left: (&Value, Input<'_>),
        right: (&Value, Input<'_>),
        place: Option<(usize, usize)>,
    ) {
        for (operator, instant, day) in [(operator, left, right), (mirrored(operator), right, left)]
        {
            let (expression, input) = instant;
            let Some(subject) = self.instant(expression, input) else {
                continue;
            };
            let Some(found) = self.compared_day(day.0, is_text(expression)) else {
                continue;
            };
            let what = TimeUsed::Day {
                operator: operator.to_owned(),
                instant: written(subject),
                day: found,
            };
            self.push(what, place.or_else(|| near(day.0)).or_else(|| near(expression)));
        }
    }

    /// An expression that can be any instant, or a text that was made of one.
    fn instant<'v>(&self, expression: &'v Value, input: Input<'_>) -> Option<&'v Value> {
        if is_timestamp(expression) {
            let any =
                constant(expression).is_none() && self.grain(expression, input) == Grain::Instant;
            return any.then_some(expression);
        }
        let inner = &expression["children"][0];
        let as_text =
            expression["type"] == "OPERATOR_CAST" && is_text(expression) && is_timestamp(inner);
        if as_text { self.instant(inner, input) } else { None }
    }

    /// The day that an expression is.
    fn compared_day(&self, expression: &Value, as_text: bool) -> Option<Day> {
        if let Some(text) = constant(expression) {
            return date_in(text).map(|_| Day::Literal(text.trim().to_owned()));
        }
        let inner = &expression["children"][0];
        let date = !as_text
            && expression["type"] == "OPERATOR_CAST"
            && type_name(inner) == "DATE"
            && !of_an_instant(inner);
        date.then(|| Day::Value(written(inner).unwrap_or_else(|| "the day".to_owned())))
    }

    /// Notes a text that becomes an instant.
    fn cast(&mut self, cast: &Value, input: Input<'_>) {
        let text = &cast["children"][0];
        if !is_timestamp(cast) || type_name(cast) == WITH_ZONE || !is_text(text) {
            return;
        }
        let tries = cast["function_data"]["try_cast"] == true;
        if let Some(literal) = constant(text) {
            if !as_of::instant(text).is_some_and(as_of::depends) {
                self.add(TimeUsed::Cast { of: Text::Literal(literal.to_owned()), tries }, cast);
            }
        } else if !is_null(text) && self.is_raw(text, input) {
            self.add(TimeUsed::Cast { of: Text::Raw(written(text)), tries }, cast);
        }
    }

    /// Whether a text is as it stands in the data.
    fn is_raw(&self, expression: &Value, input: Input<'_>) -> bool {
        const HANDED_ON: &[&str] = &[
            "trim",
            "ltrim",
            "rtrim",
            "upper",
            "lower",
            "nullif",
            "any_value",
            "first",
            "last",
            "min",
            "max",
            "arg_min",
            "arg_max",
            "min_by",
            "max_by",
            "json_extract_string",
            "->>",
            "unless_marker",
        ];
        let first = &expression["children"][0];
        match text(&expression["type"]) {
            "BOUND_REF" => self.referred(expression, input).raw,
            // What stands for a column of a file that is not there yet.
            "OPERATOR_CAST" if is_null(first) => true,
            "OPERATOR_CAST" => {
                ["VARCHAR", "JSON"].contains(&type_name(first)) && { self.is_raw(first, input) }
            }
            "OPERATOR_COALESCE" | "OPERATOR_NULLIF" => self.is_raw(first, input),
            // `nullif` is one too.
            "CASE_EXPR" => branches(expression).into_iter().any(|one| self.is_raw(one, input)),
            "BOUND_FUNCTION" | "BOUND_AGGREGATE" if HANDED_ON.contains(&called(expression)) => {
                self.is_raw(first, input)
            }
            _ => false,
        }
    }

    /// What the instants of an expression are cut down to.
    fn grain(&self, expression: &Value, input: Input<'_>) -> Grain {
        let children = list(&expression["children"]);
        let name = called(expression);
        let least = |values: &[&Value]| {
            values.iter().map(|value| self.grain(value, input)).min().unwrap_or_default()
        };
        match (text(&expression["type"]), children) {
            ("BOUND_REF", _) => {
                let grain = self.referred(expression, input).grain;
                if type_name(expression) == "DATE" { grain.max(Grain::Day) } else { grain }
            }
            ("OPERATOR_CAST", _) if constant(expression).is_some_and(|t| date_in(t).is_some()) => {
                Grain::Day
            }
            ("OPERATOR_CAST", [inner]) if is_instant(inner) => {
                let grain = self.grain(inner, input);
                if type_name(expression) == "DATE" { grain.max(Grain::Day) } else { grain }
            }
            ("OPERATOR_COALESCE", _) => least(&children.iter().collect::<Vec<_>>()),
            ("CASE_EXPR", _) => least(&branches(expression)),
            ("BOUND_FUNCTION", [unit, instant]) if ["date_trunc", "datetrunc"].contains(&name) => {
                let cut = constant(unit).map_or(Grain::Instant, |unit| cut_to(&unit_name(unit)));
                cut.max(self.grain(instant, input))
            }
            ("BOUND_FUNCTION", [width, ..]) if name == "time_bucket" => bucket(width),
            ("BOUND_FUNCTION", [instant, interval]) if ["+", "-"].contains(&name) => {
                match interval["value"]["value"]["micros"].as_i64() {
                    Some(0) => self.grain(instant, input).min(Grain::Day),
                    _ if type_name(expression) == "DATE" => Grain::Day,
                    _ => Grain::Instant,
                }
            }
            ("BOUND_FUNCTION" | "BOUND_AGGREGATE" | "WINDOW_AGGREGATE", _)
                if ["min", "max", "greatest", "least", "any_value", "first", "last"]
                    .contains(&name) =>
            {
                least(&children.iter().collect::<Vec<_>>())
            }
            _ if type_name(expression) == "DATE" => Grain::Day,
            _ => Grain::Instant,
        }
    }

    fn interval(&self, expression: &Value, input: Input<'_>) -> Interval {
        if type_name(expression) != "INTERVAL" {
            return Interval::default();
        }
        let children = list(&expression["children"]);
        let mut interval = match (called(expression), children) {
            ("age", [end, start]) => Interval {
                measure: IntervalMeasure::Calendar,
                between: Some(between(start, end)),
                ..Interval::default()
            },
            ("-", [end, start]) if is_instant(end) && is_instant(start) => Interval {
                measure: IntervalMeasure::Days,
                between: Some(between(start, end)),
                ..Interval::default()
            },
            (name, _) if CALENDAR.contains(&name) => made(IntervalMeasure::Calendar),
            // DuckDB's own, in comparisons.
            ("normalized_interval", [one]) => self.interval(one, input),
            ("to_days" | "to_weeks", _) => made(IntervalMeasure::Days),
            (name, _) if CLOCK.contains(&name) => made(IntervalMeasure::Clock),
            // Its instants may not be there under the names that they have where it was made.
            _ if expression["type"] == "BOUND_REF" => {
                made(self.referred(expression, input).interval.measure)
            }
            _ => match constant(expression) {
                Some(text) => made(measure_in(text)),
                None => {
                    let value = &expression["value"]["value"];
                    let of = |unit: &str| value[unit].as_i64().unwrap_or_default();
                    match (of("months"), of("days"), of("micros")) {
                        (0, 0, 0) => {
                            let mut nested: Vec<&Value> = children.iter().collect();
                            nested.extend(branches(expression));
                            let nested = nested.into_iter().map(|one| self.interval(one, input));
                            made(nested.fold(Interval::default(), worse).measure)
                        }
                        (0, 0, _) => made(IntervalMeasure::Clock),
                        (0, ..) => made(IntervalMeasure::Days),
                        (months, days, micros) => Interval {
                            months: (days == 0 && micros == 0).then_some(months),
                            ..made(IntervalMeasure::Calendar)
                        },
                    }
                }
            },
        };
        if let (true, Some(written)) = (interval.written.is_empty(), written(expression)) {
            interval.written = written;
        }
        interval
    }
}

/// The value and the list of `not in`.
fn not_in(expression: &Value) -> Option<(&Value, &[Value])> {
    if expression["type"] != "OPERATOR_NOT" {
        return None;
    }
    let within = &expression["children"][0];
    let list = list(&within["children"]).split_first();
    list.filter(|_| within["type"] == "COMPARE_IN")
}

const WITH_ZONE: &str = "TIMESTAMP WITH TIME ZONE";

const CALENDAR: &[&str] =
    &["to_months", "to_quarters", "to_years", "to_decades", "to_centuries", "to_millennia"];

const CLOCK: &[&str] =
    &["to_hours", "to_minutes", "to_seconds", "to_milliseconds", "to_microseconds"];

fn made(measure: IntervalMeasure) -> Interval {
    Interval { measure, ..Interval::default() }
}

/// The one of two intervals of which less can be relied on.
fn worse(one: Interval, other: Interval) -> Interval {
    if other.measure > one.measure { other } else { one }
}

fn is_timestamp(expression: &Value) -> bool {
    kind(expression) == TypeKind::Timestamp
}

fn is_instant(expression: &Value) -> bool {
    kind(expression).is_instant()
}

/// The values that `case` can have.
fn branches(expression: &Value) -> Vec<&Value> {
    if expression["type"] != "CASE_EXPR" {
        return Vec::new();
    }
    let checks = list(&expression["case_checks"]).iter().map(|check| &check["then_expr"]);
    let otherwise = &expression["else_expr"];
    let null = |value: &Value| value.is_null() || is_null(value);
    checks.chain([otherwise]).filter(|value| !null(value)).collect()
}

/// Whether an expression is the constant null.
pub fn is_null(expression: &Value) -> bool {
    match text(&expression["type"]) {
        "VALUE_CONSTANT" => {
            expression["value"]["is_null"] == true || type_name(expression) == "NULL"
        }
        "OPERATOR_CAST" => is_null(&expression["children"][0]),
        _ => false,
    }
}

/// Whether a date is the day of an instant.
fn of_an_instant(expression: &Value) -> bool {
    expression["type"] == "OPERATOR_CAST" && is_timestamp(&expression["children"][0])
        || list(&expression["children"]).iter().any(of_an_instant)
}

/// How the SQL may write the instants of a difference.
fn between(start: &Value, end: &Value) -> InstantPair {
    let or = |value: &Value, otherwise: &str| written(value).unwrap_or_else(|| otherwise.into());
    InstantPair { start: or(start, "start"), end: or(end, "end") }
}

/// How SQL may write an expression; nothing where that would be long.
pub fn written(expression: &Value) -> Option<String> {
    const LONGEST: usize = 60;
    let children = list(&expression["children"]);
    let called = called(expression);
    let arguments = || {
        let arguments: Option<Vec<String>> = children.iter().map(written).collect();
        arguments.map(|arguments| arguments.join(", "))
    };
    let words = match text(&expression["type"]) {
        "BOUND_REF" => text(&expression["alias"]).to_owned(),
        "VALUE_CONSTANT" if type_name(expression) == "TIMESTAMP" => as_of::written(expression)?,
        "VALUE_CONSTANT" => match &expression["value"]["value"] {
            Value::String(text) => format!("'{}'", text.replace('\'', "''")),
            Value::Number(number) => number.to_string(),
            _ => return None,
        },
        "OPERATOR_CAST" => {
            let inner = children.first()?;
            match constant(inner) {
                Some(_) if as_of::instant(inner).is_some_and(as_of::depends) => {
                    as_of::written(inner)?
                }
                None if type_name(expression) == "DATE" && is_timestamp(inner) => {
                    format!("{}::date", written(inner)?)
                }
                _ => written(inner)?,
            }
        }
        "OPERATOR_COALESCE" => format!("coalesce({})", arguments()?),
        "BOUND_FUNCTION" if called.starts_with(|c: char| c.is_ascii_alphabetic()) => {
            format!("{called}({})", arguments()?)
        }
        "BOUND_FUNCTION" if ["+", "-"].contains(&called) => match children {
            [left, right] => format!("{} {called} {}", written(left)?, written(right)?),
            _ => return None,
        },
        _ => return None,
    };
    (!words.is_empty() && words.len() <= LONGEST && !words.contains('\n')).then_some(words)
}

/// The place of an expression, or one that is near: that of an argument.
fn near(expression: &Value) -> Option<(usize, usize)> {
    if let Some(place) = place(expression) {
        return Some(place);
    }
    let places: Vec<(usize, usize)> =
        list(&expression["children"]).iter().filter_map(near).collect();
    let start = places.iter().map(|(start, _)| *start).min()?;
    let end = places.iter().map(|(_, end)| *end).max()?;
    Some((start, end))
}

/// Whether two expressions are the same, wherever they stand.
fn alike(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Object(one), Value::Object(other)) => {
            let of = |name: &str| !name.starts_with("query_location");
            one.iter()
                .filter(|(name, _)| of(name))
                .all(|(name, value)| other.get(name).is_some_and(|other| alike(value, other)))
                && one.len() == other.len()
        }
        (Value::Array(one), Value::Array(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| alike(one, other))
        }
        _ => one == other,
    }
}

/// The parts of intervals that an expression takes, and the intervals.
fn parts_in<'v>(value: &'v Value, parts: &mut Vec<(String, &'v Value)>) {
    match value {
        Value::Array(values) => {
            for value in values {
                parts_in(value, parts);
            }
        }
        Value::Object(map) => {
            parts.extend(parts_of(value));
            for nested in map.values().filter(|value| value.is_object() || value.is_array()) {
                parts_in(nested, parts);
            }
        }
        _ => {}
    }
}

/// The parts that a function takes of an interval.
fn parts_of(function: &Value) -> Vec<(String, &Value)> {
    let name = called(function);
    match list(&function["children"]) {
        [interval] if type_name(interval) == "INTERVAL" && is_part(&unit_name(name)) => {
            vec![(unit_name(name), interval)]
        }
        [part, interval]
            if ["date_part", "datepart"].contains(&name) && type_name(interval) == "INTERVAL" =>
        {
            let several = list(&part["value"]["value"]["children"]);
            let several = several.iter().filter_map(|part| part["value"].as_str());
            let parts = several.chain(constant(part)).map(unit_name);
            parts.filter(|part| is_part(part)).map(|part| (part, interval)).collect()
        }
        _ => Vec::new(),
    }
}

fn is_part(unit: &str) -> bool {
    const PARTS: &[&str] = &[
        "microsecond",
        "millisecond",
        "second",
        "minute",
        "hour",
        "day",
        "month",
        "quarter",
        "year",
        "decade",
        "century",
        "millennium",
    ];
    PARTS.contains(&unit)
}

/// The name of a unit, of which DuckDB knows many.
fn unit_name(unit: &str) -> String {
    let unit = unit.trim().to_lowercase();
    let one = match unit.as_str() {
        "us" | "usec" | "usecs" | "usecond" | "useconds" | "microseconds" => "microsecond",
        "ms" | "msec" | "msecs" | "milliseconds" => "millisecond",
        "s" | "sec" | "secs" | "seconds" => "second",
        "m" | "min" | "mins" | "minutes" => "minute",
        "h" | "hr" | "hrs" | "hours" => "hour",
        "d" | "days" | "dayofmonth" => "day",
        "w" | "weeks" | "weekofyear" => "week",
        "mon" | "mons" | "months" => "month",
        "quarters" => "quarter",
        "y" | "yr" | "yrs" | "years" => "year",
        "dec" | "decs" | "decades" => "decade",
        "c" | "cent" | "centuries" => "century",
        "mil" | "mils" | "millenniums" | "millennia" => "millennium",
        other => other,
    };
    one.to_owned()
}

/// What `date_trunc` of a unit leaves.
fn cut_to(unit: &str) -> Grain {
    match unit {
        "second" => Grain::Second,
        "minute" => Grain::Minute,
        "hour" => Grain::Hour,
        "day" => Grain::Day,
        "week" => Grain::Week,
        "month" | "quarter" | "year" | "decade" | "century" | "millennium" => Grain::Month,
        _ => Grain::Instant,
    }
}

/// What buckets of a width begin with.
fn bucket(width: &Value) -> Grain {
    const HOUR: i64 = 3_600_000_000;
    let value = &width["value"]["value"];
    let of = |unit: &str| value[unit].as_i64().unwrap_or_default();
    match (of("months"), of("days"), of("micros")) {
        (0, 0, 0) => Grain::Instant,
        (_, _, 0) => Grain::Day,
        (.., micros) if micros % HOUR == 0 => Grain::Hour,
        (.., micros) if micros % (HOUR / 60) == 0 => Grain::Minute,
        _ => Grain::Instant,
    }
}

/// How much an interval is that is written as a text.
fn measure_in(text: &str) -> IntervalMeasure {
    let units = text.split(|c: char| !c.is_ascii_alphabetic()).filter(|word| !word.is_empty());
    let measure = |unit: &str| match unit_name(unit).as_str() {
        "month" | "quarter" | "year" | "decade" | "century" | "millennium" => {
            IntervalMeasure::Calendar
        }
        "day" | "week" => IntervalMeasure::Days,
        _ => IntervalMeasure::Clock,
    };
    units.map(measure).max().unwrap_or_default()
}

/// A number of months or years: `date_diff('month', a, b)`.
fn calendar_number(expression: &Value) -> Option<(String, InstantPair)> {
    let children = list(&expression["children"]);
    match (called(expression), children) {
        ("date_diff" | "datediff" | "date_sub" | "datesub", [unit, start, end]) => {
            let unit = unit_name(constant(unit)?);
            ["month", "quarter", "year"]
                .contains(&unit.as_str())
                .then(|| (unit, between(start, end)))
        }
        _ if expression["type"] == "OPERATOR_CAST" => calendar_number(children.first()?),
        _ => None,
    }
}

/// Whether a constant is at least the number of days in a month.
fn large(expression: &Value) -> bool {
    match text(&expression["type"]) {
        "VALUE_CONSTANT" => {
            let value = &expression["value"]["value"];
            let number = value.as_f64().or_else(|| value.as_str()?.parse().ok());
            number.is_some_and(|number| number >= 28.0)
        }
        "OPERATOR_CAST" => large(&expression["children"][0]),
        _ => false,
    }
}

/// A comparison as it is written.
fn operator(kind: &str) -> &'static str {
    match kind {
        "COMPARE_EQUAL" | "COMPARE_NOT_DISTINCT_FROM" => "=",
        "COMPARE_NOTEQUAL" | "COMPARE_DISTINCT_FROM" => "<>",
        "COMPARE_LESSTHAN" => "<",
        "COMPARE_LESSTHANOREQUALTO" => "<=",
        "COMPARE_GREATERTHAN" => ">",
        "COMPARE_GREATERTHANOREQUALTO" => ">=",
        _ => "",
    }
}
