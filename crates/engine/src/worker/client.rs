//! goodhart's side: start a worker, ask it, end it when it takes too long, start another.

use std::cell::{Cell as Slot, RefCell};
use std::collections::BTreeMap;
use std::io;
use std::path::PathBuf;
use std::process::{Child, ChildStdin, ChildStdout, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::journal::Journal;
use super::protocol::{Limits, Request, Response, Start, StartReply, VERSION, read, send};
use super::serve::ARGUMENT;
use super::timer::Timer;
use crate::allowance::Answer;
use crate::local::{QueryError, Setup};
use goodhart_core::measure::Cell;
use goodhart_core::measure::calendar::Calendar;

/// What is started, and how.
#[derive(Debug, Clone)]
pub struct Program {
    pub path: PathBuf,
    pub setup: Setup,
    pub calendars: BTreeMap<String, Arc<Calendar>>,
    /// The files that may be read.
    pub files: Vec<PathBuf>,
    /// Without it, there are no limits and deadlines.
    pub limits: Option<Limits>,
    pub sandbox: bool,
}

/// A worker, and what it was told to make, so that another one can take its place.
pub struct Client {
    program: Program,
    running: RefCell<Option<Running>>,
    journal: RefCell<Journal>,
    /// Layers that could not be had, a line for each.
    missing: Vec<String>,
    /// How many workers have died.
    deaths: Slot<u32>,
}

/// Why there is no answer.
#[derive(Debug)]
pub enum WorkerError {
    Query(QueryError),
    /// The time was up.
    Late,
    /// The worker is no more, and how it ended.
    Died(String),
}

/// What a worker has until it says that it is ready. It only enters its sandbox and opens DuckDB,
/// which takes a tenth of a second, so a program that takes longer is no worker.
const GREETING: Duration = Duration::from_secs(20);

/// What a worker has for what another was told before: as long as loading takes.
const REPLAY: Duration = Duration::from_secs(600);

/// A worker that interrupts itself has so long to say so before it is ended.
const GRACE: Duration = Duration::from_millis(500);

/// A worker that died so often is not started again: what it is asked is not worth more.
const MOST_DEATHS: u32 = 200;

impl Client {
    /// Starts a worker.
    ///
    /// # Errors
    /// A program that cannot be started, or that cannot enter its sandbox.
    pub fn open(program: Program) -> Result<Self, String> {
        let (running, missing) = Running::start(&program)?;
        Ok(Self {
            program,
            running: RefCell::new(Some(running)),
            journal: RefCell::default(),
            missing,
            deaths: Slot::new(0),
        })
    }

    /// Another worker that was told the same.
    ///
    /// # Errors
    /// Those of [`Client::open`], or a worker that cannot do again what this one did.
    pub fn beside(&self) -> Result<Self, String> {
        let other = Self::open(self.program.clone())?;
        *other.journal.borrow_mut() = self.journal.borrow().clone();
        if let Some(running) = other.running.borrow_mut().as_mut() {
            other.journal.borrow().replay(running)?;
        }
        Ok(other)
    }

    /// Layers that could not be had, a line for each.
    pub fn missing(&self) -> &[String] {
        &self.missing
    }

    /// Runs statements without results. Those with a `subject` take the place of earlier ones
    /// with the same.
    ///
    /// # Errors
    /// Why they did not come to their end.
    pub fn execute(
        &self,
        sql: &str,
        subject: Option<&str>,
        time: Duration,
    ) -> Result<(), WorkerError> {
        self.ask(&Request { sql, answer: None, time: None }, time)?;
        self.journal.borrow_mut().note(sql, subject);
        Ok(())
    }

    /// Runs a query and returns all its rows.
    ///
    /// # Errors
    /// Why there are none.
    pub fn query(
        &self,
        sql: &str,
        most: Answer,
        time: Duration,
    ) -> Result<Vec<Vec<Cell>>, WorkerError> {
        match self.ask(&Request { sql, answer: Some(most), time: None }, time)? {
            Response::Rows(rows) => {
                Ok(rows.into_iter().map(|row| row.into_iter().map(Cell::from).collect()).collect())
            }
            _ => Err(WorkerError::Died("gave the answer to another question".to_owned())),
        }
    }

    fn ask(&self, request: &Request<'_>, time: Duration) -> Result<Response, WorkerError> {
        let mut slot = self.running.borrow_mut();
        let mut running = match slot.take() {
            Some(running) => running,
            None => self.again().map_err(WorkerError::Died)?,
        };
        let time = self.program.limits.map(|_| time);
        match running.ask(request, time) {
            Ok((response, late)) => {
                *slot = Some(running);
                match response {
                    Response::Query(_) if late => Err(WorkerError::Late),
                    Response::Query(why) => Err(WorkerError::Query(why)),
                    response => Ok(response),
                }
            }
            Err(ended) => {
                self.deaths.set(self.deaths.get() + 1);
                Err(ended)
            }
        }
    }

    /// A worker in the place of one that died.
    fn again(&self) -> Result<Running, String> {
        if self.deaths.get() >= MOST_DEATHS {
            return Err("died too often".to_owned());
        }
        let (mut running, _) = Running::start(&self.program)?;
        self.journal.borrow().replay(&mut running)?;
        Ok(running)
    }
}

/// A process that answers.
pub struct Running {
    child: Arc<Mutex<Child>>,
    input: ChildStdin,
    output: ChildStdout,
    /// Ends the process.
    deadline: Timer,
}

impl Running {
    fn start(program: &Program) -> Result<(Self, Vec<String>), String> {
        let mut child = Command::new(&program.path)
            .arg(ARGUMENT)
            .env_clear()
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|error| format!("{} cannot be started: {error}", program.path.display()))?;
        let (Some(input), Some(output)) = (child.stdin.take(), child.stdout.take()) else {
            return Err("the worker has no pipes".to_owned());
        };
        let child = Arc::new(Mutex::new(child));
        let killed = Arc::clone(&child);
        let deadline = Timer::new(move || kill(&killed));
        let mut running = Self { child, input, output, deadline };
        let missing = running.greet(program)?;
        Ok((running, missing))
    }

    fn greet(&mut self, program: &Program) -> Result<Vec<String>, String> {
        let calendars = program.calendars.iter();
        let start = Start {
            version: VERSION.to_owned(),
            setup: program.setup.clone(),
            calendars: calendars.map(|(name, one)| (name.clone(), one.written())).collect(),
            files: program.files.clone(),
            limits: program.limits,
            sandbox: program.sandbox,
        };
        self.deadline.set(GREETING);
        let started = send(&mut self.input, &start).and_then(|()| read(&mut self.output));
        let late = self.deadline.stop();
        match started {
            Ok(StartReply::Ready { missing }) => Ok(missing),
            Ok(StartReply::Failed(why)) => Err(format!("the worker cannot start: {why}")),
            Err(_) if late => {
                self.ended();
                Err(format!("the worker said nothing for {} s", GREETING.as_secs()))
            }
            Err(_) => Err(format!("the worker {} before it was asked anything", self.ended())),
        }
    }

    /// The answer, and whether it came of an interruption.
    fn ask(
        &mut self,
        request: &Request<'_>,
        time: Option<Duration>,
    ) -> Result<(Response, bool), WorkerError> {
        let milliseconds = time.map(|time| u64::try_from(time.as_millis()).unwrap_or(u64::MAX));
        let request = Request { time: milliseconds, ..*request };
        if let Some(time) = time {
            self.deadline.set(time.saturating_add(GRACE));
        }
        let answered = send(&mut self.input, &request).and_then(|()| read(&mut self.output));
        let killed = self.deadline.stop();
        match answered {
            Ok(response) => {
                let late = matches!(&response, Response::Query(QueryError::Refused(said))
                    if said.contains(INTERRUPTED));
                Ok((response, late))
            }
            Err(_) if killed => {
                self.ended();
                Err(WorkerError::Late)
            }
            Err(error) if error.kind() == io::ErrorKind::InvalidData => {
                self.ended();
                Err(WorkerError::Died(format!("answered with {error}")))
            }
            Err(_) => Err(WorkerError::Died(self.ended())),
        }
    }

    /// Runs what another worker was told.
    pub fn repeat(&mut self, sql: &str) -> Result<(), String> {
        match self.ask(&Request { sql, answer: None, time: None }, Some(REPLAY)) {
            Ok((Response::Done, _)) => Ok(()),
            _ => Err("cannot do again what it did before".to_owned()),
        }
    }

    /// Ends the process if it has not ended, and says how it did.
    fn ended(&self) -> String {
        let mut child = lock(&self.child);
        // A process that closed its output has a moment to end by itself, so that it is seen how.
        for _ in 0..20 {
            if let Ok(Some(status)) = child.try_wait() {
                return how(status);
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        let _ = child.kill();
        let _ = child.wait();
        "did not answer".to_owned()
    }
}

/// How DuckDB's message begins when it was interrupted, under `errors_as_json`.
const INTERRUPTED: &str = "\"exception_type\":\"INTERRUPT\"";

impl Drop for Running {
    fn drop(&mut self) {
        kill(&self.child);
    }
}

fn lock(child: &Mutex<Child>) -> MutexGuard<'_, Child> {
    child.lock().unwrap_or_else(PoisonError::into_inner)
}

fn kill(child: &Mutex<Child>) {
    let mut child = lock(child);
    let _ = child.kill();
    // Leaves no zombie where it is gone already; who ends with us is nobody's child then.
    let _ = child.try_wait();
}

#[cfg(unix)]
fn how(status: ExitStatus) -> String {
    use std::os::unix::process::ExitStatusExt;
    match (status.code(), status.signal()) {
        (Some(code), _) => format!("ended with exit code {code}"),
        (None, Some(signal)) => format!("was ended by signal {signal}"),
        (None, None) => "ended".to_owned(),
    }
}

#[cfg(not(unix))]
fn how(status: ExitStatus) -> String {
    status.code().map_or("ended".to_owned(), |code| format!("ended with exit code {code}"))
}
