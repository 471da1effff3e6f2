//! What secrets look like. Patterns are those of the issuers; where there is none, a name that says
//! what it is and a value that no person would choose as a word.

use std::ops::Range;
use std::sync::LazyLock;

use regex::{Regex, RegexSet};

/// A place in a text that looks like a secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Secret {
    pub range: Range<usize>,
    pub what: &'static str,
}

/// All secrets of a text in the order of their places, none overlapping another.
pub fn secrets(text: &str) -> Vec<Secret> {
    // That they can be compiled is what the tests are for.
    let Ok(shapes) = SHAPES.as_ref() else {
        return Vec::new();
    };
    let mut found = Vec::new();
    for index in &shapes.any.matches(text) {
        let (what, _, holds) = PATTERNS[index];
        let mut from = 0;
        while let Some(shape) = shapes.each[index].captures_at(text, from)
            && let Some(secret) = shape.get(1)
        {
            // What ends one may be what another begins behind.
            from = secret.end();
            if holds(secret.as_str()) {
                found.push(Secret { range: secret.range(), what });
            }
        }
    }
    quoted_passwords(text, &shapes.quoted, &mut found);
    found.sort_by_key(|secret| (secret.range.start, secret.range.end));
    let mut end = 0;
    found.retain(|secret| {
        let apart = secret.range.start >= end;
        if apart {
            end = secret.range.end;
        }
        apart
    });
    found
}

/// What a secret is called, its shape with the secret as the first group, and what must hold of it
/// besides. `<start>` is where no longer word ends, `<token>` what tokens are made of, `<is>` what
/// stands between a name and its value.
type Pattern = (&'static str, &'static str, fn(&str) -> bool);

const PATTERNS: &[Pattern] = &[
    (AWS, r"<start>(A[KS]IA[A-Z0-9]{16})(?:[^A-Z0-9]|$)", any),
    (GITHUB, r"<start>(gh[pousr]_[A-Za-z0-9]{36,})", any),
    (GITHUB, r"<start>(github_pat_[A-Za-z0-9_]{40,})", any),
    ("a GitLab token", r"<start>(glpat-[A-Za-z0-9_-]{20,})", any),
    ("a Slack token", r"<start>(xox[bpars]-[A-Za-z0-9_-]{10,})", any),
    ("a Google API key", r"<start>(AIza[A-Za-z0-9_-]{35})(?:[^A-Za-z0-9_-]|$)", any),
    // Three parts of base64, of which the first two are JSON objects.
    (
        "a JSON Web Token",
        r"<start>(eyJ[A-Za-z0-9_-]*\.eyJ[A-Za-z0-9_-]*\.[A-Za-z0-9_-]{10,})(?:[^A-Za-z0-9_.-]|$)",
        any,
    ),
    ("a private key", r"(-----BEGIN [A-Z ]*PRIVATE KEY-----)", any),
    // `scheme://user:password@host`
    (
        "a password in a URL",
        r#"://[^: \t\n\x0C\r/?#"'`<>\\]*:([^ \t\n\x0C\r/?#"'`<>\\]*)@"#,
        |password| !is_placeholder(password),
    ),
    (CREDENTIALS, r"(?i-u:authorization:)\s*(?:Bearer|Basic) (<token>{8,})", mixed),
    (CREDENTIALS, r"<start>(?:Bearer|Basic) (<token>{20,})", mixed),
    (PASSWORD, r"<password><is>(<token>{16,})", mixed),
    (
        "a token",
        r#"(?i-u:token|secret|api[_-]?key|(?:access|secret|private)_key)<is>["']*(<token>{16,})"#,
        mixed,
    ),
];
const AWS: &str = "an AWS access key";
const GITHUB: &str = "a GitHub token";
const CREDENTIALS: &str = "the credentials of a request";
const PASSWORD: &str = "a password";

/// The compiled [`PATTERNS`], and a first look at which of them a text has at all.
struct Shapes {
    any: RegexSet,
    each: Vec<Regex>,
    /// What stands before a password in quotes.
    quoted: Regex,
}

static SHAPES: LazyLock<Result<Shapes, regex::Error>> = LazyLock::new(|| {
    let written = |shape: &str| {
        shape
            .replace("<start>", r"(?:^|[^\p{Alphabetic}\p{N}])")
            .replace("<token>", r"[A-Za-z0-9_+/=.~-]")
            .replace("<password>", "(?i-u:password|passwd|passphrase|pwd)")
            .replace("<is>", r#"[ \t"'\\]*[=:][ \t\\]*"#)
    };
    let each: Vec<String> = PATTERNS.iter().map(|(_, shape, _)| written(shape)).collect();
    Ok(Shapes {
        any: RegexSet::new(&each)?,
        each: each.iter().map(|shape| Regex::new(shape)).collect::<Result<_, _>>()?,
        quoted: Regex::new(&written(r#"<password><is>["']+"#))?,
    })
});

/// `password = '…'`
fn quoted_passwords(text: &str, opening: &Regex, found: &mut Vec<Secret>) {
    for open in opening.find_iter(text) {
        let value = &text[open.end()..];
        let close = value.find(|c: char| c.is_ascii_whitespace() || "\"'\\".contains(c));
        let (password, rest) = value.split_at(close.unwrap_or(value.len()));
        if rest.starts_with(['"', '\'', '\\'])
            && password.len() >= 6
            && !is_placeholder(password)
            && !is_plain(password)
        {
            let range = open.end()..open.end() + password.len();
            found.push(Secret { range, what: PASSWORD });
        }
    }
}

fn any(_: &str) -> bool {
    true
}

/// What documentation writes in the place of a secret.
fn is_placeholder(value: &str) -> bool {
    let lower = value.to_lowercase();
    value.starts_with(['$', '<', '{', '%'])
        || ["", "password", "pass", "secret", "token"].contains(&lower.as_str())
        || value.chars().all(|c| matches!(c, '*' | '.' | '…' | 'x' | 'X'))
}

/// A word that stands for itself, such as `expired` or `never_set`.
fn is_plain(value: &str) -> bool {
    value.chars().all(|c| c.is_ascii_lowercase() || matches!(c, '_' | '-'))
}

/// Letters and digits, as chance makes them and words do not.
fn mixed(value: &str) -> bool {
    value.bytes().any(|byte| byte.is_ascii_digit())
        && value.bytes().any(|byte| byte.is_ascii_alphabetic())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<&str> {
        secrets(text).into_iter().map(|secret| &text[secret.range]).collect()
    }

    // The samples are put together here, so that no scanner takes this file for a leak.
    #[test]
    fn keys_with_a_known_beginning() {
        let aws = format!("{}{}", "AKIA", "IOSFODNN7EXAMPLE");
        assert_eq!(found(&format!("# {aws}.")), [aws.as_str()]);
        let github = format!("ghp_{}", "a1B2".repeat(9));
        assert_eq!(found(&github), [github.as_str()]);
        let slack = format!("xoxb-{}-abc", "1".repeat(12));
        assert_eq!(found(&format!("'{slack}'")), [slack.as_str()]);
        assert!(found("AKIAIOSFODNN7EXAMPL ghp_short FAKIA1234567890123456").is_empty());
    }

    #[test]
    fn tokens_keys_and_urls() {
        let token = format!("eyJhbGci.eyJzdWIi.{}", "c2lnbmF0dXJl");
        assert_eq!(found(&token), [token.as_str()]);
        let key = format!("-----BEGIN RSA {} KEY-----", "PRIVATE");
        assert_eq!(found(&format!("x {key}\nMII")), [key.as_str()]);
        assert!(found("-----BEGIN CERTIFICATE-----").is_empty());
        assert_eq!(found("postgres://soc:hun/ter2@db postgres://soc:hunter2@db/x"), ["hunter2"]);
        assert!(found("https://example.org/a:b@c postgres://u:${PW}@db mailto:a@b").is_empty());
        assert_eq!(found("Authorization: Bearer abc123def456"), ["abc123def456"]);
    }

    #[test]
    fn names_that_say_what_they_hold() {
        assert_eq!(found("db_password = \"hunter22\""), ["hunter22"]);
        assert_eq!(found("where password = 'Hunter-22'"), ["Hunter-22"]);
        assert_eq!(found("?token=0123456789abcdef&x"), ["0123456789abcdef"]);
        assert_eq!(found("\\\"api_key\\\": \\\"k0123456789abcdef\\\""), ["k0123456789abcdef"]);
        for harmless in [
            "password = 'expired'",
            "password_changed_at = \"2026-01-01\"",
            "where token = 'revoked_by_user'",
            "password = \"<password>\"",
            "token = lower(raw_token_12345678)",
            "key = true",
        ] {
            assert!(found(harmless).is_empty(), "{harmless}");
        }
    }
}
