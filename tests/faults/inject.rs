//! Faults from outside: strace kills the process at a system call, or has the call fail.

use std::process::{Command, Output};

use crate::project::{GOODHART, Project};

/// The calls that change a disk. Those with a question mark are not on every kind of machine.
pub const WRITES: &[&str] = &[
    "write",
    "pwrite64",
    "?rename",
    "renameat",
    "renameat2",
    "?unlink",
    "unlinkat",
    "?mkdir",
    "mkdirat",
    "ftruncate",
    "fsync",
    "fdatasync",
    "fchmod",
    "?link",
    "linkat",
    "?symlink",
    "symlinkat",
];

/// Whether strace can be used. Where it cannot, CI fails and others are told.
pub fn possible() -> bool {
    let traced = Command::new("strace").args(["-o", "/dev/null", "true"]).output();
    let works = traced.is_ok_and(|output| output.status.success());
    assert!(works || std::env::var_os("CI").is_none(), "strace is missing or may not trace");
    if !works {
        eprintln!("NOT TESTED: strace is missing or may not trace");
    }
    works
}

/// Runs goodhart with a fault at the `at`th call of `call`: `signal=KILL` or `error=ENOSPC`.
/// Also returns whether there was such a call.
pub fn run(
    project: &Project,
    arguments: &[&str],
    (call, fault, at): (&str, &str, usize),
) -> (Output, bool) {
    let log = tempfile::NamedTempFile::new().unwrap();
    // Only the main thread, which does all that is not evaluation: so `at` means the same each
    // time. Other processes are not traced.
    let output = project
        .command("strace")
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .arg("-o")
        .arg(log.path())
        .args(["-e", &format!("trace={call}")])
        .args(["-e", &format!("inject={call}:{fault}:when={at}")])
        .arg(GOODHART)
        .args(arguments)
        .output()
        .unwrap();
    let log = std::fs::read_to_string(log.path()).unwrap();
    (output, log.contains("(INJECTED)") || log.contains("+++ killed by SIGKILL +++"))
}

/// Every write of a verb in turn: `check` makes a fresh project, has the fault happen at the `at`th
/// call of a kind, says whether it did, and looks at what came of it. Returns how many faults there
/// were.
///
/// What goes to the worker is left alone: it changes no disk, and tests/worker.rs has workers that
/// die at any time.
pub fn every_write(
    before: &Project,
    arguments: &[&str],
    mut check: impl FnMut(&str, usize) -> bool,
) -> usize {
    let writes = writes(before, arguments);
    for (call, at) in &writes {
        assert!(check(call, *at), "{arguments:?} has no {call} {at}, but had one before");
    }
    writes.len()
}

/// The calls of a run without a fault, each as the `at`th of its kind.
fn writes(before: &Project, arguments: &[&str]) -> Vec<(&'static str, usize)> {
    let project = before.copy();
    let log = tempfile::NamedTempFile::new().unwrap();
    let output = project
        .command("strace")
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .args(["-y", "-o"])
        .arg(log.path())
        .args(["-e", &format!("trace={}", WRITES.join(","))])
        .arg(GOODHART)
        .args(arguments)
        .output()
        .unwrap();
    assert!(output.status.code().is_some_and(|code| code < 2), "{output:?}");
    let log = std::fs::read_to_string(log.path()).unwrap();
    let mut found = Vec::new();
    for kind in WRITES {
        let name = kind.trim_start_matches('?');
        let calls = log.lines().filter_map(|line| line.strip_prefix(name)?.strip_prefix('('));
        // The standard streams are pipes too.
        let to_worker = |call: &str| {
            let descriptor = call.split_once('<').map_or("", |(descriptor, _)| descriptor);
            let pipe = call.strip_prefix(descriptor).is_some_and(|rest| rest.starts_with("<pipe:"));
            pipe && !["0", "1", "2"].contains(&descriptor)
        };
        let kept = (1..).zip(calls).filter(|(_, call)| !to_worker(call));
        found.extend(kept.map(|(at, _)| (*kind, at)));
    }
    found
}
