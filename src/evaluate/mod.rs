//! A plan and an engine → results.
//!
//! Loads the sources of the plan, runs its scans at every instant that is needed, lets the
//! measures turn aggregates into values, composes metrics of metrics, and judges the values
//! against ceilings and targets.

mod compose;
mod prepare;
mod rows;
mod scan;
mod share;
mod sources;

use sources::Located;

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::Timestamp;

use crate::catalog::Catalog;
use crate::definition::project::{AsOf, Grain};
use crate::diagnostic::{Diagnostic, Files};
use crate::engine::{Engine, Options, Protection, Verified};
use crate::error::Error;
use crate::plan::{Plan, Timeline, quote};
use crate::privacy;
use crate::project::{DataFile, Stamp};
use crate::result::{Inputs, MetricResults, Results, SourceInput};

/// Where and when to evaluate.
pub struct Request<'a> {
    /// The project's folder.
    pub root: &'a Path,
    /// Where it is remembered what was verified; nothing is remembered where absent.
    pub memory: Option<PathBuf>,
    pub environment: &'a dyn Fn(&str) -> Option<String>,
    /// Instead of the project's as-of, grain and window.
    pub as_of: Option<Timestamp>,
    pub grain: Option<Grain>,
    pub from: Option<Timestamp>,
    pub to: Option<Timestamp>,
    pub threads: Option<u32>,
    pub protection: Protection,
    /// Makes the pseudonyms of sensitive segments, or why nothing does.
    pub pseudonym_key: Result<privacy::Key, privacy::NoKey>,
    pub progress: &'a dyn Progress,
}

/// Is told what is being done.
pub trait Progress {
    /// `done` of `total` steps are behind us; the next one is `what`.
    fn step(&self, what: &str, done: usize, total: usize);
}

/// Tells nobody.
pub struct Silent;

impl Progress for Silent {
    fn step(&self, _: &str, _: usize, _: usize) {}
}

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
    let engine = open(catalog, request, &data)?;
    let mut run = Run::start(catalog, plan, files, request, &engine, data)?;
    let Some(timeline) = run.timeline()? else {
        return Ok(run.without_results());
    };
    run.build_derived(true);
    let as_of = timeline.as_of;
    run.check_expectations(as_of);
    let mut metrics = run.results(&timeline)?;
    let key = request.pseudonym_key.as_ref();
    let protected =
        privacy::protect(catalog, files, &request.protection, &plan.chosen, key, &mut metrics)?;
    run.diagnostics.extend(protected.diagnostics);
    run.skipped.extend(protected.skipped);
    let first = timeline.periods.first().map(|period| period.start);
    let mut chosen: Vec<MetricResults> =
        metrics.into_values().filter(|results| plan.chosen.contains(&results.metric)).collect();
    for results in &mut chosen {
        // Periods before the window were needed for changes only.
        results.rows.retain(|row| Some(row.period.start) >= first);
    }
    Ok(Evaluation {
        results: Results { as_of, grain: timeline.grain, metrics: chosen },
        inputs: Inputs { as_of, sources: run.loaded, pseudonym_key: protected.key_check },
        diagnostics: run.diagnostics,
        skipped: run.skipped,
        missing: engine.missing(),
    })
}

/// What comes of a plan over sources that are ready.
#[derive(Debug)]
pub struct Computed {
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
) -> Result<Computed, Error> {
    // Nothing is made ready, so that all that is asked of the request is the as-of.
    let plan = Plan { sources: Vec::new(), ..plan.clone() };
    let request = Request {
        root: Path::new(""),
        memory: None,
        environment: &|_| None,
        as_of: Some(timeline.as_of),
        grain: None,
        from: None,
        to: None,
        threads: None,
        protection: Protection::within(),
        pseudonym_key: Err(privacy::NoKey::Missing),
        progress: &Silent,
    };
    let mut run = Run::new(catalog, &plan, files, &request, engine);
    run.failed.extend(failed.iter().cloned());
    engine.set_as_of(timeline.as_of)?;
    let metrics = run.results(timeline)?;
    Ok(Computed { metrics, diagnostics: run.diagnostics, skipped: run.skipped })
}

/// Opens the engine of an evaluation.
fn open(
    catalog: &Catalog,
    request: &Request<'_>,
    data: &BTreeMap<String, Located>,
) -> Result<Engine, Error> {
    let limits = &catalog.settings.limits;
    let files = data.values().flatten().flatten();
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
pub type Explained = (Vec<String>, String, String);

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
) -> Result<(Vec<Explained>, Vec<Diagnostic>), Error> {
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
    verified: Verified,
    /// File sources that are ready.
    loaded: BTreeMap<String, SourceInput>,
    /// The files of those, and what they looked like before they were read.
    stamps: BTreeMap<String, (Vec<DataFile>, Vec<Stamp>)>,
    /// Sources that are not to be had.
    failed: BTreeSet<String>,
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
        let memory = request.memory.clone();
        Self {
            catalog,
            plan,
            files,
            request,
            engine,
            verified: memory.map_or_else(Verified::default, Verified::in_folder),
            loaded: BTreeMap::new(),
            stamps: BTreeMap::new(),
            failed: BTreeSet::new(),
            diagnostics: Vec::new(),
            skipped: BTreeMap::new(),
            spent: RefCell::default(),
        }
    }

    /// Makes the sources ready.
    fn start(
        catalog: &'a Catalog,
        plan: &'a Plan,
        files: &'a Files,
        request: &'a Request<'a>,
        engine: &'a Engine,
        data: BTreeMap<String, Located>,
    ) -> Result<Self, Error> {
        let mut run = Self::new(catalog, plan, files, request, engine);
        // Views bind `as_of()` when they are made; its value is known once sources are loaded.
        run.engine.set_as_of(Timestamp::UNIX_EPOCH)?;
        run.load_files(data);
        run.build_derived(false);
        Ok(run)
    }

    /// Settles the as-of, tells the engine, and lays out the periods; `None` where the as-of
    /// comes from a source that is not to be had.
    fn timeline(&mut self) -> Result<Option<Timeline>, Error> {
        let Some(as_of) = self.as_of()? else {
            self.diagnostics.extend(self.no_as_of());
            return Ok(None);
        };
        self.engine.set_as_of(as_of)?;
        let settings = &self.catalog.settings;
        let grain = self.request.grain.unwrap_or(settings.grain);
        let usual = Timeline::back_from(as_of, settings.grain, settings.window);
        let timeline = match (self.request.from, self.request.to) {
            (None, None) if grain == settings.grain => usual,
            // Another grain divides the same stretch of time.
            (from, to) => usual.and_then(|usual| {
                let first = usual.periods.first().map_or(as_of, |period| period.start);
                Timeline::between(as_of, grain, from.unwrap_or(first), to.unwrap_or(as_of))
            }),
        };
        timeline.map(Some).map_err(|error| Error::Usage(error.to_string()))
    }

    /// The instant of knowledge; `None` where it comes from a source that is not to be had.
    fn as_of(&self) -> Result<Option<Timestamp>, Error> {
        if let Some(as_of) = self.request.as_of {
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

    /// Runs the scans, and turns what they yield into the results of all metrics of the plan.
    fn results(&mut self, timeline: &Timeline) -> Result<BTreeMap<String, MetricResults>, Error> {
        let mut figures = self.scan_all(timeline)?;
        self.refuse_changed(&mut figures);
        let mut metrics: BTreeMap<String, MetricResults> = BTreeMap::new();
        for id in &self.plan.metrics {
            let Some(metric) = self.catalog.metrics.get(id) else {
                continue;
            };
            let composed = if metric.definition.measure.is_composed() {
                match compose::compose(metric, &metrics, timeline) {
                    Ok(figures) => Some(figures),
                    Err(reason) => {
                        self.skipped.insert(id.clone(), reason);
                        None
                    }
                }
            } else {
                figures.remove(id)
            };
            if let Some(figures) = composed {
                let min_n = self.catalog.settings.min_n;
                metrics.insert(id.clone(), rows::finish(metric, figures, timeline, min_n));
            }
        }
        Ok(metrics)
    }

    fn without_results(mut self) -> Evaluation {
        for id in &self.plan.metrics {
            self.skipped.entry(id.clone()).or_insert_with(|| "the as-of is not known".to_owned());
        }
        Evaluation {
            results: Results {
                as_of: Timestamp::UNIX_EPOCH,
                grain: self.catalog.settings.grain,
                metrics: Vec::new(),
            },
            inputs: Inputs {
                as_of: Timestamp::UNIX_EPOCH,
                sources: self.loaded,
                pseudonym_key: None,
            },
            diagnostics: self.diagnostics,
            skipped: self.skipped,
            missing: self.engine.missing(),
        }
    }
}
