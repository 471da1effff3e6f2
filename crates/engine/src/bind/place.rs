//! Where something stands in a definition.

use crate::Engine;
use goodhart_core::diagnostic::{Files, Span};
use goodhart_core::project::definition::read::Sql;
use goodhart_core::sql::{Form, Piece};

/// The place of a name in pieces of SQL, for what DuckDB's plan has no place of; a word of SQL itself,
/// such as `union`, is looked for as text.
pub(super) fn of_word<'s>(
    engine: &Engine,
    word: &str,
    pieces: impl IntoIterator<Item = (Form, &'s Sql)>,
    files: &Files,
) -> Option<Span> {
    let name = word.to_ascii_lowercase();
    pieces.into_iter().find_map(|(form, sql)| {
        let parsed = engine.parsed(Piece { form, text: sql.as_str() })?;
        let place = parsed.place_in_conditions(&name);
        let place = place.map(|place| (place.start, place.length)).or_else(|| {
            let at = sql.as_str().to_ascii_lowercase().find(&name)?;
            (!name.is_empty()).then_some((at, name.len()))
        })?;
        Some(sql.locate(files, place.0, place.1))
    })
}
