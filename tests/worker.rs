//! A worker that is not one, dies or hangs: goodhart says so in time, and goes on where it can.

#![cfg(target_os = "linux")]

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use goodhart_core::error::Error;
use goodhart_engine::{Allowance, Answer, Engine, Options, Protection, SqlFailure, Stop};
use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;

/// "Ready, nothing is missing", and "done" for each of the statements with which an engine begins.
const READY: &str = r"printf '\002\0\0\0\0\0\0\0\0\0'";
const DONE: &str = r"printf '\001\0\0\0\0\0\0\0\0'";

/// What the stand-ins do, by name.
fn stand_ins() -> Vec<(&'static str, String)> {
    let begins = format!("{READY}; {DONE}; {DONE}; {DONE}");
    let endless = r"printf '\377\377\377\377\377\377\377\377'";
    vec![
        ("exits", "exit 7".to_owned()),
        ("talks", "echo this is not what a worker says; exec sleep 100".to_owned()),
        ("announces", format!("{endless}; exec sleep 100")),
        ("hangs", "exec sleep 100".to_owned()),
        ("closes", "exec >&-; exec sleep 100".to_owned()),
        ("dies_later", format!("{begins}; sleep 3")),
        ("hangs_later", format!("{begins}; exec sleep 100")),
        ("announces_later", format!("{begins}; {endless}; exec sleep 100")),
        ("confuses", format!("{begins}; {DONE}; exec sleep 100")),
    ]
}

/// The folder of all stand-ins. They are written before anything is started: a program that a
/// process in between still has open for writing cannot be executed.
fn folder() -> &'static Path {
    static FOLDER: OnceLock<TempDir> = OnceLock::new();
    let folder = FOLDER.get_or_init(|| {
        let folder = tempfile::tempdir().unwrap();
        for (name, does) in stand_ins() {
            let path = folder.path().join(name);
            fs::write(&path, format!("#!/bin/sh\n{does}\n")).unwrap();
            fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        }
        folder
    });
    folder.path()
}

fn open(worker: PathBuf) -> Result<Engine, Error> {
    folder();
    let options = Options {
        threads: Some(2),
        memory: 256_000_000,
        protection: Protection::full(worker),
        ..Options::default()
    };
    Engine::open(&options, &BTreeMap::new())
}

fn stand_in(name: &str) -> Result<Engine, Error> {
    open(folder().join(name))
}

fn goodhart() -> Engine {
    open(PathBuf::from(env!("CARGO_BIN_EXE_goodhart"))).unwrap()
}

/// What is said of a program that cannot be a worker, and after how long.
fn refused(name: &str) -> (String, Duration) {
    let start = Instant::now();
    let Err(error) = stand_in(name) else { panic!("{name} is a worker") };
    (format!("{error:?}"), start.elapsed())
}

fn shortly() -> Allowance {
    Allowance::new(Duration::from_millis(300), Answer::OWN)
}

fn long() -> Allowance {
    Allowance::new(Duration::from_secs(60), Answer::OWN)
}

/// Why a query was stopped.
fn stopped(engine: &Engine, sql: &str, allowance: Allowance) -> Option<Stop> {
    engine.grant(allowance);
    let start = Instant::now();
    let failure: SqlFailure = engine.query(sql).unwrap_err();
    let took = start.elapsed();
    assert!(took < Duration::from_secs(15), "{took:?}: {failure:?}");
    failure.stop().cloned()
}

fn count(engine: &Engine, from: &str) -> String {
    engine.grant(long());
    format!("{:?}", engine.query(&format!("select count(*) from {from}")).unwrap())
}

/// The worker that this thread started.
fn worker() -> Pid {
    let children = fs::read_to_string("/proc/thread-self/children").unwrap();
    let [child] = children.split_whitespace().collect::<Vec<_>>()[..] else { panic!("{children}") };
    Pid::from_raw(child.parse().unwrap()).unwrap()
}

/// A large join, which takes longer than any test waits for it.
const SLOW: &str = "select count(*) from range(200000) a, range(200000) b \
                    where hash(a.range + b.range) = 1";

/// A large sort, which needs more memory than an engine of these tests has.
const SORT: &str = "select max(n) from (select hash(range) as h, row_number() over (order by \
                    hash(range)) as n from range(30000000)) where h <> n";

#[test]
fn a_program_that_is_no_worker_is_refused_at_once() {
    let said = [
        ("exits", "ended with exit code 7"),
        ("talks", "before it was asked anything"),
        ("announces", "before it was asked anything"),
        ("closes", "did not answer before it was asked anything"),
        ("missing", "cannot be started"),
    ];
    for (name, expected) in said {
        let (error, took) = refused(name);
        assert!(error.contains(expected), "{name}: {error}");
        assert!(took < Duration::from_secs(10), "{name}: {took:?}");
    }
}

#[test]
fn a_program_that_says_nothing_is_ended() {
    let (error, took) = refused("hangs");
    assert!(error.contains("the worker said nothing for 20 s"), "{error}");
    assert!(took < Duration::from_secs(60), "{took:?}");
}

#[test]
fn a_worker_that_goes_wrong_while_it_is_asked_is_told_of() {
    let died = |name: &str| match stopped(&stand_in(name).unwrap(), "select 1", long()) {
        Some(Stop::Died(how)) => how,
        other => panic!("{name}: {other:?}"),
    };
    assert_eq!(died("dies_later"), "ended with exit code 0");
    assert_eq!(died("announces_later"), "answered with a length that is not possible");
    assert_eq!(died("confuses"), "gave the answer to another question");
}

#[test]
fn a_worker_that_no_longer_answers_is_ended_each_time() {
    let engine = stand_in("hangs_later").unwrap();
    let first = worker();
    for _ in 0..2 {
        assert_eq!(
            stopped(&engine, "select 1", shortly()),
            Some(Stop::Time(Duration::from_millis(300)))
        );
    }
    let gone = !Path::new(&format!("/proc/{}", first.as_raw_nonzero())).exists();
    assert!(gone, "the first one is there still");
}

#[test]
fn a_query_that_takes_too_long_is_stopped_and_what_was_made_stays() {
    let engine = goodhart();
    engine.execute("create table kept as select range as i from range(1000)").unwrap();
    let before = worker();
    assert_eq!(stopped(&engine, SLOW, shortly()), Some(Stop::Time(Duration::from_millis(300))));
    assert_eq!(count(&engine, "kept"), "[[Integer(1000)]]");
    assert_eq!(worker(), before, "it was interrupted and not ended");
}

#[test]
fn a_worker_that_was_killed_is_replaced_by_one_that_was_told_the_same() {
    let engine = goodhart();
    engine.execute("create table kept as select range as i from range(1000)").unwrap();
    engine.execute("create view seen as select * from kept where i < 10").unwrap();
    let before = worker();
    kill_process(before, Signal::KILL).unwrap();
    engine.grant(long());
    let failure = engine.query("select count(*) from kept").unwrap_err();
    assert_eq!(failure.stop(), Some(&Stop::Died("was ended by signal 9".to_owned())));
    assert_eq!(count(&engine, "seen"), "[[Integer(10)]]");
    assert_ne!(worker(), before);
}

#[test]
fn a_worker_that_is_killed_while_it_works_is_told_of() {
    let engine = goodhart();
    let victim = worker();
    let killer = std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(500));
        kill_process(victim, Signal::KILL).unwrap();
    });
    engine.grant(long());
    let failure = engine.query(SLOW).unwrap_err();
    killer.join().unwrap();
    assert_eq!(failure.stop(), Some(&Stop::Died("was ended by signal 9".to_owned())));
    assert_eq!(count(&engine, "range(7)"), "[[Integer(7)]]");
}

#[test]
fn a_query_that_needs_more_memory_than_there_is_is_told_of() {
    let engine = goodhart();
    engine.grant(long());
    let failure = engine.query(SORT).unwrap_err();
    assert_eq!(failure.stop(), Some(&Stop::Memory), "{failure:?}");
    assert_eq!(count(&engine, "range(7)"), "[[Integer(7)]]");
}

#[test]
fn an_engine_beside_another_was_told_the_same() {
    let engine = goodhart();
    engine.execute("create table kept as select range as i from range(1000)").unwrap();
    let beside = engine.beside().unwrap();
    drop(engine);
    assert_eq!(count(&beside, "kept"), "[[Integer(1000)]]");
}
