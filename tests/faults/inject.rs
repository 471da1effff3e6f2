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

/// More calls of one kind than any run makes.
const ENDLESS: usize = 500;

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

/// Every call of every kind in turn, with a fresh project each: `fault` happens, then `check` says
/// whether it did, and looks at what came of it. Returns how many faults there were.
pub fn every_write(mut check: impl FnMut(&str, usize) -> bool) -> usize {
    let mut count = 0;
    for call in WRITES {
        let faults = (1..=ENDLESS).take_while(|at| check(call, *at)).count();
        assert!(faults < ENDLESS, "{call} never ends");
        count += faults;
    }
    count
}
