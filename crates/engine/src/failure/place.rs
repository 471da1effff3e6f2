//! Where in a statement stands what DuckDB names without a place.

use crate::allow_list::{Token, tokens};

/// The only place of one of `wanted`, which a `|` separates; nowhere where there are several, of
/// which nobody knows the right one.
pub fn find(sql: &str, wanted: &str) -> Option<(usize, usize)> {
    let written = tokens(sql);
    wanted.split('|').find_map(|wanted| {
        let wanted = tokens(wanted);
        if wanted.is_empty() {
            return None;
        }
        let mut places = written
            .windows(wanted.len())
            .filter(|window| window.iter().zip(&wanted).all(|(a, b)| same(&a.0, &b.0)));
        let (place, None) = (places.next()?, places.next()) else { return None };
        let (start, end) = (place.first()?.1.start, place.last()?.1.end);
        Some((start, end - start))
    })
}

fn same(a: &Token<'_>, b: &Token<'_>) -> bool {
    match (a, b) {
        (Token::Word(a), Token::Word(b)) => a.eq_ignore_ascii_case(b),
        _ => a == b,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_stands_once_has_a_place() {
        let at = |sql: &str, wanted: &str| {
            find(sql, wanted)
                .and_then(|(start, length)| sql.get(start..start + length))
                .map(str::to_owned)
        };
        assert_eq!(at("select A.x, b", "a.X").as_deref(), Some("A.x"));
        assert_eq!(at("select 'foo'", "'foo'|foo").as_deref(), Some("'foo'"));
        assert_eq!(at("select foo", "'foo'|foo").as_deref(), Some("foo"));
        assert_eq!(at("select x -> 'x'", "->").as_deref(), Some("->"));
        assert_eq!(at("select a, a", "a"), None);
        assert_eq!(at("select a", ""), None);
    }
}
