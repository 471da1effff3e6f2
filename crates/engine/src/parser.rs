//! The parser of a run: it opens an engine when something is to be parsed that is not known, and hands
//! it on to whoever evaluates or binds.

use std::cell::{OnceCell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use super::parse::Outcome;
use super::{Allowance, Engine, Options, Protection};
use goodhart_core::cache::{Cache, Key};
use goodhart_core::error::Error;
use goodhart_core::parallel;
use goodhart_core::project::catalog::{Parse, ParseContext, Settings};
use goodhart_core::project::{Locations, data_files};
use goodhart_core::sql::{Form, ParsedPieces, ParsedSql, Piece};

/// What the engine will be for, once everything is parsed.
#[derive(Clone, Copy)]
pub enum Purpose<'a> {
    /// To bind SQL without data.
    Binding,
    /// To read the data that the sources declare.
    Evaluating { threads: Option<u32>, environment: &'a dyn Fn(&str) -> Option<String> },
}

type Trees = BTreeMap<(Form, String), Arc<ParsedSql>>;

/// Parses the SQL of projects, each text once.
pub struct Parser<'a> {
    protection: Protection,
    purpose: Purpose<'a>,
    cache: Cache,
    /// The trees of earlier runs.
    cached: OnceCell<Trees>,
    /// What was asked for in this run.
    known: RefCell<Trees>,
    engine: RefCell<Option<Engine>>,
}

/// No honest plan needs more memory.
const MEMORY_TO_BIND: u64 = 512_000_000;

/// To parse everything together takes a second for thousands of metrics.
const LONGEST: Duration = Duration::from_secs(60);

/// So many pieces are worth an engine for each core.
const WORTH_A_THREAD: usize = 512;

impl<'a> Parser<'a> {
    /// A parser without a cache.
    pub fn new(protection: Protection, purpose: Purpose<'a>) -> Self {
        Self {
            protection,
            purpose,
            cache: Cache::default(),
            cached: OnceCell::new(),
            known: RefCell::default(),
            engine: RefCell::default(),
        }
    }

    /// For SQL of one's own, to parse and bind in this process.
    pub fn within() -> Self {
        Self::new(Protection::within(), Purpose::Binding)
    }

    /// The same with the trees of earlier runs. What decides whether SQL may run is never taken from
    /// a cache: the engine parses that itself.
    #[must_use]
    pub fn with_cache(self, cache: Cache) -> Self {
        Self { cache, ..self }
    }

    /// The engine in which SQL was parsed, with the data files of all sources readable, where there
    /// was need of one and nobody took it yet.
    pub fn engine_to_evaluate(&self) -> Option<Engine> {
        matches!(self.purpose, Purpose::Evaluating { .. }).then(|| self.engine.take())?
    }

    /// An engine to bind SQL in: the one in which it was parsed, or another one.
    ///
    /// # Errors
    /// As [`Engine::open`].
    pub fn engine_to_bind(&self, settings: &Settings) -> Result<Engine, Error> {
        let parsed_in = matches!(self.purpose, Purpose::Binding).then(|| self.engine.take());
        if let Some(engine) = parsed_in.flatten() {
            return Ok(engine);
        }
        let options = to_bind(settings, self.protection.clone());
        Engine::open(&options, &settings.calendars)
    }

    fn options(&self, project: &ParseContext<'_>) -> Options {
        let Purpose::Evaluating { threads, environment } = self.purpose else {
            return to_bind(project.settings, self.protection.clone());
        };
        let roots = &project.settings.roots;
        let locations = Locations { project: project.root, roots, environment };
        // What is wrong with a source is said when it is loaded.
        let files = project.sources.iter().filter(|source| !source.files.0.is_empty());
        let files = files.filter_map(|source| data_files(source, &locations).ok()).flatten();
        let limits = &project.settings.limits;
        Options {
            threads,
            memory: limits.memory,
            run_time: limits.run_time,
            files: files.map(|file| file.path).collect::<BTreeSet<PathBuf>>().into_iter().collect(),
            optimised: true,
            protection: self.protection.clone(),
        }
    }

    fn cached(&self) -> &Trees {
        self.cached.get_or_init(|| {
            let trees = self.cache.get_value::<Vec<Tree>>(&entry()).unwrap_or_default();
            trees.into_iter().map(|(form, text, parsed)| ((form, text), Arc::new(parsed))).collect()
        })
    }

    fn store(&self) {
        if !self.cache.is_enabled() {
            return;
        }
        let known = self.known.borrow();
        let trees: Vec<_> =
            known.iter().map(|((form, text), parsed)| (form, text, parsed.as_ref())).collect();
        self.cache.put_value(&entry(), &trees);
    }

    /// What the engine says of the pieces.
    fn ask(
        &self,
        pieces: &[Piece<'_>],
        project: &ParseContext<'_>,
    ) -> Result<Vec<Arc<Outcome>>, Error> {
        let mut slot = self.engine.borrow_mut();
        let engine = match slot.take() {
            Some(engine) => engine,
            None => Engine::open(&self.options(project), &project.settings.calendars)?,
        };
        let engine = slot.insert(engine);
        engine.grant(Allowance::binding(LONGEST));
        if pieces.len() < WORTH_A_THREAD {
            return Ok(engine.parse(pieces));
        }
        let chunks: Vec<&[Piece<'_>]> = pieces.chunks(WORTH_A_THREAD / 4).collect();
        let mut engines = Vec::new();
        for _ in 0..parallel::workers(chunks.len()) {
            engines.push(engine.beside()?);
        }
        let parsed = parallel::map_with(&chunks, engines, |engine, chunk| engine.parse(chunk));
        Ok(parsed.into_iter().flatten().collect())
    }
}

/// A tree as it is cached.
type Tree = (Form, String, ParsedSql);

/// All trees of a project are one entry of its cache.
fn entry() -> Key {
    Key::new("parsed", [])
}

/// What binding needs: nothing is scanned, so threads of the engine would only cost their start.
fn to_bind(settings: &Settings, protection: Protection) -> Options {
    Options {
        threads: Some(1),
        memory: MEMORY_TO_BIND,
        run_time: settings.limits.run_time,
        files: Vec::new(),
        optimised: true,
        protection,
    }
}

impl Parse for Parser<'_> {
    fn parse(
        &self,
        pieces: &BTreeSet<Piece<'_>>,
        project: &ParseContext<'_>,
    ) -> Result<ParsedPieces, Error> {
        let mut all = ParsedPieces::default();
        let mut missing = Vec::new();
        for piece in pieces {
            let key = (piece.form, piece.text.to_owned());
            let found = self.known.borrow().get(&key).cloned();
            match found.or_else(|| self.cached().get(&key).cloned()) {
                Some(parsed) => {
                    all.insert(*piece, Arc::clone(&parsed));
                    self.known.borrow_mut().insert(key, parsed);
                }
                None => missing.push(*piece),
            }
        }
        if missing.is_empty() {
            return Ok(all);
        }
        let outcomes = self.ask(&missing, project)?;
        for (piece, outcome) in missing.iter().zip(outcomes) {
            if let Ok(examined) = outcome.as_ref() {
                all.insert(*piece, Arc::clone(&examined.parsed));
                let key = (piece.form, piece.text.to_owned());
                self.known.borrow_mut().insert(key, Arc::clone(&examined.parsed));
            }
        }
        self.store();
        Ok(all)
    }
}
