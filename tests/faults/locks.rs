//! Two runs at once on one project.

use std::fs::File;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use crate::project::{GOODHART, Project, between};

const BUSY: &str = "another goodhart is at work in this project";

#[test]
fn who_changes_the_store_is_alone() {
    let project = between().before_accept.copy();
    let lock = File::options().write(true).open(project.path(".goodhart/lock")).unwrap();
    lock.try_lock().unwrap();
    for verb in ["eval", "accept", "reject", "resolve", "review"] {
        let ran = project.run(&[verb]);
        assert_eq!(ran.code, 2, "{}", ran.stderr);
        assert!(ran.stderr.contains(BUSY), "{}", ran.stderr);
        assert_eq!(ran.stdout, "", "it is said before anything is evaluated");
    }
    assert_eq!(project.run(&["eval", "--check"]).code, 3);
    project.succeed(&["check"]);
    project.succeed(&["eval", "--as-of", "2026-06-15"]);
    drop(lock);
    project.succeed(&["accept"]);
}

fn start(project: &Project) -> Child {
    let mut command = project.command(GOODHART);
    command.arg("eval").stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap()
}

fn signal(child: &Child, signal: &str) {
    let sent = Command::new("kill").args([signal, &child.id().to_string()]).status();
    assert!(sent.unwrap().success());
}

fn is_held(project: &Project) -> bool {
    let lock = File::options().write(true).open(project.path(".goodhart/lock")).unwrap();
    lock.try_lock().is_err()
}

/// Starts an evaluation and stops it while it holds the lock.
fn stopped(project: &Project) -> Child {
    for _ in 0..100 {
        let mut child = start(project);
        let ours = format!("process {}, ", child.id());
        while child.try_wait().unwrap().is_none() {
            let holder = std::fs::read_to_string(project.path(".goodhart/lock"));
            if holder.is_ok_and(|holder| holder.starts_with(&ours)) {
                signal(&child, "-STOP");
                // The signal may reach it when it has let go of the lock, or has ended.
                if child.try_wait().unwrap().is_none() && is_held(project) {
                    return child;
                }
                child.kill().unwrap();
                child.wait().unwrap();
            }
            std::thread::sleep(Duration::from_micros(500));
        }
    }
    panic!("no evaluation was seen at work");
}

#[test]
fn the_other_run_is_named_and_its_lock_goes_with_it() {
    let project = Project::accepted();
    let mut child = stopped(&project);
    let ran = project.run(&["eval"]);
    signal(&child, "-KILL");
    child.wait().unwrap();
    assert_eq!(ran.code, 2, "{}", ran.stderr);
    let named = format!("{BUSY} (process {}, goodhart eval)", child.id());
    assert!(ran.stderr.contains(&named), "{}", ran.stderr);
    project.succeed(&["eval"]);
}

#[test]
fn of_many_first_runs_each_is_done_or_refused() {
    let project = Project::init();
    let children: Vec<Child> = (0..6).map(|_| start(&project)).collect();
    let mut done = 0;
    for child in children {
        let output = child.wait_with_output().unwrap();
        let stderr = String::from_utf8(output.stderr).unwrap();
        match output.status.code() {
            Some(0) => done += 1,
            code => assert!(code == Some(2) && stderr.contains(BUSY), "{code:?}: {stderr}"),
        }
    }
    assert!(done > 0);
    project.succeed(&["eval"]);
    project.succeed(&["accept"]);
    project.assert_tidy();
}
