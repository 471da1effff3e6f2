//! Results that need not be computed again.
//!
//! What is cached are the results of single metrics as they may be shown, and that there was
//! nothing to say about a source; each by everything that it depends on, down to the content of
//! the data. Whatever has something said about it is looked at again in every run, so that a run
//! says the same with a cache and without.

mod entry;
mod keys;

use std::collections::{BTreeMap, BTreeSet};

use entry::Entry;
use jiff::Timestamp;
use keys::Keys;

use super::sources::{SourceData, read_by};
use super::{Computation, Evaluation, Request, timeline};
use goodhart_core::cache::Cache;
use goodhart_core::diagnostic::{FileId, Files};
use goodhart_core::error::Error;
use goodhart_core::parallel;
use goodhart_core::plan::{Materialise, Plan, Timeline};
use goodhart_core::project::catalog::Catalog;
use goodhart_core::project::definition::project::AsOf;
use goodhart_core::result::{Inputs, MetricResults, Results, SourceInput};

/// Reading fewer entries than this is not worth a thread.
const WORTH_A_THREAD: usize = 64;

/// The cached results of one plan.
pub(super) struct ResultCache<'a> {
    cache: &'a Cache,
    keys: Keys,
    catalog: &'a Catalog,
    plan: &'a Plan,
    request: &'a Request<'a>,
}

/// What is known before anything is opened.
#[derive(Default)]
pub(super) struct CachedResults {
    /// Where the as-of is known; nothing else is known without.
    pub timeline: Option<Timeline>,
    metrics: BTreeMap<String, Entry>,
    /// Sources about which there is nothing to say; what was read of those that are from files.
    sources: BTreeMap<String, Option<SourceInput>>,
}

impl<'a> ResultCache<'a> {
    pub fn new(
        catalog: &'a Catalog,
        plan: &'a Plan,
        files: &Files,
        request: &'a Request<'a>,
        data: &BTreeMap<String, SourceData>,
    ) -> Self {
        let keys = Keys::of(catalog, plan, files, data, request);
        Self { cache: &request.cache, keys, catalog, plan, request }
    }

    /// What is cached of the plan.
    ///
    /// # Errors
    /// A window that is not possible.
    pub fn get(&self) -> Result<CachedResults, Error> {
        let Some(as_of) = self.as_of() else {
            return Ok(CachedResults::default());
        };
        let timeline = timeline(&self.catalog.settings, self.request, as_of)?;
        let chosen: Vec<&String> = self.plan.chosen.iter().collect();
        let (cache, keys) = (self.cache, &self.keys);
        let entries = parallel::map(&chosen, WORTH_A_THREAD, |id| {
            let entry = Entry::parse(&cache.get(&keys.results(id, &timeline)?)?)?;
            (entry.results.metric == **id).then(|| ((*id).clone(), entry))
        });
        let sources = self.plan.sources.iter().filter_map(|step| {
            let sound = |inlined| {
                cache.get_value(&keys.sound(
                    self.catalog,
                    self.plan,
                    &step.id,
                    inlined,
                    &timeline,
                )?)
            };
            // What is sound as a whole is sound where it is inlined.
            let inlined = step.materialise == Materialise::Inline;
            let input = sound(false).or_else(|| if inlined { sound(true) } else { None })?;
            Some((step.id.clone(), input))
        });
        Ok(CachedResults {
            metrics: entries.into_iter().flatten().collect(),
            sources: sources.collect(),
            timeline: Some(timeline),
        })
    }

    fn as_of(&self) -> Option<Timestamp> {
        match (self.request.as_of, &self.catalog.settings.as_of) {
            (Some(as_of), _) => Some(as_of),
            (None, AsOf::Fixed(as_of)) => Some(*as_of),
            (None, AsOf::Newest { source, column }) => {
                let micros = self.cache.get_value(&self.keys.as_of(source, column)?)?;
                Timestamp::from_microsecond(micros).ok()
            }
        }
    }

    /// Stores what was computed because it was not `known`, as far as there is nothing to say
    /// about it.
    pub fn put(&self, known: &CachedResults, fresh: &Computation) {
        let Some(timeline) = &fresh.timeline else { return };
        if let (None, AsOf::Newest { source, column }) =
            (self.request.as_of, &self.catalog.settings.as_of)
            && let Some(key) = self.keys.as_of(source, column)
        {
            self.cache.put_value(&key, &timeline.as_of.as_microsecond());
        }
        // What is said of no place may be about anything.
        if fresh.diagnostics.iter().any(|diagnostic| diagnostic.labels.is_empty()) {
            return;
        }
        let labels = fresh.diagnostics.iter().flat_map(|diagnostic| &diagnostic.labels);
        let named: BTreeSet<FileId> = labels.map(|label| label.span.file).collect();
        self.put_sources(known, fresh, &named, timeline);
        for results in fresh.metrics.values() {
            self.put_results(results, fresh, &named, timeline);
        }
        self.cache.evict();
    }

    fn put_sources(
        &self,
        known: &CachedResults,
        fresh: &Computation,
        named: &BTreeSet<FileId>,
        timeline: &Timeline,
    ) {
        for step in self.plan.sources.iter().filter(|step| !known.sources.contains_key(&step.id)) {
            let Some(source) = self.catalog.sources.get(&step.id) else { continue };
            let loaded = fresh.loaded.get(&step.id);
            let is_ready = !fresh.failed.contains(&step.id)
                && !fresh.unchecked.contains(&step.id)
                && loaded.is_some() == source.is_from_files();
            if is_ready
                && !named.contains(&source.file)
                && let inlined = step.materialise == Materialise::Inline
                && let Some(key) =
                    self.keys.sound(self.catalog, self.plan, &step.id, inlined, timeline)
            {
                self.cache.put_value(&key, &loaded);
            }
        }
    }

    fn put_results(
        &self,
        results: &MetricResults,
        fresh: &Computation,
        named: &BTreeSet<FileId>,
        timeline: &Timeline,
    ) {
        let Some(metric) = self.catalog.metrics.get(&results.metric) else { return };
        let parts = self.catalog.with_parts(metric);
        let is_sound = parts.iter().all(|part| {
            let mut read = self.catalog.upstream(part).into_iter();
            !named.contains(&part.file) && read.all(|source| !fresh.failed.contains(source))
        });
        let pseudonyms = parts.iter().any(|part| fresh.pseudonyms.contains(&part.id));
        if is_sound
            && let Some(key) = self.keys.results(&metric.id, timeline)
            && let Some(bytes) = (Entry { results: results.clone(), pseudonyms }).render()
        {
            self.cache.put(&key, &bytes);
        }
    }
}

impl CachedResults {
    /// What is left to do of a plan: the metrics that are not known, and the sources about which
    /// there may be something to say, with all that is needed to say it.
    pub fn rest(&self, catalog: &Catalog, plan: &Plan) -> Plan {
        if self.timeline.is_none() {
            return plan.clone();
        }
        let is_known = |id: &&String| self.metrics.contains_key(*id);
        let chosen = plan.chosen.iter().filter(|id| !is_known(id)).cloned().collect();
        let is_planned = |id: &String| plan.sources.iter().any(|step| step.id == *id);
        let mut pending: Vec<String> = plan
            .sources
            .iter()
            .map(|step| step.id.clone())
            .filter(|id| !self.sources.contains_key(id))
            .collect();
        let mut needed = BTreeSet::new();
        while let Some(id) = pending.pop() {
            let Some(source) = catalog.sources.get(&id) else { continue };
            if !needed.insert(id.clone()) {
                continue;
            }
            pending.extend(source.reads.iter().cloned());
            if self.is_sound(&id) {
                continue;
            }
            for expect in &source.definition.expect {
                let read = read_by(catalog, expect);
                if read.iter().all(is_planned) {
                    pending.extend(read);
                }
            }
        }
        plan.part(catalog, &chosen, &needed)
    }

    /// Whether there is nothing to say about a source.
    pub fn is_sound(&self, source: &str) -> bool {
        self.sources.contains_key(source)
    }

    /// What is known and what was computed, as if all had been computed.
    pub fn complete(
        self,
        catalog: &Catalog,
        plan: &Plan,
        request: &Request<'_>,
        fresh: Computation,
    ) -> Evaluation {
        let Computation { mut metrics, mut skipped, loaded, .. } = fresh;
        let mut pseudonyms = !fresh.pseudonyms.is_empty();
        for (id, entry) in self.metrics {
            let parts = catalog.metrics.get(&id).map(|metric| catalog.with_parts(metric));
            let mut read = parts.into_iter().flatten().flat_map(|part| catalog.upstream(part));
            // It could be loaded before: something else than its content is wrong now.
            if let Some(source) = read.find(|source| fresh.failed.contains(*source)) {
                skipped.insert(id, format!("its source `{source}` has errors"));
                continue;
            }
            pseudonyms |= entry.pseudonyms;
            metrics.insert(id, entry.results);
        }
        let mut sources: BTreeMap<String, SourceInput> = self
            .sources
            .into_iter()
            .filter(|(id, _)| !fresh.failed.contains(id))
            .filter_map(|(id, input)| Some((id, input?)))
            .collect();
        sources.extend(loaded);
        if fresh.timeline.is_none() {
            for id in &plan.metrics {
                skipped.entry(id.clone()).or_insert_with(|| "the as-of is not known".to_owned());
            }
        }
        let (as_of, grain) = match fresh.timeline {
            Some(timeline) => (timeline.as_of, timeline.grain),
            None => (Timestamp::UNIX_EPOCH, catalog.settings.grain),
        };
        let key = request.pseudonym_key.as_ref().ok().filter(|_| pseudonyms);
        let pseudonym_key = key.map(|key| key.check().to_owned());
        Evaluation {
            results: Results { as_of, grain, metrics: metrics.into_values().collect() },
            inputs: Inputs { as_of, sources, pseudonym_key },
            diagnostics: fresh.diagnostics,
            skipped,
            missing: fresh.missing,
        }
    }
}
