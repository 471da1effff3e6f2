//! What a comparison looks like in each format: for every folder of `diff_formats/cases`, the project
//! of `diff_formats/base` against itself with the files of the case laid over it.

use crate::support;

use std::path::Path;

use goodhart::check;
use goodhart::compare::{ProjectRevision, compare};
use goodhart::session::{Environment, Purpose, Session};
use goodhart_core::diagnostic::{Diagnostics, Files, render};
use goodhart_core::report::diagnostics::Findings;
use goodhart_core::report::diff::{
    COMMENT, MarkdownOptions, TextOptions, json, markdown, marker, schema, sentence, text,
};
use goodhart_core::result::diff::{Diff, findings};
use goodhart_core::result::snapshot::InputsFile;
use goodhart_engine::Parser;
use serde_json::Value;
use tempfile::TempDir;

fn fixtures() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/diff_formats"))
}

/// A project on the disk with its results.
struct Laid {
    state: ProjectRevision,
    _folder: TempDir,
}

fn lay(name: &str, commit: Option<&str>, case: Option<&Path>) -> Laid {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    support::copy(&fixtures().join("base"), root);
    if let Some(case) = case {
        support::copy(case, root);
        let removed = std::fs::read_to_string(case.join("removed.txt")).unwrap_or_default();
        for path in removed.lines() {
            std::fs::remove_file(root.join(path)).unwrap();
        }
    }
    let (evaluation, _) = support::evaluate(root, 2);
    let inputs = InputsFile::new(&evaluation.inputs, "0.1.0", None);
    let results = evaluation.results.metrics.into_iter();
    let results = results.map(|results| (results.metric.clone(), results)).collect();
    let check::LoadedProject { files, catalog, .. } = check::load(root, &Parser::within()).unwrap();
    let mut state = ProjectRevision::here(name, root, (files, catalog), results, Some(inputs));
    state.provenance.commit = commit.map(str::to_owned);
    Laid { state, _folder: folder }
}

fn compared(base: &Laid, head: &Laid) -> (Diff, Diagnostics) {
    let environment = Environment { threads: Some(2), ..Environment::default() };
    let session = Session::new(None, environment, Purpose::Binding);
    let diff = compare(&base.state, &head.state, &session).unwrap();
    let mut diagnostics = Diagnostics::default();
    diagnostics.extend(findings(&diff, head.state.view().definitions));
    (diff, diagnostics)
}

fn as_markdown(diff: &Diff, diagnostics: &Diagnostics, files: &Files, limit: usize) -> String {
    let findings = Findings { diagnostics, files, prefix: "" };
    let whole = Some("https://example.org/runs/1?check=2");
    markdown(diff, &findings, &MarkdownOptions { key: "helpdesk", limit, whole })
}

fn cases() -> Vec<(String, std::path::PathBuf)> {
    let mut cases: Vec<_> = std::fs::read_dir(fixtures().join("cases"))
        .unwrap()
        .map(|entry| entry.unwrap())
        .map(|entry| (entry.file_name().into_string().unwrap(), entry.path()))
        .collect();
    cases.sort();
    assert!(cases.len() > 5, "{cases:?}");
    cases
}

#[track_caller]
fn snapshot(name: &str, text: &str) {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("diff_formats/snapshots");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(name, text));
}

#[test]
fn every_case_in_every_format() {
    let validator = {
        let schema: Value = serde_json::from_str(&schema()).unwrap();
        jsonschema::draft7::meta::validate(&schema).unwrap();
        jsonschema::draft7::options().build(&schema).unwrap()
    };
    let base = lay("main", Some("0123456789abcdef0123456789abcdef01234567"), None);
    for (case, folder) in cases() {
        let head = lay("working tree", None, Some(&folder));
        let (diff, diagnostics) = compared(&base, &head);
        let files = &head.state.files;

        let plain = TextOptions { all: false, styled: false };
        let written = text(&diff, plain);
        assert!(written.starts_with(&sentence(&diff)), "{written}");
        let styled = text(&diff, TextOptions { styled: true, ..plain });
        let trimmed: String = console::strip_ansi_codes(&styled)
            .lines()
            .map(|line| format!("{}\n", line.trim_end()))
            .collect();
        assert_eq!(trimmed, written);
        snapshot(&format!("{case}.text"), &written);

        let findings = Findings { diagnostics: &diagnostics, files, prefix: "" };
        let document = json(&diff, &findings);
        let value: Value = serde_json::from_str(&document).unwrap();
        let wrong: Vec<String> = validator.iter_errors(&value).map(|e| e.to_string()).collect();
        assert!(wrong.is_empty(), "{case}: {wrong:#?}");
        effects_add_up(&value);
        snapshot(&format!("{case}.json"), &document);

        let whole = as_markdown(&diff, &diagnostics, files, COMMENT);
        assert!(whole.starts_with(&marker("helpdesk")), "{whole}");
        snapshot(&format!("{case}.markdown"), &whole);
        assert_eq!(whole, as_markdown(&diff, &diagnostics, files, COMMENT));
    }
}

#[test]
fn what_a_reviewer_should_not_overlook_is_found() {
    let base = lay("main", None, None);
    let mut printed = String::new();
    for (case, folder) in cases() {
        let head = lay("working tree", None, Some(&folder));
        let (_, diagnostics) = compared(&base, &head);
        let drawn = render(&diagnostics, &head.state.files, false);
        if !drawn.is_empty() {
            snapshot(&format!("{case}.findings"), &drawn);
        }
        printed.push_str(&drawn);
    }
    for code in [
        "warning[target-loosened]",
        "warning[ceiling-loosened]",
        "warning[guard-removed]",
        "warning[direction-changed]",
        "warning[metric-removed]",
        "warning[newly-missed]",
        "warning[mix-reversal]",
    ] {
        assert!(printed.contains(code), "{code}");
    }
}

/// A folder of snapshots has values and nothing that says where they come from.
#[test]
fn what_cannot_be_attributed_says_why() {
    let mut base = lay("old-snapshots", None, None);
    base.state.catalog = None;
    let head = lay("working tree", None, Some(&fixtures().join("cases/data")));
    let (diff, diagnostics) = compared(&base, &head);
    let drawn = render(&diagnostics, &head.state.files, false);
    assert!(drawn.contains("note[not-attributable]"), "{drawn}");
    let written = text(&diff, TextOptions { all: false, styled: false });
    snapshot("not_attributable.text", &format!("{written}\n{drawn}"));
    let written = as_markdown(&diff, &diagnostics, &head.state.files, COMMENT);
    snapshot("not_attributable.markdown", &written);
}

/// The parts of every change of a document are its whole.
fn effects_add_up(document: &Value) {
    let number = |value: &Value| -> Option<rust_decimal::Decimal> {
        Some(value.as_number()?.to_string().parse().unwrap())
    };
    for metric in document["metrics"].as_array().unwrap() {
        for change in metric["changes"].as_array().unwrap() {
            let parts = (number(&change["cause"]["definition"]), number(&change["cause"]["data"]));
            if let (Some(definition), Some(data)) = parts {
                assert_eq!(Some(definition + data), number(&change["delta"]), "{change}");
            }
        }
    }
}

/// Many metrics of one comparison, each with its findings.
fn many(count: usize) -> (Diff, Diagnostics, Laid) {
    let base = lay("main", None, None);
    let head = lay("working tree", None, Some(&fixtures().join("cases/both")));
    let (mut diff, _) = compared(&base, &head);
    let first = diff.metrics[0].clone();
    diff.metrics = (0..count)
        .map(|index| {
            let mut metric = first.clone();
            metric.metric = format!("metric_{index:04}");
            metric
        })
        .collect();
    let mut diagnostics = Diagnostics::default();
    diagnostics.extend(findings(&diff, None));
    (diff, diagnostics, head)
}

#[test]
fn a_comment_that_is_too_long_keeps_numbers_and_findings() {
    let (diff, diagnostics, head) = many(60);
    let files = &head.state.files;
    let whole = as_markdown(&diff, &diagnostics, files, usize::MAX);
    let short = as_markdown(&diff, &diagnostics, files, COMMENT);
    assert!(whole.len() > COMMENT && short.len() <= COMMENT, "{} {}", whole.len(), short.len());
    for line in whole.lines().take_while(|line| !line.contains("<details><summary><code>")) {
        assert!(short.contains(line), "{line}");
    }
    for metric in &diff.metrics {
        let row = format!("\n| <code>{}</code> | ", metric.metric);
        let finding = format!("<code>{}</code> newly misses its target", metric.metric);
        assert!(short.contains(&row) && short.contains(&finding), "{}", metric.metric);
    }
    assert!(short.contains("in [the whole report](https://example.org/runs/1?check=2)."));
    assert!(!short.contains("```") && short.contains("What was compared"));
    // Whole where there is room for it, to the byte.
    assert_eq!(as_markdown(&diff, &diagnostics, files, whole.len()), whole);
    assert_eq!(as_markdown(&diff, &diagnostics, files, whole.len() - 1), short);
}

#[test]
fn a_comment_is_never_longer_than_its_limit_and_says_what_is_missing() {
    let (diff, diagnostics, head) = many(800);
    let files = &head.state.files;
    for limit in [COMMENT, 20_000, 3_000] {
        let cut = as_markdown(&diff, &diagnostics, files, limit);
        assert!(cut.len() <= limit, "{} of {limit}", cut.len());
        let rows = cut.matches("\n| <code>metric_").count();
        let found = cut.matches("newly misses its target").count();
        assert!(rows > 0 && found > 0, "{cut}");
        assert!(cut.contains(&format!("\n… and {} more metrics.\n", 800 - rows)), "{cut}");
        assert!(cut.contains(&format!("\n… and {} more findings.\n", 800 - found)), "{cut}");
    }
    let nothing = as_markdown(&diff, &diagnostics, files, 0);
    assert!(nothing.starts_with(&format!("{}\n### 800 of 8", marker("helpdesk"))), "{nothing}");
    let address = MarkdownOptions { key: "k", limit: 0, whole: Some("javascript:alert(1)") };
    let findings = Findings { diagnostics: &diagnostics, files, prefix: "" };
    assert!(markdown(&diff, &findings, &address).contains("are in the job summary."));
}

#[test]
fn all_values_of_all_groups_are_shown_where_they_are_asked_for() {
    let (diff, _, _) = many(1);
    let count = |all: bool| {
        let written = text(&diff, TextOptions { all, styled: false });
        (written.matches(" 2026-0").count(), written.contains("--all"))
    };
    let changed = diff.metrics[0].changed_values();
    // With the headline and the sides.
    assert_eq!(count(true), (changed + 3, false));
    assert!(count(false).0 < changed && count(false).1);
}
