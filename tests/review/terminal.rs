//! Stepping through items on a terminal, which `script` (of util-linux) makes.

use std::io::Write;
use std::process::{Command, Stdio};

use super::project::{GOODHART, Project};

/// Presses keys in a review and returns the exit code and all that was on the screen.
fn press(project: &Project, keys: &str) -> (i32, String) {
    let review = format!("exec '{GOODHART}' --color never review --reason 'seen'");
    let mut script = Command::new("script")
        .args(["-qefc", &review, "/dev/null"])
        .current_dir(project.root())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = script.stdin.take().unwrap();
    stdin.write_all(keys.as_bytes()).unwrap();
    let output = script.wait_with_output().unwrap();
    drop(stdin);
    (output.status.code().unwrap(), String::from_utf8(output.stdout).unwrap())
}

/// Two changes are pending: of acme and of brick & co, in this order.
fn pending() -> Project {
    let project = Project::with(&["by_client"]);
    project.leave_out("x1", "a05_1");
    project.leave_out("x2", "b05_1");
    project.succeed(&["eval"]);
    project
}

#[test]
fn each_item_gets_an_answer() {
    let project = pending();
    let (code, screen) = press(&project, "ar");
    assert_eq!(code, 0, "{screen}");
    assert!(screen.contains("1 of 2: a accept"), "{screen}");
    assert!(screen.contains("1 accepted, 1 rejected, 0 still pending"), "{screen}");
    let text = project.read("snapshots/by_client.toml");
    assert_eq!(text.matches("reason = \"seen\"").count(), 1, "{text}");
    assert_eq!(project.run(&["review"]).code, 0);
}

#[test]
fn enter_decides_nothing_and_quitting_keeps_what_was_decided() {
    let project = pending();
    let before = project.read("snapshots/by_client.toml");
    let (code, screen) = press(&project, "\r\r yq");
    assert_eq!(code, 3, "{screen}");
    assert_eq!(screen.matches("1 of 2: ").count(), 5, "{screen}");
    assert_eq!(project.read("snapshots/by_client.toml"), before);
    let (code, screen) = press(&project, "aq");
    assert_eq!(code, 3, "{screen}");
    assert!(screen.contains("1 accepted, 0 rejected, 1 still pending"), "{screen}");
    assert_ne!(project.read("snapshots/by_client.toml"), before);
}

#[test]
fn a_metric_is_answered_at_once_and_more_is_shown() {
    let project = pending();
    let (code, screen) = press(&project, "dma");
    assert_eq!(code, 0, "{screen}");
    assert!(screen.contains("the remaining 2 of by_client: "), "{screen}");
    // The definition's difference stands there twice: with the first item, and where more was asked.
    assert_eq!(screen.matches("+where id <> 'a05_1'").count(), 2, "{screen}");
    project.succeed(&["eval", "--check"]);
}
