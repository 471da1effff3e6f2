//! Conditions and texts: what a value is compared with that it cannot be, and texts that are
//! ordered as if they were numbers.

use std::collections::BTreeSet;
use std::rc::Rc;

use serde_json::Value;

use super::nulls::{PlacedObservation, same};
use super::plan::{called, children, constant, index, is_text, place, text};
use super::value::{Known, Outputs, known};
use goodhart_core::sql::facts::{Contradiction, Nulls, Observed, TextOrder, Values, number};

/// What is seen in one comparison, wherever it stands.
pub(super) fn comparison(
    expression: &Value,
    input: &Outputs<'_>,
    seen: &mut Vec<PlacedObservation>,
) {
    let operands = children(expression);
    match text(&expression["type"]) {
        "COMPARE_EQUAL"
        | "COMPARE_NOTEQUAL"
        | "COMPARE_DISTINCT_FROM"
        | "COMPARE_NOT_DISTINCT_FROM"
        | "COMPARE_IN"
        | "COMPARE_NOT_IN" => {
            if let [first, others @ ..] = operands {
                equal(first, others, input, seen);
            }
        }
        "COMPARE_LESSTHAN"
        | "COMPARE_LESSTHANOREQUALTO"
        | "COMPARE_GREATERTHAN"
        | "COMPARE_GREATERTHANOREQUALTO" => ordered_with(expression, operands, input, seen),
        "BOUND_FUNCTION" => match (called(expression), operands) {
            (
                "list_contains" | "array_contains" | "list_has" | "array_has" | "contains",
                [list, one],
            ) if list["return_type"]["id"] == "LIST" => {
                equal(list, [one], input, seen);
            }
            ("~~" | "!~~", [value, pattern]) => like(value, pattern, input, seen),
            ("greatest" | "least", _) => ordered_with(expression, operands, input, seen),
            _ => {}
        },
        _ => {}
    }
}

/// The first of some operands with each of the others: what one of them can be, and a constant.
fn equal<'a>(
    first: &'a Value,
    others: impl IntoIterator<Item = &'a Value>,
    input: &Outputs<'a>,
    seen: &mut Vec<PlacedObservation>,
) {
    let mut known_first = None;
    for other in others {
        let (value, constant_text, at) = match (constant(first), constant(other)) {
            (None, Some(text)) => {
                (known_first.get_or_insert_with(|| known(first, input)).clone(), text, other)
            }
            (Some(text), None) => (known(other, input), text, first),
            _ => continue,
        };
        if let Some(values) = value.excludes(constant_text) {
            let of = value.operand();
            let what = Observed::UnknownValue { of, text: constant_text.to_owned(), values };
            seen.push((what, place(at)));
        }
    }
}

/// A pattern that none of the texts has.
fn like(value: &Value, pattern: &Value, input: &Outputs<'_>, seen: &mut Vec<PlacedObservation>) {
    let Some(wanted) = constant(pattern) else {
        return;
    };
    let value = known(value, input);
    if let Some(texts) = &value.texts
        && !texts.is_empty()
        && !texts.iter().any(|text| matches(text, wanted))
    {
        let values = Values::OneOf(texts.iter().cloned().collect());
        let of = value.operand();
        let what = Observed::UnknownValue { of, text: wanted.to_owned(), values };
        seen.push((what, place(pattern)));
    }
}

/// Whether a text has the pattern of a `like`.
fn matches(text: &str, pattern: &str) -> bool {
    let (text, pattern): (Vec<char>, Vec<char>) =
        (text.chars().collect(), pattern.chars().collect());
    let (mut at, mut wanted) = (0, 0);
    // Where the last `%` stands, and how much of the text it has taken.
    let mut star: Option<(usize, usize)> = None;
    while at < text.len() {
        match pattern.get(wanted) {
            Some('%') => {
                star = Some((wanted, at));
                wanted += 1;
            }
            Some(one) if *one == '_' || text.get(at) == Some(one) => {
                at += 1;
                wanted += 1;
            }
            _ => {
                let Some((place, taken)) = star else {
                    return false;
                };
                star = Some((place, taken + 1));
                at = taken + 1;
                wanted = place + 1;
            }
        }
    }
    pattern.iter().skip(wanted).all(|rest| *rest == '%')
}

/// A comparison by order of a text with a text that is a number.
fn ordered_with(
    whole: &Value,
    operands: &[Value],
    input: &Outputs<'_>,
    seen: &mut Vec<PlacedObservation>,
) {
    for value in operands.iter().filter(|operand| is_text(operand) && constant(operand).is_none()) {
        let value = known(value, input);
        for other in operands.iter().filter_map(|other| Some((other, constant(other)?))) {
            if value.column.is_some() || value.texts.is_some() {
                let by = TextOrder::With(other.1.to_owned());
                let what = Observed::TextOrder { of: value.operand(), by };
                seen.push((what, place(whole).or(place(other.0))));
            }
        }
    }
}

/// Texts that are sorted, or of which the first or last is taken. What of them matters is a
/// column of a source, whose values can be looked at, or a set of texts that are numbers.
pub(super) fn sorted(expression: &Value, input: &Outputs<'_>, seen: &mut Vec<PlacedObservation>) {
    if !is_text(expression) {
        return;
    }
    let value = known(expression, input);
    let numbers = value.texts.as_deref().filter(|texts| are_misordered(texts));
    let by = match numbers {
        Some(texts) => TextOrder::SortedNumbers(texts.iter().cloned().collect()),
        None if value.column.is_some() && value.texts.is_none() => TextOrder::Sorted,
        None => return,
    };
    seen.push((Observed::TextOrder { of: value.operand(), by }, place(expression)));
}

/// Whether texts are numbers whose order as texts is another one.
fn are_misordered(texts: &BTreeSet<String>) -> bool {
    let numbers: Option<Vec<f64>> = texts.iter().map(|text| number(text)).collect();
    numbers.is_some_and(|numbers| !numbers.is_sorted())
}

/// The conditions that all rows of `input` meet: those that no row can meet with the others, and
/// what texts are left.
pub(super) fn narrow(
    conditions: &[&Value],
    input: &mut Outputs<'_>,
    nulls: bool,
    seen: &mut Vec<PlacedObservation>,
) {
    for condition in conditions {
        let operands = children(condition);
        match text(&condition["type"]) {
            "OPERATOR_IS_NULL" if nulls => {
                let value = operands.first().map(|operand| known(operand, input));
                if let Some(value) = value.filter(|value| {
                    value.nulls == Nulls::Never && value.outer.is_none() && value.column.is_some()
                }) {
                    let what =
                        Observed::Never { of: value.operand(), why: Contradiction::NeverNull };
                    seen.push((what, place(condition)));
                }
            }
            "COMPARE_EQUAL" | "COMPARE_IN" | "CONJUNCTION_OR" => match wanted(condition) {
                Some((value, texts)) => {
                    if nulls {
                        seen.extend(always(condition, value, &texts, input));
                    }
                    keep(condition, value, texts, input, seen);
                }
                None => disjoint(condition, operands, input, seen),
            },
            _ => {}
        }
    }
}

/// The value that a condition compares with texts, and the texts: of `=`, `in`, and several of them
/// with `or`.
fn wanted(condition: &Value) -> Option<(&Value, BTreeSet<String>)> {
    let operands = children(condition);
    if condition["type"] == "CONJUNCTION_OR" {
        let mut parts = operands.iter().map(wanted);
        let (value, mut texts) = parts.next()??;
        for part in parts {
            let (other, more) = part?;
            if !same(value, other) {
                return None;
            }
            texts.extend(more);
        }
        return Some((value, texts));
    }
    if !["COMPARE_EQUAL", "COMPARE_IN"].contains(&text(&condition["type"])) {
        return None;
    }
    let (value, others) = operands.split_first()?;
    let texts: Option<BTreeSet<String>> =
        others.iter().map(|one| constant(one).map(str::to_owned)).collect();
    texts.filter(|texts| !texts.is_empty()).map(|texts| (value, texts))
}

/// A condition that leaves all texts of a value that is never null.
fn always(
    condition: &Value,
    value: &Value,
    wanted: &BTreeSet<String>,
    input: &Outputs<'_>,
) -> Option<PlacedObservation> {
    let value = known(value, input);
    let all = value.texts.as_ref().filter(|texts| !texts.is_empty() && texts.is_subset(wanted))?;
    let texts = all.iter().cloned().collect();
    let place = place(condition).or_else(|| children(condition).first().and_then(place));
    value.is_there().then(|| (Observed::Always { of: value.operand(), texts }, place))
}

/// Leaves the `wanted` texts of a column.
fn keep(
    condition: &Value,
    value: &Value,
    wanted: BTreeSet<String>,
    input: &mut Outputs<'_>,
    seen: &mut Vec<PlacedObservation>,
) {
    if value["type"] != "BOUND_REF" {
        return;
    }
    let Some(column) = index(&value["index"]).and_then(|at| input.columns.get_mut(at)) else {
        return;
    };
    // What none of the texts can be was seen in the comparison itself.
    let possible = column.texts.as_ref().is_none_or(|texts| !texts.is_disjoint(&wanted));
    if let Some(left) = &column.left
        && possible
        && left.is_disjoint(&wanted)
    {
        let why = Contradiction::Contradicted(left.iter().cloned().collect());
        seen.push((Observed::Never { of: column.operand(), why }, place(condition)));
    }
    let left = match &column.left {
        Some(left) if !left.is_disjoint(&wanted) => left.intersection(&wanted).cloned().collect(),
        _ => wanted,
    };
    column.left = Some(Rc::new(left));
}

/// Two sides that are never equal.
fn disjoint(
    condition: &Value,
    operands: &[Value],
    input: &Outputs<'_>,
    seen: &mut Vec<PlacedObservation>,
) {
    let [left, right] = operands else {
        return;
    };
    if !is_text(left) || constant(left).is_some() || constant(right).is_some() {
        return;
    }
    let (left, right) = (known(left, input), known(right, input));
    let texts = |known: &Known<'_>| known.texts.clone().filter(|texts| !texts.is_empty());
    if let (Some(one), Some(other)) = (texts(&left), texts(&right))
        && one.is_disjoint(&other)
    {
        let list = |texts: &BTreeSet<String>| texts.iter().cloned().collect();
        let why = Contradiction::Disjoint {
            with: right.operand(),
            left: list(&one),
            right: list(&other),
        };
        seen.push((Observed::Never { of: left.operand(), why }, place(condition)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_match_as_in_sql() {
        for (text, pattern) in [("high", "hi%"), ("high", "%g%"), ("high", "h_gh"), ("", "%")] {
            assert!(matches(text, pattern), "{text} {pattern}");
        }
        for (text, pattern) in [("high", "Hi%"), ("high", "h_h"), ("high", "hig"), ("", "_")] {
            assert!(!matches(text, pattern), "{text} {pattern}");
        }
    }

    #[test]
    fn numbers_are_written_as_people_write_them() {
        for text in ["7", "-7", "0.5", "10.0"] {
            assert!(number(text).is_some(), "{text}");
        }
        for text in ["", "007", "1e3", "7 ", "1.2.3", "2026-06-01", ".5", "inf", "NaN"] {
            assert!(number(text).is_none(), "{text}");
        }
    }
}
