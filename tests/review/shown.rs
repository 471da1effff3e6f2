//! What `review` prints where nobody can be asked.

use super::project::Project;

fn snapshot(name: &str, text: &str) {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("snapshots");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(name, text));
}

#[track_caller]
fn reviewed(project: &Project) -> String {
    let ran = project.run(&["review"]);
    assert_eq!(ran.code, 3, "{}", ran.stderr);
    ran.stdout
}

#[test]
fn nothing_is_pending() {
    let project = Project::committed();
    let ran = project.run(&["review"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (0, ""));
    assert!(ran.stderr.contains("nothing is pending"), "{}", ran.stderr);
}

#[test]
fn a_definition_moved() {
    let project = Project::committed();
    project.leave_out("x1", "b05_1");
    project.succeed(&["eval"]);
    snapshot("definition", &reviewed(&project));
}

#[test]
fn the_data_moved_with_a_new_client_and_without_another() {
    let project = Project::committed();
    let data = project.read("data/events.csv");
    let data: String =
        data.lines().filter(|line| !line.contains("cove")).map(|l| format!("{l}\n")).collect();
    project.write("data/events.csv", &format!("{data}d06_1,dune's,2026-06-11T00:00:00Z\n"));
    project.succeed(&["eval"]);
    snapshot("data", &reviewed(&project));
}

#[test]
fn both_moved() {
    let project = Project::committed();
    project.leave_out("x1", "a05_1");
    let data = project.read("data/events.csv");
    project.write(
        "data/events.csv",
        &format!("{data}a05_9,acme,2026-05-19T00:00:00Z\na05_8,acme,2026-05-19T00:00:00Z\n"),
    );
    project.succeed(&["eval", "volume"]);
    snapshot("both", &reviewed(&project));
}

#[test]
fn wholes_that_cannot_be_looked_at_by_group() {
    let project = Project::committed();
    let metric = project.read("metrics/volume.toml");
    project.write("metrics/fresh.toml", &metric.replace("Events", "More events"));
    project.replace("metrics/volume.toml", "[[], [\"client\"]]", "[[]]");
    project.replace("metrics/volume.toml", "segments = [\"client\"]", "segments = []");
    project.replace("snapshots/by_client.toml", "value = 3", "value = 4");
    assert_eq!(project.run(&["eval"]).code, 1);
    let ran = project.run(&["review"]);
    // A finding outranks what is pending.
    assert_eq!(ran.code, 1, "{}", ran.stderr);
    snapshot("wholes", &format!("{}\n----\n{}", ran.stdout, ran.stderr));
}

#[test]
fn without_git_there_is_no_cause() {
    let project = Project::committed();
    std::fs::remove_dir_all(project.path(".git")).unwrap();
    project.leave_out("x1", "b05_1");
    project.succeed(&["eval", "by_client"]);
    snapshot("without_git", &reviewed(&project));
}

#[test]
fn the_cause_is_since_the_values_were_accepted() {
    let project = Project::committed();
    project.leave_out("x1", "b05_1");
    // A commit of definitions alone moves no accepted value.
    project.commit();
    project.succeed(&["eval", "by_client"]);
    let text = reviewed(&project);
    assert!(text.contains("  definition  1\n"), "{text}");
    assert!(text.contains("  +where id <> 'b05_1'\n"), "{text}");
}

#[test]
fn the_same_value_that_may_still_change() {
    let project = Project::committed();
    project.replace("goodhart.toml", "2026-07-01", "2026-06-20");
    project.succeed(&["eval", "volume"]);
    snapshot("provisional", &reviewed(&project));
}

#[test]
fn inputs_alone() {
    let project = Project::committed();
    let data = project.read("data/events.csv");
    project.write("data/events.csv", &format!("{data}z,acme,2020-01-01T00:00:00Z\n"));
    project.succeed(&["eval"]);
    let text = reviewed(&project);
    assert!(text.contains("the inputs changed, and no value did"), "{text}");
    assert!(text.contains("goodhart accept inputs\n"), "{text}");
    project.succeed(&["accept", "inputs"]);
    project.succeed(&["eval", "--check"]);
}
