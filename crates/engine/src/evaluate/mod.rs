//! A plan and an engine → results.
//!
//! Loads the sources of the plan, runs its scans at every instant that is needed, lets the
//! measures turn aggregates into values, and composes metrics of metrics. What is cached of an
//! earlier evaluation is not computed again.

mod cache;
mod compose;
mod prepare;
mod request;
mod results;
mod rows;
mod scan;
mod share;
mod sources;
mod subjects;
mod text_order;

pub use request::{Progress, Request, Silent};
pub use subjects::{Contributions, subjects};

use cache::{CachedResults, ResultCache};
use sources::SourceData;

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::time::Duration;

use jiff::Timestamp;

use crate::bind::bind_within;
use crate::{Engine, Options, Parser, Protection};
use goodhart_core::diagnostic::{Diagnostic, Files};
use goodhart_core::error::Error;
use goodhart_core::plan::{Plan, Timeline, quote};
use goodhart_core::project::catalog::{Catalog, Metric, Settings};
use goodhart_core::project::definition::project::AsOf;
use goodhart_core::project::{DataFile, Stamp};
use goodhart_core::result::privacy;
use goodhart_core::result::{Inputs, MetricResults, Results, SourceInput};
use goodhart_core::sql::facts::BoundProject;

/// What an evaluation yields.
#[derive(Debug)]
pub struct Evaluation {
    pub results: Results,
    pub inputs: Inputs,
    pub diagnostics: Vec<Diagnostic>,
    /// Metrics without results, and why.
    pub skipped: BTreeMap<String, String>,
    /// The layers around SQL that were not to be had, a line for each.
    pub missing: Vec<String>,
}

/// Evaluates a plan.
///
/// # Errors
/// Only what stops the tool; whatever is wrong with definitions or data is a diagnostic, and
/// metrics that it does not touch get their results.
pub fn evaluate(
    catalog: &Catalog,
    plan: &Plan,
    files: &Files,
    request: &Request<'_>,
) -> Result<Evaluation, Error> {
    let data = sources::locate(catalog, plan, request);
    // Without a cache there is no need to hash everything that results depend on.
    let cache = request.cache.is_enabled();
    let cache = cache.then(|| ResultCache::new(catalog, plan, files, request, &data));
    let known = match &cache {
        Some(cache) => cache.get()?,
        None => CachedResults::default(),
    };
    let rest = known.rest(catalog, plan);
    let fresh = compute(catalog, &rest, files, request, data, &known)?;
    if let Some(cache) = &cache {
        cache.put(&known, &fresh);
    }
    Ok(known.complete(catalog, plan, request, fresh))
}

/// What was computed because it was not known.
#[derive(Default)]
struct Computation {
    /// None where the as-of comes from a source that is not to be had.
    timeline: Option<Timeline>,
    /// The results of the chosen metrics.
    metrics: BTreeMap<String, MetricResults>,
    /// The metrics of the plan for which pseudonyms were made.
    pseudonyms: BTreeSet<String>,
    /// File sources that are ready.
    loaded: BTreeMap<String, SourceInput>,
    /// Sources that are not to be had.
    failed: BTreeSet<String>,
    /// Sources of which not everything could be checked that is expected of them.
    unchecked: BTreeSet<String>,
    diagnostics: Vec<Diagnostic>,
    skipped: BTreeMap<String, String>,
    missing: Vec<String>,
}

/// Computes what is left of a plan. Where that is nothing, nothing is opened.
fn compute(
    catalog: &Catalog,
    plan: &Plan,
    files: &Files,
    request: &Request<'_>,
    data: BTreeMap<String, SourceData>,
    known: &CachedResults,
) -> Result<Computation, Error> {
    if plan.is_empty() && known.timeline.is_some() {
        return Ok(Computation { timeline: known.timeline.clone(), ..Computation::default() });
    }
    let data = data.into_iter().filter(|(id, _)| plan.sources.iter().any(|step| step.id == *id));
    let data = data.collect();
    let engine = open(catalog, request, &data)?;
    let mut run = Run::new(catalog, plan, files, request, &engine);
    run.as_of = request.as_of.or(known.timeline.as_ref().map(|timeline| timeline.as_of));
    run.sound = plan.sources.iter().map(|step| &step.id).filter(|id| known.is_sound(id)).collect();
    let bound = run.bind_guarded()?;
    run.make_ready(data)?;
    let timeline = run.timeline()?;
    let mut chosen = BTreeMap::new();
    let mut pseudonyms = BTreeSet::new();
    if let Some(timeline) = &timeline {
        run.build_derived(true);
        run.check_expectations(timeline.as_of);
        run.check_text_order()?;
        let mut metrics = run.results(timeline)?;
        let key = request.pseudonym_key.as_ref();
        let first = timeline.periods.first().map(|period| period.start);
        let sensitive = privacy::sensitive(catalog, &bound, metrics.keys());
        let protected =
            privacy::protect(catalog, &sensitive, &plan.chosen, key, first, &mut metrics);
        run.diagnostics.extend(protected.diagnostics);
        run.skipped.extend(protected.skipped);
        pseudonyms = protected.pseudonyms;
        chosen = metrics;
        chosen.retain(|id, _| plan.chosen.contains(id));
        for results in chosen.values_mut() {
            // Periods before the window were needed for changes only.
            results.rows.retain(|row| Some(row.period.start) >= first);
        }
    }
    Ok(Computation {
        timeline,
        metrics: chosen,
        pseudonyms,
        loaded: run.loaded,
        failed: run.failed,
        unchecked: run.unchecked,
        diagnostics: run.diagnostics,
        skipped: run.skipped,
        missing: engine.missing(),
    })
}

/// The periods that a request asks for at an as-of.
fn timeline(
    settings: &Settings,
    request: &Request<'_>,
    as_of: Timestamp,
) -> Result<Timeline, Error> {
    let grain = request.grain.unwrap_or(settings.grain);
    let usual = Timeline::back_from(as_of, settings.grain, settings.window);
    let timeline = match (request.from, request.to) {
        (None, None) if grain == settings.grain => usual,
        // Another grain divides the same stretch of time.
        (from, to) => usual.and_then(|usual| {
            let first = usual.periods.first().map_or(as_of, |period| period.start);
            Timeline::between(as_of, grain, from.unwrap_or(first), to.unwrap_or(as_of))
        }),
    };
    timeline.map_err(|error| Error::Usage(error.to_string()))
}

/// What comes of a plan over sources that are ready.
#[derive(Debug)]
pub struct ReadyResults {
    /// The results of all metrics of the plan, the parts of composed ones too.
    pub metrics: BTreeMap<String, MetricResults>,
    pub diagnostics: Vec<Diagnostic>,
    /// Metrics without results, and why.
    pub skipped: BTreeMap<String, String>,
}

/// Evaluates a plan in an engine in which its sources are ready, such as with rows that a test
/// gives, at the as-of that the timeline has. `failed` are sources that are not to be had.
///
/// # Errors
/// As [`evaluate`].
pub fn evaluate_ready(
    catalog: &Catalog,
    plan: &Plan,
    files: &Files,
    engine: &Engine,
    failed: &BTreeSet<String>,
    timeline: &Timeline,
) -> Result<ReadyResults, Error> {
    // Nothing is made ready, so that all that is asked of the request is the as-of.
    let plan = Plan { sources: Vec::new(), ..plan.clone() };
    let request = Request {
        as_of: Some(timeline.as_of),
        ..Request::new(Path::new(""), Protection::within())
    };
    let mut run = Run::new(catalog, &plan, files, &request, engine);
    run.failed.extend(failed.iter().cloned());
    engine.set_as_of(timeline.as_of, timeline.grain)?;
    let metrics = run.results(timeline)?;
    Ok(ReadyResults { metrics, diagnostics: run.diagnostics, skipped: run.skipped })
}

/// Opens the engine of an evaluation, or takes the one in which SQL was parsed: it may read whatever
/// the sources declare.
fn open(
    catalog: &Catalog,
    request: &Request<'_>,
    data: &BTreeMap<String, SourceData>,
) -> Result<Engine, Error> {
    if let Some(engine) = request.parser.and_then(Parser::engine_to_evaluate) {
        return Ok(engine);
    }
    let limits = &catalog.settings.limits;
    let files = data.values().flatten().flat_map(|data| &data.files);
    let options = Options {
        threads: request.threads,
        memory: limits.memory,
        run_time: limits.run_time,
        files: files.map(|file| file.path.clone()).collect(),
        optimised: true,
        protection: request.protection.clone(),
    };
    Engine::open(&options, &catalog.settings.calendars)
}

/// A scan as it would run: its metrics, what it is, and its SQL.
pub type ScanExplanation = (Vec<String>, String, String);

/// Makes everything ready like [`evaluate`], but returns the statements instead of running them:
/// their text depends on the types of the data.
///
/// # Errors
/// As [`evaluate`].
pub fn statements(
    catalog: &Catalog,
    plan: &Plan,
    files: &Files,
    request: &Request<'_>,
) -> Result<(Vec<ScanExplanation>, Vec<Diagnostic>), Error> {
    let data = sources::locate(catalog, plan, request);
    let engine = open(catalog, request, &data)?;
    let mut run = Run::start(catalog, plan, files, request, &engine, data)?;
    let explained = match run.timeline()? {
        Some(timeline) => {
            run.build_derived(true);
            run.explain_scans(&timeline)?
        }
        None => Vec::new(),
    };
    Ok((explained, run.diagnostics))
}

/// The state of one evaluation.
struct Run<'a> {
    catalog: &'a Catalog,
    plan: &'a Plan,
    files: &'a Files,
    request: &'a Request<'a>,
    engine: &'a Engine,
    /// File sources that are ready.
    loaded: BTreeMap<String, SourceInput>,
    /// The files of those, and what they looked like before they were read.
    stamps: BTreeMap<String, (Vec<DataFile>, Vec<Stamp>)>,
    /// Sources that are not to be had.
    failed: BTreeSet<String>,
    /// Sources about which there is nothing to say, as is known from an earlier run.
    sound: BTreeSet<&'a String>,
    /// Sources of which not everything could be checked that is expected of them.
    unchecked: BTreeSet<String>,
    /// The instant of knowledge, where it does not come from a source.
    as_of: Option<Timestamp>,
    diagnostics: Vec<Diagnostic>,
    skipped: BTreeMap<String, String>,
    /// How long each metric has taken.
    spent: RefCell<BTreeMap<String, Duration>>,
}

impl<'a> Run<'a> {
    fn new(
        catalog: &'a Catalog,
        plan: &'a Plan,
        files: &'a Files,
        request: &'a Request<'a>,
        engine: &'a Engine,
    ) -> Self {
        Self {
            catalog,
            plan,
            files,
            request,
            engine,
            loaded: BTreeMap::new(),
            stamps: BTreeMap::new(),
            failed: BTreeSet::new(),
            sound: BTreeSet::new(),
            unchecked: BTreeSet::new(),
            as_of: request.as_of,
            diagnostics: Vec::new(),
            skipped: BTreeMap::new(),
            spent: RefCell::default(),
        }
    }

    /// The facts about metrics that may show sensitive values, before anything is loaded. What
    /// `check` caches of them lies in the project's folder, where a stranger's branch could have put
    /// it. Of projects that declare nothing, nothing is bound.
    fn bind_guarded(&self) -> Result<BoundProject, Error> {
        let sources = &self.catalog.sources;
        let is_guarded = |metric: &Metric| metric.is_guarded(sources);
        let mut metrics = self.plan.metrics.iter().filter_map(|id| self.catalog.metrics.get(id));
        if !sources.values().any(|source| source.guarded) || !metrics.any(is_guarded) {
            return Ok(BoundProject::default());
        }
        let wanted = |metric: &Metric| self.plan.metrics.contains(&metric.id) && is_guarded(metric);
        self.set_no_as_of()?;
        bind_within(self.engine, self.catalog, self.files, &wanted)
    }

    /// Makes the sources ready.
    fn start(
        catalog: &'a Catalog,
        plan: &'a Plan,
        files: &'a Files,
        request: &'a Request<'a>,
        engine: &'a Engine,
        data: BTreeMap<String, SourceData>,
    ) -> Result<Self, Error> {
        let mut run = Self::new(catalog, plan, files, request, engine);
        run.make_ready(data)?;
        Ok(run)
    }

    /// Loads the sources, and builds those that do not depend on the as-of.
    fn make_ready(&mut self, data: BTreeMap<String, SourceData>) -> Result<(), Error> {
        // Views bind `as_of()` when they are made; its value is known once sources are loaded.
        self.set_no_as_of()?;
        self.load_files(data);
        self.build_derived(false);
        Ok(())
    }

    fn set_no_as_of(&self) -> Result<(), Error> {
        self.engine.set_as_of(Timestamp::UNIX_EPOCH, self.catalog.settings.grain)
    }

    /// Settles the as-of, tells the engine, and lays out the periods; `None` where the as-of
    /// comes from a source that is not to be had.
    fn timeline(&mut self) -> Result<Option<Timeline>, Error> {
        let Some(as_of) = self.as_of()? else {
            self.diagnostics.extend(self.no_as_of());
            return Ok(None);
        };
        let timeline = timeline(&self.catalog.settings, self.request, as_of)?;
        self.engine.set_as_of(as_of, timeline.grain)?;
        Ok(Some(timeline))
    }

    /// The instant of knowledge; `None` where it comes from a source that is not to be had.
    fn as_of(&self) -> Result<Option<Timestamp>, Error> {
        if let Some(as_of) = self.as_of {
            return Ok(Some(as_of));
        }
        match &self.catalog.settings.as_of {
            AsOf::Fixed(instant) => Ok(Some(*instant)),
            AsOf::Newest { source, .. } if self.failed.contains(source.as_str()) => Ok(None),
            AsOf::Newest { source, column } => {
                // Before `known_at` hides anything: the view needs the as-of that is looked for.
                let from_files = self.loaded.contains_key(source.as_str());
                let schema = if from_files { "loaded." } else { "" };
                self.newest(&format!("{schema}{}", quote(source)), column)
            }
        }
    }
}
