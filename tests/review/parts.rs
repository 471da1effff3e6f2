//! Accepting and rejecting by group, and what becomes of reasons.

use super::project::Project;

const CLIENT: &str = "snapshots/by_client.toml";

/// The reasons in a snapshot by the group's line.
fn reasons(project: &Project, name: &str) -> Vec<(String, String)> {
    let table: toml::Table = project.read(name).parse().unwrap();
    let series = table["series"].as_array().unwrap().iter();
    series
        .filter_map(|series| {
            let reason = series.get("reason")?.as_str().unwrap().to_owned();
            Some((series["by"].to_string(), reason))
        })
        .collect()
}

/// Two clients of `by_client` have pending values.
fn pending() -> Project {
    let project = Project::committed();
    project.leave_out("x1", "a05_1");
    project.leave_out("x2", "b05_1");
    project.succeed(&["eval"]);
    project
}

#[test]
fn a_group_is_accepted_alone() {
    let project = pending();
    let before = project.read(CLIENT);
    project.succeed(&["accept", "by_client", "--segment", "client=brick & co"]);
    let after = project.read(CLIENT);
    let changed: Vec<&str> = after.lines().filter(|line| !before.contains(*line)).collect();
    assert_eq!(changed.len(), 2, "the seal and the row: {changed:?}");
    let left = project.run(&["review", "by_client"]);
    assert!(!left.stdout.contains("brick"), "{}", left.stdout);
    assert!(left.stdout.contains("acme"), "{}", left.stdout);
    let twice = project.run(&["accept", "by_client", "--segment", "client=brick & co"]);
    assert_eq!(twice.code, 2);
    assert!(twice.stderr.contains("nothing is pending for this group"), "{}", twice.stderr);
    // What is accepted step by step is what is accepted at once.
    project.succeed(&["accept", "by_client", "--segment", "client=acme"]);
    assert!(!project.path(".goodhart/pending/by_client.toml").exists());
    project.succeed(&["eval", "--check", "by_client"]);
}

#[test]
fn a_group_is_rejected_alone() {
    let project = pending();
    let before = project.read(CLIENT);
    project.succeed(&["reject", "by_client", "--segment", "client=acme"]);
    assert_eq!(project.read(CLIENT), before);
    project.succeed(&["accept", "by_client"]);
    let ran = project.run(&["eval", "--check", "by_client"]);
    assert_eq!(ran.code, 3, "what was rejected is still not committed: {}", ran.stderr);
    project.succeed(&["reject"]);
    assert_eq!(project.path(".goodhart/pending").read_dir().unwrap().count(), 0);
    let ran = project.run(&["reject"]);
    assert!(ran.code == 0 && ran.stderr.contains("nothing is pending"), "{}", ran.stderr);
}

#[test]
fn the_total_is_a_group() {
    let project = pending();
    project.succeed(&["accept", "volume", "--total"]);
    let left = project.run(&["review", "volume"]).stdout;
    assert!(!left.contains("--total") && left.contains("client=acme"), "{left}");
}

#[test]
fn what_is_accepted_is_mended_and_what_is_not_is_named() {
    let project = pending();
    project.replace(CLIENT, "value = 3", "value = 4");
    let ran = project.run(&["accept", "volume"]);
    assert_eq!(ran.code, 1, "{}", ran.stderr);
    assert!(ran.stderr.contains("accepted snapshots/volume.toml"), "{}", ran.stderr);
    assert!(ran.stderr.contains("error[snapshot-edited]"), "{}", ran.stderr);
    project.succeed(&["accept", "by_client"]);
}

#[test]
fn a_reason_stays_as_long_as_the_values_do() {
    let project = pending();
    project.succeed(&["accept", "--reason", " a test of \"ours\" "]);
    let expected =
        |client: &str| (format!("{{ client = \"{client}\" }}"), "a test of \"ours\"".to_owned());
    assert_eq!(reasons(&project, CLIENT), [expected("acme"), expected("brick & co")]);
    project.succeed(&["eval", "--check"]);
    // Another value of one client, without a reason.
    project.leave_out("a05_1", "a06_1");
    project.succeed(&["eval"]);
    project.succeed(&["accept"]);
    assert_eq!(reasons(&project, CLIENT), [expected("brick & co")]);
    project.succeed(&["eval", "--check"]);
}

#[test]
fn values_that_were_accepted_since_the_commit_have_no_cause() {
    let project = pending();
    project.succeed(&["accept", "by_client", "--segment", "client=acme"]);
    project.leave_out("a05_1", "a05_2");
    project.leave_out("b05_1", "b06_1");
    project.replace(
        "metrics/by_client.toml",
        "and id <> 'b06_1'",
        "and id not in ('b06_1', 'a05_1')",
    );
    project.succeed(&["eval", "by_client"]);
    let text = project.run(&["review", "by_client"]).stdout;
    let cause = |client: &str| {
        let line = text.lines().find(|line| {
            line.contains(client) && line.contains("→")
                || line.contains(client) && line.contains("2026-0")
        });
        line.unwrap_or_else(|| panic!("{text}")).to_owned()
    };
    assert!(cause("acme").contains("not attributable"), "{text}");
    assert!(cause("brick").contains("definition"), "{text}");
}
