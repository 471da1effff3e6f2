//! The key of the pseudonyms.

use std::fmt;

/// What separates the pseudonyms from everything else that is derived from the same secret.
const PSEUDONYMS: &str = "goodhart 2026 pseudonyms of segment values";
const CHECK: &str = "goodhart 2026 check value of the pseudonym key";

/// The digits of a pseudonym: no letter that is easily taken for another one.
const DIGITS: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// The shortest secret: anybody can try short ones against a list of names.
const SHORTEST: usize = 32;
/// A secret of fewer different characters was typed, not made.
const FEWEST: usize = 8;

/// Why there is no key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoKey {
    /// No secret is given.
    Missing,
    /// The secret could be guessed.
    Weak,
}

impl fmt::Display for NoKey {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing => to.write_str("there is no key to make them with"),
            Self::Weak => write!(
                to,
                "the key to make them with can be guessed: it needs {SHORTEST} characters, of \
                 which {FEWEST} are different"
            ),
        }
    }
}

/// Makes pseudonyms. It cannot be printed.
#[derive(Clone)]
pub struct Key {
    key: [u8; 32],
    check: String,
}

impl Key {
    /// The key of a secret text.
    ///
    /// # Errors
    /// A secret that could be guessed.
    pub fn of(secret: &str) -> Result<Self, NoKey> {
        let secret = secret.trim();
        let different: std::collections::BTreeSet<char> = secret.chars().collect();
        if secret.is_empty() {
            return Err(NoKey::Missing);
        }
        if secret.chars().count() < SHORTEST || different.len() < FEWEST {
            return Err(NoKey::Weak);
        }
        let check = blake3::derive_key(CHECK, secret.as_bytes());
        Ok(Self {
            key: blake3::derive_key(PSEUDONYMS, secret.as_bytes()),
            check: check.iter().take(4).map(|byte| format!("{byte:02x}")).collect(),
        })
    }

    /// Eight digits that tell whether another key is the same, and nothing else of it.
    pub fn check(&self) -> &str {
        &self.check
    }

    /// `length` digits for a value of a segment: the same in every metric of every project that
    /// has the key.
    pub fn digits(&self, segment: &str, value: &str, length: usize) -> String {
        let mut hasher = blake3::Hasher::new_keyed(&self.key);
        for part in [segment, value] {
            hasher.update(&(part.len() as u64).to_le_bytes());
            hasher.update(part.as_bytes());
        }
        let hash = hasher.finalize();
        let digit = |byte: &u8| char::from(DIGITS[usize::from(byte % 32)]);
        hash.as_bytes().iter().take(length).map(digit).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str = "0123456789abcdef0123456789abcdef";

    #[test]
    fn a_secret_that_can_be_guessed_is_refused() {
        assert_eq!(Key::of("").err(), Some(NoKey::Missing));
        assert_eq!(Key::of("  \n").err(), Some(NoKey::Missing));
        assert_eq!(Key::of("0123456789abcdef").err(), Some(NoKey::Weak));
        assert_eq!(Key::of(&"ab".repeat(40)).err(), Some(NoKey::Weak));
        assert!(Key::of(SECRET).is_ok());
    }

    #[test]
    fn a_pseudonym_depends_on_the_key_the_segment_and_the_value() {
        let (key, other) = (Key::of(SECRET).unwrap(), Key::of(&format!("{SECRET}!")).unwrap());
        let digits = key.digits("analyst", "mara", 10);
        assert_eq!(digits.len(), 10);
        assert_eq!(digits, key.digits("analyst", "mara", 10));
        assert_ne!(digits, key.digits("analyst", "mare", 10));
        assert_ne!(digits, key.digits("analys", "tmara", 10));
        assert_ne!(digits, other.digits("analyst", "mara", 10));
        assert_ne!(key.check(), other.check());
        assert_eq!(key.check().len(), 8);
    }
}
