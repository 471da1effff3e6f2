//! What was bound before, keyed by everything that it depends on.
//!
//! Only what is free of mistakes is remembered, so a remembered answer has nothing to say. The
//! memory is one text; a damaged one is as if there were none. Its checksum is no signature: one that
//! came with the repository is not believed at all, and what else forged one is believed as far as it
//! cannot become other SQL (types.rs).

use std::collections::BTreeMap;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

/// Answers by key. Those that no run asks for any more are forgotten.
#[derive(Debug, Default)]
pub struct Memory {
    /// What was read and not yet asked for.
    known: BTreeMap<String, Box<RawValue>>,
    used: BTreeMap<String, Box<RawValue>>,
    /// Whether something was learnt.
    new: bool,
}

#[derive(Serialize, Deserialize)]
struct Written {
    checksum: String,
    entries: Box<RawValue>,
}

impl Memory {
    /// Reads what [`Memory::render`] wrote.
    pub fn parse(text: &str) -> Self {
        let known = serde_json::from_str::<Written>(text)
            .ok()
            .filter(|written| written.checksum == checksum(written.entries.get()))
            .and_then(|written| serde_json::from_str(written.entries.get()).ok());
        Self { known: known.unwrap_or_default(), ..Self::default() }
    }

    /// The text to keep, where it is another one than the one that was read.
    pub fn render(&self) -> Option<String> {
        if !self.new && self.known.is_empty() {
            return None;
        }
        let entries = serde_json::value::to_raw_value(&self.used).ok()?;
        let written = Written { checksum: checksum(entries.get()), entries };
        serde_json::to_string(&written).ok()
    }

    /// The key of `parts`; another version of goodhart binds anew.
    pub fn key<'a>(parts: impl IntoIterator<Item = &'a str>) -> String {
        let mut hasher = blake3::Hasher::new();
        for part in std::iter::once(env!("CARGO_PKG_VERSION")).chain(parts) {
            hasher.update(&(part.len() as u64).to_le_bytes());
            hasher.update(part.as_bytes());
        }
        hasher.finalize().to_hex().to_string()
    }

    pub fn recall<T: DeserializeOwned>(&mut self, key: &str) -> Option<T> {
        let value = self.known.get(key).or_else(|| self.used.get(key))?;
        let recalled = serde_json::from_str(value.get()).ok()?;
        self.used.extend(self.known.remove_entry(key));
        Some(recalled)
    }

    pub fn remember<T: Serialize>(&mut self, key: String, value: &T) {
        if let Ok(value) = serde_json::value::to_raw_value(value) {
            self.new = true;
            self.used.insert(key, value);
        }
    }
}

fn checksum(text: &str) -> String {
    blake3::hash(text.as_bytes()).to_hex().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_asked_for_again_is_forgotten() {
        let mut memory = Memory::default();
        memory.remember(Memory::key(["a"]), &1);
        memory.remember(Memory::key(["b"]), &2);
        let text = memory.render().unwrap();
        let mut again = Memory::parse(&text);
        assert_eq!(again.recall::<i32>(&Memory::key(["a"])), Some(1));
        assert_eq!(again.recall::<i32>(&Memory::key(["b"])), Some(2));
        assert_eq!(again.render(), None, "nothing changed");
        let mut once = Memory::parse(&text);
        assert_eq!(once.recall::<i32>(&Memory::key(["a"])), Some(1));
        assert_eq!(Memory::parse(&once.render().unwrap()).known.len(), 1);
    }

    #[test]
    fn a_forged_type_is_not_believed() {
        let query = |type_name: &str| {
            let origin = goodhart_core::sql::facts::Origin::default();
            let name = "a".to_owned();
            let type_name = type_name.to_owned();
            let nulls = goodhart_core::sql::facts::Nulls::Never;
            let values = Some(["x".to_owned()].into());
            let columns =
                vec![goodhart_core::sql::facts::Column { name, type_name, origin, nulls, values }];
            goodhart_core::sql::facts::Query {
                columns,
                ..goodhart_core::sql::facts::Query::default()
            }
        };
        let mut memory = Memory::default();
        memory.remember(Memory::key(["honest"]), &query("DECIMAL(38,6)"));
        memory.remember(Memory::key(["forged"]), &query("INTEGER); drop table x; --"));
        let mut again = Memory::parse(&memory.render().unwrap());
        let honest = again.recall::<goodhart_core::sql::facts::Query>(&Memory::key(["honest"]));
        assert_eq!(honest, Some(query("DECIMAL(38,6)")));
        assert_eq!(
            again.recall::<goodhart_core::sql::facts::Query>(&Memory::key(["forged"])),
            None
        );
    }

    #[test]
    fn a_damaged_memory_is_not_believed() {
        let mut memory = Memory::default();
        memory.remember(Memory::key(["a"]), &1);
        let text = memory.render().unwrap();
        let damaged = text.replace(":1}", ":2}");
        assert_ne!(text, damaged);
        assert_eq!(Memory::parse(&damaged).recall::<i32>(&Memory::key(["a"])), None);
        assert_eq!(Memory::parse("").recall::<i32>(&Memory::key(["a"])), None);
    }
}
