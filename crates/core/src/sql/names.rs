//! Names that a query gives to its own columns and tables: two queries that differ only in these
//! are the same query.

use std::collections::{BTreeMap, BTreeSet};

use super::normal::name_token;
use super::parsed::ParsedSql;

/// Names that mean something where no column is called so.
const WITH_MEANING: &[&str] = &[
    "current_catalog",
    "current_date",
    "current_role",
    "current_schema",
    "current_time",
    "current_timestamp",
    "current_user",
    "localtime",
    "localtimestamp",
    "rowid",
    "session_user",
    "user",
];

/// The local names of a query, each with what stands for it.
#[derive(Debug, Default)]
pub struct LocalNames {
    /// By the token of the name.
    stands_for: BTreeMap<String, String>,
}

impl LocalNames {
    /// The names that a query gives and that mean nothing outside of it. `fixed` are names that do,
    /// such as columns of sources.
    pub fn of(query: &ParsedSql, fixed: &BTreeSet<String>) -> Self {
        if query.names_are_data {
            return Self::default();
        }
        let given = query.aliases.iter().map(|alias| alias.name.as_str()).filter(|name| {
            !fixed.contains(*name) && !query.fields.contains(*name) && !WITH_MEANING.contains(name)
        });
        let given: BTreeSet<String> = given.map(name_token).collect();
        let mut stands_for = BTreeMap::new();
        // In the order in which they occur, so that the same query has the same names.
        for token in query.normal.tokens().filter(|token| given.contains(*token)) {
            let next = format!("~{}", stands_for.len());
            stands_for.entry(token.to_owned()).or_insert(next);
        }
        Self { stands_for }
    }

    /// The normal form of a piece of SQL, with what stands for the local names.
    pub fn canonical(&self, sql: &ParsedSql) -> String {
        let tokens = sql.normal.tokens();
        let named = tokens.map(|token| self.stands_for.get(token).map_or(token, String::as_str));
        named.collect::<Vec<_>>().join("\n")
    }

    /// A name, or what stands for it.
    pub fn name(&self, name: &str) -> String {
        let token = name_token(name);
        self.stands_for.get(&token).cloned().unwrap_or(token)
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{expression, query};
    use super::*;

    fn canonical(sql: &str) -> String {
        let fixed = ["alerts", "id", "created", "closed"].map(str::to_owned).into();
        let query = query(sql);
        LocalNames::of(&query, &fixed).canonical(&query)
    }

    #[test]
    fn columns_and_tables_may_be_renamed() {
        for (one, other) in [
            (
                "with open as (select id, closed - created as wait from alerts as a) select id, wait, a.x from open as a",
                "with pending as (select id, closed - created AS waited from alerts as b) -- as before\nselect id, waited, b.x from pending as b",
            ),
            (
                "select t.n from (select count(*) from alerts) as t(n)",
                "select u.m from (select count(*) from alerts) as u(m)",
            ),
        ] {
            assert_eq!(canonical(one), canonical(other), "{one}");
        }
    }

    #[test]
    fn layout_case_and_quotes_do_not_matter() {
        let plain = "select id, 'it''s' as x from alerts where id <> 'a'";
        for other in [
            "SELECT ID,$$it's$$ AS x /* ; */ FROM Alerts\nWHERE \"id\" != e'a' -- as before",
            "select id, 'it''s' x from alerts where (id <> 'a')",
        ] {
            assert_eq!(canonical(plain), canonical(other), "{other}");
        }
    }

    #[test]
    fn what_means_something_else_is_another_query() {
        for (one, other) in [
            ("select $$a$$ as x from alerts", "select $$A$$ as x from alerts"),
            ("select e'\\n' as x from alerts", "select '\\n' as x from alerts"),
            ("select 15", "select 1, 5"),
            (
                "select created::date as date from alerts",
                "select created::time as time from alerts",
            ),
            ("select a as b, c as d from alerts", "select a as b, c as b from alerts"),
            ("select extract(day from x) as day", "select extract(hour from x) as hour"),
            ("select max(x) as max from alerts", "select min(x) as min from alerts"),
            ("select id as closed from alerts", "select id as created from alerts"),
            ("select cast(x as date)", "select cast(x as time)"),
            (
                "select x as foo, columns('foo') from alerts",
                "select x as bar, columns('foo') from alerts",
            ),
            ("select s.a, x as a from alerts", "select s.b, x as b from alerts"),
            ("select {'a': id} as s from alerts", "select {'b': id} as s from alerts"),
            (
                "select t from (select id as a from alerts) t",
                "select t from (select id as b from alerts) t",
            ),
            (
                "select 1 as a union by name select 2 as b",
                "select 1 as a union by name select 2 as a",
            ),
            ("values (1, 2), (3, 4)", "values (1), (2), (3), (4)"),
        ] {
            assert_ne!(canonical(one), canonical(other), "{one}");
        }
    }

    #[test]
    fn names_that_are_exchanged_are_another_query() {
        let measured = |sql: &str, measure: &str| {
            let query = query(sql);
            let names = LocalNames::of(&query, &BTreeSet::new());
            (names.canonical(&query), names.canonical(&expression(measure)), names.name("x"))
        };
        let first = measured("select a as x, b as y", "x / y");
        assert_ne!(first, measured("select a as y, b as x", "x / y"));
        let renamed = measured("select a as p, b as q", "p / q");
        assert_eq!((first.0, first.1), (renamed.0, renamed.1));
    }
}
