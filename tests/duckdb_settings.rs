//! DuckDB's own settings, as goodhart sets them, without the allow-list and without the sandbox: only
//! the listed files can be read, nothing is written, and these settings are locked.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use goodhart_engine::{Engine, Options, Protection};

/// What is said where DuckDB refuses access to a file.
const NO_FILES: &str = "a query cannot read files of its own";

/// An engine that only its settings protect, in a folder with a listed file and another one.
fn engine(folder: &Path) -> Engine {
    let listed = folder.join("listed.csv");
    fs::write(&listed, "id\n1\n").unwrap();
    fs::write(folder.join("other.csv"), "id\n2\n").unwrap();
    let protection = Protection { allow_list: false, ..Protection::within() };
    let options =
        Options { threads: Some(1), files: vec![listed], protection, ..Options::default() };
    Engine::open(&options, &BTreeMap::new()).unwrap()
}

#[test]
fn only_listed_files_are_read() {
    let folder = tempfile::tempdir().unwrap();
    let engine = engine(folder.path());
    let at = folder.path().display();
    assert_eq!(engine.query(&format!("from read_csv('{at}/listed.csv')")).unwrap().len(), 1);
    for sql in [
        format!("from read_csv('{at}/other.csv')"),
        format!("from read_text('{at}/other.csv')"),
        format!("from '{at}/other.csv'"),
        format!("from read_csv('{at}/*.csv')"),
        format!("from glob('{at}/*')"),
        "from read_text('/proc/self/environ')".to_owned(),
    ] {
        let said = engine.query(&sql).unwrap_err().message;
        assert_eq!(said, NO_FILES, "{sql}");
    }
}

#[test]
fn nothing_is_written_or_loaded_and_settings_are_locked() {
    let folder = tempfile::tempdir().unwrap();
    let engine = engine(folder.path());
    let at = folder.path().display();
    let names = || fs::read_dir(folder.path()).unwrap().count();
    let before = names();
    let locked = "the configuration has been locked";
    for (sql, why) in [
        (format!("copy (select 1) to '{at}/new.csv'"), NO_FILES),
        (format!("attach '{at}/new.duckdb'"), NO_FILES),
        (format!("export database '{at}/new'"), NO_FILES),
        (format!("load '{at}/new.duckdb_extension'"), NO_FILES),
        ("install spatial".to_owned(), NO_FILES),
        (
            "create persistent secret s (type http, bearer_token 'x')".to_owned(),
            "persistent secrets are disabled",
        ),
        ("set threads = 2".to_owned(), locked),
        ("set memory_limit = '1GB'".to_owned(), locked),
        ("set enable_external_access = true".to_owned(), locked),
        (format!("set temp_directory = '{at}'"), locked),
        ("pragma enable_profiling = 'json'".to_owned(), locked),
        ("select 1; select 2".to_owned(), "several statements where one belongs"),
    ] {
        let said = engine.execute(&sql).unwrap_err().message;
        assert!(said.contains(why), "{sql}: {said}");
    }
    assert_eq!(names(), before);
    // What needs more memory than there is is an error: nothing is moved to a disk.
    let rows = engine.query("select current_setting('temp_directory')").unwrap();
    assert_eq!(format!("{rows:?}"), "[[Text(\"\")]]");
}
