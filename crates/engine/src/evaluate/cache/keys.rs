//! Everything that a result depends on, as hashes.
//!
//! Definitions count as they are written, words and comments too: what is not looked at cannot be
//! taken for no change. An edit of a comment costs one metric.

use std::collections::BTreeMap;

use super::super::Request;
use super::super::sources::{SourceData, read_by};
use goodhart_core::cache::{Key, digest};
use goodhart_core::diagnostic::Files;
use goodhart_core::plan::{Plan, Timeline};
use goodhart_core::project::PROJECT_FILE;
use goodhart_core::project::catalog::{Catalog, Metric, Source};

/// Tables and keys of goodhart.toml that decide no number and no row.
const WORDS: [&str; 6] = ["name", "goodhart", "owners", "require", "lints", "strata"];

/// What the sources and metrics of a plan depend on. Those of which it is not known are missing.
pub struct Keys {
    settings: String,
    sources: BTreeMap<String, String>,
    metrics: BTreeMap<String, String>,
}

impl Keys {
    pub fn of(
        catalog: &Catalog,
        plan: &Plan,
        files: &Files,
        data: &BTreeMap<String, SourceData>,
        request: &Request<'_>,
    ) -> Self {
        let project = files.ids().find(|id| files.path(*id) == PROJECT_FILE);
        let project = project.map(|id| files.text(id)).unwrap_or_default();
        let mut keys = Self {
            settings: settings(project),
            sources: BTreeMap::new(),
            metrics: BTreeMap::new(),
        };
        // What is read comes before what reads it, and parts before what is composed of them.
        for step in &plan.sources {
            if let Some(source) = catalog.sources.get(&step.id)
                && let Some(key) = keys.rows_of(source, files, data)
            {
                keys.sources.insert(step.id.clone(), key);
            }
        }
        for id in &plan.metrics {
            if let Some(metric) = catalog.metrics.get(id)
                && let Some(key) = keys.values_of(metric, catalog, files, request)
            {
                keys.metrics.insert(id.clone(), key);
            }
        }
        keys
    }

    /// What the rows of a source depend on, but for the as-of.
    fn rows_of(
        &self,
        source: &Source,
        files: &Files,
        data: &BTreeMap<String, SourceData>,
    ) -> Option<String> {
        let content = match data.get(&source.id) {
            Some(Ok(data)) => data.fingerprint.as_deref()?,
            Some(Err(_)) => return None,
            None => "derived",
        };
        let mut parts = vec!["rows", &source.id, files.text(source.file), content];
        for read in &source.reads {
            parts.push(self.sources.get(read)?);
        }
        Some(digest(parts))
    }

    /// What the values of a metric depend on, but for the time.
    fn values_of(
        &self,
        metric: &Metric,
        catalog: &Catalog,
        files: &Files,
        request: &Request<'_>,
    ) -> Option<String> {
        let mut parts = vec!["values", &metric.id, files.text(metric.file)];
        for read in &metric.reads {
            parts.push(self.sources.get(read)?);
        }
        for part in &metric.parts {
            parts.push(self.metrics.get(part)?);
        }
        if metric.is_guarded(&catalog.sources) {
            // Without a key it has no results.
            parts.push(request.pseudonym_key.as_ref().ok()?.check());
        }
        Some(digest(parts))
    }

    /// Of the as-of that is the newest value of a column.
    pub fn as_of(&self, source: &str, column: &str) -> Option<Key> {
        Some(Key::new("as-of", [&*self.settings, self.sources.get(source)?, column]))
    }

    /// Of there being nothing to say about a source: loading it, what it declares, how fresh it is
    /// and what is expected of it, as far as a plan lets that be checked. A derived source that is
    /// `inlined` is not computed whole.
    pub fn sound(
        &self,
        catalog: &Catalog,
        plan: &Plan,
        id: &str,
        inlined: bool,
        timeline: &Timeline,
    ) -> Option<Key> {
        let source = catalog.sources.get(id)?;
        let (as_of, grain) = (timeline.as_of.to_string(), timeline.grain.name());
        let how = if inlined { "inlined" } else { "whole" };
        let mut parts = vec![&*self.settings, self.sources.get(id)?, how, &as_of, grain];
        for expect in &source.definition.expect {
            let read = read_by(catalog, expect);
            let planned = |id: &String| plan.sources.iter().any(|step| step.id == *id);
            if !read.iter().all(planned) {
                parts.push("not checked");
                continue;
            }
            for id in &read {
                parts.push(self.sources.get(id)?);
            }
        }
        Some(Key::new("source", parts))
    }

    /// Of the results of a metric.
    pub fn results(&self, metric: &str, timeline: &Timeline) -> Option<Key> {
        let instants = [
            Some(timeline.as_of),
            timeline.periods.first().map(|period| period.start),
            timeline.periods.last().map(|period| period.end),
        ];
        let instants = instants.map(|instant| instant.map_or(String::new(), |at| at.to_string()));
        let [as_of, first, last] = &instants;
        let grain = timeline.grain.name();
        let values = self.metrics.get(metric)?;
        Some(Key::new("results", [&*self.settings, values, as_of, grain, first, last]))
    }
}

/// What goodhart.toml says that may decide a number.
fn settings(text: &str) -> String {
    match text.parse::<toml::Table>() {
        Ok(mut table) => {
            table.retain(|key, _| !WORDS.contains(&key));
            table.to_string()
        }
        // What cannot be read is what it is.
        Err(_) => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::settings;

    #[test]
    fn words_and_layout_of_the_project_are_no_settings() {
        let text = "name = 'a'\nwindow = 3\n[lints]\nowner = 'allow'\n";
        assert_eq!(settings(text), settings("# new\nwindow   = 3\nname = 'b'\n"));
        assert_ne!(settings(text), settings("name = 'a'\nwindow = 4\n"));
        assert_ne!(settings(text), settings("window = 3\n[privacy]\nmin_group = 5\n"));
    }
}
