//! What came of one test.

use super::Found;
use super::difference::Difference;
use crate::definition::test::TestTable;
use crate::diagnostic::{Diagnostic, Span};

/// What a test is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Metric,
    Source,
}

impl Kind {
    pub fn name(self) -> &'static str {
        match self {
            Self::Metric => "metric",
            Self::Source => "source",
        }
    }
}

/// A test that was run.
#[derive(Debug)]
pub struct Outcome {
    pub kind: Kind,
    /// The metric or derived source.
    pub target: String,
    pub name: String,
    /// The name of the test in its file.
    pub span: Span,
    /// Why it failed; empty where it passed.
    pub problems: Vec<Diagnostic>,
    /// How the rows differ, where it came to rows.
    pub difference: Option<Difference>,
}

impl Outcome {
    pub fn new(kind: Kind, target: &str, test: &TestTable, found: Found) -> Self {
        let (problems, difference) = found;
        Self {
            kind,
            target: target.to_owned(),
            name: test.name.to_string(),
            span: test.name.span,
            problems,
            difference,
        }
    }

    pub fn passed(&self) -> bool {
        self.problems.is_empty()
    }
}
