//! Splits the text of a formula into tokens.

use std::ops::Range;

use rust_decimal::Decimal;

use super::error::{FormulaError, FormulaErrorKind};

/// A token and the bytes of the text it was read from.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Token<'a> {
    pub(super) kind: TokenKind,
    pub(super) text: &'a str,
    /// Byte offset of `text` in the formula.
    pub(super) start: usize,
}

/// The kind of a token.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum TokenKind {
    /// A number; for a bad one, which has been reported, any value.
    Number(Decimal),
    /// A name; a bad one has been reported.
    Name,
    Plus,
    Minus,
    Star,
    Slash,
    Open,
    Close,
    Comma,
}

impl Token<'_> {
    /// The bytes of the formula the token covers.
    pub(super) fn range(&self) -> Range<usize> {
        self.start..self.start + self.text.len()
    }

    /// Whether an operand can begin with this token, other than with a minus sign.
    pub(super) fn begins_operand(&self) -> bool {
        matches!(self.kind, TokenKind::Number(_) | TokenKind::Name | TokenKind::Open)
    }
}

/// The tokens of a text, and what in it is none.
///
/// Where it is plain what a wrong piece of text stands for, it is reported and still yields that
/// token, so that the parser can go on and finds no mistakes that only follow from this one.
pub(super) fn tokens<'a>(text: &'a str, errors: &mut Vec<FormulaError>) -> Vec<Token<'a>> {
    let mut tokens = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let start = text.len() - rest.len();
        let length = if is_word(first) {
            rest.find(|c| !is_word(c)).unwrap_or(rest.len())
        } else {
            first.len_utf8()
        };
        let (piece, after) = rest.split_at(length);
        rest = after;
        let kind = if first.is_whitespace() {
            None
        } else if is_word(first) {
            Some(word(piece, start, errors))
        } else {
            symbol(first, start, errors)
        };
        tokens.extend(kind.map(|kind| Token { kind, text: piece, start }));
    }
    tokens
}

/// Whether a character belongs to a word. More than names and numbers contain, so that a mistyped
/// word is reported as a whole.
fn is_word(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '.' | '$' | '#' | '@')
}

fn symbol(c: char, start: usize, errors: &mut Vec<FormulaError>) -> Option<TokenKind> {
    let mut unexpected = |help: &str| {
        errors.push(FormulaError {
            range: start..start + c.len_utf8(),
            kind: FormulaErrorKind::UnexpectedCharacter(c),
            help: help.to_owned(),
        });
    };
    match c {
        '+' => Some(TokenKind::Plus),
        '-' => Some(TokenKind::Minus),
        '*' => Some(TokenKind::Star),
        '/' => Some(TokenKind::Slash),
        '(' => Some(TokenKind::Open),
        ')' => Some(TokenKind::Close),
        ',' => Some(TokenKind::Comma),
        // Typeset operators, as word processors and web pages write them.
        '\u{2212}' | '\u{2013}' | '\u{2014}' => {
            unexpected("write a minus sign as `-`");
            Some(TokenKind::Minus)
        }
        '\u{d7}' | '\u{b7}' | '\u{22c5}' => {
            unexpected("write a multiplication as `*`");
            Some(TokenKind::Star)
        }
        '\u{f7}' | ':' => {
            unexpected("write a division as `/`");
            Some(TokenKind::Slash)
        }
        '[' | '{' => {
            unexpected("group with `(` and `)`");
            Some(TokenKind::Open)
        }
        ']' | '}' => {
            unexpected("group with `(` and `)`");
            Some(TokenKind::Close)
        }
        ';' => {
            unexpected("separate arguments with `,`");
            Some(TokenKind::Comma)
        }
        '%' => {
            unexpected("write a percentage as a number, such as 0.05 for 5 percent");
            None
        }
        '^' => {
            unexpected("there are no powers; multiply instead, as in `a * a`");
            Some(TokenKind::Star)
        }
        '<' | '>' | '=' | '!' | '&' | '|' | '?' => {
            unexpected("a formula computes a number; it has no comparisons or conditions");
            Some(TokenKind::Star)
        }
        _ => {
            unexpected("use numbers, metric names, `+ - * /`, `( )` and min, max, abs");
            None
        }
    }
}

fn word(text: &str, start: usize, errors: &mut Vec<FormulaError>) -> TokenKind {
    let mut report = |kind, help| {
        errors.push(FormulaError { range: start..start + text.len(), kind, help });
    };
    if text.starts_with(|c: char| c.is_ascii_digit() || c == '.') {
        return TokenKind::Number(number(text).unwrap_or_else(|help| {
            report(FormulaErrorKind::BadNumber(text.to_owned()), help);
            Decimal::ONE
        }));
    }
    if !is_name(text) {
        let lower = text.to_ascii_lowercase();
        let help = if is_name(&lower) {
            format!("metric names are lower case: `{lower}`")
        } else {
            "a metric name begins with a letter from a to z and goes on with such letters, digits \
             and `_`"
                .to_owned()
        };
        report(FormulaErrorKind::BadName(text.to_owned()), help);
    }
    TokenKind::Name
}

/// Whether the text has the form `[a-z][a-z0-9_]*`.
fn is_name(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_lowercase())
        && text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
}

/// The value of digits, optionally with a point and more digits, or help.
fn number(text: &str) -> Result<Decimal, String> {
    let is_digits = |part: &str| !part.is_empty() && part.chars().all(|c| c.is_ascii_digit());
    let (whole, fraction) = match text.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (text, None),
    };
    match fraction {
        Some(fraction) if whole.is_empty() && is_digits(fraction) => {
            return Err(format!("write `0.{fraction}`"));
        }
        Some("") if is_digits(whole) => return Err(format!("write `{whole}`")),
        _ => {}
    }
    if !is_digits(whole) || !fraction.is_none_or(is_digits) {
        let help = "a number is digits, with a point before the decimals, such as 0.25";
        return Err(help.to_owned());
    }
    Decimal::from_str_exact(text).map_err(|_| "a number has at most 28 digits in all".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(text: &str) -> Vec<TokenKind> {
        let mut errors = Vec::new();
        let kinds = tokens(text, &mut errors).iter().map(|t| t.kind).collect();
        assert_eq!(errors, [], "{text}");
        kinds
    }

    fn only_error(text: &str) -> FormulaError {
        let mut errors = Vec::new();
        tokens(text, &mut errors);
        assert_eq!(errors.len(), 1, "{text}: {errors:?}");
        errors.remove(0)
    }

    #[test]
    fn splits_tokens() {
        use TokenKind::{Close, Comma, Minus, Name, Number, Open, Plus, Slash, Star};
        assert_eq!(
            kinds("-a1_b+2.50*(max ( c,1))/\n x"),
            [
                Minus,
                Name,
                Plus,
                Number(Decimal::new(250, 2)),
                Star,
                Open,
                Name,
                Open,
                Name,
                Comma,
                Number(Decimal::ONE),
                Close,
                Close,
                Slash,
                Name
            ]
        );
        assert_eq!(kinds(" \t\n"), []);
    }

    #[test]
    fn places_are_byte_offsets() {
        let error = only_error("a \u{2212} b");
        assert_eq!(error.range, 2..5);
        assert_eq!(error.kind, FormulaErrorKind::UnexpectedCharacter('\u{2212}'));
        assert_eq!(only_error("1 + \u{e9}t\u{e9}").range, 4..9);
    }

    #[test]
    fn bad_words_are_reported_whole() {
        for (text, help) in [
            (".5", "write `0.5`"),
            ("5.", "write `5`"),
            ("1.2.3", "a number is digits"),
            ("1e5", "a number is digits"),
            ("1_000", "a number is digits"),
            ("7days", "a number is digits"),
            (".", "a number is digits"),
            ("99999999999999999999999999999999", "a number has at most"),
            ("0.00000000000000000000000000001", "a number has at most"),
        ] {
            let error = only_error(text);
            assert_eq!(error.kind, FormulaErrorKind::BadNumber(text.into()));
            assert!(error.help.starts_with(help), "{text}: {}", error.help);
            assert_eq!(error.range, 0..text.len());
        }
        for (text, help) in [
            ("MTTR", "metric names are lower case: `mttr`"),
            ("_a", "a metric name begins"),
            ("mttr.p90", "a metric name begins"),
            ("\u{b5}", "a metric name begins"),
            ("$a", "a metric name begins"),
        ] {
            let error = only_error(text);
            assert_eq!(error.kind, FormulaErrorKind::BadName(text.into()));
            assert!(error.help.starts_with(help), "{text}: {}", error.help);
        }
    }
}
