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
    let mut found = Vec::new();
    for index in SET.matches(text) {
        let (Some(pattern), Some(regex)) = (PATTERNS.get(index), REGEXES.get(index)) else {
            continue;
        };
        for captures in regex.captures_iter(text) {
            let secret = captures.get(1).filter(|secret| (pattern.is_secret)(secret.as_str()));
            found.extend(secret.map(|secret| Secret { range: secret.range(), what: pattern.what }));
        }
    }
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

/// How secrets of a kind are written.
struct Pattern {
    what: &'static str,
    /// A regular expression, of which the first group is the secret.
    text: &'static str,
    /// Whether it stands apart: what goes on a longer word is no match.
    is_word: bool,
    is_secret: fn(&str) -> bool,
}

impl Pattern {
    /// A key whose issuer gives all its keys the same beginning.
    const fn issued(what: &'static str, text: &'static str) -> Self {
        Self { what, text, is_word: true, is_secret: |_| true }
    }

    /// What stands where a secret is expected.
    const fn placed(what: &'static str, text: &'static str, is_secret: fn(&str) -> bool) -> Self {
        Self { what, text, is_word: false, is_secret }
    }

    fn regex(&self) -> String {
        let start = if self.is_word { "(?:^|[^0-9A-Za-z])" } else { "" };
        format!("{start}{}", self.text)
    }
}

const GITHUB: &str = "a GitHub token";
const PASSWORD: &str = "a password";
const CREDENTIALS: &str = "the credentials of a request";

const PATTERNS: &[Pattern] = &[
    Pattern {
        is_secret: |key| key.len() == 20,
        ..Pattern::issued("an AWS access key", "(A[KS]IA[A-Z0-9]{16,})")
    },
    Pattern {
        is_secret: |key| key.len() == 39,
        ..Pattern::issued("a Google API key", "(AIza[A-Za-z0-9_-]{35,})")
    },
    Pattern::issued(GITHUB, "(gh[oprsu]_[A-Za-z0-9]{36,})"),
    Pattern::issued(GITHUB, "(github_pat_[A-Za-z0-9_]{40,})"),
    Pattern::issued("a GitLab token", "(glpat-[A-Za-z0-9_-]{20,})"),
    Pattern::issued("a Slack token", "(xox[abprs]-[A-Za-z0-9_-]{10,})"),
    // Three parts of base64, of which the first two are JSON objects.
    Pattern::issued(
        "a JSON Web Token",
        r"(eyJ[A-Za-z0-9_-]*\.eyJ[A-Za-z0-9_-]*\.[A-Za-z0-9_-]{10,})(?:[^A-Za-z0-9_.-]|$)",
    ),
    Pattern::placed("a private key", "(-----BEGIN [A-Z ]*PRIVATE KEY-----)", |_| true),
    // `scheme://user:password@host`
    Pattern::placed(
        "a password in a URL",
        r#"://[^: \t\n\r\x0C/?\#"'`<>\\]*:([^ \t\n\r\x0C/?\#"'`<>\\]*)@"#,
        |password| !is_placeholder(password),
    ),
    // `Authorization: Bearer …`, and with a longer value without the name of the header.
    Pattern::placed(
        CREDENTIALS,
        r"(?i-u:authorization:)[ \t\r\n]*(?:Bearer|Basic) ([A-Za-z0-9_+/=.~-]{8,})",
        mixed,
    ),
    Pattern {
        is_secret: mixed,
        ..Pattern::issued(CREDENTIALS, "(?:Bearer|Basic) ([A-Za-z0-9_+/=.~-]{20,})")
    },
    // A name that ends in what it is, `=` or `:`, and a value.
    Pattern::placed(
        PASSWORD,
        r#"(?i-u:password|passwd|passphrase|pwd)[ \t"'\\]*[=:][ \t\\]*["']+([^ \t\n\r\x0C"'\\]{6,})["'\\]"#,
        |password| !is_placeholder(password) && !is_plain(password),
    ),
    Pattern::placed(
        PASSWORD,
        r#"(?i-u:password|passwd|passphrase|pwd)[ \t"'\\]*[=:][ \t\\]*([A-Za-z0-9_+/=.~-]{16,})"#,
        mixed,
    ),
    Pattern::placed(
        "a token",
        r#"(?i-u:token|secret|api[_-]?key|(?:access|secret|private)_key)[ \t"'\\]*[=:][ \t\\]*["']*([A-Za-z0-9_+/=.~-]{16,})"#,
        mixed,
    ),
];

/// Which patterns a text has anything for, in one pass: most have none.
static SET: LazyLock<RegexSet> =
    LazyLock::new(|| RegexSet::new(PATTERNS.iter().map(Pattern::regex)).unwrap_or_default());

static REGEXES: LazyLock<Vec<Regex>> = LazyLock::new(|| {
    PATTERNS.iter().filter_map(|pattern| Regex::new(&pattern.regex()).ok()).collect()
});

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

    #[test]
    fn every_pattern_is_a_regular_expression() {
        assert_eq!((SET.len(), REGEXES.len()), (PATTERNS.len(), PATTERNS.len()));
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
