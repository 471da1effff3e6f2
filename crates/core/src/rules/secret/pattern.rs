//! What secrets look like. Patterns are those of the issuers; where there is none, a name that says
//! what it is and a value that no person would choose as a word.

use std::ops::Range;

/// A place in a text that looks like a secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Secret {
    pub range: Range<usize>,
    pub what: &'static str,
}

/// All secrets of a text in the order of their places, none overlapping another.
pub fn secrets(text: &str) -> Vec<Secret> {
    let mut found = issued(text);
    found.extend(web_tokens(text));
    found.extend(private_keys(text));
    found.extend(in_urls(text));
    found.extend(in_headers(text));
    found.extend(assigned(text));
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

/// A key whose issuer gives all its keys the same beginning.
struct KeyPrefix {
    prefix: &'static str,
    /// How many characters follow at least, and at most where it is a fixed length.
    least: usize,
    most: usize,
    belongs: fn(u8) -> bool,
    what: &'static str,
}

const NO_LIMIT: usize = usize::MAX;

const ISSUED: &[KeyPrefix] = &[
    KeyPrefix { prefix: "AKIA", least: 16, most: 16, belongs: capital, what: AWS },
    KeyPrefix { prefix: "ASIA", least: 16, most: 16, belongs: capital, what: AWS },
    KeyPrefix { prefix: "ghp_", least: 36, most: NO_LIMIT, belongs: alphanumeric, what: GITHUB },
    KeyPrefix { prefix: "gho_", least: 36, most: NO_LIMIT, belongs: alphanumeric, what: GITHUB },
    KeyPrefix { prefix: "ghu_", least: 36, most: NO_LIMIT, belongs: alphanumeric, what: GITHUB },
    KeyPrefix { prefix: "ghs_", least: 36, most: NO_LIMIT, belongs: alphanumeric, what: GITHUB },
    KeyPrefix { prefix: "ghr_", least: 36, most: NO_LIMIT, belongs: alphanumeric, what: GITHUB },
    KeyPrefix { prefix: "github_pat_", least: 40, most: NO_LIMIT, belongs: word, what: GITHUB },
    KeyPrefix {
        prefix: "glpat-",
        least: 20,
        most: NO_LIMIT,
        belongs: dashed,
        what: "a GitLab token",
    },
    KeyPrefix { prefix: "xoxb-", least: 10, most: NO_LIMIT, belongs: dashed, what: SLACK },
    KeyPrefix { prefix: "xoxp-", least: 10, most: NO_LIMIT, belongs: dashed, what: SLACK },
    KeyPrefix { prefix: "xoxa-", least: 10, most: NO_LIMIT, belongs: dashed, what: SLACK },
    KeyPrefix { prefix: "xoxr-", least: 10, most: NO_LIMIT, belongs: dashed, what: SLACK },
    KeyPrefix { prefix: "xoxs-", least: 10, most: NO_LIMIT, belongs: dashed, what: SLACK },
    KeyPrefix { prefix: "AIza", least: 35, most: 35, belongs: dashed, what: "a Google API key" },
];
const AWS: &str = "an AWS access key";
const GITHUB: &str = "a GitHub token";
const SLACK: &str = "a Slack token";

/// What the prefixes of [`ISSUED`] begin with: one pass instead of one for each of them.
const INITIALS: [char; 3] = ['A', 'g', 'x'];

fn issued(text: &str) -> Vec<Secret> {
    let mut found = Vec::new();
    for (start, _) in text.match_indices(INITIALS) {
        let rest = text.get(start..).unwrap_or("");
        let Some(shape) = ISSUED.iter().find(|shape| rest.starts_with(shape.prefix)) else {
            continue;
        };
        let behind = start + shape.prefix.len();
        let end = run(text, behind, shape.belongs);
        let length = end - behind;
        if !follows_word(text, start) && (shape.least..=shape.most).contains(&length) {
            found.push(Secret { range: start..end, what: shape.what });
        }
    }
    found
}

/// JSON Web Tokens: three parts of base64, of which the first two are JSON objects.
fn web_tokens(text: &str) -> Vec<Secret> {
    let mut found = Vec::new();
    for (start, _) in text.match_indices("eyJ") {
        let end = run(text, start, |byte| dashed(byte) || byte == b'.');
        let token = text.get(start..end).unwrap_or("");
        let parts: Vec<&str> = token.split('.').collect();
        if let [_, claims, signature] = parts.as_slice()
            && claims.starts_with("eyJ")
            && signature.len() >= 10
            && !follows_word(text, start)
        {
            found.push(Secret { range: start..end, what: "a JSON Web Token" });
        }
    }
    found
}

fn private_keys(text: &str) -> Vec<Secret> {
    let mut found = Vec::new();
    for (start, begin) in text.match_indices("-----BEGIN ") {
        let rest = text.get(start + begin.len()..).unwrap_or("");
        let kind = run(rest, 0, |byte| byte.is_ascii_uppercase() || byte == b' ');
        let close = "-----";
        if rest[..kind].ends_with("PRIVATE KEY") && rest[kind..].starts_with(close) {
            let end = start + begin.len() + kind + close.len();
            found.push(Secret { range: start..end, what: "a private key" });
        }
    }
    found
}

/// `scheme://user:password@host`
fn in_urls(text: &str) -> Vec<Secret> {
    let mut found = Vec::new();
    for (colon, sign) in text.match_indices("://") {
        let start = colon + sign.len();
        let end =
            run(text, start, |byte| !byte.is_ascii_whitespace() && !b"/?#\"'`<>\\".contains(&byte));
        let authority = text.get(start..end).unwrap_or("");
        if let Some((user, _)) = authority.rsplit_once('@')
            && let Some((name, password)) = user.split_once(':')
            && !is_placeholder(password)
        {
            let at = start + name.len() + 1;
            let range = at..at + password.len();
            found.push(Secret { range, what: "a password in a URL" });
        }
    }
    found
}

/// `Authorization: Bearer …` and `Authorization: Basic …`, also without the name of the header.
fn in_headers(text: &str) -> Vec<Secret> {
    let mut found = Vec::new();
    for scheme in ["Bearer ", "Basic "] {
        for (at, _) in text.match_indices(scheme) {
            let start = at + scheme.len();
            let end = run(text, start, token_byte);
            let value = text.get(start..end).unwrap_or("");
            let header = text.get(..at).unwrap_or("").trim_end();
            let named = header.to_ascii_lowercase().ends_with("authorization:");
            let long = if named { 8 } else { 20 };
            if value.len() >= long && mixed(value) && !follows_word(text, at) {
                found.push(Secret { range: start..end, what: "the credentials of a request" });
            }
        }
    }
    found
}

const PASSWORDS: &[&str] = &["password", "passwd", "passphrase", "pwd"];
const TOKENS: &[&str] =
    &["token", "secret", "api_key", "apikey", "api-key", "access_key", "secret_key", "private_key"];

/// `password = '…'`, `api_token=…`: a name that ends in what it is, `=` or `:`, and a value.
fn assigned(text: &str) -> Vec<Secret> {
    let mut found = Vec::new();
    for (sign, _) in text.match_indices(['=', ':']) {
        let before = text.get(..sign).unwrap_or("");
        let before = before.trim_end_matches([' ', '\t', '"', '\'', '\\']);
        let name = name_at_end(before).to_ascii_lowercase();
        let called = |names: &[&str]| names.iter().any(|ending| name.ends_with(ending));
        let (is_password, is_token) = (called(PASSWORDS), called(TOKENS));
        if !is_password && !is_token {
            continue;
        }
        let behind = text.get(sign + 1..).unwrap_or("");
        let open = behind.trim_start_matches([' ', '\t', '\\']);
        let value = open.trim_start_matches(['"', '\'']);
        let quoted = value.len() < open.len();
        let start = text.len() - value.len();
        let (end, what) = if is_password && quoted {
            let end =
                run(text, start, |byte| !byte.is_ascii_whitespace() && !b"\"'\\".contains(&byte));
            let password = text.get(start..end).unwrap_or("");
            let closed = text.get(end..).is_some_and(|rest| rest.starts_with(['"', '\'', '\\']));
            if !closed || password.len() < 6 || is_placeholder(password) || is_plain(password) {
                continue;
            }
            (end, "a password")
        } else {
            let end = run(text, start, token_byte);
            let token = text.get(start..end).unwrap_or("");
            if token.len() < 16 || !mixed(token) {
                continue;
            }
            (end, if is_password { "a password" } else { "a token" })
        };
        found.push(Secret { range: start..end, what });
    }
    found
}

/// The end of the run of bytes from `start` that belong.
fn run(text: &str, start: usize, belongs: impl Fn(u8) -> bool) -> usize {
    let rest = text.as_bytes().get(start..).unwrap_or_default();
    start + rest.iter().position(|byte| !belongs(*byte)).unwrap_or(rest.len())
}

/// Whether a match is the end of a longer word, and so no match.
fn follows_word(text: &str, start: usize) -> bool {
    text.get(..start).is_some_and(|before| before.ends_with(|c: char| c.is_alphanumeric()))
}

fn name_at_end(text: &str) -> &str {
    let name = text.trim_end_matches(|c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-');
    text.get(name.len()..).unwrap_or("")
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

fn capital(byte: u8) -> bool {
    byte.is_ascii_uppercase() || byte.is_ascii_digit()
}

fn alphanumeric(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
}

fn word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

fn dashed(byte: u8) -> bool {
    word(byte) || byte == b'-'
}

fn token_byte(byte: u8) -> bool {
    dashed(byte) || b"+/=.~".contains(&byte)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<&str> {
        secrets(text).into_iter().map(|secret| &text[secret.range]).collect()
    }

    // The samples are put together here, so that no scanner takes this file for a leak.
    #[test]
    fn every_prefix_has_its_initial() {
        assert!(ISSUED.iter().all(|shape| shape.prefix.starts_with(INITIALS)));
    }

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
