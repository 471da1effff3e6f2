//! What a comparison looks like in each format: for every folder of `diff_formats/cases`, the project
//! of `diff_formats/base` against itself with the files of the case laid over it.

mod support;

use std::path::Path;

use goodhart::check;
use goodhart::compare::{Context, State, compare};
use goodhart::diagnostic::{Diagnostics, Files};
use goodhart::diff::{Diff, findings};
use goodhart::engine::Protection;
use goodhart::evaluate::Silent;
use goodhart::privacy::NoKey;
use goodhart::report::diagnostics::Findings;
use goodhart::report::diff::{
    COMMENT, MarkdownOptions, TextOptions, json, markdown, marker, schema, sentence, text,
};
use goodhart::snapshot::InputsFile;
use serde_json::Value;
use tempfile::TempDir;

fn fixtures() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/diff_formats"))
}

/// A project on the disk with its results.
struct Laid {
    state: State,
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
    let check::Opened { files, catalog, .. } = check::open(root).unwrap();
    let mut state = State::here(name, root, (files, catalog), results, Some(inputs));
    state.provenance.commit = commit.map(str::to_owned);
    Laid { state, _folder: folder }
}

fn compared(base: &Laid, head: &Laid) -> (Diff, Diagnostics) {
    let context = Context {
        environment: &|_| None,
        threads: Some(2),
        protection: Protection::within(),
        pseudonym_key: Err(NoKey::Missing),
        progress: &Silent,
        memory: None,
        kept: None,
    };
    let diff = compare(&base.state, &head.state, &context).unwrap();
    let mut diagnostics = Diagnostics::default();
    diagnostics.extend(findings(&diff, head.state.side().definitions));
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
    let validator = (!schema().is_empty()).then(|| {
        let schema: Value = serde_json::from_str(&schema()).unwrap();
        jsonschema::draft7::meta::validate(&schema).unwrap();
        jsonschema::draft7::options().build(&schema).unwrap()
    });
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
        let wrong: Vec<String> = validator
            .iter()
            .flat_map(|validator| validator.iter_errors(&value).map(|e| e.to_string()))
            .collect();
        assert!(wrong.is_empty(), "{case}: {wrong:#?}");
        effects_add_up(&value);
        snapshot(&format!("{case}.json"), &document);

        let whole = as_markdown(&diff, &diagnostics, files, COMMENT);
        assert!(whole.starts_with(&marker("helpdesk")), "{whole}");
        snapshot(&format!("{case}.markdown"), &whole);
        assert_eq!(whole, as_markdown(&diff, &diagnostics, files, COMMENT));
    }
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
