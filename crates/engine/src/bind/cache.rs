//! What was bound before, by everything that it depends on.
//!
//! Only SQL that is free of mistakes is cached, so that there is nothing to say about a cached answer.
//! All answers of a project are one entry of its cache: thousands of small files would cost more
//! than binding. The checksum of an entry is no signature: a cache that came with the repository is
//! not read at all, and an answer that was forged otherwise is believed as far as it cannot become
//! other SQL (facts/types.rs).

use std::collections::BTreeMap;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;

use goodhart_core::cache::{Cache, Key, digest};

/// Answers by key, as JSON. An answer that a run does not ask for is not stored again.
#[derive(Debug, Default)]
pub struct Answers {
    /// What was read and not yet asked for.
    unused: BTreeMap<String, Box<RawValue>>,
    used: BTreeMap<String, Box<RawValue>>,
    /// Whether there are others than those that were read.
    changed: bool,
}

impl Answers {
    /// Reads the answers in a cache.
    pub fn read(cache: &Cache) -> Self {
        let bytes = cache.get(&entry());
        let unused = bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok());
        Self { unused: unused.unwrap_or_default(), ..Self::default() }
    }

    /// Stores them where they are others than those that were read.
    pub fn store(&self, cache: &Cache) {
        if (self.changed || !self.unused.is_empty())
            && let Ok(bytes) = serde_json::to_vec(&self.used)
        {
            cache.put(&entry(), &bytes);
            // Other builds leave entries of their own, and `check` is all that some projects run.
            cache.evict();
        }
    }

    /// The key of an answer that depends on `parts`.
    pub fn key<'a>(parts: impl IntoIterator<Item = &'a str>) -> String {
        digest(parts)
    }

    pub fn get<T: DeserializeOwned>(&mut self, key: &str) -> Option<T> {
        let value = self.unused.get(key).or_else(|| self.used.get(key))?;
        let answer = serde_json::from_str(value.get()).ok()?;
        self.used.extend(self.unused.remove_entry(key));
        Some(answer)
    }

    pub fn put<T: Serialize>(&mut self, key: String, value: &T) {
        if let Ok(value) = serde_json::value::to_raw_value(value) {
            self.changed = true;
            self.used.insert(key, value);
        }
    }
}

fn entry() -> Key {
    Key::new("bound", [])
}

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::time::{Duration, SystemTime};

    use super::*;
    use goodhart_core::sql::facts::{Column, Nulls, Origin, Query};

    fn cache(folder: &Path) -> Cache {
        let program = std::env::current_exe().unwrap();
        Cache::new(folder.to_owned(), 1 << 20, &program, SystemTime::UNIX_EPOCH)
    }

    #[test]
    fn an_answer_that_is_not_asked_for_is_not_stored_again() {
        let folder = tempfile::tempdir().unwrap();
        let cache = cache(folder.path());
        let (a, b) = (Answers::key(["a"]), Answers::key(["b"]));
        let mut answers = Answers::default();
        answers.put(a.clone(), &1);
        answers.put(b.clone(), &2);
        answers.store(&cache);
        let mut all = Answers::read(&cache);
        assert_eq!((all.get(&a), all.get(&b)), (Some(1), Some(2)));
        let mut one = Answers::read(&cache);
        assert_eq!(one.get(&a), Some(1));
        one.store(&cache);
        let mut left = Answers::read(&cache);
        assert_eq!((left.get(&a), left.get::<i32>(&b)), (Some(1), None));
    }

    #[test]
    fn answers_of_an_earlier_build_are_evicted() {
        let folder = tempfile::tempdir().unwrap();
        let entries = folder.path().join("cache");
        for (second, build) in (1..).zip(["earlier", "now"]) {
            let program = folder.path().join(build);
            std::fs::write(&program, build).unwrap();
            let now = SystemTime::UNIX_EPOCH + Duration::from_secs(second);
            let mut answers = Answers::default();
            answers.put(Answers::key(["a"]), &1);
            // There is room for one of them.
            answers.store(&Cache::new(entries.clone(), 150, &program, now));
        }
        assert_eq!(std::fs::read_dir(entries).unwrap().count(), 1);
    }

    #[test]
    fn a_forged_type_is_not_believed() {
        let folder = tempfile::tempdir().unwrap();
        let cache = cache(folder.path());
        let query = |type_name: &str| {
            let column = Column {
                name: "a".to_owned(),
                type_name: type_name.to_owned(),
                origin: Origin::default(),
                nulls: Nulls::Never,
                values: Some(["x".to_owned()].into()),
            };
            Query { columns: vec![column], ..Query::default() }
        };
        let (honest, forged) = (Answers::key(["honest"]), Answers::key(["forged"]));
        let mut answers = Answers::default();
        answers.put(honest.clone(), &query("DECIMAL(38,6)"));
        answers.put(forged.clone(), &query("INTEGER); drop table x; --"));
        answers.store(&cache);
        let mut answers = Answers::read(&cache);
        assert_eq!(answers.get(&honest), Some(query("DECIMAL(38,6)")));
        assert_eq!(answers.get::<Query>(&forged), None);
    }
}
