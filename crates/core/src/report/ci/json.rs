//! verdict.json: what a script decides on. docs/ci.md describes the shape, which stays.

use std::collections::BTreeMap;

use serde::Serialize;

use super::Run;
use crate::diagnostic::Severity;
use crate::escape;
use crate::result::diff::Provenance;

#[derive(Serialize)]
struct Verdict<'a> {
    format: u32,
    tool: &'static str,
    exit_code: u8,
    fail_on: &'static str,
    says: String,
    stages: Vec<Stage<'a>>,
    findings: Counts,
    tests: Option<Tests>,
    base: Option<RevisionObject<'a>>,
    /// Metrics that are others than in the base; null where nothing was compared.
    changed: Option<Vec<&'a str>>,
    /// Snapshots that are not current; null where that was not compared.
    stale: Option<&'a [String]>,
    orphaned: Option<&'a [String]>,
    not_evaluated: &'a BTreeMap<String, String>,
}

#[derive(Serialize)]
struct Stage<'a> {
    stage: &'static str,
    outcome: &'static str,
    says: &'a str,
}

#[derive(Serialize)]
struct Counts {
    errors: usize,
    warnings: usize,
    notes: usize,
}

#[derive(Serialize)]
struct Tests {
    passed: usize,
    failed: usize,
}

#[derive(Serialize)]
struct RevisionObject<'a> {
    name: &'a str,
    commit: Option<&'a str>,
}

impl<'a> From<&'a Provenance> for RevisionObject<'a> {
    fn from(provenance: &'a Provenance) -> Self {
        Self { name: &provenance.name, commit: provenance.commit.as_deref() }
    }
}

/// One object, ending with a line break.
pub fn json(run: &Run<'_>) -> String {
    let stages = run.stages.iter().map(|stage| Stage {
        stage: stage.name.name(),
        outcome: stage.outcome.name(),
        says: stage.outcome.says(),
    });
    let found = run.findings.diagnostics;
    let verdict = Verdict {
        format: 1,
        tool: concat!("goodhart ", env!("CARGO_PKG_VERSION")),
        exit_code: run.exit,
        fail_on: run.fail_on.name(),
        says: run.sentence(),
        stages: stages.collect(),
        findings: Counts {
            errors: found.count(Severity::Error),
            warnings: found.count(Severity::Warn),
            notes: found.count(Severity::Note),
        },
        tests: run.tests.map(|tests| Tests { passed: tests.passed(), failed: tests.failed() }),
        base: run.diff.map(|diff| RevisionObject::from(&diff.base)),
        changed: run
            .diff
            .map(|diff| diff.metrics.iter().map(|metric| metric.metric.as_str()).collect()),
        stale: run.stale.map(|stale| stale.changed.as_slice()),
        orphaned: run.stale.map(|stale| stale.orphaned.as_slice()),
        not_evaluated: run.skipped,
    };
    escape::json::document(&serde_json::to_string_pretty(&verdict).unwrap_or_default()) + "\n"
}
