//! What decides the numbers of a metric, as text that is the same whatever the layout: two
//! identities that are equal yield the same values over the same data at the same as-of.
//!
//! Formatting, comments, the order of keys, and the names that a population gives to its columns
//! and tables are not part of it; whatever is upstream is: parts, sources, settings.

use std::collections::{BTreeMap, BTreeSet};

use super::local_names::Names;
use super::tokens::normal;
use super::{Catalog, Metric};
use crate::definition::aspects::aspects;
use crate::definition::metric::MetricFile;
use crate::definition::source::Format;
use crate::diagnostic::Files;

/// The parts of a definition that decide its numbers, by name. Those of its own are called as in
/// [`aspects`]; `source x` and `metric x` are upstream.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Identity {
    parts: BTreeMap<String, String>,
}

impl Identity {
    /// A hash over everything.
    pub fn key(&self) -> String {
        let mut hasher = blake3::Hasher::new();
        for part in self.parts.iter().flat_map(|(name, text)| [name, text]) {
            hasher.update(&(part.len() as u64).to_le_bytes());
            hasher.update(part.as_bytes());
        }
        hasher.finalize().to_hex().to_string()
    }

    /// The names of the parts in which another identity differs, sorted.
    pub fn differences<'a>(&'a self, other: &'a Self) -> Vec<&'a str> {
        let names: BTreeSet<&String> = self.parts.keys().chain(other.parts.keys()).collect();
        names
            .into_iter()
            .filter(|name| self.parts.get(*name) != other.parts.get(*name))
            .map(String::as_str)
            .collect()
    }
}

/// Aspects that say how a value is judged or written, and not what it is.
const JUDGEMENT: [&str; 5] = ["unit", "direction", "ceiling", "target", "alert"];

impl Catalog {
    /// What decides the numbers of a metric. The window is not part of it: it decides which
    /// periods there are, and not what their values are.
    pub fn identity(&self, files: &Files, metric: &Metric) -> Identity {
        let mut parts = BTreeMap::new();
        let mut clocked = false;
        for one in self.with_parts(metric) {
            let own = one.id == metric.id;
            for (name, text) in self.numbers_of(one) {
                let name = if own { name } else { format!("metric {} {name}", one.id) };
                parts.insert(name, text);
            }
            for id in self.upstream(one) {
                let Some(source) = self.sources.get(id) else { continue };
                let text = files.text(source.file);
                clocked |= mentions_calendar(text);
                parts.insert(format!("source {id}"), source_text(text));
            }
            let population = one.definition.population.as_ref();
            clocked |=
                population.is_some_and(|population| mentions_calendar(population.sql.as_str()));
            let expressions = one.definition.measure.expressions();
            clocked |= expressions.iter().any(|sql| mentions_calendar(sql.as_str()));
        }
        let settings = &self.settings;
        parts.insert("grain".to_owned(), settings.grain.name().to_owned());
        parts.insert("min_n".to_owned(), settings.min_n.to_string());
        if clocked {
            parts.insert("calendars".to_owned(), format!("{:?}", settings.calendars));
        }
        Identity { parts }
    }

    /// What the definition of one metric says that decides its numbers.
    fn numbers_of(&self, metric: &Metric) -> Vec<(String, String)> {
        let definition = &metric.definition;
        let names = self.local_names(metric, definition);
        let mut parts: Vec<(String, String)> = aspects(definition, |sql| names.canonical(sql))
            .into_iter()
            .filter(|(name, _)| !JUDGEMENT.contains(name))
            .map(|(name, text)| (name.to_owned(), text))
            .collect();
        if let Some(population) = &definition.population {
            let sensitive: Vec<&str> = population.sensitive.iter().map(|s| s.as_str()).collect();
            let min_group = population.min_group.unwrap_or(self.settings.min_group);
            parts.push(("privacy".to_owned(), format!("{} {min_group}", sensitive.join(","))));
        }
        parts
    }

    /// What stands for the names that the population of `definition` gives by itself: that of
    /// `metric`, or of another revision of it.
    pub fn local_names(&self, metric: &Metric, definition: &MetricFile) -> Names {
        match &definition.population {
            Some(population) => Names::of(population.sql.as_str(), &self.fixed_names(metric)),
            None => Names::default(),
        }
    }

    /// Names in a population that mean something outside of it.
    fn fixed_names(&self, metric: &Metric) -> BTreeSet<String> {
        let mut fixed: BTreeSet<String> = BTreeSet::new();
        for id in self.upstream(metric) {
            let Some(source) = self.sources.get(id) else { continue };
            fixed.insert(id.to_owned());
            fixed.extend(source.definition.columns.names().map(str::to_lowercase));
            if source.definition.format.value == Format::Derived {
                // What it returns stands in its query, or comes from what it reads.
                let sql = source.definition.sql.as_ref().map_or("", |sql| sql.as_str());
                fixed.extend(super::identifiers(sql).into_iter().map(|(word, _)| word));
            }
        }
        if let Some(population) = &metric.definition.population {
            fixed.extend(population.segments.iter().map(|segment| segment.to_lowercase()));
        }
        fixed
    }

    /// A metric and those that it is computed from, by id.
    pub fn with_parts<'a>(&'a self, metric: &'a Metric) -> Vec<&'a Metric> {
        let mut pending = vec![metric];
        let mut seen = BTreeMap::new();
        while let Some(one) = pending.pop() {
            if seen.insert(one.id.as_str(), one).is_none() {
                pending.extend(one.parts.iter().filter_map(|part| self.metrics.get(part)));
            }
        }
        seen.into_values().collect()
    }

    /// The sources that a metric reads, with those that these are derived from.
    pub fn upstream<'a>(&'a self, metric: &'a Metric) -> BTreeSet<&'a str> {
        self.with_inputs(metric.reads.iter().map(String::as_str))
    }
}

/// Whether SQL may ask for opening hours, whose calendar may stand in the data.
fn mentions_calendar(text: &str) -> bool {
    text.to_ascii_lowercase().contains("business_seconds")
}

/// Keys of a source that change no row: words for people, and what is only verified.
const WORDS: [&str; 7] =
    ["title", "description", "owner", "meaning", "test", "expect", "freshness"];

/// What a source says that decides its rows.
fn source_text(text: &str) -> String {
    match text.parse::<toml::Table>() {
        Ok(table) => plain(&toml::Value::Table(table)).to_string(),
        // What cannot be read is what it is.
        Err(_) => text.to_owned(),
    }
}

/// A value without words for people, with SQL in its normal form and keys in order.
fn plain(value: &toml::Value) -> serde_json::Value {
    match value {
        toml::Value::Table(table) => table
            .iter()
            .filter(|(key, _)| !WORDS.contains(&key.as_str()))
            .map(|(key, value)| {
                let value = match value {
                    toml::Value::String(sql) if key == "sql" || key == "select" => {
                        let tokens = normal(sql).into_iter().map(|(token, _)| token);
                        tokens.collect::<Vec<_>>().join(" ").into()
                    }
                    other => plain(other),
                };
                (key.clone(), value)
            })
            .collect::<serde_json::Map<_, _>>()
            .into(),
        toml::Value::Array(values) => values.iter().map(plain).collect::<Vec<_>>().into(),
        other => other.to_string().into(),
    }
}
