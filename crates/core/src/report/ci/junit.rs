//! junit.xml: definition files and tests, as CI systems list them.

use quick_junit::Report;

use super::Run;
use crate::diagnostic::codes;
use crate::escape::terminal;
use crate::report::{diagnostics, fixtures};

/// A suite in which every definition file is a test, and one for each metric and derived source
/// that has tests.
pub fn junit(run: &Run<'_>) -> String {
    let mut report = Report::new("goodhart");
    // A test that failed is a test of its own below.
    let told = |diagnostic: &crate::diagnostic::Diagnostic| {
        run.tests.is_none() || *diagnostic.code != codes::TEST_FAILED
    };
    report.add_test_suite(diagnostics::suite(&run.findings, "goodhart ci", &told));
    if let Some(found) = run.tests {
        report.add_test_suites(fixtures::suites(run.findings.files, found));
    }
    terminal::page(&report.to_string().unwrap_or_default())
}
