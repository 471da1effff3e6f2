//! SQL inside TOML, and the way back from a SQL offset to a TOML offset.

use toml::Spanned;
use toml::de::DeValue;

use super::{FromToml, Reader};
use crate::diagnostic::{Files, Span};
use crate::sql::Place;

/// A piece of SQL (a query or an expression) and its place. The semicolon at its end is no part of
/// it: it is about to be put between other text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sql {
    text: String,
    /// The TOML string with its quotes.
    pub span: Span,
}

impl FromToml for Sql {
    const EXPECTED: &'static str = "a string of SQL";

    fn from_toml(value: &Spanned<DeValue<'_>>, reader: &mut Reader<'_>) -> Option<Self> {
        let DeValue::String(text) = value.get_ref() else {
            return reader.wrong_type(value, Self::EXPECTED);
        };
        let span = reader.span(value);
        let text = without_semicolon(text);
        if text.trim().is_empty() {
            return reader.invalid(span, "the SQL is empty".to_owned(), "write SQL here");
        }
        Some(Self { text: text.to_owned(), span })
    }
}

impl Sql {
    /// The SQL as DuckDB sees it.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The place in the TOML file of a part of the SQL; of all of it where there is no place.
    pub fn place(&self, place: Option<Place>, files: &Files) -> Span {
        place.map_or(self.span, |place| self.locate(files, place.start, place.length))
    }

    /// The place in the TOML file of `length` bytes of SQL at byte `offset`.
    ///
    /// TOML strings have escapes, line-ending backslashes and a first newline that does not
    /// count, so the two texts are walked side by side. An offset behind the end gives the end.
    pub fn locate(&self, files: &Files, offset: usize, length: usize) -> Span {
        let Some(raw) = files.text(self.span.file).get(self.span.range()) else {
            return self.span;
        };
        let map = offsets(raw, &self.text);
        let at = |offset: usize| map.get(offset).or(map.last()).copied().unwrap_or(0);
        let start = raw.floor_char_boundary(at(offset));
        // The end is behind the last byte, not at the next one: that may be many escapes away.
        // The engine's offsets are taken as they come, also those inside of a character.
        let last = offset.saturating_add(length.max(1)).saturating_sub(1);
        let end = raw.ceil_char_boundary(at(last).max(start) + 1);
        Span { file: self.span.file, start: self.span.start + start, end: self.span.start + end }
    }
}

/// `sql` up to the semicolons behind which only white space and comments stand.
///
/// Dollar quotes and backslashes before quotes are not known here. What they could hide begins
/// before such a semicolon and ends behind it, so that without its end it is refused.
pub fn without_semicolon(sql: &str) -> &str {
    let mut end = None;
    let mut rest = sql;
    while let Some(first) = rest.chars().next() {
        let at = sql.len() - rest.len();
        let behind = |start: usize, what: &str| {
            let inside = rest.get(start..).unwrap_or("");
            inside.find(what).map_or(rest.len(), |found| start + found + what.len())
        };
        let length = match first {
            '-' if rest.starts_with("--") => rest.find(['\n', '\r']).unwrap_or(rest.len()),
            '/' if rest.starts_with("/*") => behind(2, "*/"),
            ';' => {
                end = end.or(Some(at));
                1
            }
            space if space.is_whitespace() => space.len_utf8(),
            other => {
                end = None;
                match other {
                    // A doubled quote is the end of one text and the start of another.
                    '\'' => behind(1, "'"),
                    '"' => behind(1, "\""),
                    _ => other.len_utf8(),
                }
            }
        };
        rest = rest.get(length..).unwrap_or("");
    }
    end.and_then(|end| sql.get(..end)).unwrap_or(sql)
}

/// For every byte of `decoded`, the offset in `raw` (quotes included) where it comes from.
fn offsets(raw: &str, decoded: &str) -> Vec<usize> {
    let bytes = raw.as_bytes();
    let literal = bytes.first() == Some(&b'\'');
    let quotes = if raw.starts_with("\"\"\"") || raw.starts_with("'''") { 3 } else { 1 };
    let mut at = quotes;
    if quotes == 3 {
        if raw[at..].starts_with("\r\n") {
            at += 2;
        } else if raw[at..].starts_with('\n') {
            at += 1;
        }
    }
    let mut map = Vec::with_capacity(decoded.len());
    for character in decoded.chars() {
        if !literal {
            at = skip_line_continuation(bytes, at);
        }
        let start = at;
        if character == '\n' && bytes.get(at) == Some(&b'\r') {
            at += 2;
        } else if !literal && bytes.get(at) == Some(&b'\\') {
            at += match bytes.get(at + 1) {
                Some(b'x') => 4,
                Some(b'u') => 6,
                Some(b'U') => 10,
                _ => 2,
            };
        } else {
            at += character.len_utf8();
        }
        for byte in 0..character.len_utf8() {
            map.push((start + byte).min(raw.len()));
        }
    }
    map
}

/// A backslash at the end of a line swallows the white space up to the next character.
fn skip_line_continuation(bytes: &[u8], mut at: usize) -> usize {
    while bytes.get(at) == Some(&b'\\')
        && bytes.get(at + 1).is_some_and(|byte| matches!(byte, b'\n' | b'\r' | b' ' | b'\t'))
    {
        at += 1;
        while bytes.get(at).is_some_and(|byte| matches!(byte, b'\n' | b'\r' | b' ' | b'\t')) {
            at += 1;
        }
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The raw text that the first occurrence of `needle` in the SQL points to.
    fn pointed_at(toml: &str, needle: &str) -> String {
        let mut files = Files::default();
        let file = files.add("x.toml", toml);
        let table = toml::de::DeTable::parse(toml).unwrap();
        let value = table.get_ref().get("sql").unwrap();
        let sql = Sql {
            text: value.get_ref().as_str().unwrap().to_owned(),
            span: Span::new(file, value.span()),
        };
        let offset = sql.text.find(needle).unwrap();
        toml[sql.locate(&files, offset, needle.len()).range()].to_owned()
    }

    #[test]
    fn a_semicolon_at_the_end_is_no_part() {
        for sql in ["select 1;", "select 1 ; ;\n", "select 1;-- a; b", "select 1;/* ; */ -- ;\n"] {
            assert_eq!(without_semicolon(sql).trim(), "select 1", "{sql}");
        }
        for sql in [
            "select 1",
            "select 1; select 2",
            "select 1; -- a\r select 2",
            "select ';'",
            "select a.\";\"",
            "select 'it''s;' -- ;",
            "select /* /* */ ; */ 1",
            "select $$a;$$",
            "select '",
        ] {
            assert_eq!(without_semicolon(sql), sql);
        }
        assert_eq!(without_semicolon(";"), "");
    }

    #[test]
    fn plain_and_multi_line_strings() {
        assert_eq!(pointed_at("sql = \"select a\"", "a"), "a");
        assert_eq!(pointed_at("sql = '''\nselect é, wait\n'''", "wait"), "wait");
        assert_eq!(pointed_at("sql = \"\"\"\r\nx\r\nselect wait\"\"\"", "wait"), "wait");
    }

    #[test]
    fn escapes_and_line_continuations() {
        assert_eq!(pointed_at(r#"sql = "select \"a\", \u00e9, wait""#, "wait"), "wait");
        assert_eq!(pointed_at("sql = \"\"\"select \\\n      wait from t\"\"\"", "wait"), "wait");
    }

    #[test]
    fn any_offset_is_a_place_in_the_string() {
        let mut files = Files::default();
        let raw = r#""é\u00e9""#;
        let file = files.add("x.toml", raw);
        let sql = Sql { text: "éé".to_owned(), span: Span::new(file, 0..raw.len()) };
        for offset in (0..9).chain([usize::MAX]) {
            for length in [0, 1, 2, usize::MAX] {
                let span = sql.locate(&files, offset, length);
                assert!(raw.get(span.range()).is_some_and(|piece| !piece.is_empty()), "{span:?}");
            }
        }
    }
}
