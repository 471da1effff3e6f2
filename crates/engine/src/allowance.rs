//! What statements may take.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// What the statements that follow may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Allowance {
    /// All of them together.
    pub time: Duration,
    /// What is left of it.
    pub left: Duration,
    /// Each of them.
    pub answer: Answer,
    /// Whether they only say what SQL means, which no limit of a project makes longer.
    pub binding: bool,
}

/// How much one statement may return.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    pub rows: u64,
    /// As the values lie in memory, about.
    pub bytes: u64,
}

impl Answer {
    /// What goodhart's own questions need at most: the plans of many statements are long.
    pub const OWN: Self = Self { rows: 10_000_000, bytes: 256 << 20 };
}

impl Allowance {
    /// For goodhart's own statements, which do as much as there are sources.
    pub const OWN: Self = Self::new(Duration::from_secs(60), Answer::OWN);

    /// So much for the statements that follow.
    pub const fn new(time: Duration, answer: Answer) -> Self {
        Self { time, left: time, answer, binding: false }
    }

    /// So much for statements that only say what SQL means.
    pub const fn binding(time: Duration) -> Self {
        Self { binding: true, ..Self::new(time, Answer::OWN) }
    }

    /// Why a statement is stopped once the time is up.
    pub const fn late(&self) -> Stop {
        if self.binding { Stop::Binding(self.time) } else { Stop::Time(self.time) }
    }
}

/// Why a statement was stopped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stop {
    /// The time of the metric or source was up.
    Time(Duration),
    /// To understand the statement took too long.
    Binding(Duration),
    /// The time of the whole run was up.
    Run(Duration),
    Memory,
    /// More rows than these.
    Rows(u64),
    /// More bytes than these.
    Bytes(u64),
    /// The process that ran it ended, and how.
    Died(String),
}

impl Stop {
    /// What is wrong, in one line.
    pub fn message(&self) -> String {
        match self {
            Self::Time(limit) => format!("this takes longer than {}", seconds(*limit)),
            Self::Binding(limit) => {
                format!("only to understand this takes longer than {}", seconds(*limit))
            }
            Self::Run(limit) => format!("the whole run takes longer than {}", seconds(*limit)),
            Self::Memory => "this needs more memory than it may have".to_owned(),
            Self::Rows(1) => "this returns more than one row".to_owned(),
            Self::Rows(most) => format!("this returns more than {most} rows"),
            Self::Bytes(most) => format!("this returns more than {most} bytes"),
            Self::Died(how) => format!("the process that ran this {how}"),
        }
    }

    /// The limit in goodhart.toml that was reached.
    pub fn limit(&self) -> Option<&'static str> {
        Some(match self {
            Self::Time(_) => "time",
            Self::Run(_) => "run_time",
            Self::Memory => "memory",
            Self::Rows(_) => "result_rows",
            Self::Bytes(_) => "result_size",
            Self::Binding(_) | Self::Died(_) => return None,
        })
    }
}

fn seconds(time: Duration) -> String {
    format!("{} s", time.as_secs_f64())
}
