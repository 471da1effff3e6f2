//! What a process was able to do to itself.

use std::fmt;

use serde::{Deserialize, Serialize};

/// One thing that keeps the process from doing harm.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Part {
    /// It ends with the process that started it.
    Parent,
    /// How much address space it may use.
    Memory,
    /// How much processor time it may use.
    Cpu,
    /// How many descriptors it may have, that no file grows and that no core is written.
    Files,
    /// Landlock: what it may open, connect to and signal.
    Landlock,
    /// Seccomp: which system calls it may make.
    Calls,
}

impl Part {
    /// The layer it belongs to.
    fn layer(self) -> &'static str {
        match self {
            Self::Parent | Self::Memory | Self::Cpu | Self::Files => "limits",
            Self::Landlock | Self::Calls => "sandbox",
        }
    }
}

/// How much of a part holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum State {
    Enforced,
    /// Holds, but not against everything: a sentence that says what is left open.
    Partly(String),
    /// Does not hold: a sentence that says why.
    Missing(String),
}

/// What holds, part by part.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    pub parts: Vec<(Part, State)>,
}

impl Report {
    pub(super) fn of(part: Part, state: State) -> Self {
        Self { parts: vec![(part, state)] }
    }

    /// Adds what another report says.
    pub fn append(&mut self, other: Self) {
        self.parts.extend(other.parts);
    }

    /// Whether everything that was asked for holds against everything it is meant for.
    pub fn is_complete(&self) -> bool {
        self.parts.iter().all(|(_, state)| *state == State::Enforced)
    }

    /// A line for each part that is missing or has a hole, such as "sandbox: Landlock is not
    /// enabled in this kernel".
    pub fn gaps(&self) -> Vec<String> {
        let gap = |(part, state): &(Part, State)| match state {
            State::Enforced => None,
            State::Partly(why) | State::Missing(why) => Some(format!("{}: {why}", part.layer())),
        };
        self.parts.iter().filter_map(gap).collect()
    }
}

/// A part that the system offers could not be put in place; SQL of strangers must not run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    pub part: Part,
    pub why: String,
}

impl Failure {
    /// For `map_err`: `doing` failed.
    pub(super) fn of<E: fmt::Display>(part: Part, doing: &str) -> impl FnOnce(E) -> Self {
        move |error| Self { part, why: format!("{doing}: {error}") }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}: {}", self.part.layer(), self.why)
    }
}

impl std::error::Error for Failure {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_does_not_hold_is_said() {
        let mut report = Report::of(Part::Memory, State::Enforced);
        assert!(report.is_complete());
        report.append(Report::of(
            Part::Landlock,
            State::Missing("Landlock is not enabled in this kernel".to_owned()),
        ));
        assert!(!report.is_complete());
        assert_eq!(report.gaps(), ["sandbox: Landlock is not enabled in this kernel"]);
    }
}
