//! What is tried again, and when.
//!
//! GitHub asks for this: wait as long as `retry-after` says; with no requests left, until
//! `x-ratelimit-reset`; else a minute, and then longer each time; give up after some tries.

use std::time::Duration;

use serde_json::Value;

use super::http::{Api, Http, Request, Response};
use goodhart_core::error::Error;

/// What knows the time and waits.
pub trait Clock {
    /// Seconds since 1970.
    fn now(&self) -> i64;
    /// Waits, because of what went wrong.
    fn wait(&self, time: Duration, why: &str);
}

/// How often a delivery is tried.
const TRIES: u32 = 7;
/// How long it waits in all; a job of CI is paid for by the minute.
const PATIENCE: Duration = Duration::from_secs(15 * 60);
/// The first wait after a failure of the forge, which doubles.
const FAILED: Duration = Duration::from_secs(1);
/// The first wait after too many requests, where the forge names no time.
const LIMITED: Duration = Duration::from_secs(60);
/// How often a request may be sent elsewhere.
const MOVES: usize = 3;

/// Why a request did not do what it should.
#[derive(Debug, PartialEq, Eq)]
pub enum Failure {
    /// It may go well another time, and not before this time has passed.
    Passing { why: String, wait: Wait },
    /// The forge does not want it, with this status.
    Refused { status: u16, why: String },
    /// It will go no better another time.
    Final(String),
}

/// How long to wait before another try.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wait {
    /// As long as the forge said.
    Told(Duration),
    /// This long at first, and twice as long each time.
    Growing(Duration),
}

impl Failure {
    /// Something that may be gone in a second.
    pub fn passing(why: impl Into<String>) -> Self {
        Self::Passing { why: why.into(), wait: Wait::Growing(FAILED) }
    }
}

/// A host with the patience that is left for it.
pub struct Client<'a> {
    api: &'a Api,
    http: &'a Http,
    clock: &'a dyn Clock,
    tries: u32,
    waited: Duration,
}

impl<'a> Client<'a> {
    pub fn new(api: &'a Api, http: &'a Http, clock: &'a dyn Clock) -> Self {
        Self { api, http, clock, tries: 1, waited: Duration::ZERO }
    }

    pub fn api(&self) -> &Api {
        self.api
    }

    /// One try; an address that is a path begins behind that of the API.
    ///
    /// # Errors
    /// No answer, or one that is no success.
    pub fn send(&self, request: &Request) -> Result<Response, Failure> {
        let mut request = match request.url() {
            path if path.starts_with('/') => request.moved(self.api.at(path)),
            _ => request.clone(),
        };
        for _ in 0..=MOVES {
            let response = self.http.send(&request).map_err(Failure::passing)?;
            match response.status {
                200..=299 => return Ok(response),
                301 | 302 | 307 | 308 => {
                    let place = response.headers.get("location");
                    let place = place.and_then(|place| self.api.within(place));
                    let place = place.ok_or_else(|| {
                        Failure::Final("it sends the request to another host".to_owned())
                    })?;
                    request = request.moved(place);
                }
                _ => return Err(self.failure(&response)),
            }
        }
        Err(Failure::Final("it sends the request from one place to another".to_owned()))
    }

    fn failure(&self, response: &Response) -> Failure {
        let message = serde_json::from_str::<Value>(&response.body).ok();
        let message = message.as_ref().and_then(|body| match body.get("message")? {
            Value::String(text) => Some(text.clone()),
            other => Some(other.to_string()),
        });
        let message: String = message.unwrap_or_default().chars().take(200).collect();
        let status = response.status;
        let why = self.http.hidden(&match message.as_str() {
            "" => format!("it answers {status}"),
            message => format!("it answers {status}, {message}"),
        });
        if let Some(wait) = self.limited(response, &message) {
            return Failure::Passing { why, wait };
        }
        match status {
            408 | 500..=599 => Failure::passing(why),
            _ => Failure::Refused { status, why },
        }
    }

    /// How long to wait, where there were too many requests or the forge says when to come back.
    fn limited(&self, response: &Response, message: &str) -> Option<Wait> {
        let number = |names: [&str; 2]| -> Option<i64> {
            let found = names.iter().find_map(|name| response.headers.get(*name))?;
            found.trim().parse().ok()
        };
        let seconds = |seconds: i64| Duration::from_secs(u64::try_from(seconds).unwrap_or(0));
        let after = number(["retry-after", "retry-after"]);
        let left = number(["x-ratelimit-remaining", "ratelimit-remaining"]);
        match response.status {
            403 | 429 => {
                let says_so = message.to_lowercase().contains("rate limit");
                if let Some(after) = after {
                    return Some(Wait::Told(seconds(after)));
                }
                let reset = number(["x-ratelimit-reset", "ratelimit-reset"]);
                if let (Some(0), Some(reset)) = (left, reset) {
                    // A second more: it is not said whether that one is included.
                    return Some(Wait::Told(seconds(reset - self.clock.now() + 1)));
                }
                (response.status == 429 || says_so).then_some(Wait::Growing(LIMITED))
            }
            503 => after.map(|after| Wait::Told(seconds(after))),
            _ => None,
        }
    }

    /// Waits for another try.
    ///
    /// # Errors
    /// There is none: the failure is final, or there is no patience left.
    pub fn wait(&mut self, failure: Failure) -> Result<(), Error> {
        let (why, wait) = match failure {
            Failure::Final(why) | Failure::Refused { why, .. } => {
                return Err(Error::Undelivered(why));
            }
            Failure::Passing { why, wait } => (why, wait),
        };
        let time = match wait {
            Wait::Told(time) => time,
            Wait::Growing(first) => first.saturating_mul(1 << (self.tries - 1).min(16)),
        };
        if self.tries >= TRIES {
            return Err(Error::Undelivered(format!("{why}; it was tried {TRIES} times")));
        }
        let waited = self.waited.saturating_add(time);
        if waited > PATIENCE {
            let seconds = time.as_secs();
            return Err(Error::Undelivered(format!("{why}; it could go on in {seconds} s")));
        }
        (self.tries, self.waited) = (self.tries + 1, waited);
        self.clock.wait(time, &why);
        Ok(())
    }
}
