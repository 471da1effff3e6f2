//! Names and values that look like a person, an address or a secret.

/// What a name looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Personal {
    Person,
    Address,
    Secret,
}

impl Personal {
    /// As in "looks like …".
    pub fn name(self) -> &'static str {
        match self {
            Self::Person => "a person",
            Self::Address => "an address",
            Self::Secret => "a secret",
        }
    }
}

const PERSONS: &[&str] = &[
    "analyst",
    "assignee",
    "assignees",
    "agent",
    "caller",
    "colleague",
    "employee",
    "firstname",
    "fullname",
    "handler",
    "lastname",
    "login",
    "operator",
    "person",
    "reporter",
    "requester",
    "responder",
    "staff",
    "surname",
    "upn",
    "user",
    "userid",
    "username",
    "users",
];
const ADDRESSES: &[&str] = &[
    "address",
    "addr",
    "email",
    "emails",
    "hostname",
    "ip",
    "ipaddress",
    "ips",
    "ipv4",
    "ipv6",
    "mac",
    "mail",
    "mobile",
    "phone",
    "postcode",
    "street",
    "telephone",
    "upn",
    "zip",
];
const SECRETS: &[&str] = &[
    "apikey",
    "cookie",
    "credential",
    "credentials",
    "passphrase",
    "passwd",
    "password",
    "secret",
    "token",
    "tokens",
];
/// Two words that are one.
const PAIRS: &[(&str, &str, Personal)] = &[
    ("first", "name", Personal::Person),
    ("full", "name", Personal::Person),
    ("last", "name", Personal::Person),
    ("display", "name", Personal::Person),
    ("account", "name", Personal::Person),
    ("assigned", "to", Personal::Person),
    ("closed", "by", Personal::Person),
    ("opened", "by", Personal::Person),
    ("resolved", "by", Personal::Person),
    ("created", "by", Personal::Person),
    ("api", "key", Personal::Secret),
    ("access", "key", Personal::Secret),
    ("private", "key", Personal::Secret),
    ("session", "id", Personal::Secret),
];
/// A last word that makes a group of what stands before it: a `user_type` is nobody.
const GROUPS: &[&str] = &[
    "category",
    "class",
    "count",
    "country",
    "department",
    "family",
    "group",
    "kind",
    "level",
    "org",
    "region",
    "role",
    "scope",
    "share",
    "site",
    "status",
    "team",
    "tier",
    "type",
    "unit",
    "version",
    "zone",
];

/// What a segment or column looks like by the words of its name.
pub fn by_name(name: &str) -> Option<Personal> {
    let words = words(name);
    if words.last().is_some_and(|last| GROUPS.contains(&last.as_str())) {
        return None;
    }
    let has = |list: &[&str]| words.iter().any(|word| list.contains(&word.as_str()));
    let pair = words.windows(2).find_map(|pair| {
        let [first, second] = pair else { return None };
        PAIRS.iter().find(|(one, two, _)| first == one && second == two).map(|(.., what)| *what)
    });
    if has(SECRETS) {
        Some(Personal::Secret)
    } else if has(ADDRESSES) {
        Some(Personal::Address)
    } else if has(PERSONS) {
        Some(Personal::Person)
    } else {
        pair
    }
}

/// `srcIp` and `src_ip` are the same two words.
fn words(name: &str) -> Vec<String> {
    let mut spaced = String::new();
    let mut before = ' ';
    for character in name.chars() {
        if character.is_uppercase() && before.is_lowercase() {
            spaced.push('_');
        }
        spaced.extend(character.to_lowercase());
        before = character;
    }
    let words = spaced.split(|c: char| !c.is_alphanumeric());
    words.filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

/// What a value looks like; only what a pattern can tell.
pub fn by_value(value: &str) -> Option<&'static str> {
    let value = value.trim();
    if is_email(value) {
        Some("e-mail addresses")
    } else if value.parse::<core::net::IpAddr>().is_ok() {
        Some("IP addresses")
    } else {
        None
    }
}

fn is_email(value: &str) -> bool {
    let Some((local, domain)) = value.rsplit_once('@') else {
        return false;
    };
    let plain = |c: char| c.is_alphanumeric() || "._%+-".contains(c);
    let ends = domain.rsplit_once('.').is_some_and(|(name, last)| {
        !name.is_empty() && last.len() > 1 && last.chars().all(char::is_alphabetic)
    });
    ends && !local.is_empty() && local.chars().all(plain) && domain.chars().all(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tell_by_their_words() {
        for (name, what) in [
            ("analyst", Some(Personal::Person)),
            ("first_name", Some(Personal::Person)),
            ("closed_by_user", Some(Personal::Person)),
            ("src_ip", Some(Personal::Address)),
            ("srcIp", Some(Personal::Address)),
            ("email", Some(Personal::Address)),
            ("api_key", Some(Personal::Secret)),
            ("session_id", Some(Personal::Secret)),
            ("user_type", None),
            ("analyst_tier", None),
            ("client_id", None),
            ("severity", None),
            ("rule_id", None),
            ("description", None),
            ("machine", None),
        ] {
            assert_eq!(by_name(name), what, "{name}");
        }
    }

    #[test]
    fn values_tell_by_their_pattern() {
        for value in ["mara.lind@example.org", "10.0.0.1", "2001:db8::1"] {
            assert!(by_value(value).is_some(), "{value}");
        }
        for value in ["high", "1.2", "1.2.3", "@example.org", "a@b", "edr", "", "12:30"] {
            assert_eq!(by_value(value), None, "{value}");
        }
    }
}
