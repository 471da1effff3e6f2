//! Which relations a piece of SQL reads, without DuckDB.
//!
//! Planning must not cost a bind per metric, so this scans tokens: a name counts as a relation
//! where it stands after `from`, `join` or a comma and is the name of a source. That can only see
//! too much (a column in a comma list that is called like a source), never too little, so a
//! source may be loaded in vain but is never missing. Whether the SQL is valid is DuckDB's say.

use std::collections::BTreeSet;
use std::ops::Range;

use super::tokens::{Token, tokens};

/// The names in `sql` that stand where a relation can, with their byte ranges.
pub fn relations(sql: &str) -> Vec<(String, Range<usize>)> {
    let tokens = tokens(sql);
    let mut found = Vec::new();
    for (index, (token, range)) in tokens.iter().enumerate() {
        let Token::Word(word) = token else { continue };
        if introduces_relation(&tokens, index) {
            found.push((word.to_string(), range.clone()));
        }
    }
    found
}

/// The names by which a query calls what it reads: relations, and what follows them or `as`.
pub fn tables(sql: &str) -> BTreeSet<String> {
    let tokens = tokens(sql);
    let mut found = BTreeSet::new();
    for (index, (token, _)) in tokens.iter().enumerate() {
        let Token::Word(word) = token else { continue };
        let behind = tokens[index + 1..].iter().take(if word == "as" { 1 } else { 2 });
        if ["from", "join", "as"].contains(&word.as_ref()) {
            found.extend(behind.map_while(|(token, _)| match token {
                Token::Word(name) if name != "as" => Some(name.to_string()),
                _ => None,
            }));
        }
    }
    found
}

/// The names in `sql`, whatever they name, with their byte ranges.
pub fn identifiers(sql: &str) -> Vec<(String, Range<usize>)> {
    let words = tokens(sql).into_iter().filter_map(|(token, range)| match token {
        Token::Word(word) => Some((word.into_owned(), range)),
        Token::Text(_) | Token::Number(_) | Token::Symbol(_) => None,
    });
    words.collect()
}

/// The names that `with` gives to queries.
pub fn common_tables(sql: &str) -> Vec<String> {
    let tokens = tokens(sql);
    let triples = tokens.windows(3).filter_map(|three| match three {
        [(before, _), (Token::Word(name), _), (Token::Word(behind), _)]
            if behind == "as"
                && match before {
                    Token::Word(word) => word == "with" || word == "recursive",
                    other => *other == Token::Symbol(','),
                } =>
        {
            Some(name.to_string())
        }
        _ => None,
    });
    triples.collect()
}

/// Where a function is called, as byte ranges of its name.
pub fn calls(sql: &str, function: &str) -> Vec<Range<usize>> {
    let tokens = tokens(sql);
    let named = tokens.windows(2).filter_map(|pair| match pair {
        [(Token::Word(word), range), (Token::Symbol('('), _)]
            if word.eq_ignore_ascii_case(function) =>
        {
            Some(range.clone())
        }
        _ => None,
    });
    named.collect()
}

/// Whether what a query returns depends on the instant at which it runs.
pub fn uses_clock(sql: &str) -> bool {
    !calls(sql, AS_OF).is_empty() || !calls(sql, PERIOD_START).is_empty()
}

/// The function that returns the instant of knowledge.
pub const AS_OF: &str = "as_of";

/// The function that returns where the period of a stock begins.
pub const PERIOD_START: &str = "period_start";

fn introduces_relation(tokens: &[(Token<'_>, Range<usize>)], index: usize) -> bool {
    let Some(before) = index.checked_sub(1) else {
        return false;
    };
    match &tokens[before].0 {
        Token::Word(word) => word.eq_ignore_ascii_case("from") || word.eq_ignore_ascii_case("join"),
        Token::Symbol(',') => true,
        // `from (alerts join incidents)`: what opens the parenthesis decides.
        Token::Symbol('(') => introduces_relation(tokens, before),
        Token::Symbol(_) | Token::Text(_) | Token::Number(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(sql: &str) -> Vec<String> {
        relations(sql).into_iter().map(|(name, _)| name).collect()
    }

    #[test]
    fn relations_stand_after_from_join_and_comma() {
        assert_eq!(names("select a from alerts"), ["alerts"]);
        assert_eq!(names("from Alerts select a"), ["alerts"]);
        assert_eq!(
            names("select 1 from (alerts left join \"in\"\"c\" using (id))"),
            ["alerts", "in\"c"]
        );
        assert_eq!(names("select x from a, b where y in (select z from c)"), ["a", "b", "c"]);
    }

    #[test]
    fn tables_are_called_by_their_names_and_aliases() {
        let sql = "select a.x, b.y from alerts as a join hosts h on (1) where 1";
        let expected = ["a", "alerts", "h", "hosts"];
        assert_eq!(tables(sql).into_iter().collect::<Vec<_>>(), expected);
    }

    #[test]
    fn strings_and_comments_are_no_relations() {
        assert_eq!(names("select 'from x' -- from y\n/* from z */ from a"), ["a"]);
        assert!(names("select 'open").is_empty());
        assert!(names("/* open").is_empty());
    }

    #[test]
    fn common_tables_are_named_by_with() {
        let sql = "with a as (select 1 as x), b as materialized (from a as c) from b as d";
        assert_eq!(common_tables(sql), ["a", "b"]);
    }

    #[test]
    fn the_clock_is_found_only_where_it_is_called() {
        assert_eq!(calls("select AS_OF(), 'as_of()', as_of", AS_OF), [7..12]);
        assert!(uses_clock("select period_start('year')"));
        assert!(!uses_clock("select period_start, 'as_of()'"));
    }
}
