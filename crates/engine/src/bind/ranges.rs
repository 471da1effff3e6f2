//! Conditions on numbers and times that leave nothing: `n > 5 and n < 3`, a whole number that is 1.5, a
//! day that is an instant of it.

use jiff::ToSpan;
use jiff::civil::DateTime;
use rust_decimal::Decimal;
use serde_json::Value;

use super::as_of;
use super::nulls::{PlacedObservation, same};
use super::plan::{children, place, text, type_name};
use super::value::{Outputs, known};
use goodhart_core::sql::TypeKind;
use goodhart_core::sql::facts::date_in;
use goodhart_core::sql::facts::{Contradiction, Observed};

/// A number or a time that stands in the SQL.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Point {
    Number(Decimal),
    Time(DateTime),
}

/// One end of what a condition leaves.
struct End<'p> {
    of: &'p Value,
    at: Point,
    /// Whether the value may be `at` itself.
    included: bool,
    side: Side,
    place: Option<(usize, usize)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Side {
    Lower,
    Upper,
}

/// What no value meets of conditions that all rows meet.
pub(super) fn empty(conditions: &[&Value], input: &Outputs<'_>, seen: &mut Vec<PlacedObservation>) {
    let mut ends: Vec<End<'_>> = Vec::new();
    for condition in conditions {
        let added = ends_of(condition);
        if let [equal, _] = added.as_slice()
            && !can_be(equal.of, equal.at)
        {
            let why = Contradiction::NoSuchValue(written(equal.at));
            seen.push((Observed::Never { of: known(equal.of, input).operand(), why }, equal.place));
            continue;
        }
        for end in &added {
            let other = ends.iter().find(|other| {
                other.side != end.side && same(other.of, end.of) && leaves_nothing(other, end)
            });
            if let Some(other) = other {
                let why = Contradiction::OutOfRange(limit(other));
                seen.push((Observed::Never { of: known(end.of, input).operand(), why }, end.place));
                break;
            }
        }
        ends.extend(added);
    }
}

/// The ends that a comparison with a constant sets; of an equality both.
fn ends_of(condition: &Value) -> Vec<End<'_>> {
    let [left, right] = children(condition) else {
        return Vec::new();
    };
    let (of, at, mirrored, constant) = match (point(left), point(right)) {
        (None, Some(at)) => (left, at, false, right),
        (Some(at), None) => (right, at, true, left),
        _ => return Vec::new(),
    };
    let of = unwidened(of);
    let place = place(condition).or_else(|| place(constant));
    let end = |side, included| End { of, at, included, side, place };
    let (upper, lower) =
        if mirrored { (Side::Lower, Side::Upper) } else { (Side::Upper, Side::Lower) };
    match text(&condition["type"]) {
        "COMPARE_EQUAL" => vec![end(Side::Lower, true), end(Side::Upper, true)],
        "COMPARE_LESSTHAN" => vec![end(upper, false)],
        "COMPARE_LESSTHANOREQUALTO" => vec![end(upper, true)],
        "COMPARE_GREATERTHAN" => vec![end(lower, false)],
        "COMPARE_GREATERTHANOREQUALTO" => vec![end(lower, true)],
        _ => Vec::new(),
    }
}

fn leaves_nothing(one: &End<'_>, other: &End<'_>) -> bool {
    let (lower, upper) = match one.side {
        Side::Lower => (one, other),
        Side::Upper => (other, one),
    };
    match (first_from(lower), last_to(upper)) {
        (Some((low, open_low)), Some((high, open_high))) => {
            low > high || (low == high && (open_low || open_high))
        }
        _ => false,
    }
}

/// The lowest value at or above a lower end, and whether it is left out. Whole numbers and days have
/// a next one.
fn first_from(end: &End<'_>) -> Option<(Point, bool)> {
    let point = match (end.at, step(end.of)) {
        (Point::Number(at), Step::One) => {
            let first = at.ceil();
            let next =
                if end.included || first != at { first } else { first.checked_add(1.into())? };
            Point::Number(next)
        }
        (Point::Time(at), Step::Day) => {
            let day = at.date().to_datetime(jiff::civil::Time::midnight());
            let stays = end.included && day == at;
            Point::Time(if stays { day } else { day.checked_add(1.day()).ok()? })
        }
        _ => return Some((end.at, !end.included)),
    };
    Some((point, false))
}

/// The highest value at or below an upper end, and whether it is left out.
fn last_to(end: &End<'_>) -> Option<(Point, bool)> {
    let point = match (end.at, step(end.of)) {
        (Point::Number(at), Step::One) => {
            let last = at.floor();
            let before =
                if end.included || last != at { last } else { last.checked_sub(1.into())? };
            Point::Number(before)
        }
        (Point::Time(at), Step::Day) => {
            let day = at.date().to_datetime(jiff::civil::Time::midnight());
            let stays = end.included || day != at;
            Point::Time(if stays { day } else { day.checked_sub(1.day()).ok()? })
        }
        _ => return Some((end.at, !end.included)),
    };
    Some((point, false))
}

/// How far apart two values of a type are at least.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    One,
    Day,
    Any,
}

fn step(of: &Value) -> Step {
    match type_name(of) {
        name if is_whole(name) => Step::One,
        "DATE" => Step::Day,
        _ => Step::Any,
    }
}

fn is_whole(type_name: &str) -> bool {
    TypeKind::of(type_name).is_integer()
}

fn can_be(of: &Value, at: Point) -> bool {
    match (at, step(of)) {
        (Point::Number(at), Step::One) => at.fract().is_zero(),
        (Point::Time(at), Step::Day) => at.time() == jiff::civil::Time::midnight(),
        _ => true,
    }
}

/// A value without the casts that DuckDB puts around it for a comparison, as far as they change no
/// value.
fn unwidened(of: &Value) -> &Value {
    let Some(inner) = of["children"].get(0).filter(|_| of["type"] == "OPERATOR_CAST") else {
        return of;
    };
    let scale = |of: &Value| of["return_type"]["type_info"]["scale"].as_u64().unwrap_or_default();
    let keeps = match (type_name(inner), type_name(of)) {
        (from, to) if is_whole(from) => is_whole(to) || ["DECIMAL", "DOUBLE"].contains(&to),
        ("DECIMAL", "DECIMAL") => scale(inner) <= scale(of),
        ("DATE", "TIMESTAMP") => true,
        _ => false,
    };
    if keeps { unwidened(inner) } else { of }
}

/// The number or time that an expression is, if it is a constant.
fn point(expression: &Value) -> Option<Point> {
    let mut inner = expression;
    while inner["type"] == "OPERATOR_CAST" {
        inner = inner["children"].get(0)?;
    }
    if inner["type"] != "VALUE_CONSTANT" {
        return None;
    }
    let value = &inner["value"]["value"];
    match (type_name(inner), type_name(expression)) {
        ("VARCHAR", "DATE" | "TIMESTAMP") if as_of::instant(inner).is_some_and(as_of::depends) => {
            None
        }
        ("VARCHAR", "DATE") => Some(Point::Time(day(value.as_str()?)?)),
        ("VARCHAR", "TIMESTAMP") => {
            let text = value.as_str()?;
            text.parse().ok().or_else(|| day(text)).map(Point::Time)
        }
        ("DECIMAL", to) if ["DECIMAL", "DOUBLE"].contains(&to) => {
            let scale = inner["value"]["type"]["type_info"]["scale"].as_u64()?;
            let number =
                Decimal::try_from_i128_with_scale(value.as_i64()?.into(), scale.try_into().ok()?);
            number.ok().map(Point::Number)
        }
        (from, to) if is_whole(from) && (is_whole(to) || ["DECIMAL", "DOUBLE"].contains(&to)) => {
            Some(Point::Number(value.as_i64()?.into()))
        }
        _ => None,
    }
}

fn day(text: &str) -> Option<DateTime> {
    date_in(text).map(|date| date.to_datetime(jiff::civil::Time::midnight()))
}

fn written(point: Point) -> String {
    match point {
        Point::Number(number) => number.normalize().to_string(),
        Point::Time(time) if time.time() == jiff::civil::Time::midnight() => {
            time.date().to_string()
        }
        Point::Time(time) => time.to_string().replace('T', " "),
    }
}

/// What another condition says: `at most 3`.
fn limit(end: &End<'_>) -> String {
    let words = match (end.side, end.included) {
        (Side::Lower, true) => "at least",
        (Side::Lower, false) => "above",
        (Side::Upper, true) => "at most",
        (Side::Upper, false) => "below",
    };
    format!("{words} {}", written(end.at))
}
