//! Which functions of a piece of SQL answer from something else than the data.
//!
//! DuckDB's own catalogue knows of most of them; tests/nondeterministic.rs compares. It says
//! nothing of macros, and calls some clocks constant.

use std::ops::Range;

use super::tokens::{Token, tokens};

/// What a function answers from, if not from the data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answers {
    /// The time. `as_of()` is the only clock that a definition may read.
    Clock,
    /// Chance, or the order of the rows or of the threads.
    Chance,
    /// The session: who asks, of which database, with which settings.
    Session,
    /// SQL in a text, in which no check sees what it reads.
    Text,
}

/// A function that answers from something else than the data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Nondeterministic {
    pub name: String,
    /// Bytes of the SQL.
    pub range: Range<usize>,
    pub answers: Answers,
    /// Whether it is a fact of the session without parentheses: where there is a column of that
    /// name, it is the column.
    pub bare: bool,
}

/// Clocks that need parentheses.
const CLOCKS: &[&str] = &[
    "ago",
    "current_localtime",
    "current_localtimestamp",
    "get_current_time",
    "get_current_timestamp",
    "now",
    "pg_conf_load_time",
    "pg_postmaster_start_time",
    "today",
    "transaction_timestamp",
];

/// Clocks with or without parentheses.
const CLOCK_KEYWORDS: &[&str] =
    &["current_date", "current_time", "current_timestamp", "localtime", "localtimestamp"];

/// Chance, what has effects, and aggregates whose answer depends on the order of the rows or of
/// the threads.
const CHANCE: &[&str] = &[
    "approx_count_distinct",
    "approx_quantile",
    "approx_top_k",
    "currval",
    "gen_random_uuid",
    "nextval",
    "pg_sleep",
    "random",
    "reservoir_quantile",
    "setseed",
    "setval",
    "sleep_ms",
    "stats",
    "uuid",
    "uuidv4",
    "uuidv7",
    "vector_type",
    "write_log",
];

/// Facts of the session that need parentheses.
const SESSION: &[&str] = &[
    "current_connection_id",
    "current_database",
    "current_query",
    "current_query_id",
    "current_schemas",
    "current_setting",
    "current_transaction_id",
    "format_type",
    "get_block_size",
    "getvariable",
    "in_search_path",
    "pg_get_constraintdef",
    "pg_get_viewdef",
    "txid_current",
];

/// Facts of the session with or without parentheses.
const SESSION_KEYWORDS: &[&str] =
    &["current_catalog", "current_role", "current_schema", "current_user", "session_user", "user"];

/// Functions that run a text as SQL.
const TEXT: &[&str] = &["json_execute_serialized_sql", "query", "query_table"];

/// What the names of functions begin with that list what the engine knows.
const CATALOGUES: &[&str] = &["duckdb_", "pragma_"];

/// Schemas of the engine itself.
const SCHEMAS: &[&str] = &["information_schema", "pg_catalog"];

/// The functions in `sql` that answer from something else than the data.
pub fn nondeterministic(sql: &str) -> Vec<Nondeterministic> {
    let tokens = tokens(sql);
    let mut found = Vec::new();
    for (index, (token, range)) in tokens.iter().enumerate() {
        let Token::Word(word) = token else { continue };
        // A quoted name or one behind a point is a column, whatever it is called.
        let quoted = sql.as_bytes().get(range.start) == Some(&b'"');
        let qualified = index > 0 && tokens[index - 1].0 == Token::Symbol('.');
        if quoted || qualified {
            continue;
        }
        let behind = &tokens[index + 1..];
        let called = followed_by(behind, '(');
        let name = word.as_ref();
        let answers = if CLOCK_KEYWORDS.contains(&name)
            || (called && CLOCKS.contains(&name))
            || (called && name == "age" && takes_one(behind))
        {
            Answers::Clock
        } else if called && CHANCE.contains(&name) {
            Answers::Chance
        } else if called && TEXT.contains(&name) {
            Answers::Text
        } else if SESSION_KEYWORDS.contains(&name)
            || (called && SESSION.contains(&name))
            || (called && CATALOGUES.iter().any(|prefix| name.starts_with(prefix)))
            || (SCHEMAS.contains(&name) && followed_by(behind, '.'))
        {
            Answers::Session
        } else {
            continue;
        };
        let (name, range) = (name.to_owned(), range.clone());
        let bare = !called && SESSION_KEYWORDS.contains(&name.as_str());
        found.push(Nondeterministic { name, range, answers, bare });
    }
    found
}

/// The names that `sql` gives with `as`.
pub fn aliases(sql: &str) -> Vec<String> {
    let tokens = tokens(sql);
    let pairs = tokens.windows(2).filter_map(|pair| match pair {
        [(Token::Word(before), _), (Token::Word(name), _)] if before == "as" => {
            Some(name.to_string())
        }
        _ => None,
    });
    pairs.collect()
}

fn followed_by(tokens: &[(Token<'_>, Range<usize>)], symbol: char) -> bool {
    tokens.first().is_some_and(|(next, _)| *next == Token::Symbol(symbol))
}

/// Whether a call has one argument: `age(x)` is the time from then to now.
fn takes_one(tokens: &[(Token<'_>, Range<usize>)]) -> bool {
    let mut depth = 0_usize;
    for (token, _) in tokens {
        match token {
            Token::Symbol('(' | '[' | '{') => depth += 1,
            Token::Symbol(')' | ']' | '}') => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return true;
                }
            }
            Token::Symbol(',') if depth == 1 => return false,
            _ => {}
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(sql: &str) -> Vec<(String, Answers)> {
        nondeterministic(sql).into_iter().map(|one| (one.name, one.answers)).collect()
    }

    #[test]
    fn clocks_and_chance_are_found_where_they_are_called() {
        assert_eq!(
            names("select Now() - x, current_date, random(), User from t"),
            [
                ("now".into(), Answers::Clock),
                ("current_date".into(), Answers::Clock),
                ("random".into(), Answers::Chance),
                ("user".into(), Answers::Session),
            ]
        );
        assert_eq!(names("from duckdb_settings(), query('x'), information_schema.tables").len(), 3);
        assert!(names("select now, t.user, \"current_date\", 'now()', uuid from t").is_empty());
    }

    #[test]
    fn age_is_a_clock_with_one_argument() {
        assert!(names("select age(as_of(), greatest(a, b))").is_empty());
        assert_eq!(names("select age(greatest(a, b))"), [("age".into(), Answers::Clock)]);
    }

    #[test]
    fn aliases_are_names() {
        assert_eq!(
            aliases("select a as User, b AS \"x y\", cast(c as date)"),
            ["user", "x y", "date"]
        );
    }
}
