//! SQL that is put together from generated text and pieces of the user's.

use std::ops::Range;

use crate::diagnostic::{Files, Span};
use crate::project::definition::read::Sql;

/// A statement that knows which of its bytes the user wrote, so that an error of the engine at
/// an offset can be shown in the definition.
#[derive(Debug, Clone, Default)]
pub struct MappedSql {
    text: String,
    pieces: Vec<(Range<usize>, Sql)>,
}

impl MappedSql {
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Appends generated text.
    pub fn push(&mut self, text: &str) -> &mut Self {
        self.text.push_str(text);
        self
    }

    /// Appends the user's SQL. The newline behind it ends a trailing line comment, which would
    /// otherwise swallow the generated text that follows.
    pub fn push_sql(&mut self, sql: &Sql) -> &mut Self {
        let start = self.text.len();
        self.text.push_str(sql.as_str());
        self.pieces.push((start..self.text.len(), sql.clone()));
        self.text.push('\n');
        self
    }

    /// The place in a definition of `length` bytes at `offset`, where the user wrote them.
    pub fn locate(&self, files: &Files, offset: usize, length: usize) -> Option<Span> {
        let (range, sql) = self
            .pieces
            .iter()
            // At the end stands the line break of `push_sql`: something is missing there.
            .find(|(range, _)| range.start <= offset && offset <= range.end)?;
        Some(sql.locate(files, offset - range.start, length.min(range.end - offset)))
    }
}
