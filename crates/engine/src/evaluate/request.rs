//! What is asked of an evaluation.

use std::path::Path;

use jiff::Timestamp;

use crate::{Parser, Protection};
use goodhart_core::cache::Cache;
use goodhart_core::project::definition::project::Grain;
use goodhart_core::result::privacy;

/// Where and when to evaluate.
pub struct Request<'a> {
    /// The project's folder.
    pub root: &'a Path,
    /// What earlier runs verified and computed.
    pub cache: Cache,
    /// What parsed the project, and may have opened an engine for that, which can go on; without it,
    /// another one is opened.
    pub parser: Option<&'a Parser<'a>>,
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

impl<'a> Request<'a> {
    /// Evaluates the project at `root` as it says itself, in a process of its own where `protection`
    /// says so; nothing is cached, and the environment and keys are not known.
    pub fn new(root: &'a Path, protection: Protection) -> Self {
        Self {
            root,
            cache: Cache::default(),
            parser: None,
            environment: &|_| None,
            as_of: None,
            grain: None,
            from: None,
            to: None,
            threads: None,
            protection,
            pseudonym_key: Err(privacy::NoKey::Missing),
            progress: &Silent,
        }
    }
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
