//! Which functions of a piece of SQL answer from something else than the data.
//!
//! DuckDB's own catalogue knows of most of them; tests/nondeterministic.rs compares. It says
//! nothing of macros, and calls some clocks constant.

use crate::sql::{ParsedSql, Place};

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
    /// In the SQL.
    pub place: Option<Place>,
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
pub fn nondeterministic(sql: &ParsedSql) -> Vec<Nondeterministic> {
    let called = sql.calls.iter().filter_map(|call| {
        let name = call.name.as_str();
        let answers = if CLOCKS.contains(&name)
            || CLOCK_KEYWORDS.contains(&name)
            || (name == "age" && call.arguments == 1)
        {
            Answers::Clock
        } else if CHANCE.contains(&name) {
            Answers::Chance
        } else if TEXT.contains(&name) {
            Answers::Text
        } else if SESSION.contains(&name)
            || SESSION_KEYWORDS.contains(&name)
            || CATALOGUES.iter().any(|prefix| name.starts_with(prefix))
        {
            Answers::Session
        } else {
            return None;
        };
        Some(Nondeterministic { name: name.to_owned(), place: call.place, answers, bare: false })
    });
    // A quoted name or one behind a point is a column, whatever it is called.
    let bare = sql.columns.iter().filter(|column| !column.quoted && !column.qualified);
    let bare = bare.filter_map(|column| {
        let name = column.name.as_str();
        let (answers, bare) = match name {
            _ if CLOCK_KEYWORDS.contains(&name) => (Answers::Clock, false),
            _ if SESSION_KEYWORDS.contains(&name) => (Answers::Session, true),
            _ => return None,
        };
        Some(Nondeterministic { name: name.to_owned(), place: column.place, answers, bare })
    });
    let listed = sql.relations.iter().filter_map(|relation| {
        let schema = relation.qualifiers.iter().find(|name| SCHEMAS.contains(&name.as_str()))?;
        let (name, place) = (schema.clone(), relation.place);
        Some(Nondeterministic { name, place, answers: Answers::Session, bare: false })
    });
    let mut found: Vec<Nondeterministic> = called.chain(bare).chain(listed).collect();
    found.sort_by_key(|one| one.place);
    found
}
