//! The invariants of ARCHITECTURE.md that neither the compiler nor a Cargo.toml holds.

use std::path::{Path, PathBuf};

/// All Rust files of the program and its crates, as (path, code without comments and tests).
fn sources() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    let mut folders: Vec<PathBuf> = vec![root.join("src"), root.join("crates")];
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
                let name = path.strip_prefix(root).unwrap().to_string_lossy().replace('\\', "/");
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

const CORE: &str = "crates/core/src/";
const ENGINE: &str = "crates/engine/src/";

#[test]
fn nothing_imports_the_command_line() {
    assert_eq!(offenders(&["crate::cli"], &[], &["src/cli/"]), [""; 0]);
}

#[test]
fn some_libraries_are_named_in_one_place() {
    let allowed =
        |words: &[&str], place: &str| assert_eq!(offenders(words, &[], &[place]), [""; 0]);
    allowed(&["git2::"], "src/git/");
    allowed(&["clap::", "indicatif::"], "src/cli/");
    allowed(&["ureq::"], "src/publish/http.rs");
    allowed(&["annotate_snippets::"], &format!("{CORE}diagnostic/render.rs"));
    allowed(&["landlock::", "seccompiler::", "rustix::"], &format!("{ENGINE}sandbox/"));
}

/// The folders and files of the core that are pure functions.
const PURE: &[&str] = &[
    "escape/",
    "measure/",
    "plan/",
    "project/catalog/",
    "project/definition/",
    "report/",
    "result/diff/",
    "result/fixtures/",
    "result/history/",
    "result/privacy/",
    "result/review/",
    "result/snapshot/format.rs",
    "result/snapshot/merge.rs",
    "result/snapshot/read.rs",
    "result/threshold/",
    "rules/",
    "sql/",
];

#[test]
fn pure_stages_do_no_io_and_read_no_clock() {
    let io = ["std::fs", "std::env", "std::net", "std::process", "std::io::", "::now()"];
    let pure: Vec<String> = PURE.iter().map(|folder| format!("{CORE}{folder}")).collect();
    let mut within: Vec<&str> = pure.iter().map(String::as_str).collect();
    let bind = format!("{ENGINE}bind/");
    within.push(&bind);
    assert_eq!(offenders(&io, &within, &[]), [""; 0]);
}

#[test]
fn only_the_command_line_reads_the_environment() {
    let environment = ["std::env::var", "env::vars", "current_dir"];
    assert_eq!(offenders(&environment, &[], &["src/cli/"]), [""; 0]);
}

#[test]
fn what_is_known_of_sql_is_plain_data() {
    let (sql, lineage) = (format!("{CORE}sql/"), format!("{CORE}sql/lineage/"));
    let beyond = ["crate::project", "crate::diagnostic", "crate::rules", "crate::plan"];
    assert_eq!(offenders(&beyond, &[&sql], &[&lineage]), [""; 0]);
}

#[test]
fn rows_are_a_leaf() {
    let rows = ["inputs.rs", "number.rs", "period.rs", "row.rs"];
    let rows: Vec<String> = rows.iter().map(|file| format!("{CORE}result/{file}")).collect();
    let within: Vec<&str> = rows.iter().map(String::as_str).collect();
    let above = ["crate::plan", "crate::report", "crate::rules", "crate::measure", "super::diff"];
    assert_eq!(offenders(&above, &within, &[]), [""; 0]);
}

#[test]
fn escaping_is_a_leaf() {
    assert_eq!(offenders(&["crate::"], &[&format!("{CORE}escape/")], &[]), [""; 0]);
}

#[test]
fn unsafe_code_is_where_duckdb_calls_back() {
    let unsafe_code = ["unsafe {", "unsafe fn"];
    assert_eq!(offenders(&unsafe_code, &[], &[&format!("{ENGINE}functions.rs")]), [""; 0]);
}
