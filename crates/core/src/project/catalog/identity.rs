//! What decides the numbers of a metric, as text that is the same whatever the layout: two
//! identities that are equal yield the same values over the same data at the same as-of.
//!
//! Formatting, comments, the order of keys, and the names that a population gives to its columns
//! and tables are not part of it; whatever is upstream is: parts, sources, settings.

use std::collections::{BTreeMap, BTreeSet};

use super::{Catalog, Metric};
use crate::diagnostic::Files;
use crate::graph;
use crate::project::definition::aspects::{Canonical, aspects};
use crate::project::definition::read::without_semicolon;
use crate::project::definition::source::Format;
use crate::sql::ParsedPieces;

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

/// Aspects that say how a value is checked or written, and not what it is.
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
                parts.insert(format!("source {id}"), source_text(text, &self.sql));
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
        let canonical = Canonical::new(definition, &self.fixed_names(metric), &self.sql);
        let mut parts: Vec<(String, String)> = aspects(definition, &canonical)
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

    /// Names in a population that mean something outside of it.
    pub fn fixed_names(&self, metric: &Metric) -> BTreeSet<String> {
        let mut fixed: BTreeSet<String> = BTreeSet::new();
        for id in self.upstream(metric) {
            let Some(source) = self.sources.get(id) else { continue };
            fixed.insert(id.to_owned());
            fixed.extend(source.definition.columns.names().map(str::to_lowercase));
            if source.definition.format.value == Format::Derived {
                // What it returns stands in its query, or comes from what it reads.
                let sql = source.definition.sql.as_ref();
                let query = sql.and_then(|sql| self.sql.query(sql.as_str()));
                let names =
                    query.into_iter().flat_map(|sql| sql.columns.iter().chain(&sql.aliases));
                fixed.extend(names.map(|name| name.name.clone()));
            }
        }
        if let Some(population) = &metric.definition.population {
            fixed.extend(population.segments.iter().map(|segment| segment.to_lowercase()));
        }
        fixed
    }

    /// A metric and those that it is computed from, by id.
    pub fn with_parts<'a>(&'a self, metric: &'a Metric) -> Vec<&'a Metric> {
        let ids = graph::reachable([metric.id.as_str()], |id| self.parts(id));
        ids.into_iter().filter_map(|id| self.metrics.get(id)).collect()
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
fn source_text(text: &str, sql: &ParsedPieces) -> String {
    match text.parse::<toml::Table>() {
        Ok(table) => plain(&toml::Value::Table(table), sql).to_string(),
        // What cannot be read is what it is.
        Err(_) => text.to_owned(),
    }
}

/// A value without words for people, with SQL in its normal form and keys in order.
fn plain(value: &toml::Value, sql: &ParsedPieces) -> serde_json::Value {
    let normal = |key: &str, text: &str| {
        let text = without_semicolon(text);
        let parsed = if key == "sql" { sql.query(text) } else { sql.expression(text) };
        parsed.map_or(text, |parsed| parsed.normal.as_str()).to_owned()
    };
    match value {
        toml::Value::Table(table) => table
            .iter()
            .filter(|(key, _)| !WORDS.contains(&key.as_str()))
            .map(|(key, value)| {
                let value = match value {
                    toml::Value::String(text) if key == "sql" || key == "select" => {
                        normal(key, text).into()
                    }
                    other => plain(other, sql),
                };
                (key.clone(), value)
            })
            .collect::<serde_json::Map<_, _>>()
            .into(),
        toml::Value::Array(values) => {
            values.iter().map(|value| plain(value, sql)).collect::<Vec<_>>().into()
        }
        other => other.to_string().into(),
    }
}
