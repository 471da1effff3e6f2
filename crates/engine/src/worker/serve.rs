//! The worker's side: enter the sandbox, open DuckDB, answer until nobody asks.

use std::collections::BTreeMap;
use std::io::{self, Read, Write};
use std::sync::Arc;
use std::time::Duration;

use super::protocol::{
    Request, Response, Start, StartReply, VERSION, message, read, receive, send,
};
use super::timer::Timer;
use crate::local::Local;
use crate::sandbox;
use goodhart_core::measure::Cell;
use goodhart_core::measure::calendar::Calendar;

/// The argument with which goodhart calls itself to be a worker.
pub const ARGUMENT: &str = "worker";

/// Answers what is asked on `input` until it is closed. The process must have one thread and
/// nothing open that it should not have: from here on it can open nothing but the files that the
/// first message lists.
///
/// # Errors
/// A message that is none, or an output that is closed.
pub fn serve(mut input: impl Read, mut output: impl Write) -> io::Result<()> {
    let start: Start = read(&mut input)?;
    let opened = open(&start);
    let local = match opened {
        Ok((local, missing)) => {
            send(&mut output, &StartReply::Ready { missing })?;
            local
        }
        Err(why) => return send(&mut output, &StartReply::Failed(why)),
    };
    let interrupter = local.interrupter();
    let timer = Timer::new(move || interrupter.interrupt());
    loop {
        let bytes = match receive(&mut input) {
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(()),
            received => received?,
        };
        let request: Request<'_> = message(&bytes)?;
        if let Some(time) = request.time {
            timer.set(Duration::from_millis(time));
        }
        let response = answer(&local, &request);
        timer.stop();
        send(&mut output, &response)?;
    }
}

/// Opens DuckDB in a process in the sandbox that was asked for, and says what could not be had.
fn open(start: &Start) -> Result<(Local, Vec<String>), String> {
    if start.version != VERSION {
        return Err(format!("it is `{VERSION}`, asked by `{}`", start.version));
    }
    let mut missing = Vec::new();
    if let Some(limits) = &start.limits {
        // Every thread may read every file, besides what a process has open anyway.
        let readers = (start.files.len() as u64).saturating_mul(start.setup.threads.into());
        let limited = sandbox::limit(&sandbox::Limits {
            memory: Some(sandbox::address_space(limits.memory, start.setup.threads)),
            cpu: Some(Duration::from_secs(limits.seconds)),
            descriptors: readers.saturating_add(64),
        });
        missing.extend(limited.map_err(|failure| failure.to_string())?.gaps());
    }
    if start.sandbox {
        let listed = [start.files.clone(), super::system::files()].concat();
        let isolated = sandbox::isolate(&listed);
        missing.extend(isolated.map_err(|failure| failure.to_string())?.gaps());
    }
    let calendars: Option<BTreeMap<String, Arc<Calendar>>> = start
        .calendars
        .iter()
        .map(|(name, written)| Some((name.clone(), Arc::new(Calendar::read(written)?))))
        .collect();
    let calendars = calendars.ok_or("a calendar cannot be read")?;
    Ok((Local::open(&start.setup, &calendars)?, missing))
}

fn answer(local: &Local, request: &Request<'_>) -> Response {
    let answered = match request.answer {
        None => local.execute(request.sql).map(|()| Response::Done),
        Some(most) => local.query(request.sql, most).map(|rows| {
            let wire = |row: Vec<Cell>| row.into_iter().map(Into::into).collect();
            Response::Rows(rows.into_iter().map(wire).collect())
        }),
    };
    answered.unwrap_or_else(Response::Query)
}
