//! A run over a project: the library API of goodhart.
//!
//! A [`Session`] opens a project, selects metrics, plans, evaluates, checks thresholds and compares
//! with the committed snapshots. The commands hold arguments and output only; another front end
//! would call the same functions. Nothing here reads the clock, the environment or the terminal:
//! an [`Environment`] says what they have.
//!
//! ```
//! use goodhart::session::{Environment, Time, Purpose, Session};
//! use goodhart_core::plan::Selection;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let folder = tempfile::tempdir()?;
//! # let root = folder.path();
//! # for folder in ["sources", "metrics"] {
//! #     std::fs::create_dir(root.join(folder))?;
//! # }
//! # let write = |path: &str, text: &str| std::fs::write(root.join(path), text);
//! write("goodhart.toml", "name = 'example'\nas_of = 2026-02-01T00:00:00Z\nwindow = 1\n")?;
//! write("sources/alerts.csv", "id,created\n1,2026-01-05T10:00:00Z\n")?;
//! write("sources/alerts.toml", "
//! format = 'csv'
//! files = 'sources/alerts.csv'
//! [columns]
//! id = { type = 'text', key = true }
//! created = { type = 'timestamp' }
//! ")?;
//! write("metrics/alert_volume.toml", "
//! title = 'Alert volume'
//! owner = 'soc-lead'
//! unit = 'count'
//! direction = 'neutral'
//! [population]
//! subject = 'id'
//! at = 'created'
//! sql = 'select id, created from alerts'
//! [measure]
//! kind = 'count'
//! [ceiling]
//! min = 0
//! why = 'There is no natural end to alerts.'
//! [gameability]
//! notes = 'Switch rules off. Compare with the inventory of rules.'
//! ")?;
//!
//! let session = Session::new(Some(root), Environment::default(), Purpose::Binding);
//! let project = session.open()?.map_err(|rejection| rejection.text())?;
//! let plan = session.plan(&project, &Selection::default())?;
//! let evaluation = session.evaluate(&project, &plan, &Time::default())?;
//! assert!(evaluation.diagnostics.is_empty());
//! assert!(session.check_thresholds(&project, &evaluation).is_empty());
//!
//! let total = &evaluation.results.metrics[0].rows[0];
//! assert_eq!(total.value.map(|value| value.to_string()).as_deref(), Some("1"));
//! # Ok(())
//! # }
//! ```

mod environment;
mod project;
mod snapshots;

pub use environment::{CacheMode, Environment};
pub use goodhart_engine::Purpose;
pub use project::{Project, Rejection};
pub use snapshots::{SnapshotComparison, render_snapshots};

use std::path::{Path, PathBuf};

use jiff::Timestamp;

use crate::check::{self, LoadedProject};
use crate::git;
use goodhart_core::cache::Cache;
use goodhart_core::diagnostic::Diagnostic;
use goodhart_core::error::Error;
use goodhart_core::plan::{self, Plan, Selection};
use goodhart_core::project::definition::project::Grain;
use goodhart_core::result::snapshot::{PRIVATE, Store};
use goodhart_core::result::threshold::check_thresholds;
use goodhart_core::sql::facts::BoundProject;
use goodhart_engine::bind::bind;
use goodhart_engine::evaluate::{Evaluation, Request, ScanExplanation, evaluate, statements};
use goodhart_engine::{Parser, Protection};

/// A run over a project on the disk, and over states of it that are compared with it.
pub struct Session<'a> {
    pub(crate) environment: Environment<'a>,
    /// The project on the disk.
    root: Option<PathBuf>,
    cache: Cache,
    is_cache_committed: bool,
    parser: Parser<'a>,
}

/// Which time is evaluated instead of the one that the project says; the default is the project's.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Time {
    /// With what was known at this instant.
    pub as_of: Option<Timestamp>,
    /// The length of a period.
    pub grain: Option<Grain>,
    /// The first period is the one that holds this instant.
    pub from: Option<Timestamp>,
    /// The last period is the one that ends at or holds this instant.
    pub to: Option<Timestamp>,
}

impl<'a> Session<'a> {
    /// A session over the project at `root`, or over revisions of a project that is not on the disk.
    pub fn new(root: Option<&Path>, environment: Environment<'a>, purpose: Purpose<'a>) -> Self {
        let used = root.filter(|_| environment.cache != CacheMode::Disabled);
        // Whoever opened a pull request may have written what came with the repository.
        let is_committed = |root: &Path| root.join(PRIVATE).exists() && git::tracks(root, PRIVATE);
        let is_cache_committed = used.is_some_and(is_committed);
        let cache = match (used, &environment.program) {
            (Some(root), Some(program)) if !is_cache_committed => {
                Store::new(root).cache(program, environment.now)
            }
            _ => Cache::default(),
        };
        let cache = match environment.cache {
            CacheMode::Refreshed => cache.refreshed(),
            CacheMode::Enabled | CacheMode::Disabled => cache,
        };
        let protection = environment.protection.clone();
        let parser = Parser::new(protection, purpose).with_cache(cache.clone());
        let root = root.map(Path::to_owned);
        Self { environment, root, cache, is_cache_committed, parser }
    }

    /// Whether the cache is in git, which is why it is not used.
    pub fn is_cache_committed(&self) -> bool {
        self.is_cache_committed
    }

    /// The layers around SQL.
    pub fn protection(&self) -> &Protection {
        &self.environment.protection
    }

    /// What parses the SQL of this session.
    pub fn parser(&self) -> &Parser<'a> {
        &self.parser
    }

    /// Reads the definitions and resolves the names in them. What is wrong with them is among the
    /// diagnostics.
    ///
    /// # Errors
    /// There is no project on the disk, or what else stops the tool.
    pub fn load(&self) -> Result<LoadedProject, Error> {
        let Some(root) = &self.root else {
            return Err(Error::NoProject { from: PathBuf::from(".") });
        };
        check::load(root, &self.parser)
    }

    /// Opens the project to work with it; rejected are definitions in which the rules find errors.
    ///
    /// # Errors
    /// As [`Session::load`].
    pub fn open(&self) -> Result<Result<Project, Rejection>, Error> {
        let mut loaded = self.load()?;
        loaded.check_rules(self.environment.today);
        Ok(Project::try_from(loaded))
    }

    /// Runs all rules over definitions and over bound SQL, on a `day` for reviews and waivers.
    ///
    /// # Errors
    /// Only an engine failure.
    pub fn check(
        &self,
        project: &mut LoadedProject,
        day: jiff::civil::Date,
    ) -> Result<BoundProject, Error> {
        check::check(project, day, &self.cache, &self.parser)
    }

    /// Compares the metrics with those of another revision: a definition that changed must have a
    /// higher version.
    ///
    /// # Errors
    /// A project that is in no repository, a revision that is not there, or an engine failure.
    pub fn check_against(
        &self,
        project: &mut LoadedProject,
        day: jiff::civil::Date,
        revision: &str,
    ) -> Result<(), Error> {
        check::check_against(project, day, revision, &self.parser)
    }

    /// Binds all SQL; what does not bind is among the diagnostics of the project.
    ///
    /// # Errors
    /// Only an engine failure.
    pub fn bind(&self, project: &mut Project) -> Result<BoundProject, Error> {
        let (bound, found) = bind(&project.catalog, &project.files, &self.cache, &self.parser)?;
        project.diagnostics.extend(found);
        Ok(bound)
    }

    /// Plans the evaluation of selected metrics, with everything that they need.
    ///
    /// # Errors
    /// A metric, tag or owner that the project does not have.
    pub fn plan(&self, project: &Project, selection: &Selection) -> Result<Plan, Error> {
        let selected = plan::select(&project.catalog, selection);
        let selected = selected.map_err(|problems| Error::Usage(problems.join("\n")))?;
        Ok(plan::build(&project.catalog, &selected))
    }

    /// Evaluates a plan. What is wrong with definitions or data is among the diagnostics of the
    /// evaluation, and metrics that it touches are skipped.
    ///
    /// # Errors
    /// Only what stops the tool.
    pub fn evaluate(
        &self,
        project: &Project,
        plan: &Plan,
        time: &Time,
    ) -> Result<Evaluation, Error> {
        let request = self.request_for(&project.root, time);
        evaluate(&project.catalog, plan, &project.files, &request)
    }

    /// The statements that [`Session::evaluate`] would run, and what is wrong with their sources.
    ///
    /// # Errors
    /// Only what stops the tool.
    pub fn explain(
        &self,
        project: &Project,
        plan: &Plan,
        time: &Time,
    ) -> Result<(Vec<ScanExplanation>, Vec<Diagnostic>), Error> {
        let request = self.request_for(&project.root, time);
        statements(&project.catalog, plan, &project.files, &request)
    }

    /// What values miss of their ceilings and targets.
    pub fn check_thresholds(&self, project: &Project, evaluation: &Evaluation) -> Vec<Diagnostic> {
        check_thresholds(&project.catalog, &evaluation.results)
    }

    fn request_for<'r>(&'r self, root: &'r Path, time: &Time) -> Request<'r> {
        let Time { as_of, grain, from, to } = *time;
        Request { as_of, grain, from, to, ..self.request(root) }
    }

    /// An evaluation of what is in a folder.
    pub(crate) fn request<'r>(&'r self, root: &'r Path) -> Request<'r> {
        let environment = &self.environment;
        Request {
            cache: self.cache.clone(),
            parser: Some(&self.parser),
            environment: environment.variables,
            threads: environment.threads,
            pseudonym_key: environment.pseudonym_key.clone(),
            progress: environment.progress,
            ..Request::new(root, environment.protection.clone())
        }
    }
}
