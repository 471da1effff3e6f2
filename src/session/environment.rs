//! What the world around a run has.

use std::path::PathBuf;
use std::time::SystemTime;

use jiff::civil::Date;

use goodhart_core::result::privacy;
use goodhart_engine::Protection;
use goodhart_engine::evaluate::{Progress, Silent};

/// Clock, environment variables, secrets, and how much the run may take.
pub struct Environment<'a> {
    /// The day for reviews and waivers of projects whose as-of follows their data.
    pub today: Date,
    /// When entries of the cache are used.
    pub now: SystemTime,
    /// The file of the running program, which tells its builds apart in the cache; without it,
    /// nothing is cached.
    pub program: Option<PathBuf>,
    pub cache: CacheMode,
    /// The environment variables that paths in definitions may name.
    pub variables: &'a dyn Fn(&str) -> Option<String>,
    /// Makes the pseudonyms of sensitive segments, or why nothing does.
    pub pseudonym_key: Result<privacy::Key, privacy::NoKey>,
    /// The layers around SQL.
    pub protection: Protection,
    /// How many threads the engine may use; the default is one for each core.
    pub threads: Option<u32>,
    pub progress: &'a dyn Progress,
}

/// How a run uses the cache.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CacheMode {
    Enabled,
    /// It is not read, and written anew.
    Refreshed,
    /// It is neither read nor written.
    Disabled,
}

impl Default for Environment<'_> {
    /// A run in this process, at the beginning of 1970, without cache, variables and secrets.
    fn default() -> Self {
        Self {
            today: Date::constant(1970, 1, 1),
            now: SystemTime::UNIX_EPOCH,
            program: None,
            cache: CacheMode::Disabled,
            variables: &|_| None,
            pseudonym_key: Err(privacy::NoKey::Missing),
            protection: Protection::within(),
            threads: None,
            progress: &Silent,
        }
    }
}
