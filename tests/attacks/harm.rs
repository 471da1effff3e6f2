//! What an attack must not do.

use std::fmt;

/// What is looked for after every run, whatever the case says it is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Harm {
    /// What stands in a canary file comes out.
    Read,
    /// A variable of the environment comes out.
    Environment,
    /// A file is not what it was, is gone, or is new.
    Change,
    /// Somebody calls at the port.
    Connect,
    /// A metric that has nothing to do with it has another value.
    Metric,
    /// Where the project lies comes out.
    Path,
    /// Time or memory beyond the limits.
    Limits,
    /// The tool dies instead of saying what is wrong.
    Crash,
}

impl Harm {
    const ALL: [(Self, &str); 8] = [
        (Self::Read, "read the canary"),
        (Self::Environment, "show the environment"),
        (Self::Change, "change a file"),
        (Self::Connect, "connect"),
        (Self::Metric, "change another metric"),
        (Self::Path, "show a path"),
        (Self::Limits, "take more than the limits"),
        (Self::Crash, "crash"),
    ];

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|(_, name)| *name == text).map(|(harm, _)| harm)
    }
}

impl fmt::Display for Harm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = Self::ALL.into_iter().find(|(harm, _)| harm == self).map(|(_, name)| name);
        f.write_str(name.unwrap_or_default())
    }
}
