//! Places as editors count them.

use std::ops::Range;

use super::Findings;
use crate::diagnostic::{Excerpt, Span};

/// A piece of a file. Lines and columns begin at 1, a column is a character, and the end is
/// behind the last one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    pub path: String,
    pub line: usize,
    pub column: usize,
    pub end_line: usize,
    pub end_column: usize,
    /// What stands there.
    pub text: String,
}

impl Place {
    pub fn of(findings: &Findings<'_>, span: Span) -> Self {
        let text = findings.files.text(span.file);
        Self::new(findings, findings.files.path(span.file), text, span.range(), 1)
    }

    pub fn in_data(findings: &Findings<'_>, excerpt: &Excerpt) -> Self {
        Self::new(findings, &excerpt.path, &excerpt.text, excerpt.range.clone(), excerpt.line)
    }

    fn new(
        findings: &Findings<'_>,
        path: &str,
        text: &str,
        range: Range<usize>,
        first: usize,
    ) -> Self {
        let start = text.floor_char_boundary(range.start.min(text.len()));
        let end = text.ceil_char_boundary(range.end.clamp(start, text.len()));
        let (line, column) = position(&text[..start]);
        let (end_line, end_column) = position(&text[..end]);
        Self {
            path: format!("{}{path}", findings.prefix),
            line: first + line,
            column,
            end_line: first + end_line,
            end_column,
            text: text[start..end].to_owned(),
        }
    }
}

/// The number of lines that end in `before`, and the column behind it.
fn position(before: &str) -> (usize, usize) {
    // A byte order mark takes no column.
    let before = before.strip_prefix('\u{feff}').unwrap_or(before);
    let line = before.rsplit('\n').next().unwrap_or("");
    (before.matches('\n').count(), line.chars().count() + 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::{Diagnostics, Files};

    #[test]
    fn columns_are_characters() {
        let mut files = Files::default();
        let text = "a = 1\r\nü = \"é\u{1f600}x\"\n";
        let file = files.add("metrics/x.toml", text);
        let findings =
            Findings { diagnostics: &Diagnostics::default(), files: &files, prefix: "kpi/" };
        let at = text.find('x').unwrap();
        let place = Place::of(&findings, Span::new(file, at..at + 1));
        assert_eq!((place.line, place.column, place.end_line, place.end_column), (2, 8, 2, 9));
        assert_eq!((place.path.as_str(), place.text.as_str()), ("kpi/metrics/x.toml", "x"));
        let place = Place::of(&findings, Span::new(file, 0..900));
        assert_eq!((place.end_line, place.end_column), (3, 1));
    }
}
