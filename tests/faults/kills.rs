//! The process is killed at every write.

use crate::inject;
use crate::project::{Files, Project, assert_whole_files, between};

/// Kills a verb at every write; `check` sees what each leaves. Returns how often it was killed.
fn kill_everywhere(
    before: &Project,
    arguments: &[&str],
    mut check: impl FnMut(&Project, &str),
) -> usize {
    inject::every_write(before, arguments, |call, at| {
        let project = before.copy();
        let (output, killed) = inject::run(&project, arguments, (call, "signal=KILL", at));
        assert!(killed || output.status.code() == Some(0), "{output:?}");
        check(&project, &format!("{arguments:?} killed at {call} {at}"));
        killed
    })
}

/// After whatever happened, an evaluation and an accept lead to the new snapshots.
fn assert_goes_on(project: &Project, new: &Files, when: &str) {
    project.succeed(&["eval", "--threads", "1"]);
    project.succeed(&["accept"]);
    assert_eq!(&project.snapshots(), new, "{when}");
    assert_eq!(project.pending(), Files::new(), "{when}");
    project.assert_tidy();
}

#[test]
fn an_accept_that_is_killed_is_done_or_not_begun() {
    if !inject::possible() {
        return;
    }
    let between = between();
    let (mut old, mut new) = (0, 0);
    let kills = kill_everywhere(&between.before_accept, &["accept"], |project, when| {
        assert_whole_files(&project.snapshots(), &between.old, &between.new, when);
        project.recover();
        let found = project.snapshots();
        if found == between.old {
            assert_eq!(project.pending(), between.new_pending, "{when}");
            old += 1;
        } else {
            assert_eq!(found, between.new, "{when}");
            assert_eq!(project.pending(), Files::new(), "{when}");
            new += 1;
        }
        assert_goes_on(project, &between.new, when);
    });
    assert!(kills > 20 && old > 5 && new > 5, "{kills} kills: {old} old, {new} new");
}

#[test]
fn results_are_pending_of_one_run_or_of_the_other() {
    if !inject::possible() {
        return;
    }
    let between = between();
    let (mut old, mut new) = (0, 0);
    let eval = ["eval", "--threads", "1"];
    let kills = kill_everywhere(&between.before_eval, &eval, |project, when| {
        let found = project.pending();
        assert_whole_files(&found, &between.old_pending, &between.new_pending, when);
        project.recover();
        assert_eq!(project.snapshots(), between.old, "{when}");
        let found = project.pending();
        if found == between.old_pending {
            old += 1;
        } else {
            assert_eq!(found, between.new_pending, "{when}");
            new += 1;
        }
        assert_goes_on(project, &between.new, when);
    });
    assert!(kills > 20 && old > 5 && new > 5, "{kills} kills: {old} old, {new} new");
}

#[test]
fn a_fix_that_is_killed_leaves_whole_definitions() {
    if !inject::possible() {
        return;
    }
    let before = Project::init();
    let metric = "metrics/alert_volume.toml";
    let wrong = std::fs::read_to_string(before.path(metric)).unwrap();
    let wrong = wrong.replace("\"count\"", "\"Count\"");
    before.write(metric, &wrong);
    let ran = before.copy();
    assert_eq!(ran.run(&["check", "--fix"]).code, 0, "there is something to fix");
    let mended = std::fs::read_to_string(ran.path(metric)).unwrap();
    assert_ne!(mended, wrong);
    let kills = kill_everywhere(&before, &["check", "--fix"], |project, when| {
        let text = std::fs::read_to_string(project.path(metric)).unwrap();
        assert!(text == wrong || text == mended, "{when}");
        assert!(project.files("metrics").keys().all(|name| name.ends_with(".toml")), "{when}");
    });
    assert!(kills > 5, "{kills} kills");
}
