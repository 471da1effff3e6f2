//! Calendar functions of `as_of()`: `date_trunc('year', as_of())`, `month(as_of())`.
//!
//! At the end of a period `as_of()` is the first instant of the next one. As the end of a range,
//! which is not in it, the beginning of the next year is right; as its beginning it is a year late.

use std::collections::BTreeMap;
use std::ops::Range;

use super::references::AS_OF;
use super::tokens::{Token, tokens};

/// A calendar function of `as_of()` whose value belongs to the next period.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CalendarCall {
    pub asked: Asked,
    /// A day, week, month, quarter or year.
    pub unit: &'static str,
    /// Bytes of the SQL.
    pub range: Range<usize>,
    /// Those of `as_of()` in it.
    pub as_of: Range<usize>,
}

/// What a calendar function returns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asked {
    /// The first instant of the unit.
    Start,
    /// The day.
    Date,
    /// A part of the date, or its text.
    Part,
}

/// The names of units, as `date_trunc` and `date_part` know them.
const UNITS: &[(&str, &[&str])] = &[
    ("year", &["year", "years", "yr", "y", "isoyear"]),
    ("quarter", &["quarter", "quarters"]),
    ("month", &["month", "months", "mon"]),
    ("week", &["week", "weeks", "w", "yearweek"]),
    ("day", &["day", "days", "d", "dow", "isodow", "doy", "dayofweek", "dayofyear", "weekday"]),
];

/// Functions of an instant alone.
const PARTS: &[(&str, &str)] = &[
    ("year", "year"),
    ("isoyear", "year"),
    ("quarter", "quarter"),
    ("month", "month"),
    ("monthname", "month"),
    ("last_day", "month"),
    ("days_in_month", "month"),
    ("week", "week"),
    ("weekofyear", "week"),
    ("yearweek", "week"),
    ("day", "day"),
    ("dayofmonth", "day"),
    ("dayofweek", "day"),
    ("dayofyear", "day"),
    ("dayname", "day"),
    ("isodow", "day"),
    ("weekday", "day"),
];

/// Functions that make the beginning of a range of what they are given.
const BEGINNINGS: &[&str] = &["greatest", "make_date", "make_timestamp"];

/// The calendar functions of `as_of()` in `sql` whose value begins a range or is compared for
/// being the same. What is shifted, and what ends a range, is right.
pub fn calendar_calls_of_as_of(sql: &str) -> Vec<CalendarCall> {
    // A longer text is no query that is let through.
    if sql.len() > LONGEST {
        return Vec::new();
    }
    let scanner = Scanner::new(sql);
    let calls = (0..scanner.tokens.len()).filter(|index| scanner.is_as_of(*index));
    calls.filter_map(|index| scanner.calendar_call(index)).collect()
}

/// Bytes; names are followed, which takes time for each use of each.
const LONGEST: usize = 65_536;

/// An expression, as its first and its last token.
type Extent = (usize, usize);

struct Scanner<'s> {
    tokens: Vec<(Token<'s>, Range<usize>)>,
    /// Of each token, where the parenthesis opens and closes in which it stands.
    parentheses: Vec<Option<Extent>>,
}

impl<'s> Scanner<'s> {
    fn new(sql: &'s str) -> Self {
        let tokens = tokens(sql);
        let mut opened: Vec<Option<usize>> = Vec::new();
        let mut open: Vec<usize> = Vec::new();
        let mut closed: BTreeMap<usize, usize> = BTreeMap::new();
        for (index, (token, _)) in tokens.iter().enumerate() {
            if *token == Token::Symbol(')')
                && let Some(start) = open.pop()
            {
                closed.insert(start, index);
            }
            opened.push(open.last().copied());
            if *token == Token::Symbol('(') {
                open.push(index);
            }
        }
        let pairs = opened.into_iter().map(|open| Some((open?, *closed.get(&open?)?)));
        let parentheses = pairs.collect();
        Self { tokens, parentheses }
    }

    /// A token some places before or behind another.
    fn token(&self, from: usize, by: isize) -> Option<&Token<'_>> {
        self.tokens.get(from.checked_add_signed(by)?).map(|(token, _)| token)
    }

    fn is_symbol(&self, from: usize, by: isize, symbol: char) -> bool {
        self.token(from, by) == Some(&Token::Symbol(symbol))
    }

    fn word(&self, from: usize, by: isize) -> Option<&str> {
        match self.token(from, by) {
            Some(Token::Word(word)) => Some(word),
            _ => None,
        }
    }

    fn is_as_of(&self, at: usize) -> bool {
        self.word(at, 0) == Some(AS_OF) && self.is_symbol(at, 1, '(') && self.is_symbol(at, 2, ')')
    }

    fn bytes(&self, (first, last): Extent) -> Range<usize> {
        let at = |index: usize| self.tokens.get(index).map_or(0..0, |(_, range)| range.clone());
        at(first).start..at(last).end
    }

    /// The calendar function around an `as_of()`, where its value is used so that it is wrong.
    fn calendar_call(&self, at: usize) -> Option<CalendarCall> {
        let as_of = (at, at + 2);
        let mut extent = as_of;
        let mut found: Option<(Asked, &'static str, Extent)> = None;
        while let Some((asked, wider)) = self.around(extent) {
            // The beginning of a date's year is a beginning, the year of a beginning is one too.
            if let Some((asked, unit)) = asked
                && found.is_none_or(|(known, ..)| known == Asked::Date)
            {
                found = Some((asked, unit, wider));
            }
            extent = wider;
        }
        let (asked, unit, call) = found?;
        self.is_wrong(extent, asked).then(|| CalendarCall {
            asked,
            unit,
            range: self.bytes(call),
            as_of: self.bytes(as_of),
        })
    }

    /// The expression around another one that has the same value, or a calendar function of it.
    fn around(&self, (first, last): Extent) -> Option<(Option<(Asked, &'static str)>, Extent)> {
        let closed = self.is_symbol(last, 1, ')');
        if self.is_symbol(last, 1, ':') && self.is_symbol(last, 2, ':') {
            return Some((cast(self.word(last, 3)?)?, (first, last + 3)));
        }
        if self.is_symbol(first, -1, '(') {
            let function = self.word(first, -2);
            if matches!(function, Some("cast" | "try_cast"))
                && self.word(last, 1) == Some("as")
                && self.is_symbol(last, 3, ')')
            {
                return Some((cast(self.word(last, 2)?)?, (first - 2, last + 3)));
            }
            if function == Some("strftime") && self.is_symbol(last, 1, ',') {
                let (_, end) = self.parenthesis(first)?;
                return Some((Some((Asked::Part, "day")), (first - 2, end)));
            }
            if !closed {
                return None;
            }
            let Some(function) = function else {
                return Some((None, (first - 1, last + 1)));
            };
            if let Some((_, unit)) = PARTS.iter().find(|(name, _)| *name == function) {
                return Some((Some((Asked::Part, unit)), (first - 2, last + 1)));
            }
            return is_keyword(function).then_some((None, (first - 1, last + 1)));
        }
        // A query of one value.
        if closed && self.word(first, -1) == Some("select") && self.is_symbol(first, -2, '(') {
            return Some((None, (first - 2, last + 1)));
        }
        if !closed || !self.is_symbol(first, -3, '(') {
            return None;
        }
        let named = match self.token(first, -2)? {
            Token::Text(text) => text.to_ascii_lowercase(),
            Token::Word(word) => word.to_string(),
            _ => return None,
        };
        let asked = match (self.word(first, -4)?, self.token(first, -1)?) {
            ("date_trunc" | "datetrunc", Token::Symbol(',')) => Asked::Start,
            ("date_part" | "datepart", Token::Symbol(',')) => Asked::Part,
            ("extract", Token::Word(word)) if word == "from" => Asked::Part,
            _ => return None,
        };
        let (unit, _) = UNITS.iter().find(|(_, names)| names.contains(&named.as_str()))?;
        Some((Some((asked, unit)), (first - 4, last + 1)))
    }

    /// Where the parenthesis opens and closes in which a token stands.
    fn parenthesis(&self, at: usize) -> Option<Extent> {
        self.parentheses.get(at).copied().flatten()
    }

    /// Whether a value begins a range or is compared for being the same. Where it gets a name,
    /// what is done with the name decides.
    fn is_wrong(&self, (first, last): Extent, asked: Asked) -> bool {
        if let Some(wrong) = self.is_compared_wrongly((first, last), asked) {
            return wrong;
        }
        if self.word(last, 1) == Some("as") {
            return self.is_wrong_by_name(last + 2, asked);
        }
        self.is_wrong_in_a_list((first, last), asked)
    }

    /// Whether a comparison is wrong, where there is one, or something is computed.
    fn is_compared_wrongly(&self, (first, last): Extent, asked: Asked) -> Option<bool> {
        // An instant more or less is not a day more or less.
        let inclusive = asked != Asked::Start;
        match (self.operator(first, -1).as_str(), self.operator(last, 1).as_str()) {
            ("=" | "==" | "<>" | "!=" | ">=" | ">", "")
            | ("", "=" | "==" | "<>" | "!=" | "<=" | "<") => return Some(true),
            ("<=", "") | ("", ">=") => return Some(inclusive),
            ("", "") => {}
            _ => return Some(false),
        }
        match (self.word(first, -1), self.word(last, 1)) {
            (Some("between"), _) | (_, Some("in" | "between")) => Some(true),
            (Some("from"), _) => Some(self.word(first, -2) == Some("distinct")),
            (Some("and"), _) => Some(inclusive && self.ends_a_between(first - 1)),
            _ => None,
        }
    }

    /// Whether a value among others is wrong: of `in`, of a function, or compared together.
    fn is_wrong_in_a_list(&self, (first, _): Extent, asked: Asked) -> bool {
        if !self.is_symbol(first, -1, ',') && !self.is_symbol(first, -1, '(') {
            return false;
        }
        let Some((open, close)) = self.parenthesis(first) else { return false };
        match self.word(open, -1) {
            Some("in") => true,
            Some(function) if !is_keyword(function) => BEGINNINGS.contains(&function),
            _ => self.is_compared_wrongly((open, close), asked) == Some(true),
        }
    }

    /// The symbols of an operator, from its end that touches an expression.
    fn operator(&self, from: usize, by: isize) -> String {
        let mut symbols: Vec<char> = Vec::new();
        let mut at = by;
        while let Some(Token::Symbol(symbol)) = self.token(from, at)
            && "<>=!+-*/%|".contains(*symbol)
        {
            symbols.push(*symbol);
            at += by;
        }
        if by < 0 {
            symbols.reverse();
        }
        symbols.into_iter().collect()
    }

    /// Whether an `and` stands between the ends of a range.
    fn ends_a_between(&self, and: usize) -> bool {
        let depth = self.parenthesis(and);
        let before = (0..and).rev().filter(|index| self.parenthesis(*index) == depth);
        let mut words = before.filter_map(|index| self.word(index, 0));
        let ends = ["between", "and", "or", "where", "on", "when", "select"];
        words.find(|word| ends.contains(word)) == Some("between")
    }

    /// Whether any use of the name that stands at a token is wrong.
    fn is_wrong_by_name(&self, at: usize, asked: Asked) -> bool {
        let Some(name) = self.word(at, 0) else { return false };
        let uses = (0..self.tokens.len()).filter(|index| {
            *index != at && self.word(*index, 0) == Some(name) && !self.is_symbol(*index, 1, '(')
        });
        let mut extents = uses.map(|index| {
            let qualified = index >= 2 && self.is_symbol(index, -1, '.');
            let mut extent = (if qualified { index - 2 } else { index }, index);
            while let Some((_, wider)) = self.around(extent) {
                extent = wider;
            }
            extent
        });
        extents.any(|extent| {
            let compared = self.is_compared_wrongly(extent, asked);
            compared.unwrap_or_else(|| self.is_wrong_in_a_list(extent, asked))
        })
    }
}

/// A cast that keeps an instant or makes a date of it; none for others.
fn cast(type_name: &str) -> Option<Option<(Asked, &'static str)>> {
    match type_name {
        "timestamp" | "datetime" => Some(None),
        "date" => Some(Some((Asked::Date, "day"))),
        _ => None,
    }
}

/// Words before a parenthesis that call nothing.
fn is_keyword(word: &str) -> bool {
    const KEYWORDS: &[&str] = &[
        "and", "between", "by", "case", "else", "filter", "having", "in", "not", "on", "or",
        "qualify", "select", "then", "values", "when", "where",
    ];
    KEYWORDS.contains(&word)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(sql: &str) -> Vec<(&'static str, &str)> {
        let calls = calendar_calls_of_as_of(sql).into_iter();
        calls.map(|call| (call.unit, &sql[call.range])).collect()
    }

    #[test]
    fn what_begins_a_range_is_found() {
        for (condition, unit, call) in [
            ("a >= date_trunc('year', as_of())", "year", "date_trunc('year', as_of())"),
            ("DateTrunc('MONTH', AS_OF( )) <= a", "month", "DateTrunc('MONTH', AS_OF( ))"),
            (
                "a > (date_trunc('quarter', (as_of())))",
                "quarter",
                "date_trunc('quarter', (as_of()))",
            ),
            (
                "a::date >= date_trunc('week', as_of()::date)::date",
                "week",
                "date_trunc('week', as_of()::date)",
            ),
            (
                "a between date_trunc('day', as_of()) and as_of()",
                "day",
                "date_trunc('day', as_of())",
            ),
            ("greatest(a, date_trunc('year', as_of())) < b", "year", "date_trunc('year', as_of())"),
            ("a >= (select date_trunc('year', as_of()))", "year", "date_trunc('year', as_of())"),
            ("a >= make_date(year(as_of()), 1, 1)", "year", "year(as_of())"),
        ] {
            assert_eq!(
                found(&format!("from t where x and {condition}")),
                [(unit, call)],
                "{condition}"
            );
        }
    }

    #[test]
    fn what_is_compared_for_being_the_same_is_found() {
        for (condition, unit, call) in [
            ("year(a) = year(as_of())", "year", "year(as_of())"),
            (
                "date_part('month', as_of()) = date_part('month', a)",
                "month",
                "date_part('month', as_of())",
            ),
            (
                "extract(quarter from a) = extract(quarter from as_of())",
                "quarter",
                "extract(quarter from as_of())",
            ),
            (
                "strftime(a, '%Y-%m') = strftime(as_of(), '%Y-%m')",
                "day",
                "strftime(as_of(), '%Y-%m')",
            ),
            ("cast(a as date) = cast(as_of() as date)", "day", "cast(as_of() as date)"),
            ("a <= last_day(as_of())", "month", "last_day(as_of())"),
            ("a between b and as_of()::date", "day", "as_of()::date"),
            ("dayofweek(as_of()) in (0, 6)", "day", "dayofweek(as_of())"),
            ("a is not distinct from month(as_of())", "month", "month(as_of())"),
        ] {
            assert_eq!(found(&format!("from t where {condition}")), [(unit, call)], "{condition}");
        }
        let both = "from t where (year(a), month(a)) = (year(as_of()), month(as_of()))";
        assert_eq!(found(both), [("year", "year(as_of())"), ("month", "month(as_of())")]);
    }

    #[test]
    fn what_ends_a_range_or_is_shifted_is_right() {
        for condition in [
            "a >= as_of() - interval 28 days and a < as_of()",
            "a >= date_trunc('year', as_of() - interval 1 microsecond)",
            "a < date_trunc('month', as_of()) and a >= date_trunc('month', as_of()) - interval 3 months",
            "a <= date_trunc('month', as_of())",
            "year(as_of()) > year(a)",
            "a < as_of()::date and a >= as_of()::date - 30",
            "date_diff('day', a, date_trunc('day', as_of())) > 3",
            "coalesce(b, date_trunc('day', as_of())) > c",
            "least(b, date_trunc('month', as_of())) > c",
            "a >= date_trunc('hour', as_of())",
            "date_trunc('year', a) = 'as_of()' -- date_trunc('year', as_of())",
            "a >= period_start('year')",
        ] {
            assert_eq!(found(&format!("from t where {condition}")), [], "{condition}");
        }
    }

    #[test]
    fn a_name_is_what_is_done_with_it() {
        let begins = "with b as (select date_trunc('year', as_of()) as first) \
                      select id from t, b where a >= b.first";
        assert_eq!(found(begins), [("year", "date_trunc('year', as_of())")]);
        let ends = "with b as (select date_trunc('month', as_of()) as until) \
                    select id from t, b where a < until and a >= until - interval 3 months";
        assert_eq!(found(ends), []);
        assert_eq!(found("select id, date_trunc('month', as_of()) as month from t"), []);
    }

    #[test]
    fn what_is_not_sql_is_looked_at_without_harm() {
        for text in [
            "as_of()",
            "(as_of()",
            "as_of())",
            "date_trunc('year', as_of()",
            "between as_of()::",
            "strftime(as_of(),",
            "a >= year(as_of()) as",
        ] {
            found(text);
        }
    }
}
