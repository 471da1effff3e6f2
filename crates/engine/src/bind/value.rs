//! What is known of the values of a column while a plan is followed: an abstract interpretation of
//! expressions. What is not known stays open, and rules are silent about it.

use std::collections::BTreeSet;
use std::rc::Rc;

use serde_json::Value;

use super::plan::{called, children, constant, index, is_text, text};
use goodhart_core::sql::facts::{ColumnRef, Nulls, Origin};
use goodhart_core::sql::facts::{Operand, Values};

/// The texts that a value can be.
pub(super) type Texts = Rc<BTreeSet<String>>;

/// A column of an operator, or the value of an expression.
#[derive(Debug, Clone, Default)]
pub(super) struct Known<'p> {
    pub origin: Origin,
    /// What SQL calls it; empty where DuckDB made it.
    pub name: &'p str,
    /// The source and the column that it is, unchanged.
    pub column: Option<(&'p str, &'p str)>,
    pub nulls: Nulls,
    /// The join, by its number, of which this is null where a row has no partner.
    pub outer: Option<usize>,
    /// All texts that it can be, or of a list its elements.
    pub texts: Option<Texts>,
    /// Those that conditions have left.
    pub left: Option<Texts>,
    /// Whether it has no capitals, or nothing but them.
    pub folded: Option<Fold>,
    /// Of the column that says whether a row is in a query: the two sides that are compared.
    pub membership: Option<Rc<(Known<'p>, Known<'p>)>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fold {
    Lower,
    Upper,
}

impl Known<'_> {
    /// A value of which only its origin is known.
    pub fn of(origin: Origin) -> Self {
        Self { origin, ..Self::default() }
    }

    /// Whether it is null in some rows, as far as anything says so.
    pub fn has_nulls(&self) -> bool {
        self.nulls_in_rows() == Nulls::Possible
    }

    /// Whether it is never null.
    pub fn is_there(&self) -> bool {
        self.nulls == Nulls::Never && self.outer.is_none()
    }

    /// Whether the rows have nulls in it.
    pub fn nulls_in_rows(&self) -> Nulls {
        if self.outer.is_some() { Nulls::Possible } else { self.nulls }
    }

    pub fn operand(&self) -> Operand {
        let column = self.column.map(|(source, column)| ColumnRef {
            source: source.to_owned(),
            column: column.to_owned(),
        });
        let name =
            if self.name.is_empty() { self.column.map_or("", |(_, name)| name) } else { self.name };
        Operand { name: name.to_owned(), column }
    }

    /// What says that it cannot be a text.
    pub fn excludes(&self, text: &str) -> Option<Values> {
        if let Some(texts) = self.texts.as_ref().filter(|texts| !texts.is_empty()) {
            return (!texts.contains(text)).then(|| Values::OneOf(texts.iter().cloned().collect()));
        }
        match self.folded? {
            Fold::Lower => text.bytes().any(|b| b.is_ascii_uppercase()).then_some(Values::Lower),
            Fold::Upper => text.bytes().any(|b| b.is_ascii_lowercase()).then_some(Values::Upper),
        }
    }

    /// What is known of a value that is either this or `other`. The origin stays.
    pub fn or(&mut self, other: &Self) {
        self.nulls = self.nulls.or(other.nulls);
        if self.outer != other.outer {
            // Of one of the two only, so that a null need not come from the join.
            self.outer = None;
            self.nulls = self.nulls.or(Nulls::Unknown);
        }
        self.texts = union(self.texts.as_ref(), other.texts.as_ref());
        self.left = union(
            self.left.as_ref().or(self.texts.as_ref()),
            other.left.as_ref().or(other.texts.as_ref()),
        );
        self.folded = self.folded.filter(|fold| other.folded == Some(*fold));
        self.column = self.column.filter(|column| other.column == Some(*column));
        self.membership = None;
    }
}

fn union(one: Option<&Texts>, other: Option<&Texts>) -> Option<Texts> {
    let (one, other) = (one?, other?);
    if Rc::ptr_eq(one, other) || other.is_subset(one) {
        return Some(Rc::clone(one));
    }
    Some(Rc::new(one.union(other).cloned().collect()))
}

/// The columns of an operator.
#[derive(Debug, Clone, Default)]
pub(super) struct Outputs<'p> {
    pub columns: Vec<Known<'p>>,
    /// What a column depends on that has no position of its own.
    pub rest: Known<'p>,
}

impl<'p> Outputs<'p> {
    pub fn of(columns: Vec<Known<'p>>) -> Self {
        Self { columns, rest: Known::default() }
    }

    pub fn at(&self, index: usize) -> &Known<'p> {
        self.columns.get(index).unwrap_or(&self.rest)
    }

    /// Everything that any column depends on.
    pub fn all(&self) -> Origin {
        let mut all = self.rest.origin.clone();
        for column in &self.columns {
            all.merge(&column.origin);
        }
        all
    }

    pub fn unknown(all: Origin) -> Self {
        Self { columns: Vec::new(), rest: Known::of(all) }
    }

    /// The columns of both, one after the other.
    pub fn beside(mut self, right: Self) -> Self {
        if self.columns.is_empty() && self.rest.origin != Origin::default() {
            self.rest.origin.merge(&right.all());
            return self;
        }
        self.columns.extend(right.columns);
        self.rest.origin.merge(&right.rest.origin);
        self
    }

    /// The columns that a projection map keeps; all where there is none.
    pub fn kept(self, map: Option<&Value>) -> Self {
        let Some(map) = map.and_then(Value::as_array).filter(|map| !map.is_empty()) else {
            return self;
        };
        let columns = map.iter().filter_map(index).map(|index| self.at(index).clone()).collect();
        Self { columns, rest: self.rest }
    }

    /// Only what a column is computed from: where a query goes on from its own rows, nothing else
    /// that is true of the first is true of all.
    pub fn origins(&self) -> Self {
        let of =
            |column: &Known<'p>| Known { name: column.name, ..Known::of(column.origin.clone()) };
        Self { columns: self.columns.iter().map(of).collect(), rest: of(&self.rest) }
    }
}

/// What is known of the value of an expression, but for its origin.
pub(super) fn known<'p>(expression: &'p Value, input: &Outputs<'p>) -> Known<'p> {
    let mut found = match text(&expression["type"]) {
        "BOUND_REF" => {
            let at = index(&expression["index"]);
            at.map(|at| input.at(at).clone()).unwrap_or_default()
        }
        "VALUE_CONSTANT" => of_constant(expression),
        "OPERATOR_CAST" => cast(expression, input),
        "OPERATOR_COALESCE" => {
            let mut always = false;
            let values = children(expression).iter().map(|child| known(child, input));
            let found = either(values.inspect(|value| always |= value.is_there()));
            Known { nulls: if always { Nulls::Never } else { found.nulls }, ..found }
        }
        "CASE_EXPR" => case(expression, input),
        "BOUND_FUNCTION" => function(expression, input),
        "BOUND_UNNEST" => {
            Known { texts: known(&expression["child"], input).texts, ..Known::default() }
        }
        "OPERATOR_IS_NULL"
        | "OPERATOR_IS_NOT_NULL"
        | "COMPARE_DISTINCT_FROM"
        | "COMPARE_NOT_DISTINCT_FROM"
        | "WINDOW_ROW_NUMBER"
        | "WINDOW_RANK"
        | "WINDOW_RANK_DENSE"
        | "WINDOW_NTILE" => Known { nulls: Nulls::Never, ..Known::default() },
        kind if kind.starts_with("COMPARE_")
            || kind.starts_with("CONJUNCTION_")
            || kind == "OPERATOR_NOT" =>
        {
            Known { nulls: nulls_of(children(expression), input), ..Known::default() }
        }
        _ => Known::default(),
    };
    let alias = text(&expression["alias"]);
    if !alias.is_empty() {
        found.name = alias;
    }
    found
}

fn of_constant<'p>(expression: &Value) -> Known<'p> {
    if expression["value"]["is_null"] == true {
        return Known { nulls: Nulls::Possible, texts: Some(Texts::default()), ..Known::default() };
    }
    let texts = constant(expression).map(|text| Rc::new(BTreeSet::from([text.to_owned()])));
    Known { nulls: Nulls::Never, texts, ..Known::default() }
}

/// A cast keeps a text; of another type it keeps whether there is a value.
fn cast<'p>(expression: &'p Value, input: &Outputs<'p>) -> Known<'p> {
    let Some(child) = expression["children"].get(0) else {
        return Known::default();
    };
    let found = known(child, input);
    let same = is_text(expression) && (is_text(child) || found.texts.is_some());
    if same {
        return found;
    }
    let nulls =
        if expression["function_data"]["try_cast"] == true { Nulls::Unknown } else { found.nulls };
    // The null of a text is the null of every type.
    let texts = found.texts.filter(|texts| texts.is_empty() && is_text(expression));
    Known { name: found.name, nulls, outer: found.outer, texts, ..Known::default() }
}

/// A value that is one of several.
fn either<'p>(mut values: impl Iterator<Item = Known<'p>>) -> Known<'p> {
    let mut found = values.next().unwrap_or_default();
    for value in values {
        found.or(&value);
    }
    Known {
        nulls: if found.is_there() { Nulls::Never } else { Nulls::Unknown },
        texts: found.texts,
        folded: found.folded,
        ..Known::default()
    }
}

/// Whether a branch is reached decides about nulls, so only what is never null stays so.
fn case<'p>(expression: &'p Value, input: &Outputs<'p>) -> Known<'p> {
    let checks = expression["case_checks"].as_array().map_or(&[][..], Vec::as_slice);
    let branches = checks.iter().map(|check| &check["then_expr"]);
    either(branches.chain([&expression["else_expr"]]).map(|branch| known(branch, input)))
}

fn function<'p>(expression: &'p Value, input: &Outputs<'p>) -> Known<'p> {
    let arguments = children(expression);
    let name = called(expression);
    let nulls =
        if KEEPS_NULLS.contains(&name) { nulls_of(arguments, input) } else { Nulls::Unknown };
    let first = || arguments.first().map(|argument| known(argument, input)).unwrap_or_default();
    let (texts, folded) = match name {
        "lower" | "lcase" => (mapped(first().texts, str::to_ascii_lowercase), Some(Fold::Lower)),
        "upper" | "ucase" => (mapped(first().texts, str::to_ascii_uppercase), Some(Fold::Upper)),
        "trim" | "ltrim" | "rtrim" if arguments.len() == 1 => {
            let one = first();
            let trimmed = |text: &str| match name {
                "trim" => text.trim_matches(' ').to_owned(),
                "ltrim" => text.trim_start_matches(' ').to_owned(),
                _ => text.trim_end_matches(' ').to_owned(),
            };
            (mapped(one.texts, trimmed), one.folded)
        }
        "greatest" | "least" => {
            let found = either(arguments.iter().map(|argument| known(argument, input)));
            (found.texts, found.folded)
        }
        _ => (None, None),
    };
    Known { nulls, texts, folded, ..Known::default() }
}

/// The texts after a function, as far as it does to ASCII what Rust does.
fn mapped(texts: Option<Texts>, map: impl Fn(&str) -> String) -> Option<Texts> {
    let texts = texts.filter(|texts| texts.iter().all(|text| text.is_ascii()))?;
    Some(Rc::new(texts.iter().map(|text| map(text)).collect()))
}

/// Of a function that is null where one of its arguments is.
fn nulls_of<'p>(arguments: &'p [Value], input: &Outputs<'p>) -> Nulls {
    arguments.iter().fold(Nulls::Never, |nulls, argument| {
        let one = known(argument, input);
        nulls.or(one.nulls_in_rows())
    })
}

/// What an aggregate or window function makes of the values of its rows. Without groups there may
/// be no row, and then most of them are null.
pub(super) fn aggregated<'p>(
    expression: &'p Value,
    input: &Outputs<'p>,
    grouped: bool,
) -> Known<'p> {
    let name = called(expression);
    if name.starts_with("count") && name != "count_if" && name != "countif" {
        return Known { nulls: Nulls::Never, ..Known::default() };
    }
    if !ONE_OF_THEM.contains(&name) {
        return Known::default();
    }
    let first = children(expression).first().map(|child| known(child, input)).unwrap_or_default();
    let always = grouped && first.is_there() && expression["filter"].is_null();
    Known {
        nulls: if always { Nulls::Never } else { Nulls::Unknown },
        texts: first.texts,
        folded: first.folded,
        ..Known::default()
    }
}

/// Aggregates whose result is one of the values.
const ONE_OF_THEM: &[&str] = &[
    "min",
    "max",
    "first",
    "last",
    "any_value",
    "arg_min",
    "arg_max",
    "min_by",
    "max_by",
    "mode",
    "arbitrary",
];

/// Functions that are null exactly where an argument is null.
pub(super) const KEEPS_NULLS: &[&str] = &[
    "lower",
    "upper",
    "lcase",
    "ucase",
    "trim",
    "ltrim",
    "rtrim",
    "length",
    "strlen",
    "reverse",
    "replace",
    "substring",
    "substr",
    "left",
    "right",
    "starts_with",
    "ends_with",
    "contains",
    "prefix",
    "suffix",
    "~~",
    "!~~",
    "~~*",
    "!~~*",
    "~~~",
    "regexp_matches",
    "regexp_full_match",
    "like_escape",
    "not_like_escape",
    "ilike_escape",
    "not_ilike_escape",
    "||",
    "+",
    "-",
    "*",
    "abs",
    "round",
    "floor",
    "ceil",
    "ceiling",
    "date_trunc",
    "date_diff",
    "datediff",
    "date_sub",
    "datesub",
    "date_part",
    "datepart",
    "epoch",
    "epoch_ms",
    "epoch_us",
    "year",
    "month",
    "day",
    "hour",
    "minute",
    "second",
    "strftime",
    "to_days",
    "to_hours",
    "to_minutes",
    "to_seconds",
];
