//! Two columns of one name: whoever names one of them gets the first, and DuckDB gives the other
//! another name where the query is read.

use std::collections::BTreeSet;

use super::Engine;
use goodhart_core::diagnostic::{Diagnostic, Files, Span, codes};
use goodhart_core::project::definition::read::Sql;
use goodhart_core::sql::{Form, Name, Piece, Place};

/// The first name that two columns of a query have, of which `columns` are those that are seen
/// where the query is read. Only where one of them looks as if DuckDB had named it is the query
/// itself asked for its columns. Of the names, those that `counts` says matter.
pub fn repeated_column(
    engine: &Engine,
    columns: &[(String, String)],
    sql: &Sql,
    files: &Files,
    counts: impl Fn(&str) -> bool,
) -> Option<Diagnostic> {
    let named = |name: &str| columns.iter().any(|(known, _)| known.eq_ignore_ascii_case(name));
    let renamed = columns.iter().any(|(name, _)| {
        let stem = name.trim_end_matches(|c: char| c.is_ascii_digit());
        stem.len() < name.len() && stem.strip_suffix('_').is_some_and(named)
    });
    if !renamed {
        return None;
    }
    let mut own = engine.describe(&format!("{}\n", sql.as_str())).ok()?;
    own.retain(|(name, _)| counts(name));
    first_repeated(&own).map(|name| two_columns(name, in_sql(engine, sql, name, files)))
}

/// The first name that two of the columns have.
pub fn first_repeated(columns: &[(String, String)]) -> Option<&str> {
    let mut seen = BTreeSet::new();
    let mut names = columns.iter().map(|(name, _)| name.as_str());
    names.find(|name| !seen.insert(name.to_lowercase()))
}

/// Whether a query gives a column this name, so that another one can name it.
pub fn is_given(engine: &Engine, sql: &Sql, name: &str) -> bool {
    let parsed = engine.parsed(Piece { form: Form::Query, text: sql.as_str() });
    let same = |known: &Name| known.name.eq_ignore_ascii_case(name);
    !is_made_up(name) || parsed.is_some_and(|query| query.aliases.iter().any(same))
}

/// Whether DuckDB made a name out of an expression: `1`, `'x'`, `NULL`, `count_star()`.
fn is_made_up(name: &str) -> bool {
    let is_word = name.starts_with(|c: char| c.is_alphabetic() || c == '_') && !name.contains('(');
    !is_word || name == "NULL"
}

/// What is wrong with a query that has two columns of one name.
pub fn two_columns(name: &str, place: Span) -> Diagnostic {
    let diagnostic =
        Diagnostic::new(&codes::REPEATED_COLUMN, format!("two columns are called `{name}`"))
            .at(place, "whoever names it gets the first one");
    if is_made_up(name) {
        return diagnostic.help("give each of them a name of its own with `as`");
    }
    diagnostic.help(format!(
        "write `* replace (… as {name})` to change a column of `*`, `* exclude ({name})` to \
             leave it out, or give one of them another name"
    ))
}

/// The last place where the query gives a name to a column, else its last star, else the last place
/// where it names the column.
pub fn in_sql(engine: &Engine, sql: &Sql, name: &str, files: &Files) -> Span {
    let text = sql.as_str();
    let parsed = engine.parsed(Piece { form: Form::Query, text });
    let name = name.to_ascii_lowercase();
    let last = |names: &[Name]| {
        let named = names.iter().filter(|known| known.name == name);
        named.filter_map(|known| known.place).max()
    };
    let given = parsed.as_ref().and_then(|query| last(&query.aliases));
    let star = || text.rfind('*').map(|start| Place { start, length: 1 });
    let named = || parsed.as_ref().and_then(|query| last(&query.columns));
    sql.place(given.or_else(star).or_else(named), files)
}
