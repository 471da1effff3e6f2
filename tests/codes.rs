//! Every code has a page, and docs/codes/README.md lists them all.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::path::{Path, PathBuf};

use goodhart_core::diagnostic::CODES;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/codes")
}

fn index() -> String {
    let mut index = String::from(
        "# Diagnostics\n\n\
         Every kind of thing that goodhart finds has a stable code. The level decides what it does: an\n\
         `error` fails the run, a `warn` or `note` is shown. Where the level is adjustable, `[lints]` of\n\
         goodhart.toml sets it for the project and `[lints]` of a metric for that metric. The same pages\n\
         are printed by `goodhart explain <code>`.\n\n\
         | code | level | adjustable | meaning |\n| --- | --- | --- | --- |\n",
    );
    for code in CODES {
        let (name, level) = (code.name, code.default.name());
        let adjustable = if code.adjustable { "yes" } else { "no" };
        let _ = writeln!(
            index,
            "| [`{name}`]({name}.md) | {level} | {adjustable} | {} |",
            code.summary
        );
    }
    index
}

#[test]
fn the_index_is_current() {
    let path = folder().join("README.md");
    let generated = index();
    if std::env::var_os("GOODHART_UPDATE_DOCS").is_some() {
        std::fs::write(&path, &generated).unwrap();
        return;
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        committed == generated,
        "docs/codes/README.md is out of date: run `GOODHART_UPDATE_DOCS=1 cargo test --release --test all codes`"
    );
}

#[test]
fn every_page_says_why_shows_an_example_and_how_to_mend_it() {
    let mut wrong = Vec::new();
    for code in CODES {
        let name = code.name;
        if !code.page.starts_with(&format!("# {name}\n\n{}\n", code.summary)) {
            wrong.push(format!("{name}: begins with something else than its code and summary"));
        }
        let sections: Vec<&str> =
            code.page.lines().filter(|line| line.starts_with("## ")).collect();
        if sections != ["## Why it matters", "## Example", "## How to mend it"] {
            wrong.push(format!("{name}: has the sections {sections:?}"));
        }
        if code.page.matches("```").count() % 2 == 1 {
            wrong.push(format!("{name}: a block of code is not closed"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_page_belongs_to_a_code() {
    let names: BTreeSet<&str> = CODES.iter().map(|code| code.name).collect();
    for entry in std::fs::read_dir(folder()).unwrap() {
        let file = entry.unwrap().file_name().into_string().unwrap();
        let stem = file.strip_suffix(".md").unwrap_or(&file);
        assert!(stem == "README" || names.contains(stem), "docs/codes/{file} belongs to no code");
    }
}

/// Examples in pages are TOML that can be read, but where that is what the page is about.
#[test]
fn examples_are_toml() {
    for code in CODES.iter().filter(|code| code.name != "toml-syntax") {
        for block in code.page.split("```toml\n").skip(1) {
            let text = block.split("```").next().unwrap_or("");
            // An example may show several files, each behind a comment with its path.
            for file in files(text) {
                let parsed = file.parse::<toml::Table>();
                assert!(parsed.is_ok(), "{}: {}\n{file}", code.name, parsed.unwrap_err());
            }
        }
    }
}

fn files(text: &str) -> Vec<String> {
    let mut files = vec![String::new()];
    for line in text.lines() {
        if line.starts_with("# ") && line.contains(".toml") {
            files.push(String::new());
        }
        if let Some(file) = files.last_mut() {
            file.push_str(line);
            file.push('\n');
        }
    }
    files
}

/// Codes that need more than files to fire, and the test that has it.
const ELSEWHERE: &[(&str, &str)] = &[
    ("version-not-raised", "base_revision.rs"),
    ("alert-loosened", "alerts.rs"),
    ("target-loosened", "diff_formats.rs"),
    ("ceiling-loosened", "diff_formats.rs"),
    ("guard-removed", "diff_formats.rs"),
    ("direction-changed", "diff_formats.rs"),
    ("metric-removed", "diff_formats.rs"),
    ("newly-missed", "diff_formats.rs"),
    ("mix-reversal", "diff_formats.rs"),
    ("not-attributable", "diff_formats.rs"),
    // What happens while a run goes on stands in no file.
    ("source-changed", "meanwhile.rs"),
    ("worker-died", "meanwhile.rs"),
];

#[test]
fn every_code_fires_in_some_case() {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    let mut printed = String::new();
    for entry in std::fs::read_dir(tests.join("bad_input/snapshots")).unwrap() {
        printed.push_str(&std::fs::read_to_string(entry.unwrap().path()).unwrap());
    }
    for (code, test) in ELSEWHERE {
        let text = std::fs::read_to_string(tests.join(test)).unwrap();
        assert!(text.contains(&format!("[{code}]")), "{test} does not look for {code}");
    }
    let fires = |name: &str| {
        printed.contains(&format!("[{name}]")) || ELSEWHERE.iter().any(|(code, _)| *code == name)
    };
    let silent: Vec<&str> =
        CODES.iter().map(|code| code.name).filter(|name| !fires(name)).collect();
    assert!(silent.is_empty(), "no case shows {silent:?}");
}
