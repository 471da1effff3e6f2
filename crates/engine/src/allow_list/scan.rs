//! SQL as tokens, for what must be known before DuckDB is asked, and for SQL that it cannot read.
//! Whatever DuckDB can parse is read from its tree instead.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::ops::Range;

/// A token that is neither white space nor a comment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Token<'a> {
    /// A name or keyword: in lower case, or as it stands between double quotes.
    Word(Cow<'a, str>),
    /// A text with its quotes. What this scanner may have read otherwise than DuckDB is in doubt.
    Text {
        written: &'a str,
        in_doubt: bool,
    },
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
                // `e'…'` has escapes by backslash; other letters before a text are met rarely.
                let escapes = prefix(sql, &tokens, start).is_some_and(|word| word == "e");
                let prefixed = prefix(sql, &tokens, start).is_some();
                at = if escapes {
                    end_of_escaped(bytes, at)
                } else {
                    end_of_quoted(bytes, at, b'\'')
                };
                let has_backslash = sql.get(start..at).is_some_and(|text| text.contains('\\'));
                let in_doubt = prefixed && !escapes && has_backslash;
                let written = sql.get(start..at).unwrap_or("");
                tokens.push((Token::Text { written, in_doubt }, start..at));
            }
            b'$' => {
                // `$$…$$` or `$tag$…$tag$`; a lone `$` is a symbol.
                let end = end_of_dollars(sql, at);
                at = end.unwrap_or(at + 1);
                let token = end.map_or(Token::Symbol('$'), |end| Token::Text {
                    written: sql.get(start..end).unwrap_or(""),
                    in_doubt: false,
                });
                tokens.push((token, start..at));
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

/// Whether there could be several statements in `sql`: a semicolon outside of texts and comments,
/// or anything that could hide one from this scanner.
pub fn has_several_statements(sql: &str) -> bool {
    sql.contains(';')
        && tokens(sql).into_iter().any(|(token, _)| {
            matches!(token, Token::Symbol(';' | '$') | Token::Text { in_doubt: true, .. })
        })
}

/// The names by which a query calls what it reads: relations, and what follows them or `as`.
pub fn names_of_tables(sql: &str) -> BTreeSet<String> {
    let tokens = tokens(sql);
    let mut found = BTreeSet::new();
    for (index, (token, _)) in tokens.iter().enumerate() {
        let Token::Word(word) = token else { continue };
        let behind = tokens[index + 1..].iter().take(if word == "as" { 1 } else { 2 });
        if ["from", "join", "as"].contains(&word.as_ref()) {
            found.extend(behind.map_while(|(token, _)| match token {
                Token::Word(name) if name != "as" => Some(name.to_string()),
                _ => None,
            }));
        }
    }
    found
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

/// The word that stands directly before a byte, without a space between them, in lower case.
fn prefix<'t>(sql: &str, tokens: &'t [(Token<'_>, Range<usize>)], at: usize) -> Option<&'t str> {
    match tokens.last()? {
        (Token::Word(word), range) if range.end == at && !sql[range.clone()].starts_with('"') => {
            Some(word)
        }
        _ => None,
    }
}

/// The offset behind the closing quote of `'…'`, in which a backslash escapes what follows.
fn end_of_escaped(bytes: &[u8], start: usize) -> usize {
    let mut at = start + 1;
    while at < bytes.len() {
        match (bytes[at], bytes.get(at + 1)) {
            (b'\\', Some(_)) | (b'\'', Some(b'\'')) => at += 2,
            (b'\'', _) => return at + 1,
            _ => at += 1,
        }
    }
    bytes.len()
}

/// The offset behind a text between two `$tag$`.
fn end_of_dollars(sql: &str, start: usize) -> Option<usize> {
    let bytes = sql.as_bytes();
    let of_name = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80;
    let name = end_of(bytes, start + 1, of_name);
    let starts_with_digit = bytes.get(start + 1).is_some_and(u8::is_ascii_digit);
    if bytes.get(name) != Some(&b'$') || starts_with_digit {
        return None;
    }
    let tag = bytes.get(start..=name)?;
    find(bytes, name + 1, tag).map(|end| end + tag.len())
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
            "select e'\\';'",
            "select $$;$$, $a$ $$ ; $b$ $a$",
        ] {
            assert!(!has_several_statements(sql), "{sql}");
        }
        for sql in [
            "select 1; select 2",
            "select e'\\'' ; select 2 --'",
            "select E'\\''; select 2 --'",
            "select x'\\'; select 2 --'",
            "select $$'$$; select '",
            "select $a$ $b$ $a$; select $b$",
            "select $1; select 2",
            "select 1 -- x\r; select 2",
            "select /* /* */ ; */ 1",
        ] {
            assert!(has_several_statements(sql), "{sql}");
        }
    }

    #[test]
    fn tables_are_called_by_their_names_and_aliases() {
        let sql = "select a.x, b.y from alerts as a join hosts h on (1) where 1";
        let expected = ["a", "alerts", "h", "hosts"];
        assert_eq!(names_of_tables(sql).into_iter().collect::<Vec<_>>(), expected);
    }
}
