//! Names that a query gives to its own columns and tables: two queries that differ only in these
//! are the same query.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use super::tokens::{Token, normal, tokens};

/// Words that mean something to SQL in places where a name could stand: what is called like one is
/// never taken for a name.
const WORDS: &[&str] = &[
    "all",
    "and",
    "anti",
    "any",
    "array",
    "asc",
    "asof",
    "at",
    "between",
    "bigint",
    "blob",
    "boolean",
    "by",
    "case",
    "cast",
    "century",
    "columns",
    "cross",
    "cube",
    "current",
    "date",
    "day",
    "days",
    "decade",
    "decimal",
    "desc",
    "distinct",
    "double",
    "dow",
    "doy",
    "else",
    "end",
    "epoch",
    "escape",
    "except",
    "exclude",
    "exists",
    "extract",
    "false",
    "filter",
    "first",
    "float",
    "following",
    "from",
    "full",
    "glob",
    "group",
    "grouping",
    "groups",
    "having",
    "hour",
    "hours",
    "hugeint",
    "ignore",
    "ilike",
    "in",
    "inner",
    "integer",
    "intersect",
    "interval",
    "into",
    "is",
    "isodow",
    "isoyear",
    "join",
    "json",
    "lambda",
    "last",
    "lateral",
    "left",
    "like",
    "limit",
    "list",
    "map",
    "materialized",
    "microsecond",
    "microseconds",
    "millennium",
    "millisecond",
    "milliseconds",
    "minute",
    "minutes",
    "month",
    "months",
    "name",
    "natural",
    "not",
    "null",
    "nulls",
    "offset",
    "on",
    "or",
    "order",
    "ordinality",
    "others",
    "outer",
    "over",
    "partition",
    "percent",
    "pivot",
    "positional",
    "preceding",
    "qualify",
    "quarter",
    "quarters",
    "range",
    "recursive",
    "rename",
    "repeatable",
    "replace",
    "respect",
    "right",
    "rollup",
    "row",
    "rows",
    "sample",
    "second",
    "seconds",
    "select",
    "semi",
    "sets",
    "similar",
    "smallint",
    "struct",
    "tablesample",
    "then",
    "ties",
    "time",
    "timestamp",
    "timestamptz",
    "timezone",
    "tinyint",
    "to",
    "true",
    "ubigint",
    "uinteger",
    "unbounded",
    "union",
    "unnest",
    "unpivot",
    "using",
    "uuid",
    "values",
    "varchar",
    "week",
    "weeks",
    "when",
    "where",
    "window",
    "with",
    "within",
    "year",
    "years",
];

/// The local names of a query, each with what stands for it.
#[derive(Debug, Default)]
pub struct Names {
    stands_for: BTreeMap<String, String>,
}

impl Names {
    /// The local names in `sql`: those that stand after `as` and mean nothing elsewhere. `fixed`
    /// are names that do, such as columns of sources.
    pub fn of(sql: &str, fixed: &BTreeSet<String>) -> Self {
        let tokens = tokens(sql);
        // Here the names themselves become data.
        let by_name = ["columns", "pivot", "unpivot", "natural"];
        if tokens.iter().any(|(token, _)| word(token).is_some_and(|word| by_name.contains(&word))) {
            return Self::default();
        }
        let mut stands_for: BTreeMap<String, String> = BTreeMap::new();
        let introduced = introduced(sql, &tokens);
        for (index, (token, range)) in tokens.iter().enumerate() {
            let Some(name) = word(token) else { continue };
            let is_quoted = is_quoted(sql, range);
            if is_quoted || stands_for.contains_key(name) || !introduced.contains(name) {
                continue;
            }
            let is_fixed = fixed.contains(name) || WORDS.contains(&name);
            if !is_fixed && !is_used_otherwise(sql, &tokens, name) {
                // In the order in which they occur, so that the same query has the same names.
                stands_for.insert(name.to_owned(), format!("~{index}"));
            }
        }
        let mut order: Vec<(usize, String)> = stands_for
            .into_iter()
            .map(|(name, at)| (at[1..].parse().unwrap_or(usize::MAX), name))
            .collect();
        order.sort();
        let numbered = order.into_iter().enumerate();
        Self { stands_for: numbered.map(|(at, (_, name))| (name, format!("~{at}"))).collect() }
    }

    /// SQL without its layout and its local names.
    pub fn canonical(&self, sql: &str) -> String {
        let tokens = normal(sql).into_iter().map(|(token, _)| token);
        let named = tokens.map(|token| self.stands_for.get(&token).cloned().unwrap_or(token));
        named.collect::<Vec<_>>().join(" ")
    }
}

/// The names that stand directly behind `as`, but for the types of casts, and the names of common
/// tables, which stand before it.
fn introduced(sql: &str, tokens: &[(Token<'_>, Range<usize>)]) -> BTreeSet<String> {
    let mut introduced = BTreeSet::new();
    // The word before each parenthesis that is open.
    let mut open: Vec<Option<&str>> = Vec::new();
    for (index, (token, _)) in tokens.iter().enumerate() {
        match token {
            Token::Symbol('(') => {
                open.push(index.checked_sub(1).and_then(|before| word(&tokens[before].0)));
            }
            Token::Symbol(')') => drop(open.pop()),
            Token::Word(word) if word == "as" => {
                let casts = matches!(open.last(), Some(Some("cast" | "try_cast")));
                if let Some((Token::Word(name), _)) = tokens.get(index + 1).filter(|_| !casts) {
                    introduced.insert(name.to_string());
                }
            }
            _ => {}
        }
    }
    introduced.extend(super::common_tables(sql));
    introduced
}

/// Whether a name is also a function, a type, a unit or part of a literal somewhere.
fn is_used_otherwise(sql: &str, tokens: &[(Token<'_>, Range<usize>)], name: &str) -> bool {
    tokens.iter().enumerate().any(|(index, (token, range))| {
        if word(token) != Some(name) {
            return false;
        }
        let behind = tokens.get(index + 1).map(|(token, _)| token);
        let before = index.checked_sub(1).map(|at| &tokens[at].0);
        let is_called = matches!(behind, Some(Token::Symbol('(')));
        let is_literal = matches!(behind, Some(Token::Text(_)));
        let is_unit = matches!(before, Some(Token::Number(_)));
        let is_type = matches!(before, Some(Token::Symbol(':')));
        is_quoted(sql, range) || is_called || is_literal || is_unit || is_type
    })
}

fn word<'t>(token: &'t Token<'_>) -> Option<&'t str> {
    match token {
        Token::Word(word) => Some(word.as_ref()),
        _ => None,
    }
}

fn is_quoted(sql: &str, range: &Range<usize>) -> bool {
    sql.as_bytes().get(range.start) == Some(&b'"')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn canonical(sql: &str) -> String {
        let fixed: BTreeSet<String> =
            ["alerts", "id", "created", "closed"].into_iter().map(str::to_owned).collect();
        Names::of(sql, &fixed).canonical(sql)
    }

    #[test]
    fn columns_and_tables_may_be_renamed() {
        let one = "with open as (select id, closed - created as wait from alerts as a) \
                   select id, wait, a.x from open";
        let other = "with pending as (select id, closed - created AS waited from alerts as b)\n\
                     select id, waited, b.x -- as before\n from pending";
        assert_eq!(canonical(one), canonical(other));
    }

    #[test]
    fn what_means_something_else_is_not_a_name() {
        for (one, other) in [
            (
                "select created::date as date from alerts",
                "select created::time as time from alerts",
            ),
            ("select a as b, c as d from alerts", "select a as b, c as b from alerts"),
            ("select extract(day from x) as day", "select extract(hour from x) as hour"),
            ("select x as foo, interval 5 foo", "select x as bar, interval 5 bar"),
            ("select max(x) as max from alerts", "select min(x) as min from alerts"),
            ("select id as closed from alerts", "select id as created from alerts"),
            ("select cast(x as foo)", "select cast(x as bar)"),
            ("select x as foo, columns('foo') from alerts", "select x as bar, columns('foo')"),
            ("select x as \"Foo\"", "select x as \"Bar\""),
        ] {
            assert_ne!(canonical(one), canonical(other), "{one}");
        }
    }

    #[test]
    fn names_that_are_exchanged_are_another_query() {
        let names = |sql| {
            let names = Names::of(sql, &BTreeSet::new());
            (names.canonical(sql), names.canonical("x / y"))
        };
        assert_ne!(names("select a as x, b as y"), names("select a as y, b as x"));
        let renamed = Names::of("select a as p, b as q", &BTreeSet::new());
        assert_eq!(names("select a as x, b as y").1, renamed.canonical("p / q"));
    }
}
