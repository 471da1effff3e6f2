//! `goodhart test --format json`.

use serde::Serialize;

use crate::diagnostic::Files;
use crate::escape;
use crate::fixtures::Report;

#[derive(Serialize)]
struct Whole<'a> {
    passed: usize,
    failed: usize,
    tests: Vec<Test<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    coverage: Option<Covered<'a>>,
}

#[derive(Serialize)]
struct Test<'a> {
    kind: &'static str,
    target: &'a str,
    name: &'a str,
    file: &'a str,
    line: usize,
    passed: bool,
    problems: Vec<Problem<'a>>,
    /// Values are texts as they are written in TOML, so that none is rounded.
    difference: Option<Rows<'a>>,
}

#[derive(Serialize)]
struct Problem<'a> {
    code: &'static str,
    message: &'a str,
}

#[derive(Serialize)]
struct Rows<'a> {
    columns: &'a [String],
    rows: Vec<Change<'a>>,
}

/// A row that differs: one of both is null where the row is unexpected or missing.
#[derive(Serialize)]
struct Change<'a> {
    expected: Option<&'a [Option<String>]>,
    actual: Option<&'a [Option<String>]>,
}

#[derive(Serialize)]
struct Covered<'a> {
    reached: usize,
    total: usize,
    untested: Vec<Target<'a>>,
    unreached: Vec<Gap<'a>>,
}

#[derive(Serialize)]
struct Target<'a> {
    kind: &'static str,
    target: &'a str,
}

#[derive(Serialize)]
struct Gap<'a> {
    kind: &'static str,
    target: &'a str,
    file: &'a str,
    line: usize,
    column: usize,
    sql: &'a str,
    gap: String,
}

/// One object, ending with a line break.
pub fn json(files: &Files, report: &Report) -> String {
    let tests = report.outcomes.iter().map(|outcome| Test {
        kind: outcome.kind.name(),
        target: &outcome.target,
        name: &outcome.name,
        file: files.path(outcome.span.file),
        line: files.position(outcome.span).0,
        passed: outcome.passed(),
        problems: outcome
            .problems
            .iter()
            .map(|problem| Problem { code: problem.code.name, message: &problem.message })
            .collect(),
        difference: outcome.difference.as_ref().map(|difference| Rows {
            columns: &difference.columns,
            rows: difference
                .rows
                .iter()
                .map(|row| Change {
                    expected: row.expected.as_deref(),
                    actual: row.actual.as_deref(),
                })
                .collect(),
        }),
    });
    let coverage = report.coverage.as_ref().map(|coverage| Covered {
        reached: coverage.reached,
        total: coverage.total,
        untested: coverage
            .untested
            .iter()
            .map(|(kind, target)| Target { kind: kind.name(), target })
            .collect(),
        unreached: coverage
            .unreached
            .iter()
            .map(|gap| {
                let (line, column) = files.position(gap.span);
                Gap {
                    kind: gap.kind.name(),
                    target: &gap.target,
                    file: files.path(gap.span.file),
                    line,
                    column,
                    sql: &gap.sql,
                    gap: gap.gap.describe(),
                }
            })
            .collect(),
    });
    let whole = Whole {
        passed: report.passed(),
        failed: report.failed(),
        tests: tests.collect(),
        coverage,
    };
    escape::json::document(&serde_json::to_string_pretty(&whole).unwrap_or_default()) + "\n"
}
