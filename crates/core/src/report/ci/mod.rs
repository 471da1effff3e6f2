//! What `goodhart ci` found, all stages together: a file per format.

mod json;
mod junit;
mod markdown;
mod outputs;
mod text;

pub use json::json;
pub use junit::junit;
pub use markdown::markdown;
pub use outputs::outputs;
pub use text::text;

use std::collections::{BTreeMap, BTreeSet};

use crate::diagnostic::{Diagnostic, Severity};
use crate::report::diagnostics::Findings;
use crate::report::diff::sentence;
use crate::result::diff::Diff;
use crate::result::fixtures;

/// What a run of all stages came to.
pub struct Run<'a> {
    pub stages: &'a [Stage],
    pub findings: Findings<'a>,
    pub tests: Option<&'a fixtures::Report>,
    pub diff: Option<&'a Diff>,
    /// What is not as it is committed; `None` where that was not compared.
    pub stale: Option<&'a Stale>,
    /// The definition files that a change bears on: that are others than in the base, or whose
    /// metric or source is. Meaningless without a comparison.
    pub touched: &'a BTreeSet<String>,
    /// Metrics without results, and why.
    pub skipped: &'a BTreeMap<String, String>,
    pub fail_on: FailOn,
    /// The exit code that it leads to; see [`Run::exit`].
    pub exit: u8,
}

/// A stage, and what came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stage {
    pub name: StageName,
    pub outcome: Outcome,
}

/// The stages in their order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum StageName {
    Check,
    Test,
    Eval,
    Diff,
}

impl StageName {
    pub fn name(self) -> &'static str {
        match self {
            Self::Check => "check",
            Self::Test => "test",
            Self::Eval => "eval",
            Self::Diff => "diff",
        }
    }
}

/// What came of a stage, with a few words about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    Passed(String),
    /// It found something, warnings too.
    Found(String),
    /// The committed snapshots are not current.
    Stale(String),
    /// The tool could not do its work.
    Failed(String),
    /// Why it was not done.
    Skipped(String),
}

impl Outcome {
    /// The word for it in machine formats.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Passed(_) => "passed",
            Self::Found(_) => "findings",
            Self::Stale(_) => "stale",
            Self::Failed(_) => "failed",
            Self::Skipped(_) => "skipped",
        }
    }

    pub fn says(&self) -> &str {
        let (Self::Passed(says)
        | Self::Found(says)
        | Self::Stale(says)
        | Self::Failed(says)
        | Self::Skipped(says)) = self;
        says
    }
}

/// How the committed snapshots differ from what was evaluated.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Stale {
    /// Names of snapshots that are others or missing.
    pub changed: Vec<String>,
    /// Snapshots of metrics that do not exist.
    pub orphaned: Vec<String>,
}

impl Stale {
    pub fn is_empty(&self) -> bool {
        self.changed.is_empty() && self.orphaned.is_empty()
    }
}

/// From what on a run is no pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum FailOn {
    Never,
    Error,
    Warning,
    Change,
}

impl FailOn {
    pub fn name(self) -> &'static str {
        match self {
            Self::Never => "never",
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Change => "change",
        }
    }
}

impl Run<'_> {
    /// Whether a stage could not do its work; never a pass, whatever is asked for.
    pub fn has_failed(&self) -> bool {
        let failed = |stage: &Stage| matches!(stage.outcome, Outcome::Failed(_));
        self.stages.iter().any(failed) || self.findings.diagnostics.has_failures()
    }

    /// Whether something was found that is no pass.
    pub fn is_refused(&self) -> bool {
        let found = self.findings.diagnostics;
        self.fail_on >= FailOn::Error && (found.has_errors() || !self.skipped.is_empty())
            || self.fail_on >= FailOn::Warning && found.count(Severity::Warn) > 0
            || self.fail_on >= FailOn::Change && self.changed() > 0
    }

    /// Whether a finding has to do with what changed. One that stood there before, and about
    /// something else, is not what a reviewer looks for.
    pub fn is_of_change(&self, diagnostic: &Diagnostic) -> bool {
        let path = diagnostic.labels.first().map(|label| self.findings.files.path(label.span.file));
        self.diff.is_none() || path.is_none_or(|path| self.touched.contains(path))
    }

    pub fn is_stale(&self) -> bool {
        self.stale.is_some_and(|stale| !stale.is_empty())
    }

    /// How many metrics are others than in the base.
    pub fn changed(&self) -> usize {
        self.diff.map_or(0, |diff| diff.metrics.len())
    }

    /// All of it in one sentence; nothing in it is escaped.
    pub fn sentence(&self) -> String {
        match self.diff {
            Some(diff) => sentence(diff),
            None => match self.stages.iter().find(|stage| stage.name == StageName::Diff) {
                Some(stage) => format!("Nothing was compared: {}", stage.outcome.says()),
                None => "Nothing was compared".to_owned(),
            },
        }
    }
}
