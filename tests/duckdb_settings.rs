//! DuckDB's own settings, as goodhart sets them, without the allow-list and without the sandbox: of
//! files only the listed ones can be read, nothing is written, and nothing can be switched back.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use goodhart_engine::{Engine, Options, Protection};

/// An engine that only its settings protect, in a folder with a listed file and another one.
fn engine(folder: &Path) -> Engine {
    let listed = folder.join("listed.csv");
    fs::write(&listed, "id\n1\n").unwrap();
    fs::write(folder.join("other.csv"), "id\n2\n").unwrap();
    let protection = Protection { gate: false, ..Protection::within() };
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
        assert!(engine.query(&sql).is_err(), "{sql}");
    }
}

#[test]
fn nothing_is_written_or_loaded_and_no_setting_changes() {
    let folder = tempfile::tempdir().unwrap();
    let engine = engine(folder.path());
    let at = folder.path().display();
    let names = || fs::read_dir(folder.path()).unwrap().count();
    let before = names();
    for sql in [
        format!("copy (select 1) to '{at}/new.csv'"),
        format!("attach '{at}/new.duckdb'"),
        format!("export database '{at}/new'"),
        format!("load '{at}/new.duckdb_extension'"),
        "install spatial".to_owned(),
        "create persistent secret s (type http, bearer_token 'x')".to_owned(),
        "set threads = 2".to_owned(),
        "set memory_limit = '1GB'".to_owned(),
        "set enable_external_access = true".to_owned(),
        format!("set temp_directory = '{at}'"),
        "pragma enable_profiling = 'json'".to_owned(),
        "select 1; select 2".to_owned(),
    ] {
        assert!(engine.execute(&sql).is_err(), "{sql}");
    }
    assert_eq!(names(), before);
    // What needs more memory than there is is an error: nothing is moved to a disk.
    let rows = engine.query("select current_setting('temp_directory')").unwrap();
    assert_eq!(format!("{rows:?}"), "[[Text(\"\")]]");
}
