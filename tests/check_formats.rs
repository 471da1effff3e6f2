//! What `goodhart check` prints in each format, and what `--fix` makes of the files.

use crate::support;

use std::path::Path;
use std::process::Command;

use goodhart_core::diagnostic::{CODES, Diagnostic, Diagnostics, Excerpt, Files, codes};
use goodhart_core::report::diagnostics::{Findings, github, json, junit, sarif};
use serde_json::Value;

const PROJECT: &str = "name = \"base\"\ngrain = \"week\"\nas_of = 2026-06-15T00:00:00Z\n";

const ALERTS: &str = r#"# Alarme der Frühschicht
format = "csv"
files = "data/alerts.csv"
known_at = "severity"

[columns]
alert_id = { type = "text", key = true }
severity = { type = "text" }
created_at = { type = "timestamp" }
"#;

const VOLUME: &str = r#"title = "Alert volume"
owner = "soc"
unit = "count"
direction = "neutral"

[population]
subject = "alert_id"
at = "created_at"
sql = "select alert_id, created_at from alerts"

[measure]
kind = "count"

[ceiling]
min = 0
why = "There are no negative counts."

[gameability]
notes = "Switching rules off: 100 % of „laute“ rules, [see](https://example.org)."
guards = ["alert_volum"]
"#;

/// Windows line ends, and slips that are certain to be slips.
const SLIPS: &str = "Title = \"Zeit bis zur Übernahme\" # Größe: é\r\nowner = \"soc\"\r\nunit = \
    \"Count\"\r\ndirection = \"neutral\"\r\nversion = 1\r\n\r\n[population]\r\nsubject = \
    \"alert_id\"\r\nat = \"created_at\"\r\nsql = \"\"\"\r\nselect alert_id, \
    created_at\r\nfrom alerts\"\"\"\r\n\r\n[measure]\r\nkind = \"cuont\"\r\n";

/// Says nothing of what rules may have to say about so small a project, but for one of them.
fn project() -> String {
    let quiet = CODES.iter().filter(|code| code.adjustable && code.name != "unknown-guard");
    let lints: String = quiet.map(|code| format!("{} = \"allow\"\n", code.name)).collect();
    format!("{PROJECT}\n[lints]\n{lints}")
}

fn lay(root: &Path) {
    support::write(
        root,
        &[
            ("goodhart.toml", &project()),
            ("sources/alerts.toml", ALERTS),
            ("metrics/alert_volume.toml", VOLUME),
            ("metrics/früh schicht/take_over.toml", SLIPS),
        ],
    );
}

/// Runs `goodhart` in a folder: stdout, stderr and the exit code.
fn goodhart(folder: &Path, arguments: &[&str]) -> (String, String, Option<i32>) {
    let output = Command::new(env!("CARGO_BIN_EXE_goodhart"))
        .args(arguments)
        .env_clear()
        .current_dir(folder)
        .output()
        .unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (text(output.stdout), text(output.stderr), output.status.code())
}

fn check(folder: &Path, format: &str) -> String {
    let (stdout, stderr, exit) = goodhart(folder, &["check", "--format", format]);
    assert_eq!(exit, Some(1), "{stderr}");
    assert_eq!(stdout, goodhart(folder, &["check", "--format", format]).0);
    stdout
}

fn settings() -> insta::Settings {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("check_formats/snapshots");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings
}

fn laid() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    lay(folder.path());
    folder
}

fn assert_valid_sarif(text: &str) -> Value {
    let log: Value = serde_json::from_str(text).unwrap();
    let mut schema: Value =
        serde_json::from_str(include_str!("check_formats/sarif-schema-2.1.0.json")).unwrap();
    // Its pattern of a language is no regular expression: a bracket is closed that is not open.
    for part in ["run", "toolComponent"] {
        let language = &mut schema["definitions"][part]["properties"]["language"];
        language.as_object_mut().unwrap().remove("pattern").unwrap();
    }
    let validator = jsonschema::validator_for(&schema).unwrap();
    let errors: Vec<String> = validator.iter_errors(&log).map(|e| e.to_string()).collect();
    assert!(errors.is_empty(), "{}", errors.join("\n"));
    log
}

#[test]
fn each_format_shows_the_same_project() {
    let folder = laid();
    settings().bind(|| {
        for format in ["text", "json", "junit", "github"] {
            insta::assert_snapshot!(format, check(folder.path(), format));
        }
    });
}

#[test]
fn sarif_follows_its_schema() {
    let folder = laid();
    let mut log = assert_valid_sarif(&check(folder.path(), "sarif"));
    let driver = &mut log["runs"][0]["tool"]["driver"];
    let rules = driver["rules"].take();
    let ids: Vec<&str> =
        rules.as_array().unwrap().iter().map(|rule| rule["id"].as_str().unwrap()).collect();
    let codes: Vec<&str> = CODES.iter().map(|code| code.name).collect();
    assert_eq!(ids, codes);
    for version in ["version", "semanticVersion"] {
        assert_eq!(driver[version].take(), env!("CARGO_PKG_VERSION"));
    }
    for result in log["runs"][0]["results"].as_array_mut().unwrap() {
        // New codes move the others.
        let index = result["ruleIndex"].take().as_u64().unwrap();
        assert_eq!(result["ruleId"], ids[usize::try_from(index).unwrap()]);
    }
    settings().bind(|| {
        insta::assert_snapshot!("sarif", serde_json::to_string_pretty(&log).unwrap());
    });
}

#[test]
fn paths_begin_where_the_tool_was_started() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("kpi repo");
    lay(&root);
    let run = |from: &Path| {
        goodhart(from, &["check", "--project", root.to_str().unwrap(), "--format", "github"]).0
    };
    assert!(run(folder.path()).contains("file=kpi repo/metrics/alert_volume.toml,"));
    assert!(run(&root.join("metrics")).contains("file=metrics/alert_volume.toml,"));
}

#[test]
fn nothing_to_report_is_a_valid_document() {
    let folder = laid();
    let root = folder.path();
    std::fs::remove_dir_all(root.join("metrics/früh schicht")).unwrap();
    let clean = VOLUME.replace("guards = [\"alert_volum\"]\n", "");
    support::write(
        root,
        &[
            ("metrics/alert_volume.toml", &clean),
            ("sources/alerts.toml", &ALERTS.replace("known_at = \"severity\"\n", "")),
        ],
    );
    let run = |format: &str| {
        let (stdout, stderr, exit) = goodhart(root, &["check", "--format", format]);
        assert_eq!(exit, Some(0), "{stderr}");
        assert_eq!(stderr, "checked 1 metric and 1 source: nothing to report\n");
        stdout
    };
    assert_eq!(run("text"), "");
    assert_eq!(run("github"), "");
    assert_eq!(run("json"), "[]\n");
    assert!(run("junit").contains("tests=\"3\" skipped=\"0\" failures=\"0\" errors=\"0\""));
    let log = assert_valid_sarif(&run("sarif"));
    assert_eq!(log["runs"][0]["results"], Value::Array(Vec::new()));
}

#[test]
fn a_line_of_data_is_a_place() {
    let mut files = Files::default();
    files.add("goodhart.toml", PROJECT);
    let mut diagnostics = Diagnostics::default();
    diagnostics.push(Diagnostic::new(&codes::VALUE_NOT_PARSED, "`ü` is no number").excerpt(
        Excerpt {
            path: "data/größe 1.csv".to_owned(),
            line: 17,
            text: "é,ü,3".to_owned(),
            range: 3..5,
            label: "here".to_owned(),
        },
    ));
    diagnostics.push(Diagnostic::new(&codes::UNREADABLE_SOURCE, "the disk is gone"));
    let findings = Findings { diagnostics: &diagnostics, files: &files, prefix: "" };
    let parsed: Value = serde_json::from_str(&json(&findings)).unwrap();
    let at = |key: &str| parsed[1][key].as_u64().unwrap();
    assert_eq!((at("line"), at("column"), at("endColumn")), (17, 3, 4));
    assert_eq!(parsed[0].get("path"), None);
    assert!(github(&findings).contains("file=data/größe 1.csv,line=17,"));
    let log = assert_valid_sarif(&sarif(&findings));
    let run = &log["runs"][0];
    let place = &run["results"][1]["locations"][0]["physicalLocation"];
    assert_eq!(place["artifactLocation"]["uri"], "data/gr%C3%B6%C3%9Fe%201.csv");
    assert_eq!(place["region"]["startLine"], 17);
    assert_eq!(run["invocations"][0]["executionSuccessful"], false);
    let junit = junit(&findings, "goodhart eval");
    assert!(junit.contains("<testcase name=\"data/größe 1.csv\""), "{junit}");
    assert!(junit.contains("failures=\"1\" errors=\"1\""), "{junit}");
    assert!(junit.contains("<error message=\"the disk is gone\" type=\"unreadable-source\">"));
}

#[test]
fn fix_changes_what_is_certain_and_nothing_else() {
    let folder = laid();
    let root = folder.path();
    let (_, stderr, exit) = goodhart(root, &["check", "--fix"]);
    assert_eq!(exit, Some(1));
    assert!(stderr.starts_with("fixed 2 problems in 1 file\n"), "{stderr}");
    let read = |path: &str| std::fs::read_to_string(root.join(path)).unwrap();
    let mended = SLIPS.replace("Title", "title").replace("\"Count\"", "\"count\"");
    assert_eq!(read("metrics/früh schicht/take_over.toml"), mended);
    assert_eq!(read("metrics/alert_volume.toml"), VOLUME);
    let (_, stderr, _) = goodhart(root, &["check", "--fix"]);
    assert!(!stderr.contains("fixed") && !stderr.contains("fixable"), "{stderr}");
}

#[cfg(unix)]
#[test]
fn fix_follows_no_link_out_of_the_project() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("project");
    lay(&root);
    let outside = folder.path().join("outside.toml");
    std::fs::write(&outside, SLIPS).unwrap();
    std::os::unix::fs::symlink(&outside, root.join("metrics/linked.toml")).unwrap();
    let (stdout, stderr, exit) = goodhart(&root, &["check", "--fix"]);
    assert_eq!(exit, Some(1), "{stderr}");
    assert!(stdout.contains("`metrics/linked.toml` is a link that leads out of it"), "{stdout}");
    assert!(stderr.starts_with("fixed 2 problems in 1 file\n"), "{stderr}");
    assert_eq!(std::fs::read_to_string(&outside).unwrap(), SLIPS);
}
