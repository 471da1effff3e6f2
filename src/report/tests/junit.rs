//! `goodhart test --format junit`: what CI systems show of tests.

use std::collections::BTreeMap;

use quick_junit::{NonSuccessKind, Report as Junit, TestCase, TestCaseStatus, TestSuite};

use super::place;
use crate::diagnostic::Files;
use crate::escape::terminal;
use crate::fixtures::{Outcome, Report};

/// A suite for each metric and derived source.
pub fn junit(files: &Files, report: &Report) -> String {
    let mut junit = Junit::new("goodhart");
    junit.add_test_suites(suites(files, report));
    // A report of texts in memory has no reason to fail.
    terminal::page(&junit.to_string().unwrap_or_default())
}

/// The suites alone.
pub fn suites(files: &Files, report: &Report) -> Vec<TestSuite> {
    let mut suites: BTreeMap<(&str, &str), Vec<&Outcome>> = BTreeMap::new();
    for outcome in &report.outcomes {
        suites.entry((outcome.kind.name(), &outcome.target)).or_default().push(outcome);
    }
    let mut found = Vec::new();
    for ((kind, target), outcomes) in suites {
        let mut suite = TestSuite::new(format!("{kind} {target}"));
        for outcome in outcomes {
            suite.add_test_case(case(files, target, outcome));
        }
        found.push(suite);
    }
    found
}

fn case(files: &Files, target: &str, outcome: &Outcome) -> TestCase {
    let mut status = TestCaseStatus::success();
    if let Some(first) = outcome.problems.first() {
        status = TestCaseStatus::non_success(NonSuccessKind::Failure);
        let table =
            outcome.difference.as_ref().map(|difference| terminal::lines(&difference.table()));
        let rest = outcome.problems.iter().skip(1).map(|problem| terminal::lines(&problem.message));
        let lines: Vec<String> =
            std::iter::once(place(files, outcome.span)).chain(rest).chain(table).collect();
        status
            .set_type(first.code.name)
            .set_message(terminal::lines(&first.message))
            .set_description(lines.join("\n"));
    }
    let mut case = TestCase::new(terminal::line(&outcome.name), status);
    case.set_classname(target);
    case
}
