//! Severity and verdict, in the words all tables share.

use serde::{Deserialize, Serialize};

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    Informational,
    Low,
    Medium,
    High,
    Critical,
}

use Severity::{Critical, High, Informational, Low, Medium};

impl Severity {
    pub fn raised(self) -> Self {
        match self {
            Informational => Low,
            Low => Medium,
            Medium => High,
            High | Critical => Critical,
        }
    }

    pub fn lowered(self) -> Self {
        match self {
            Critical => High,
            High => Medium,
            Medium => Low,
            Low | Informational => Informational,
        }
    }

    pub fn name(self) -> &'static str {
        match self {
            Informational => "informational",
            Low => "low",
            Medium => "medium",
            High => "high",
            Critical => "critical",
        }
    }
}

/// The severities one record held over its life.
#[derive(Clone, Copy)]
pub struct SeverityHistory {
    pub first: Severity,
    /// What it was changed to, if it was.
    pub changed: Option<Severity>,
}

impl SeverityHistory {
    pub fn last(self) -> Severity {
        self.changed.unwrap_or(self.first)
    }

    pub fn highest(self) -> Severity {
        self.first.max(self.last())
    }
}

/// What an analyst found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    TruePositive,
    BenignPositive,
    FalsePositiveLogic,
    FalsePositiveData,
    Duplicate,
    Test,
    Undetermined,
}
