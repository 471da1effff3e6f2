//! DuckDB: the only code that names it.
//!
//! The engine loads sources, describes and runs the statements of a plan, and returns cells. It
//! knows nothing of metrics. Why its settings are as they are is in docs/design.md.

// No input may make the library panic, and only the command line writes to the terminal.
#![cfg_attr(
    not(test),
    deny(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::print_stdout,
        clippy::print_stderr
    )
)]

pub mod allow_list;
mod allowance;
pub mod bind;
mod bound_plans;
pub mod evaluate;
mod failure;
pub mod fixtures;
mod functions;
mod load;
mod local;
mod memory;
mod parse;
mod parser;
mod protection;
mod repeated;
pub mod sandbox;
mod tree;
mod worker;

pub use allow_list::{Checked, Readable};
pub use allowance::{Allowance, Answer, Stop};
pub use failure::{SqlFailure, refusals};
pub use load::{
    LoadContext, check_derived, check_file_source, conversions, declare, declared_columns,
    given_table, has_wrong_header, load_file_source, materialise, stand_in, undeclare,
};
pub use parse::{Outcome, ParsedPiece};
pub use parser::{Parser, Purpose};
pub use protection::Protection;
pub use repeated::{first_repeated, in_sql, is_given, repeated_column, two_columns};
pub use worker::{ARGUMENT as WORKER, serve, system_files};

use std::cell::Cell as Slot;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::Timestamp;

use allow_list::has_several_statements;
use goodhart_core::error::Error;
use goodhart_core::measure::Cell;
use goodhart_core::measure::calendar::Calendar;
use goodhart_core::parallel;
use goodhart_core::plan::{literal, period_start, timestamp};
use goodhart_core::project::definition::project::Grain;
use local::{Local, QueryError, Setup};
use worker::{Client, Limits, Program, WorkerError};

/// Resources of the engine.
#[derive(Debug, Clone)]
pub struct Options {
    /// The default is the number of cores.
    pub threads: Option<u32>,
    /// Bytes that DuckDB may take.
    pub memory: u64,
    /// How long everything may take together.
    pub run_time: Duration,
    /// The files that may be read.
    pub files: Vec<PathBuf>,
    /// Whether to look for a better plan; over a handful of rows that costs more than it saves.
    pub optimised: bool,
    pub protection: Protection,
}

impl Default for Options {
    /// For SQL of one's own: no file may be read.
    fn default() -> Self {
        Self {
            threads: None,
            memory: 4_000_000_000,
            run_time: Duration::from_secs(900),
            files: Vec::new(),
            optimised: true,
            protection: Protection::within(),
        }
    }
}

/// An in-memory DuckDB, in this process or in a worker.
pub struct Engine {
    place: Place,
    /// Whether user SQL is checked before it is used.
    allow_list: bool,
    /// Whether DuckDB's settings keep it closed.
    closed: bool,
    allowance: Slot<Allowance>,
    run_time: Duration,
    /// What is left of it.
    left: Slot<Duration>,
    /// What was parsed here and beside.
    pieces: parse::ParseCache,
}

/// Where DuckDB runs.
enum Place {
    Here(Local),
    Apart(Box<Client>),
}

impl Engine {
    /// Opens an empty database with goodhart's functions. No query can read or write anything but
    /// the files of the options.
    ///
    /// # Errors
    /// Settings that DuckDB refuses, a worker that cannot be started, or a layer that is required
    /// and not to be had.
    pub fn open(
        options: &Options,
        calendars: &BTreeMap<String, Arc<Calendar>>,
    ) -> Result<Self, Error> {
        let protection = &options.protection;
        let threads =
            options.threads.unwrap_or_else(|| u32::try_from(parallel::cores()).unwrap_or(1));
        let setup =
            Setup { threads, memory: format!("{}B", options.memory), closed: protection.settings };
        let failed = |message| Error::Engine { doing: "opening DuckDB".to_owned(), message };
        let place = match &protection.worker {
            None => Place::Here(Local::open(&setup, calendars).map_err(failed)?),
            Some(path) => {
                let seconds = options.run_time.as_secs().saturating_mul(threads.into()).max(1);
                let program = Program {
                    path: path.clone(),
                    setup,
                    calendars: calendars.clone(),
                    files: options.files.clone(),
                    limits: protection.limits.then_some(Limits { memory: options.memory, seconds }),
                    sandbox: protection.sandbox,
                };
                Place::Apart(Box::new(Client::open(program).map_err(failed)?))
            }
        };
        let engine = Self {
            place,
            allow_list: protection.allow_list,
            closed: protection.settings,
            allowance: Slot::new(Allowance::OWN),
            run_time: options.run_time,
            left: Slot::new(options.run_time),
            pieces: parse::ParseCache::default(),
        };
        let missing = engine.missing();
        if protection.required && !missing.is_empty() {
            return Err(Error::Unprotected { missing });
        }
        // What is read from files lives here; queries see it through views in `main`.
        engine.run("creating the schema", "create schema loaded", None)?;
        engine.run("creating macros", load::MACROS, None)?;
        if !options.optimised {
            engine.run("switching off the optimiser", "pragma disable_optimizer", None)?;
        }
        if engine.closed {
            engine.close(&options.files)?;
        }
        Ok(engine)
    }

    /// A second connection to the same database, for another thread; where DuckDB runs in a
    /// worker, another worker that was told the same.
    ///
    /// # Errors
    /// Only an engine failure.
    pub fn beside(&self) -> Result<Self, Error> {
        let place = match &self.place {
            Place::Here(local) => local.beside().map(Place::Here),
            Place::Apart(client) => client.beside().map(|client| Place::Apart(Box::new(client))),
        };
        let failed = |message| Error::Engine { doing: "opening a connection".to_owned(), message };
        Ok(Self {
            place: place.map_err(failed)?,
            allow_list: self.allow_list,
            closed: self.closed,
            allowance: self.allowance.clone(),
            run_time: self.run_time,
            left: self.left.clone(),
            pieces: Arc::clone(&self.pieces),
        })
    }

    /// The layers around SQL that are not to be had here, a line for each.
    pub fn missing(&self) -> Vec<String> {
        match &self.place {
            Place::Here(_) => vec![
                "limits: SQL runs in this process".to_owned(),
                "sandbox: SQL runs in this process".to_owned(),
            ],
            Place::Apart(client) => client.missing().to_vec(),
        }
    }

    /// Closes the file system but for the listed files, and locks the settings.
    fn close(&self, files: &[PathBuf]) -> Result<(), Error> {
        let files: Vec<String> =
            files.iter().map(|path: &PathBuf| literal(&path.to_string_lossy())).collect();
        let sql = format!(
            "set allowed_paths = [{}]; set enable_external_access = false; \
             set lock_configuration = true",
            files.join(", ")
        );
        self.run("closing the file system", &sql, None)
    }

    /// What the statements that follow may take, until the next grant.
    pub fn grant(&self, allowance: Allowance) {
        self.allowance.set(allowance);
    }

    /// What is left of the time that was granted last.
    pub fn time_left(&self) -> Duration {
        self.allowance.get().left
    }

    /// Whether the time of the whole run is up.
    pub fn is_exhausted(&self) -> bool {
        self.left.get().is_zero()
    }

    /// Sets what `as_of()` returns, and with it what `period_start()` returns where periods have
    /// this grain.
    ///
    /// # Errors
    /// An instant at the end of the calendar, or an engine failure.
    pub fn set_as_of(&self, instant: Timestamp, grain: Grain) -> Result<(), Error> {
        let start = |unit: Grain| match period_start(instant, unit) {
            Ok(start) => Ok(timestamp(start)),
            Err(error) => Err(Error::Usage(error.to_string())),
        };
        let mut units = String::new();
        for unit in Grain::ALL {
            units.push_str(&format!(" when {} then {}", literal(unit.name()), start(*unit)?));
        }
        let (instant, own) = (timestamp(instant), start(grain)?);
        // The allow-list lets no other unit through; without `else` it would look like a null.
        let sql = format!(
            "create or replace macro as_of() as {instant}; create or replace macro \
             period_start() as {own}, (unit) as case unit{units} else {own} end"
        );
        self.run("setting the as-of", &sql, Some("as_of()"))
    }

    /// Runs generated SQL that cannot fail for a reason in a definition, with time of its own.
    /// What was said about the `subject` before no longer holds.
    fn run(&self, doing: &str, sql: &str, subject: Option<&str>) -> Result<(), Error> {
        let ran = self.finish(Allowance::OWN.time, |time| self.told(sql, subject, time));
        ran.map_err(|failure| own(doing, failure))
    }

    /// Runs a statement without results.
    ///
    /// # Errors
    /// What DuckDB says about the SQL, or that it takes too much.
    pub fn execute(&self, sql: &str) -> Result<(), SqlFailure> {
        self.single(sql)?;
        self.within(|time| self.told(sql, None, time))
    }

    /// Runs a statement without results that takes the place of earlier ones about `subject`.
    ///
    /// # Errors
    /// What DuckDB says about the SQL, or that it takes too much.
    pub fn replace(&self, subject: &str, sql: &str) -> Result<(), SqlFailure> {
        self.single(sql)?;
        self.within(|time| self.told(sql, Some(subject), time))
    }

    /// Runs a query and returns all its rows.
    ///
    /// # Errors
    /// What DuckDB says about the SQL, or that it takes too much.
    pub fn query(&self, sql: &str) -> Result<Vec<Vec<Cell>>, SqlFailure> {
        self.answer(sql, self.allowance.get().answer)
    }

    /// Runs a query of goodhart's own about SQL, whose answer counts for no metric.
    fn ask(&self, sql: &str) -> Result<Vec<Vec<Cell>>, SqlFailure> {
        self.answer(sql, Answer::OWN)
    }

    fn answer(&self, sql: &str, most: Answer) -> Result<Vec<Vec<Cell>>, SqlFailure> {
        self.single(sql)?;
        self.within(|time| match &self.place {
            Place::Here(local) => local.query(sql, most).map_err(WorkerError::Query),
            Place::Apart(client) => client.query(sql, most, time),
        })
    }

    fn told(&self, sql: &str, subject: Option<&str>, time: Duration) -> Result<(), WorkerError> {
        match &self.place {
            Place::Here(local) => local.execute(sql).map_err(WorkerError::Query),
            Place::Apart(client) => client.execute(sql, subject, time),
        }
    }

    /// Preparing a text runs all its statements but the last, so there must not be several.
    fn single(&self, sql: &str) -> Result<(), SqlFailure> {
        if self.closed && has_several_statements(sql) {
            return Err(SqlFailure::own("several statements where one belongs"));
        }
        Ok(())
    }

    /// Runs something in the time that is granted and left.
    fn within<T>(
        &self,
        run: impl FnOnce(Duration) -> Result<T, WorkerError>,
    ) -> Result<T, SqlFailure> {
        let (allowance, left) = (self.allowance.get(), self.left.get());
        if left.is_zero() {
            return Err(SqlFailure::stopped(Stop::Run(self.run_time)));
        }
        if allowance.left.is_zero() {
            return Err(SqlFailure::stopped(allowance.late()));
        }
        let start = Instant::now();
        let outcome = self.finish(allowance.left.min(left), run);
        let spent = start.elapsed();
        self.left.set(left.saturating_sub(spent));
        let left = allowance.left.saturating_sub(spent);
        self.allowance.set(Allowance { left, ..allowance });
        outcome
    }

    fn finish<T>(
        &self,
        time: Duration,
        run: impl FnOnce(Duration) -> Result<T, WorkerError>,
    ) -> Result<T, SqlFailure> {
        run(time).map_err(|unfinished| match unfinished {
            WorkerError::Query(QueryError::Refused(said)) => SqlFailure::said(&said),
            WorkerError::Query(QueryError::Rows) => {
                SqlFailure::stopped(Stop::Rows(self.allowance.get().answer.rows))
            }
            WorkerError::Query(QueryError::Bytes) => {
                SqlFailure::stopped(Stop::Bytes(self.allowance.get().answer.bytes))
            }
            WorkerError::Late if self.left.get() <= time => {
                SqlFailure::stopped(Stop::Run(self.run_time))
            }
            WorkerError::Late => SqlFailure::stopped(self.allowance.get().late()),
            WorkerError::Died(how) => SqlFailure::stopped(Stop::Died(how)),
        })
    }

    /// The names and types of a query's columns, without running it.
    ///
    /// # Errors
    /// What DuckDB says about the SQL, with offsets into `sql`.
    pub fn describe(&self, sql: &str) -> Result<Vec<(String, String)>, SqlFailure> {
        const DESCRIBE: &str = "describe ";
        let rows = self
            .ask(&format!("{DESCRIBE}{sql}"))
            .map_err(|failure| failure.shifted(DESCRIBE.len()))?;
        let text = |cell: Option<&Cell>| match cell {
            Some(Cell::Text(text)) => text.clone(),
            _ => String::new(),
        };
        Ok(rows.iter().map(|row| (text(row.first()), text(row.get(1)))).collect())
    }
}

/// A failure of a statement of our own.
fn own(doing: &str, failure: SqlFailure) -> Error {
    Error::Engine { doing: doing.to_owned(), message: failure.message }
}
