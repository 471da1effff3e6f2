//! SQL as tokens: enough to see names and to compare two texts, and no more.

use std::borrow::Cow;
use std::ops::Range;

/// A token that is neither white space nor a comment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Token<'a> {
    /// A name or keyword: in lower case, or as it stands between double quotes.
    Word(Cow<'a, str>),
    /// What stands between single quotes, as it is written.
    Text(&'a str),
    /// Digits with what belongs to them, such as `1.5` or `2e3`.
    Number(&'a str),
    Symbol(char),
}

/// The tokens of `sql` with their byte ranges. Never fails: whether SQL is valid is DuckDB's say.
pub fn tokens(sql: &str) -> Vec<(Token<'_>, Range<usize>)> {
    let bytes = sql.as_bytes();
    let mut tokens = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let start = at;
        match bytes[at] {
            b'-' if bytes.get(at + 1) == Some(&b'-') => {
                at = end_of(bytes, at, |byte| byte != b'\n' && byte != b'\r');
            }
            b'/' if bytes.get(at + 1) == Some(&b'*') => {
                at = find(bytes, at + 2, b"*/").map_or(bytes.len(), |end| end + 2);
            }
            b'\'' => {
                at = end_of_quoted(bytes, at, b'\'');
                tokens.push((Token::Text(inner(sql, start, at)), start..at));
            }
            b'"' => {
                at = end_of_quoted(bytes, at, b'"');
                let name = inner(sql, start, at).replace("\"\"", "\"");
                tokens.push((Token::Word(name.into()), start..at));
            }
            byte if byte.is_ascii_digit() => {
                at = end_of(bytes, at, |byte| byte.is_ascii_alphanumeric() || byte == b'.');
                tokens.push((Token::Number(sql.get(start..at).unwrap_or("")), start..at));
            }
            byte if byte.is_ascii_alphabetic() || byte == b'_' || byte >= 0x80 => {
                at = end_of(bytes, at, |byte| {
                    byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80
                });
                // DuckDB's identifiers are case-insensitive; ids are lower case.
                let mut word = Cow::from(sql.get(start..at).unwrap_or(""));
                if word.bytes().any(|byte| byte.is_ascii_uppercase()) {
                    word.to_mut().make_ascii_lowercase();
                }
                tokens.push((Token::Word(word), start..at));
            }
            byte if byte.is_ascii_whitespace() => at += 1,
            byte => {
                tokens.push((Token::Symbol(char::from(byte)), start..start + 1));
                at += 1;
            }
        }
    }
    tokens
}

/// The tokens of `sql` as text: the same for two texts that differ only in white space, comments,
/// the case of what has no quotes and the semicolon at the end.
pub fn normal(sql: &str) -> Vec<(String, Range<usize>)> {
    let text = |token: Token<'_>, range: &Range<usize>| match token {
        // A quoted name keeps its quotes: `"order"` is a column and `order` a keyword.
        Token::Word(word) if sql.as_bytes().get(range.start) != Some(&b'"') => word.into_owned(),
        Token::Number(number) => number.to_ascii_lowercase(),
        _ => sql.get(range.clone()).unwrap_or("").to_owned(),
    };
    let mut tokens = tokens(sql);
    while matches!(tokens.last(), Some((Token::Symbol(';'), _))) {
        tokens.pop();
    }
    tokens.into_iter().map(|(token, range)| (text(token, &range), range)).collect()
}

/// Whether there could be several statements in `sql`. What could hide a semicolon from this
/// scanner counts as one: dollar quotes, and texts in which a backslash keeps a quote from closing.
pub fn has_several_statements(sql: &str) -> bool {
    if !sql.contains(';') {
        return false;
    }
    // Where a word ended that makes `e'…'` of the text behind it.
    let mut escaping = None;
    tokens(sql).into_iter().any(|(token, range)| {
        let hides = match token {
            Token::Symbol(symbol) => matches!(symbol, ';' | '$'),
            Token::Text(text) => escaping == Some(range.start) && text.contains('\\'),
            Token::Word(_) | Token::Number(_) => false,
        };
        let written = sql.get(range.clone()).unwrap_or("");
        escaping = written.ends_with(['e', 'E']).then_some(range.end);
        hides
    })
}

/// How deep lambdas stand in one another in `sql`.
pub fn lambda_depth(sql: &str) -> usize {
    let mut depth = 0_usize;
    // How deep in parentheses each lambda begins whose body goes on.
    let mut open: Vec<usize> = Vec::new();
    let mut deepest = 0;
    for (token, range) in tokens(sql) {
        match token {
            Token::Symbol('(' | '[' | '{') => depth += 1,
            Token::Symbol(')' | ']' | '}') => {
                depth = depth.saturating_sub(1);
                open.retain(|begun| *begun <= depth);
            }
            Token::Word(word) if word == "lambda" && !sql[range].starts_with('"') => {
                open.push(depth);
                deepest = deepest.max(open.len());
            }
            _ => {}
        }
    }
    deepest
}

fn inner(sql: &str, start: usize, end: usize) -> &str {
    sql.get(start + 1..end.saturating_sub(1).max(start + 1)).unwrap_or("")
}

fn end_of(bytes: &[u8], start: usize, belongs: impl Fn(u8) -> bool) -> usize {
    let rest = bytes.get(start..).unwrap_or_default();
    start + rest.iter().position(|byte| !belongs(*byte)).unwrap_or(rest.len())
}

fn find(bytes: &[u8], from: usize, needle: &[u8]) -> Option<usize> {
    bytes
        .get(from..)?
        .windows(needle.len())
        .position(|window| window == needle)
        .map(|position| from + position)
}

/// The offset behind the closing quote; a doubled quote does not close.
fn end_of_quoted(bytes: &[u8], start: usize, quote: u8) -> usize {
    let mut at = start + 1;
    while at < bytes.len() {
        if bytes[at] == quote {
            if bytes.get(at + 1) == Some(&quote) {
                at += 2;
                continue;
            }
            return at + 1;
        }
        at += 1;
    }
    bytes.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn same(a: &str, b: &str) -> bool {
        let texts = |sql| normal(sql).into_iter().map(|(text, _)| text).collect::<Vec<_>>();
        texts(a) == texts(b)
    }

    #[test]
    fn lambdas_end_with_their_parentheses() {
        assert_eq!(
            lambda_depth("select list_filter(a, lambda x: x), list_filter(b, lambda x: x)"),
            1
        );
        assert_eq!(
            lambda_depth("list_filter(a, LAMBDA x: any(list_filter(x, lambda y: y = x)))"),
            2
        );
        assert_eq!(lambda_depth("select \"lambda\", 'lambda' -- lambda"), 0);
    }

    #[test]
    fn a_semicolon_in_a_text_ends_no_statement() {
        for sql in [
            "select ';', '\\', \";\" -- ;",
            "select regexp_matches(a, '\\d;') /* ; */",
            "select 'e' || '\\;'",
        ] {
            assert!(!has_several_statements(sql), "{sql}");
        }
        for sql in [
            "select 1; select 2",
            "select e'\\'; select 2 --'",
            "select E'\\''; select 2 --'",
            "select $$'$$; select '",
            "select 1 -- x\r; select 2",
            "select /* /* */ ; */ 1",
        ] {
            assert!(has_several_statements(sql), "{sql}");
        }
    }

    #[test]
    fn layout_comments_and_case_do_not_matter() {
        assert!(same("SELECT a,1.5 -- x\nFROM t", "select A , 1.5 /* y */ from T"));
        assert!(same("select a;", "select a"));
    }

    #[test]
    fn what_is_quoted_and_what_is_apart_matters() {
        assert!(!same("select 'A'", "select 'a'"));
        assert!(!same("select \"Order\"", "select order"));
        assert!(!same("select 15", "select 1 5"));
    }
}
