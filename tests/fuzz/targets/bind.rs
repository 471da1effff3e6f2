//! SQL of users → bound, with all rules and diagnostics; nothing is run.
//!
//! An input is up to three pieces of SQL with lines of `---` between them: the query of a derived
//! source, a population, and the value of a measure. They stand in a project with the sources of
//! this repository's own one.
#![no_main]

use std::sync::LazyLock;
use std::time::SystemTime;

use goodhart::check::check;
use goodhart_core::cache::Cache;
use goodhart_fuzz::{PARSER, TODAY, Texts, open, rendered, texts};
use libfuzzer_sys::fuzz_target;
use tempfile::TempDir;

/// The project without metrics, and the cache of what was bound of it.
static BASE: LazyLock<(Texts, TempDir, Cache)> = LazyLock::new(|| {
    let mut project = texts(".");
    project.retain(|path, _| !path.starts_with("metrics/"));
    let folder = tempfile::tempdir().expect("there is room for a folder");
    let program = std::env::current_exe().expect("the target is a program");
    let cache = Cache::new(folder.path().to_owned(), 1 << 24, &program, SystemTime::UNIX_EPOCH);
    said(&project, &cache);
    (project, folder, cache)
});

fuzz_target!(|input: &str| {
    let (base, _, cache) = &*BASE;
    let mut project = base.clone();
    let mut pieces = input.split("\n---\n");
    let mut piece = |fallback: &str| string(pieces.next().unwrap_or(fallback));
    let derived = format!("format = \"derived\"\nsql = {}\n", piece("from alerts"));
    let metric = format!(
        "{METRIC}[population]\nsubject = \"alert_id\"\nat = \"created_at\"\nsql = {}\n\
         [measure]\nkind = \"median\"\nof = {}\n",
        piece("from fuzzed"),
        piece("1"),
    );
    project.insert("sources/fuzzed.toml".to_owned(), derived);
    project.insert("metrics/fuzzed.toml".to_owned(), metric);

    let first = said(&project, cache);
    assert_eq!(first, said(&project, cache), "a cached answer says the same");
});

const METRIC: &str = "title = \"Fuzzed\"\nowner = \"soc\"\nunit = \"count\"\n\
    direction = \"neutral\"\n[ceiling]\nmin = 0\nwhy = \"w\"\n[gameability]\nnotes = \"n\"\n";

fn said(project: &Texts, cache: &Cache) -> String {
    let mut opened = open(project);
    PARSER
        .with(|parser| check(&mut opened, TODAY, cache, parser))
        .expect("the engine is not what is wrong");
    rendered(&opened.diagnostics, &opened.files)
}

fn string(text: &str) -> String {
    toml::Value::from(text).to_string()
}
