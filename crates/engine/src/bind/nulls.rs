//! Conditions and nulls: which rows a condition leaves out because a value is null.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::plan::{called, children, index, place, text};
use super::value::{KEEPS_NULLS, Known, Outputs, known};
use goodhart_core::sql::facts::{BoundSource, Nulls};
use goodhart_core::sql::facts::{NullLoss, Observed};

type Positions = BTreeSet<usize>;

/// The positions of which a null makes an expression null.
fn carried(expression: &Value) -> Positions {
    let all = || children(expression).iter().flat_map(carried).collect();
    match text(&expression["type"]) {
        "BOUND_REF" => index(&expression["index"]).into_iter().collect(),
        "OPERATOR_CAST" if expression["function_data"]["try_cast"] != true => all(),
        "OPERATOR_COALESCE" => common(children(expression).iter().map(carried)),
        "BOUND_FUNCTION" if KEEPS_NULLS.contains(&called(expression)) => all(),
        "COMPARE_IN" | "COMPARE_NOT_IN" => {
            children(expression).first().map(carried).unwrap_or_default()
        }
        "COMPARE_DISTINCT_FROM" | "COMPARE_NOT_DISTINCT_FROM" => Positions::new(),
        kind if kind.starts_with("COMPARE_") => all(),
        _ => Positions::new(),
    }
}

fn common(mut sets: impl Iterator<Item = Positions>) -> Positions {
    let first = sets.next().unwrap_or_default();
    sets.fold(first, |one, other| &one & &other)
}

/// The positions of which a null keeps a condition from being `truth`.
fn needed(condition: &Value, truth: bool) -> Positions {
    let each = || children(condition).iter().map(|child| needed(child, truth));
    match (text(&condition["type"]), truth) {
        ("CONJUNCTION_AND", true) | ("CONJUNCTION_OR", false) => each().flatten().collect(),
        ("CONJUNCTION_AND", false) | ("CONJUNCTION_OR", true) => common(each()),
        ("OPERATOR_NOT", _) => {
            children(condition).first().map(|child| needed(child, !truth)).unwrap_or_default()
        }
        ("OPERATOR_IS_NOT_NULL", true) | ("OPERATOR_IS_NULL", false) => {
            children(condition).iter().flat_map(carried).collect()
        }
        _ => carried(condition),
    }
}

/// The positions that a condition wants to be there, in so many words.
fn asked(condition: &Value, truth: bool) -> Positions {
    let each = || children(condition).iter().map(|child| asked(child, truth));
    match (text(&condition["type"]), truth) {
        ("OPERATOR_IS_NOT_NULL", true) | ("OPERATOR_IS_NULL", false) => {
            children(condition).iter().flat_map(carried).collect()
        }
        ("OPERATOR_NOT", _) => {
            children(condition).iter().flat_map(|child| asked(child, !truth)).collect()
        }
        ("CONJUNCTION_AND", true) | ("CONJUNCTION_OR", false) => each().flatten().collect(),
        _ => Positions::new(),
    }
}

/// Whether a condition says what a row must not be.
fn is_negated(condition: &Value) -> bool {
    match text(&condition["type"]) {
        "COMPARE_NOTEQUAL" => true,
        "OPERATOR_NOT" => true,
        "BOUND_FUNCTION" => {
            called(condition).starts_with('!') || called(condition).starts_with("not_")
        }
        _ => false,
    }
}

/// What is seen, where, and of which value.
pub(super) type PlacedObservation = (Observed, Option<(usize, usize)>);

/// What becomes of rows that do not meet a condition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum UnmatchedRows {
    /// They are gone.
    LeftOut,
    /// They stay, and are not counted here.
    NotCounted,
    /// They are no violations, and nobody asks for them.
    Sound,
}

/// The conditions that rows of `input` meet, and what is known of the rows then.
pub(super) fn filter(
    conditions: &[&Value],
    input: &mut Outputs<'_>,
    rest: UnmatchedRows,
    sources: &BTreeMap<String, BoundSource>,
    seen: &mut Vec<PlacedObservation>,
) {
    let negations = rest != UnmatchedRows::Sound;
    let mut meant = Positions::new();
    for condition in conditions {
        let there = asked(condition, true);
        partnered(input, &there);
        meant.extend(there);
        if !is_negated(condition) {
            meant.extend(needed(condition, true));
        }
    }
    for condition in conditions {
        let needs = needed(condition, true);
        let outer = needs.iter().copied().find(|at| input.at(*at).outer.is_some());
        if let Some(at) = outer
            && rest != UnmatchedRows::NotCounted
        {
            let of = input.at(at).operand();
            seen.push((Observed::NullLost { of, by: NullLoss::OuterJoin }, place(condition)));
            partnered(input, &needs);
        }
        if is_negated(condition) {
            seen.extend(not_in(condition, input, &meant, negations));
            let lost = needs.iter().map(|at| (at, input.at(*at)));
            let lost = lost.filter(|(at, known)| {
                known.nulls == Nulls::Possible
                    && !meant.contains(at)
                    && !meant.iter().any(|other| tells_of(input.at(*other), known, sources))
            });
            if negations
                && outer.is_none()
                && let Some((_, known)) = lost.into_iter().next()
            {
                let of = known.operand();
                seen.push((Observed::NullLost { of, by: NullLoss::Negated }, place(condition)));
            }
        }
    }
    ranges(conditions, input, seen);
    for condition in conditions {
        for at in needed(condition, true) {
            if let Some(column) = input.columns.get_mut(at) {
                column.nulls = Nulls::Never;
                column.outer = None;
            }
        }
    }
}

/// Whether a column of a derived source was computed from another one of it: `is_closed` may well
/// say that `closed_at` is there.
fn tells_of(one: &Known<'_>, other: &Known<'_>, sources: &BTreeMap<String, BoundSource>) -> bool {
    let (Some((source, one)), Some((of, other))) = (one.column, other.column) else {
        return false;
    };
    let origin = |name: &str| sources.get(source)?.query.column(name).map(|column| &column.origin);
    match (origin(one), origin(other)) {
        (Some(one), Some(other)) if source == of => !one.columns.is_disjoint(&other.columns),
        _ => false,
    }
}

/// Rows in which one of these is there have a partner in its join, and then all of the partner.
fn partnered(input: &mut Outputs<'_>, there: &Positions) {
    let joins: BTreeSet<usize> = there.iter().filter_map(|at| input.at(*at).outer).collect();
    if joins.is_empty() {
        return;
    }
    for column in &mut input.columns {
        column.outer = column.outer.filter(|join| !joins.contains(join));
    }
}

/// `not in` a query: a null in it keeps every row out.
fn not_in(
    condition: &Value,
    input: &Outputs<'_>,
    meant: &Positions,
    negations: bool,
) -> Option<PlacedObservation> {
    let child = children(condition).first().filter(|child| child["type"] == "BOUND_REF")?;
    let found = input.at(index(&child["index"])?);
    let (value, list) = found.membership.as_deref()?;
    if list.has_nulls() {
        let what = Observed::NullLost { of: list.operand(), by: NullLoss::NotIn };
        return Some((what, place(condition)));
    }
    // Another condition asks for the value to be there.
    let guarded = meant.iter().any(|at| input.at(*at).operand() == value.operand());
    (negations && value.has_nulls() && !guarded).then(|| {
        (Observed::NullLost { of: value.operand(), by: NullLoss::Negated }, place(condition))
    })
}

/// A comparison by order: what is at least, and what is at most.
struct OrderBound<'p> {
    low: &'p Value,
    high: &'p Value,
    place: Option<(usize, usize)>,
}

/// `start <= value and value < end`, where one of the ends can be null.
pub(super) fn ranges<'a>(
    conditions: &[&'a Value],
    input: &Outputs<'a>,
    seen: &mut Vec<PlacedObservation>,
) {
    let bounds: Vec<OrderBound<'a>> = conditions.iter().filter_map(|one| bound(one)).collect();
    for lower in &bounds {
        for upper in &bounds {
            if !same(lower.high, upper.low) {
                continue;
            }
            let (start, end) = (known(lower.low, input), known(upper.high, input));
            let of_one_source = match (start.column, end.column) {
                (Some((one, start)), Some((other, end))) => one == other && start != end,
                _ => false,
            };
            if !of_one_source {
                continue;
            }
            for (one, bound) in [(&start, lower), (&end, upper)] {
                if one.nulls == Nulls::Possible && one.outer.is_none() {
                    let what = Observed::NullLost { of: one.operand(), by: NullLoss::RangeEnd };
                    seen.push((what, bound.place));
                }
            }
        }
    }
}

fn bound(condition: &Value) -> Option<OrderBound<'_>> {
    let [left, right] = children(condition) else {
        return None;
    };
    let (low, high) = match text(&condition["type"]) {
        "COMPARE_LESSTHAN" | "COMPARE_LESSTHANOREQUALTO" => (left, right),
        "COMPARE_GREATERTHAN" | "COMPARE_GREATERTHANOREQUALTO" => (right, left),
        _ => return None,
    };
    Some(OrderBound { low, high, place: place(condition) })
}

/// Whether two expressions are the same, wherever they stand.
pub(super) fn same(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Object(a), Value::Object(b)) => {
            let places = |key: &str| key.starts_with("query_location") || key == "alias";
            a.len() == b.len()
                && a.iter().all(|(key, value)| {
                    places(key) || b.get(key).is_some_and(|other| same(value, other))
                })
        }
        (Value::Array(a), Value::Array(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b))
        }
        _ => one == other,
    }
}

/// The columns of one side of a join become null where there is no partner.
pub(super) fn outer(side: &mut Outputs<'_>, join: usize) {
    for column in &mut side.columns {
        // What was null for want of a partner before can now be so for two reasons.
        column.outer = Some(join);
        column.membership = None;
    }
}

/// A subquery that yields one value: null where it yields none, which is nobody's mistake.
pub(super) fn perhaps_nothing(side: &mut Outputs<'_>) {
    for column in &mut side.columns {
        if column.nulls == Nulls::Never {
            column.nulls = Nulls::Unknown;
        }
    }
}
