//! Two columns of one name: whoever names one of them gets the first, and DuckDB gives the other
//! another name where the query is read.

use std::collections::BTreeSet;

use super::Engine;
use crate::catalog::identifiers;
use crate::definition::read::Sql;
use crate::diagnostic::{Diagnostic, Files, Span, codes};

/// The first name that two columns of a query have, of which `columns` are those that are seen
/// where the query is read. Only where one of them looks as if DuckDB had named it is the query
/// itself asked for its columns.
pub fn repeated_column(
    engine: &Engine,
    columns: &[(String, String)],
    sql: &Sql,
    files: &Files,
) -> Option<Diagnostic> {
    let named = |name: &str| columns.iter().any(|(known, _)| known.eq_ignore_ascii_case(name));
    let renamed = columns.iter().any(|(name, _)| {
        let stem = name.trim_end_matches(|c: char| c.is_ascii_digit());
        stem.len() < name.len() && stem.strip_suffix('_').is_some_and(named)
    });
    if !renamed {
        return None;
    }
    let own = engine.describe(&format!("{}\n", sql.as_str())).ok()?;
    first_repeated(&own).map(|name| two_columns(name, in_sql(sql, name, files)))
}

/// The first name that two of the columns have.
pub fn first_repeated(columns: &[(String, String)]) -> Option<&str> {
    let mut seen = BTreeSet::new();
    let mut names = columns.iter().map(|(name, _)| name.as_str());
    names.find(|name| !seen.insert(name.to_lowercase()))
}

/// What is wrong with a query that has two columns of one name.
pub fn two_columns(name: &str, place: Span) -> Diagnostic {
    Diagnostic::new(&codes::REPEATED_COLUMN, format!("two columns are called `{name}`"))
        .at(place, "whoever names it gets the first one")
        .help(format!(
            "write `* replace (… as {name})` to change a column of `*`, `* exclude ({name})` to \
             leave it out, or give one of them another name"
        ))
}

/// Where the query gives a column its name, else its last star, else where it names the column last.
pub fn in_sql(sql: &Sql, name: &str, files: &Files) -> Span {
    let text = sql.as_str();
    let words = identifiers(text);
    let is = |word: &str| word.eq_ignore_ascii_case(name);
    let given = words.windows(2).rev().find(|pair| pair[0].0 == "as" && is(&pair[1].0));
    let given = given.map(|pair| pair[1].1.clone());
    let star = || text.rfind('*').map(|at| at..at + 1);
    let named = || words.iter().rev().find(|(word, _)| is(word)).map(|(_, range)| range.clone());
    match given.or_else(star).or_else(named) {
        Some(range) => sql.locate(files, range.start, range.len()),
        None => sql.span,
    }
}
