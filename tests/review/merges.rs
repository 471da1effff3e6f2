//! Two branches of a snapshot become one.

use super::project::{GOODHART, Project};

/// Two branches off main, each with one event left out; on the first one.
fn branches(metric: &str, first: &str, second: &str) -> Project {
    let project = Project::with(&[metric]);
    project.branch("second", "x2", second);
    project.branch("first", "x1", first);
    project
}

fn use_driver(project: &Project) {
    let driver = format!("'{GOODHART}' resolve --driver %O %A %B %P");
    project.git(&["config", "merge.goodhart.driver", &driver]);
}

/// Merges the second branch and returns the files in conflict.
fn merge(project: &Project) -> Vec<String> {
    let ran = project.try_git(&["merge", "-q", "--no-edit", "second"]);
    let unmerged = project.git(&["diff", "--name-only", "--diff-filter=U"]);
    assert_eq!(ran.code == 0, unmerged.is_empty(), "{}{}", ran.stdout, ran.stderr);
    unmerged.lines().map(str::to_owned).collect()
}

#[test]
fn different_groups_merge_without_a_driver() {
    // Adjacent ones, in both orders, and two with one between them.
    let pairs = [("a05_1", "b05_1"), ("b05_1", "a05_1"), ("a06_1", "b04_1"), ("a04_1", "c06_1")];
    for (first, second) in pairs {
        let project = branches("by_client", first, second);
        assert_eq!(merge(&project), [""; 0], "{first}, {second}");
        project.succeed(&["eval", "--check"]);
    }
}

#[test]
fn different_rows_of_a_group_merge_with_the_driver() {
    let project = branches("by_client", "a04_1", "a06_1");
    assert_eq!(merge(&project), ["snapshots/by_client.toml"]);
    project.git(&["merge", "--abort"]);
    use_driver(&project);
    assert_eq!(merge(&project), [""; 0]);
    let text = project.read("snapshots/by_client.toml");
    assert!(text.contains("reason = \"a04_1 was a test; a06_1 was a test\""), "{text}");
    project.succeed(&["eval", "--check"]);
}

#[test]
fn what_both_changed_is_resolved_by_evaluating() {
    for driver in [false, true] {
        // One leaves out two of the three events of acme in May, the other the third.
        let project = branches("volume", "a05_1' and id <> 'a05_2", "a05_3");
        if driver {
            use_driver(&project);
        }
        assert_eq!(merge(&project), ["snapshots/volume.toml"]);
        let ran = project.run(&["eval", "--check"]);
        assert_eq!(ran.code, 1, "{}", ran.stderr);
        assert!(ran.stderr.contains("error[snapshot-conflicted]"), "{}", ran.stderr);
        let before = project.git(&["status", "--porcelain"]);
        let ran = project.run(&["resolve"]);
        assert_eq!(ran.code, 0, "{}", ran.stderr);
        assert!(ran.stderr.contains("resolved snapshots/volume.toml"), "{}", ran.stderr);
        assert_eq!(project.git(&["status", "--porcelain"]), before, "no other file changed");
        project.succeed(&["eval", "--check"]);
    }
}

#[test]
fn the_same_value_of_both_may_be_wrong_and_a_check_says_so() {
    // Both count two of the three events of acme in May; together they count one.
    let project = branches("volume", "a05_1", "a05_2");
    project.git(&["checkout", "-q", "second"]);
    project.replace("snapshots/volume.toml", "a05_2 was a test", "a05_1 was a test");
    project.commit();
    project.git(&["checkout", "-q", "first"]);
    assert_eq!(merge(&project), [""; 0]);
    assert_eq!(project.run(&["eval", "--check"]).code, 3);
}

#[test]
fn inputs_in_conflict_are_evaluated() {
    let project = Project::with(&["volume"]);
    let changed = |name: &str, event: &str| {
        project.git(&["checkout", "-q", "-b", name, "main"]);
        project.write(&format!("data/{name}.csv"), &format!("id,client,seen\n{event}\n"));
        project.succeed(&["eval"]);
        project.succeed(&["accept", "--reason", name]);
        project.commit();
    };
    project.replace("sources/events.toml", "data/events.csv", "data/*.csv");
    project.commit();
    changed("second", "z2,acme,2026-05-01T00:00:00Z");
    changed("first", "z1,brick & co,2026-04-01T00:00:00Z");
    use_driver(&project);
    assert_eq!(merge(&project), ["snapshots/inputs.toml"]);
    assert_eq!(project.run(&["eval", "--check"]).code, 1);
    let ran = project.run(&["resolve"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    project.succeed(&["eval", "--check"]);
    let text = project.read("snapshots/volume.toml");
    assert!(text.contains("reason = \"first; second\""), "{text}");
}

#[test]
fn a_resolved_group_keeps_the_reason_of_the_side_that_was_right() {
    let project = branches("volume", "a05_1", "b05_1");
    assert_eq!(merge(&project), ["snapshots/volume.toml"]);
    project.succeed(&["resolve"]);
    let text = project.read("snapshots/volume.toml");
    // The groups of one client each; the total is of both and of neither.
    assert_eq!(text.matches("reason = ").count(), 2, "{text}");
    project.succeed(&["eval", "--check"]);
}

#[test]
fn a_merge_of_definitions_in_conflict_comes_first() {
    let project = Project::with(&["volume"]);
    project.branch("second", "x1", "a05_2");
    project.branch("first", "x1", "a05_1");
    assert!(merge(&project).contains(&"metrics/volume.toml".to_owned()));
    let before = project.read("snapshots/volume.toml");
    let ran = project.run(&["resolve"]);
    assert_eq!(ran.code, 1, "{}", ran.stderr);
    assert!(ran.stderr.contains("error[sql-error]"), "{}", ran.stderr);
    assert_eq!(project.read("snapshots/volume.toml"), before);
}
