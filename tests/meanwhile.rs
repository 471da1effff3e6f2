//! What happens to a run from outside while it goes on: its worker is killed, a file that it reads
//! is written to.

use crate::support;

use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// A large join, which goes on for longer than these tests wait.
const LARGE_JOIN: &str = "select host_id from hosts where host_id <> (select count(*)::varchar \
     from range(200000) a(i), range(200000) b(i) where hash(a.i + b.i) = 1)";

/// The base project with its hosts as Parquet, and one metric over them that takes `time`.
fn project(time: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    support::copy(&tests.join("bad_input/base"), folder.path());
    parquet(folder.path(), 2);
    let metric = fs::read_to_string(folder.path().join("metrics/host_count.toml")).unwrap();
    let metric =
        metric.replace("from hosts", LARGE_JOIN) + &format!("[limits]\ntime = \"{time}\"\n");
    support::write(
        folder.path(),
        &[
            ("metrics/host_count.toml", &metric),
            (
                "sources/hosts.toml",
                "format = \"parquet\"\nfiles = \"data/hosts.parquet\"\n\
                 [columns]\nhost_id = { type = \"text\", key = true }\n",
            ),
        ],
    );
    folder
}

fn parquet(root: &Path, hosts: usize) {
    let path = root.join("data/hosts.parquet");
    let duckdb = duckdb::Connection::open_in_memory().unwrap();
    let rows = format!("select 'H-' || i as host_id from range({hosts}) t(i)");
    duckdb.execute_batch(&format!("copy ({rows}) to '{}'", path.display())).unwrap();
}

fn eval(root: &Path) -> Child {
    Command::new(env!("CARGO_BIN_EXE_goodhart"))
        .args(["eval", "--all"])
        .current_dir(root)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

/// The first child of a process, once it has one that has computed for a while.
fn worker(of: u32) -> u32 {
    let begun = Instant::now();
    while begun.elapsed() < Duration::from_secs(60) {
        let children = fs::read_to_string(format!("/proc/{of}/task/{of}/children"));
        for child in children.unwrap_or_default().split_whitespace() {
            let stat = fs::read_to_string(format!("/proc/{child}/stat")).unwrap_or_default();
            let fields: Vec<&str> =
                stat.rsplit(')').next().unwrap_or("").split_whitespace().collect();
            let ticks = fields.get(11).and_then(|ticks| ticks.parse::<u64>().ok());
            // Loading two small files takes nothing; so much is the query.
            if ticks.is_some_and(|ticks| ticks > 30) {
                return child.parse().unwrap();
            }
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    panic!("no worker computes");
}

fn said(run: Child) -> (Option<i32>, String) {
    let output = run.wait_with_output().unwrap();
    let text = [output.stdout, output.stderr].concat();
    (output.status.code(), String::from_utf8(text).unwrap())
}

#[test]
#[cfg(target_os = "linux")]
fn a_killed_worker_takes_its_metric_and_no_other() {
    let folder = project("60s");
    let run = eval(folder.path());
    let worker = worker(run.id());
    assert!(Command::new("kill").args(["-9", &worker.to_string()]).status().unwrap().success());
    let (exit, said) = said(run);
    assert_eq!(exit, Some(2), "{said}");
    assert!(said.contains("[worker-died]"), "{said}");
    assert!(said.contains("not evaluated: host_count"), "{said}");
    assert!(said.contains("alert_volume: Alert volume"), "{said}");
}

#[test]
#[cfg(target_os = "linux")]
fn what_is_written_while_it_is_read_gives_no_number() {
    let folder = project("15s");
    let run = eval(folder.path());
    worker(run.id());
    parquet(folder.path(), 3);
    let (exit, said) = said(run);
    assert_eq!(exit, Some(2), "{said}");
    assert!(said.contains("[source-changed]"), "{said}");
    assert!(said.contains("alert_volume: Alert volume"), "{said}");
}
