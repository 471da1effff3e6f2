//! The invariants of ARCHITECTURE.md that the compiler does not hold.

use std::path::{Path, PathBuf};

/// All Rust files below `src`, as (path relative to `src`, code without comments and tests).
fn sources() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    let mut folders: Vec<PathBuf> = vec![root.clone()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = std::fs::read_to_string(&path).unwrap();
                let code = text.split("#[cfg(test)]\nmod tests").next().unwrap_or("");
                let code: Vec<&str> =
                    code.lines().filter(|line| !line.trim_start().starts_with("//")).collect();
                let name = path.strip_prefix(&root).unwrap().to_string_lossy().replace('\\', "/");
                files.push((name, code.join("\n")));
            }
        }
    }
    files.sort();
    assert!(files.len() > 50, "found only {} files", files.len());
    files
}

/// The files whose code contains any of `words`, but for those below one of `allowed`.
fn offenders(words: &[&str], within: &[&str], allowed: &[&str]) -> Vec<String> {
    sources()
        .into_iter()
        .filter(|(name, _)| within.is_empty() || within.iter().any(|w| name.starts_with(w)))
        .filter(|(name, _)| !allowed.iter().any(|a| name.starts_with(a)))
        .filter(|(_, code)| words.iter().any(|word| code.contains(word)))
        .map(|(name, _)| name)
        .collect()
}

#[test]
fn nothing_imports_the_command_line() {
    assert_eq!(offenders(&["crate::cli"], &[], &["cli/"]), [""; 0]);
}

#[test]
fn each_third_party_engine_is_named_in_one_place() {
    assert_eq!(offenders(&["duckdb::"], &[], &["engine/"]), [""; 0]);
    assert_eq!(offenders(&["git2::"], &[], &["git/"]), [""; 0]);
    assert_eq!(offenders(&["clap::", "indicatif::"], &[], &["cli/"]), [""; 0]);
    assert_eq!(offenders(&["annotate_snippets::"], &[], &["diagnostic/render.rs"]), [""; 0]);
    assert_eq!(offenders(&["ureq::"], &[], &["publish/http.rs"]), [""; 0]);
    let confining = ["landlock::", "seccompiler::", "rustix::"];
    assert_eq!(offenders(&confining, &[], &["confinement/"]), [""; 0]);
}

/// The stages that are pure functions.
const PURE: &[&str] = &[
    "bind/",
    "calendar/",
    "catalog/",
    "definition/",
    "diff/",
    "escape/",
    "formula/",
    "framework/",
    "history/",
    "judge/",
    "judge/",
    "lineage/",
    "measure/",
    "plan/",
    "privacy/",
    "report/",
    "result/",
    "review/",
    "rules/",
    "snapshot/format.rs",
    "snapshot/merge.rs",
    "snapshot/read.rs",
    "sql/",
    "statistics/",
];

#[test]
fn pure_stages_do_no_io_and_read_no_clock() {
    let io = ["std::fs", "std::env", "std::net", "std::process", "std::io::", "::now()"];
    assert_eq!(offenders(&io, PURE, &[]), [""; 0]);
}

#[test]
fn only_the_command_line_reads_the_environment() {
    assert_eq!(offenders(&["std::env::var", "env::vars", "current_dir"], &[], &["cli/"]), [""; 0]);
}

#[test]
fn what_is_known_of_sql_is_plain_data() {
    assert_eq!(offenders(&["crate::"], &["sql/"], &[]), [""; 0]);
}

#[test]
fn results_are_a_leaf() {
    let above = [
        "crate::catalog",
        "crate::cli",
        "crate::engine",
        "crate::evaluate",
        "crate::measure",
        "crate::plan",
        "crate::report",
        "crate::snapshot",
    ];
    assert_eq!(offenders(&above, &["result/", "statistics/", "calendar/"], &[]), [""; 0]);
}

#[test]
fn escaping_is_a_leaf() {
    assert_eq!(offenders(&["crate::"], &["escape/"], &[]), [""; 0]);
}

#[test]
fn snapshots_and_reports_know_results_and_not_how_they_came_about() {
    let above = ["crate::cli", "crate::engine", "crate::evaluate"];
    assert_eq!(offenders(&above, &["snapshot/", "report/"], &[]), [""; 0]);
}

#[test]
fn unsafe_code_is_where_duckdb_calls_back() {
    assert_eq!(offenders(&["unsafe {", "unsafe fn"], &[], &["engine/functions.rs"]), [""; 0]);
}
