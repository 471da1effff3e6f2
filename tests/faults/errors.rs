//! A call of the system fails at every write: the disk is full, read-only or broken.

use std::process::Output;

use crate::inject;
use crate::project::{Project, assert_whole_files, between};

/// The error that a call may well return.
fn error_of(call: &str) -> &'static str {
    match call.trim_start_matches('?') {
        "write" | "pwrite64" | "ftruncate" => "error=ENOSPC",
        "fsync" | "fdatasync" => "error=EIO",
        "mkdir" | "mkdirat" => "error=EROFS",
        _ => "error=EACCES",
    }
}

/// Lets every write of a verb fail in turn; `check` sees what is left, and whether the verb said
/// that it did its work. Returns how often it did, and how often it refused.
fn fail_everywhere(
    before: &Project,
    arguments: &[&str],
    mut check: impl FnMut(&Project, bool, &str),
) -> (usize, usize) {
    let (mut done, mut refused) = (0, 0);
    inject::every_write(before, arguments, |call, at| {
        let project = before.copy();
        let error = error_of(call);
        let when = format!("{arguments:?} with {error} at {call} {at}");
        let (output, failed) = inject::run(&project, arguments, (call, error, at));
        if failed {
            let is_done = is_done(&output, call, &when);
            check(&project, is_done, &when);
            *(if is_done { &mut done } else { &mut refused }) += 1;
        }
        failed
    });
    (done, refused)
}

/// It did its work, or said that it did not.
fn is_done(output: &Output, call: &str, when: &str) -> bool {
    let stderr = String::from_utf8_lossy(&output.stderr);
    match output.status.code() {
        Some(0) => true,
        Some(2) => {
            // The very write of the message may be the one that fails.
            assert!(call == "write" || stderr.contains("error: "), "{when}: {stderr}");
            false
        }
        code => panic!("{when}: {code:?}: {stderr}"),
    }
}

#[test]
fn an_accept_that_fails_says_so_and_is_done_or_not_begun() {
    if !inject::possible() {
        return;
    }
    let between = between();
    let (_, refused) =
        fail_everywhere(&between.before_accept, &["accept"], |project, done, when| {
            assert_whole_files(&project.snapshots(), &between.old, &between.new, when);
            project.recover();
            let found = project.snapshots();
            assert!(found == between.new || (!done && found == between.old), "{when}");
            project.succeed(&["accept"]);
            assert_eq!(project.snapshots(), between.new, "{when}");
            project.assert_tidy();
        });
    assert!(refused > 20, "{refused} refused");
}

#[test]
fn an_evaluation_that_fails_says_so_and_keeps_what_was_pending() {
    if !inject::possible() {
        return;
    }
    let (between, eval) = (between(), ["eval", "--threads", "1"]);
    let (_, refused) = fail_everywhere(&between.before_eval, &eval, |project, done, when| {
        project.recover();
        assert_eq!(project.snapshots(), between.old, "{when}");
        let found = project.pending();
        let is_old = !done && found == between.old_pending;
        assert!(found == between.new_pending || is_old, "{when}");
        project.succeed(&eval);
        assert_eq!(project.pending(), between.new_pending, "{when}");
        project.assert_tidy();
    });
    assert!(refused > 10, "{refused} refused");
}

#[test]
fn a_check_that_cannot_remember_is_still_a_check() {
    if !inject::possible() {
        return;
    }
    let (done, refused) = fail_everywhere(&Project::init(), &["check"], |_, _, _| {});
    assert!(done > 5 && refused == 0, "{done} done, {refused} refused");
}
