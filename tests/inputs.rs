//! What a hostile definition can make goodhart read: sizes, nesting, links, files that change.

use crate::support;

use std::cell::RefCell;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::{Command, Output};
use std::time::{Duration, Instant};

use goodhart::check;
use goodhart_core::diagnostic::{Files, render};
use goodhart_core::plan::{self, Selection};
use goodhart_engine::evaluate::{self, Progress, Request};
use goodhart_engine::{Parser, Protection};

const PROJECT: &str = "name = \"p\"\nas_of = 2026-06-15T00:00:00Z\n";

const HOSTS: &str = "\
format = \"csv\"
files = \"data/hosts.csv\"

[columns]
host_id = { type = \"text\", key = true }
";

/// A metric that counts the rows of a source.
fn count(source: &str, more: &str) -> String {
    format!(
        "title = \"{source}\"\nowner = \"soc\"\nunit = \"count\"\ndirection = \"neutral\"\n\
         ceiling = {{ min = 0, why = \"A count.\" }}\ngameability.notes = \"Hiding {source}.\"\n\
         measure.kind = \"count\"\n{more}\n\
         [population]\nsubject = \"host_id\"\nsegments = [\"host_id\"]\nsql = \"from {source}\"\n"
    )
}

fn project() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    support::write(
        folder.path(),
        &[
            ("goodhart.toml", PROJECT),
            ("sources/hosts.toml", HOSTS),
            ("metrics/hosts.toml", &count("hosts", "")),
            ("data/hosts.csv", "host_id\na\nb\n"),
        ],
    );
    folder
}

fn goodhart(root: &Path, arguments: &[&str]) -> (Output, Duration) {
    let start = Instant::now();
    let output = Command::new(env!("CARGO_BIN_EXE_goodhart"))
        .args(["--color", "never"])
        .args(arguments)
        .env_clear()
        .current_dir(root)
        .output()
        .unwrap();
    (output, start.elapsed())
}

fn said(output: &Output) -> String {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    format!("{}{}", text(&output.stdout), text(&output.stderr))
}

/// A file of zeros that takes no room.
fn sparse(path: &Path, length: u64) {
    fs::File::create(path).unwrap().set_len(length).unwrap();
}

#[test]
fn ten_gigabytes_of_definition_are_not_read() {
    for name in ["goodhart.toml", "metrics/hosts.toml", "sources/hosts.toml"] {
        let folder = project();
        sparse(&folder.path().join(name), 10 << 30);
        let (output, took) = goodhart(folder.path(), &["check"]);
        assert_eq!(output.status.code(), Some(1), "{name}");
        let said = said(&output);
        assert!(said.contains("limit-exceeded") && said.contains(name), "{said}");
        assert!(took < Duration::from_secs(10), "{name} took {took:?}");
    }
}

/// The content of a file is hashed only where its header is one.
#[test]
fn ten_gigabytes_without_a_line_of_column_names_are_not_read() {
    let folder = project();
    sparse(&folder.path().join("data/hosts.csv"), 10 << 30);
    let (output, took) = goodhart(folder.path(), &["eval"]);
    assert_ne!(output.status.code(), Some(0));
    assert!(said(&output).contains("more than 1 MiB"), "{}", said(&output));
    assert!(took < Duration::from_secs(10), "{took:?}");
}

/// Flat text of about a MiB, which may take no time that grows with the square; and nesting somewhat
/// deeper than can be read.
#[test]
fn large_or_deep_definitions_are_read_quickly_or_refused() {
    let repeated = |text: &str| text.repeat((1 << 20) / text.len() - 100);
    let deep = |text: &str| text.repeat(200);
    let keys: String = (0..70_000).map(|index| format!("key{index} = 1\n")).collect();
    let tables: String = (0..60_000).map(|index| format!("[t{index}]\na=1\n")).collect();
    let arrays: String = (0..100_000).map(|_| "[[test]]\n").collect();
    let columns: String = (0..40_000).map(|i| format!("c{i} = {{ type = 1 }}\n")).collect();
    let texts = [
        ("brackets", format!("a = {}", deep("["))),
        ("inline tables", format!("a = {}", deep("{a="))),
        ("dotted keys", format!("{}a = 1", deep("a."))),
        ("dotted header", format!("[{}a]", deep("a."))),
        ("dotted keys in an inline table", format!("x = {{ {}a = 1 }}", deep("a."))),
        ("keys", keys.clone()),
        ("keys in an inline table", format!("x = {{ {} }}", keys.replace('\n', ","))),
        ("tables", tables),
        ("tests", arrays),
        ("columns", format!("format = \"csv\"\n[columns]\n{columns}")),
        ("an integer", format!("a = {}", deep("9"))),
        ("a float", format!("a = 1.{}", deep("9"))),
        ("a string", format!("title = \"{}\"", repeated("x"))),
        ("escapes", format!("title = \"{}\"", repeated("\\u00e9"))),
        ("an array", format!("tags = [{}]", repeated("1,"))),
        ("duplicates", repeated("title = \"\"\n")),
        ("errors", repeated("= \n")),
        ("quotes", repeated("\"\n")),
        ("a comment", format!("#{}", repeated("x"))),
        ("line breaks", repeated("\n")),
    ];
    let mut slow = Vec::new();
    for (name, text) in texts {
        for file in ["metrics/large.toml", "sources/large.toml"] {
            let folder = project();
            support::write(folder.path(), &[(file, &text)]);
            let (output, took) = goodhart(folder.path(), &["check"]);
            eprintln!("{name} as {file}: {took:?}, {} bytes said", said(&output).len());
            let code = output.status.code();
            assert!(matches!(code, Some(0 | 1)), "{name} as {file}: {:?}", output.status);
            assert!(!said(&output).contains("panicked"), "{name} as {file}");
            if took > Duration::from_secs(30) {
                slow.push(format!("{name} as {file}: {took:?}"));
            }
        }
    }
    assert!(slow.is_empty(), "{}", slow.join("\n"));
}

#[test]
fn folders_of_definitions_are_not_walked_for_ever() {
    let folder = project();
    let deep = "x/".repeat(40);
    support::write(folder.path(), &[(&format!("metrics/{deep}m.toml"), "")]);
    let (output, _) = goodhart(folder.path(), &["check"]);
    assert!(said(&output).contains("more than 32 deep"), "{}", said(&output));
}

#[test]
fn a_glob_matches_so_many_files_and_no_more() {
    let folder = project();
    let data = folder.path().join("data/many");
    fs::create_dir(&data).unwrap();
    for index in 0..10_001 {
        fs::write(data.join(format!("{index}.csv")), "").unwrap();
    }
    let source = HOSTS.replace("data/hosts.csv", "data/**/*.csv");
    support::write(folder.path(), &[("sources/hosts.toml", &source)]);
    let (output, _) = goodhart(folder.path(), &["eval"]);
    assert!(said(&output).contains("matches more than 10000 files"), "{}", said(&output));
}

#[test]
fn a_loop_of_folders_is_not_followed() {
    let folder = project();
    symlink("..", folder.path().join("data/up")).unwrap();
    symlink("../metrics", folder.path().join("metrics/again")).unwrap();
    let source = HOSTS.replace("data/hosts.csv", "**/hosts.csv");
    support::write(folder.path(), &[("sources/hosts.toml", &source)]);
    let (output, _) = goodhart(folder.path(), &["eval", "--format", "csv"]);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
}

#[test]
fn links_that_stay_inside_are_fine() {
    let folder = project();
    let root = folder.path();
    fs::rename(root.join("metrics"), root.join("definitions")).unwrap();
    symlink("definitions", root.join("metrics")).unwrap();
    fs::rename(root.join("data/hosts.csv"), root.join("data/old.csv")).unwrap();
    symlink("old.csv", root.join("data/hosts.csv")).unwrap();
    let (output, _) = goodhart(root, &["eval", "--format", "csv"]);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
}

#[test]
fn a_snapshot_that_is_too_large_is_not_written_and_the_others_are() {
    let folder = project();
    let rows: String = (0..1000).map(|index| format!("host-{index}\n")).collect();
    support::write(
        folder.path(),
        &[
            ("data/hosts.csv", &format!("host_id\n{rows}")),
            ("metrics/large.toml", &count("hosts", "limits.snapshot_size = \"2KB\"")),
            ("metrics/hosts.toml", &count("hosts", "breakdown.by = [[]]")),
        ],
    );
    let (output, _) = goodhart(folder.path(), &["eval", "--format", "csv"]);
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    assert!(said(&output).contains("the snapshot of `large` has more than 2 KB"));
    let written: Vec<String> = glob::glob(folder.path().join(".goodhart/**/*").to_str().unwrap())
        .unwrap()
        .map(|path| path.unwrap().to_string_lossy().into_owned())
        .collect();
    assert!(written.iter().any(|path| path.contains("hosts")), "{written:?}");
    assert!(!written.iter().any(|path| path.contains("large")), "{written:?}");
}

/// Does something at the first step that is called so.
struct At<'a, F: FnMut()>(&'a str, RefCell<Option<F>>);

impl<F: FnMut()> Progress for At<'_, F> {
    fn step(&self, what: &str, _: usize, _: usize) {
        if what.contains(self.0)
            && let Some(mut act) = self.1.borrow_mut().take()
        {
            act();
        }
    }
}

#[test]
fn a_parquet_file_that_changes_while_metrics_are_computed_yields_no_number() {
    let folder = project();
    let root = folder.path();
    let parquet = |name: &str, rows: u32| {
        let path = root.join(name);
        duckdb::Connection::open_in_memory()
            .unwrap()
            .execute_batch(&format!(
                "copy (select 'h' || range as host_id from range({rows})) to '{}' (format parquet)",
                path.display()
            ))
            .unwrap();
    };
    parquet("data/a.parquet", 3);
    let lazy = HOSTS.replace("csv", "parquet").replace("data/hosts", "data/a");
    support::write(
        root,
        &[("sources/assets.toml", &lazy), ("metrics/assets.toml", &count("assets", ""))],
    );
    let opened = check::load(root, &Parser::within()).unwrap();
    let (catalog, files): (_, Files) = (opened.catalog.unwrap(), opened.files);
    let chosen = plan::select(&catalog, &Selection::default()).unwrap();
    let plan = plan::build(&catalog, &chosen);
    // When `hosts` is loaded, `assets` was fingerprinted, and no query has run over it.
    let progress = At("loading hosts", RefCell::new(Some(|| parquet("data/a.parquet", 4))));
    let request = Request {
        threads: Some(1),
        progress: &progress,
        ..Request::new(root, Protection::within())
    };
    let evaluation = evaluate::evaluate(&catalog, &plan, &files, &request).unwrap();
    let mut diagnostics = opened.diagnostics;
    diagnostics.extend(evaluation.diagnostics);
    let said = render(&diagnostics, &files, false);
    assert!(said.contains("data/a.parquet changed while source `assets` was read"), "{said}");
    let metrics: Vec<&str> =
        evaluation.results.metrics.iter().map(|results| results.metric.as_str()).collect();
    assert_eq!(metrics, ["hosts"]);
    assert!(evaluation.skipped.contains_key("assets"));
}
