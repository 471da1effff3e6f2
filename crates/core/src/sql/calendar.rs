//! Calendar functions of `as_of()`: `date_trunc('year', as_of())`, `month(as_of())`.
//!
//! At the end of a period `as_of()` is the first instant of the next one. As the end of a range,
//! which is not in it, the beginning of the next year is right; as its beginning it is a year late.

use serde::{Deserialize, Serialize};

use super::parsed::Place;
use super::tree::Tree;

/// A calendar function of `as_of()` whose value belongs to the next period.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CalendarCall {
    pub asked: CalendarCallResult,
    pub unit: Unit,
    /// Of the whole call, in the piece.
    pub place: Option<Place>,
    /// Of `as_of()` in it.
    pub as_of: Option<Place>,
}

/// What a calendar function returns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum CalendarCallResult {
    /// The first instant of the unit.
    Start,
    /// The day.
    Date,
    /// A part of the date, or its text.
    Part,
}

/// A stretch of the calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Unit {
    Day,
    Week,
    Month,
    Quarter,
    Year,
}

impl Unit {
    pub fn name(self) -> &'static str {
        match self {
            Self::Day => "day",
            Self::Week => "week",
            Self::Month => "month",
            Self::Quarter => "quarter",
            Self::Year => "year",
        }
    }

    /// The unit that `date_trunc` and `date_part` call so.
    fn named(name: &str) -> Option<Self> {
        Some(match name {
            "year" | "years" | "yr" | "y" | "isoyear" => Self::Year,
            "quarter" | "quarters" => Self::Quarter,
            "month" | "months" | "mon" => Self::Month,
            "week" | "weeks" | "w" | "yearweek" => Self::Week,
            "day" | "days" | "d" | "dow" | "isodow" | "doy" | "dayofweek" | "dayofyear"
            | "weekday" => Self::Day,
            _ => return None,
        })
    }

    /// The unit of which a function of an instant alone tells the number or the name.
    fn of_function(name: &str) -> Option<Self> {
        Some(match name {
            "year" | "isoyear" => Self::Year,
            "quarter" => Self::Quarter,
            "month" | "monthname" | "last_day" | "days_in_month" => Self::Month,
            "week" | "weekofyear" | "yearweek" => Self::Week,
            "day" | "dayofmonth" | "dayofweek" | "dayofyear" | "dayname" | "isodow" | "weekday" => {
                Self::Day
            }
            _ => return None,
        })
    }
}

/// A node and the field of it in which the next one stands.
type Step<'t, 'a> = (&'t Tree<'a>, &'t str);

/// The calendar functions of `as_of()` whose value begins a range or is compared for being the same.
/// What is shifted, and what ends a range, is right. The piece begins at byte `start`.
pub fn calendar_calls_of_as_of(statement: &Tree<'_>, start: usize) -> Vec<CalendarCall> {
    let mut found = Vec::new();
    walk(statement, &mut Vec::new(), &mut |node, path| {
        if is_call_of(node, "as_of") {
            found.extend(calendar_call(statement, node, path, start));
        }
    });
    found
}

/// Shows every object with the path to it: the nodes around it, outermost first.
fn walk<'t, 'a>(
    tree: &'t Tree<'a>,
    path: &mut Vec<Step<'t, 'a>>,
    see: &mut dyn FnMut(&'t Tree<'a>, &[Step<'t, 'a>]),
) {
    match tree {
        Tree::List(values) => values.iter().for_each(|value| walk(value, path, see)),
        Tree::Object(fields) => {
            see(tree, path);
            for (name, value) in fields {
                path.push((tree, name));
                walk(value, path, see);
                path.pop();
            }
        }
        Tree::Null | Tree::True | Tree::False | Tree::Number(_) | Tree::Text(_) => {}
    }
}

fn is_call_of(node: &Tree<'_>, name: &str) -> bool {
    node.text_of("class") == Some("FUNCTION")
        && node.text_of("function_name").is_some_and(|called| called.eq_ignore_ascii_case(name))
}

fn calendar_call(
    statement: &Tree<'_>,
    as_of: &Tree<'_>,
    path: &[Step<'_, '_>],
    start: usize,
) -> Option<CalendarCall> {
    let mut found: Option<(CalendarCallResult, Unit, &Tree<'_>)> = None;
    let mut outer = path;
    let mut value = as_of;
    // Outwards as long as the value is that of `as_of()`, or a calendar function of it.
    while let Some(((node, field), rest)) = outer.split_last() {
        match around(node, field, value) {
            Around::Same => {}
            Around::Calendar(asked, unit) => {
                // The beginning of a date's year is a beginning, the year of one is one too.
                if found.is_none_or(|(known, ..)| known == CalendarCallResult::Date) {
                    found = Some((asked, unit, node));
                }
            }
            Around::Other => break,
        }
        (outer, value) = (rest, node);
    }
    let (asked, unit, call) = found?;
    let own = |node: &Tree<'_>| {
        let place = node.place()?;
        Some(Place { start: place.start.checked_sub(start)?, ..place })
    };
    // The place of a cast begins behind what is cast.
    let place = own(call).zip(own(as_of)).map(|(call, as_of)| {
        let start = call.start.min(as_of.start);
        Place { start, length: call.end().max(as_of.end()) - start }
    });
    is_wrong(statement, value, outer, asked).then(|| CalendarCall {
        asked,
        unit,
        place,
        as_of: own(as_of),
    })
}

/// What a node makes of a value in it.
enum Around {
    Same,
    Calendar(CalendarCallResult, Unit),
    Other,
}

fn around(node: &Tree<'_>, field: &str, value: &Tree<'_>) -> Around {
    let calendar = |asked, unit: Option<Unit>| {
        unit.map_or(Around::Other, |unit| Around::Calendar(asked, unit))
    };
    match node.text_of("class") {
        Some("CAST") => match type_of(node).as_str() {
            "timestamp" | "datetime" => Around::Same,
            "date" => Around::Calendar(CalendarCallResult::Date, Unit::Day),
            _ => Around::Other,
        },
        Some("FUNCTION") => {
            let name = node.text_of("function_name").unwrap_or("").to_ascii_lowercase();
            let arguments = node.list_of("arguments");
            let is_last = arguments.last().is_some_and(|last| std::ptr::eq(last, value));
            let first = || arguments.first()?.field("expression");
            let named = || Unit::named(&text(first()?)?.to_ascii_lowercase());
            match (name.as_str(), arguments.len(), is_last) {
                ("date_trunc" | "datetrunc", 2, true) => {
                    calendar(CalendarCallResult::Start, named())
                }
                ("date_part" | "datepart", 2, true) => calendar(CalendarCallResult::Part, named()),
                ("strftime", 2, false) => Around::Calendar(CalendarCallResult::Part, Unit::Day),
                (_, 1, true) => calendar(CalendarCallResult::Part, Unit::of_function(&name)),
                _ => Around::Other,
            }
        }
        // An argument, and a query of one value.
        None if field == "expression" && node.text_of("type").is_none() => Around::Same,
        None if field == "select_list" => {
            let alone = node.list_of("select_list").len() == 1;
            let named = value.text_of("alias").is_some_and(|alias| !alias.is_empty());
            if alone && !named { Around::Same } else { Around::Other }
        }
        None if field == "node" => Around::Same,
        Some("SUBQUERY") if node.text_of("subquery_type") == Some("SCALAR") => Around::Same,
        _ => Around::Other,
    }
}

fn type_of(cast: &Tree<'_>) -> String {
    let name = cast.field("type_expr").and_then(|name| name.text_of("type_name"));
    name.unwrap_or("").to_ascii_lowercase()
}

fn text<'t>(constant: &'t Tree<'_>) -> Option<&'t str> {
    let literal = constant.field("literal")?;
    (literal.text_of("kind")? == "STRING").then(|| literal.text_of("text"))?
}

/// Whether a value begins a range or is compared for being the same. Where it gets a name, what is
/// done with the name decides.
fn is_wrong(
    statement: &Tree<'_>,
    value: &Tree<'_>,
    path: &[Step<'_, '_>],
    asked: CalendarCallResult,
) -> bool {
    if path.last().is_some_and(|(_, field)| *field == "select_list") {
        let alias = value.text_of("alias").unwrap_or("");
        let mut wrong = false;
        walk(statement, &mut Vec::new(), &mut |node, path| {
            let named = node.texts_of("column_names").last();
            if named.is_some_and(|name| !alias.is_empty() && name.eq_ignore_ascii_case(alias)) {
                wrong |= is_used_wrongly(widest(node, path), asked);
            }
        });
        return wrong;
    }
    is_used_wrongly(path, asked)
}

/// The path to the widest expression around a value that is still that value or a calendar function
/// of it.
fn widest<'t, 'a, 'p>(mut value: &'t Tree<'a>, mut path: &'p [Step<'t, 'a>]) -> &'p [Step<'t, 'a>] {
    while let Some(((node, field), rest)) = path.split_last()
        && !matches!(around(node, field, value), Around::Other)
    {
        (value, path) = (node, rest);
    }
    path
}

/// Functions that make the beginning of a range of what they are given.
const BEGINNINGS: &[&str] = &["greatest", "make_date", "make_timestamp"];

fn is_used_wrongly(path: &[Step<'_, '_>], asked: CalendarCallResult) -> bool {
    let Some(((node, field), rest)) = path.split_last() else { return false };
    // An instant more or less is not a day more or less.
    let inclusive = asked != CalendarCallResult::Start;
    let kind = node.text_of("type").unwrap_or("");
    match (node.text_of("class"), kind, *field) {
        (Some("COMPARISON"), "COMPARE_GREATERTHANOREQUALTO" | "COMPARE_GREATERTHAN", "right")
        | (Some("COMPARISON"), "COMPARE_LESSTHANOREQUALTO" | "COMPARE_LESSTHAN", "left") => true,
        (Some("COMPARISON"), "COMPARE_LESSTHANOREQUALTO", "right")
        | (Some("COMPARISON"), "COMPARE_GREATERTHANOREQUALTO", "left") => inclusive,
        (Some("COMPARISON"), "COMPARE_LESSTHAN" | "COMPARE_GREATERTHAN", _) => false,
        // Equal or not, distinct or not.
        (Some("COMPARISON"), ..) => true,
        (Some("BETWEEN"), _, "upper") => inclusive,
        (Some("BETWEEN"), ..) => true,
        (Some("OPERATOR"), "COMPARE_IN" | "COMPARE_NOT_IN", _) => true,
        (Some("FUNCTION"), ..) => {
            let name = node.text_of("function_name").unwrap_or("").to_ascii_lowercase();
            // Several values that are compared together.
            BEGINNINGS.contains(&name.as_str()) || (name == "row" && is_used_wrongly(rest, asked))
        }
        (None, "", "expression") => is_used_wrongly(rest, asked),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::query;

    fn found(sql: &str) -> Vec<(&'static str, String)> {
        let calls = query(sql).calendar_calls.into_iter();
        let text = |call: &super::CalendarCall| {
            let place = call.place.unwrap();
            sql[place.start..place.end()].to_owned()
        };
        calls.map(|call| (call.unit.name(), text(&call))).collect()
    }

    #[test]
    fn what_begins_a_range_is_found() {
        for (sql, unit) in [
            ("from t where a >= date_trunc('year', as_of())", "year"),
            ("from t where DateTrunc('MONTH', AS_OF( )) <= a", "month"),
            ("from t where a > (date_trunc('quarter', (as_of())))", "quarter"),
            ("from t where a::date >= date_trunc('week', as_of()::date)::date", "week"),
            ("from t where a between date_trunc('day', as_of()) and as_of()", "day"),
            ("from t where greatest(a, date_trunc('year', as_of())) < b", "year"),
            ("from t where a >= (select date_trunc('year', as_of()))", "year"),
            ("from t where a >= make_date(year(as_of()), 1, 1)", "year"),
        ] {
            let units: Vec<&str> = found(sql).into_iter().map(|(unit, _)| unit).collect();
            assert_eq!(units, [unit], "{sql}");
        }
        let sql = "from t where a >= date_trunc('year', as_of())";
        assert_eq!(found(sql)[0].1, "date_trunc('year', as_of())");
    }

    #[test]
    fn what_is_compared_for_being_the_same_is_found() {
        for (sql, unit) in [
            ("from t where year(a) = year(as_of())", "year"),
            ("from t where date_part('month', as_of()) = date_part('month', a)", "month"),
            ("from t where extract(quarter from a) = extract(quarter from as_of())", "quarter"),
            ("from t where strftime(a, '%Y-%m') = strftime(as_of(), '%Y-%m')", "day"),
            ("from t where cast(a as date) = cast(as_of() as date)", "day"),
            ("from t where a <= last_day(as_of())", "month"),
            ("from t where a between b and as_of()::date", "day"),
            ("from t where dayofweek(as_of()) in (0, 6)", "day"),
            ("from t where a is not distinct from month(as_of())", "month"),
        ] {
            let units: Vec<&str> = found(sql).into_iter().map(|(unit, _)| unit).collect();
            assert_eq!(units, [unit], "{sql}");
        }
        let both = "from t where (year(a), month(a)) = (year(as_of()), month(as_of()))";
        let units: Vec<&str> = found(both).into_iter().map(|(unit, _)| unit).collect();
        assert_eq!(units, ["year", "month"]);
    }

    #[test]
    fn what_ends_a_range_or_is_shifted_is_right() {
        for sql in [
            "from t where a >= as_of() - interval 28 days and a < as_of()",
            "from t where a >= date_trunc('year', as_of() - interval 1 microsecond)",
            "from t where a < date_trunc('month', as_of()) and a >= date_trunc('month', as_of()) - interval 3 months",
            "from t where a <= date_trunc('month', as_of())",
            "from t where year(as_of()) > year(a)",
            "from t where a < as_of()::date and a >= as_of()::date - 30",
            "from t where date_diff('day', a, date_trunc('day', as_of())) > 3",
            "from t where coalesce(b, date_trunc('day', as_of())) > c",
            "from t where least(b, date_trunc('month', as_of())) > c",
            "from t where a >= date_trunc('hour', as_of())",
            "from t where date_trunc('year', a) = 'as_of()' -- date_trunc('year', as_of())",
            "from t where a >= period_start('year')",
        ] {
            assert_eq!(found(sql), [], "{sql}");
        }
    }

    #[test]
    fn a_name_is_what_is_done_with_it() {
        let begins = "with b as (select date_trunc('year', as_of()) as first) select id from t, b where a >= b.first";
        assert_eq!(found(begins).len(), 1);
        let ends = "with b as (select date_trunc('month', as_of()) as until) select id from t, b where a < until and a >= until - interval 3 months";
        assert_eq!(found(ends), []);
        assert_eq!(found("select id, date_trunc('month', as_of()) as month from t"), []);
    }
}
