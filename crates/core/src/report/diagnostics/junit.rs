//! `--format junit`: a test suite in which every definition file is a test.
//!
//! A file with errors is a failed test, or one in error where the tool could not do its work.
//! Warnings and notes fail nothing, so they are the output of the test.

use std::collections::BTreeMap;

use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};

use super::Findings;
use crate::diagnostic::{Class, Diagnostic, Severity, render_one};
use crate::escape::terminal;
use crate::project::is_definition;

/// A report with one suite of that name; no time, no host, no random id.
pub fn junit(findings: &Findings<'_>, name: &str) -> String {
    let mut report = Report::new("goodhart");
    report.add_test_suite(suite(findings, name, &|_| true));
    terminal::page(&report.to_string().unwrap_or_default())
}

/// The suite alone, with the findings that are to be `told`.
pub fn suite(findings: &Findings<'_>, name: &str, told: &dyn Fn(&Diagnostic) -> bool) -> TestSuite {
    let paths = findings.files.ids().map(|file| findings.files.path(file));
    let definitions = paths.filter(|path| is_definition(path));
    let mut cases: BTreeMap<String, Vec<&Diagnostic>> =
        definitions.map(|path| (format!("{}{path}", findings.prefix), Vec::new())).collect();
    for diagnostic in findings.list().into_iter().filter(|diagnostic| told(diagnostic)) {
        let place = findings.places(diagnostic).into_iter().next();
        // What has no place is about the project.
        let name = place.map_or_else(|| "project".to_owned(), |(place, _)| place.path);
        cases.entry(name).or_default().push(diagnostic);
    }
    let mut tests = TestSuite::new(name);
    tests.add_test_cases(cases.iter().map(|(name, found)| case(findings, name, found)));
    tests
}

fn case(findings: &Findings<'_>, name: &str, found: &[&Diagnostic]) -> TestCase {
    let (errors, others): (Vec<&Diagnostic>, Vec<&Diagnostic>) =
        found.iter().partition(|diagnostic| diagnostic.severity == Severity::Error);
    let drawn = |list: &[&Diagnostic]| {
        let drawn: Vec<String> =
            list.iter().map(|diagnostic| render_one(diagnostic, findings.files, false)).collect();
        drawn.join("\n\n")
    };
    let status = match errors.first() {
        None => TestCaseStatus::success(),
        Some(first) => {
            let failed = errors.iter().any(|error| error.code.class == Class::Failure);
            let kind = if failed { NonSuccessKind::Error } else { NonSuccessKind::Failure };
            let mut status = TestCaseStatus::non_success(kind);
            let message = match errors.len() {
                1 => terminal::lines(&first.message),
                count => format!("{} (and {} more)", terminal::lines(&first.message), count - 1),
            };
            status.set_message(message).set_type(first.code.name).set_description(drawn(&errors));
            status
        }
    };
    let name = terminal::line(name);
    let mut case = TestCase::new(name.as_str(), status);
    case.set_classname("goodhart");
    case.extra.insert("file".into(), name.into());
    if !others.is_empty() {
        case.set_system_out(drawn(&others));
    }
    case
}
