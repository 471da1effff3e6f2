//! Where something stands in a definition.

use crate::catalog::identifiers;
use crate::definition::read::Sql;
use crate::diagnostic::{Files, Span};

/// The place of a name in pieces of SQL, for what DuckDB's plan has no place of: the first one
/// behind the first `from`, where conditions stand.
pub(super) fn of_word<'s>(
    word: &str,
    pieces: impl IntoIterator<Item = &'s Sql>,
    files: &Files,
) -> Option<Span> {
    pieces.into_iter().find_map(|sql| {
        let words = identifiers(sql.as_str());
        let is = |(known, _): &&(String, std::ops::Range<usize>)| known.eq_ignore_ascii_case(word);
        let from = words.iter().position(|(word, _)| word == "from").unwrap_or(0);
        let (_, range) = words.iter().skip(from).find(is).or_else(|| words.iter().find(is))?;
        Some(sql.locate(files, range.start, range.len()))
    })
}
