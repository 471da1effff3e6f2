//! Snapshots and pending files that no goodhart wrote.

use crate::project::{GOODHART, Project, between};

const SNAPSHOT: &str = "snapshots/time_to_acknowledge.toml";
const PENDING: &str = ".goodhart/pending/time_to_acknowledge.toml";

#[test]
fn line_endings_of_a_checkout_are_no_difference() {
    let project = Project::accepted();
    for (name, content) in project.snapshots() {
        let text = String::from_utf8(content).unwrap().replace('\n', "\r\n");
        project.write(&format!("snapshots/{name}"), text);
    }
    project.succeed(&["eval", "--check"]);
    project.succeed(&["eval", "--check", "alert_volume"]);
    project.succeed(&["eval"]);
    assert!(project.pending().is_empty());
}

#[test]
fn a_damaged_snapshot_is_named_and_replaced() {
    let project = Project::accepted();
    let good = project.snapshots();
    let text = std::fs::read(project.path(SNAPSHOT)).unwrap();
    let conflict = [b"<<<<<<< HEAD\n", &text[..], b"=======\n>>>>>>> other\n"].concat();
    let damaged: [&[u8]; 6] =
        [b"", b"\0\0\0\0", b"\xff\xfe", &text[..text.len() / 2], &conflict, b"\r\n"];
    for content in damaged {
        project.write(SNAPSHOT, content);
        project.write("snapshots/inputs.toml", content);
        let ran = project.run(&["eval", "--check"]);
        assert_eq!(ran.code, 1, "{content:?}: {}", ran.stderr);
        let code = if content == conflict { "snapshot-conflicted" } else { "snapshot-unreadable" };
        assert_eq!(ran.stderr.matches(&format!("error[{code}]")).count(), 2, "{}", ran.stderr);
        let stale = "out of date: inputs, time_to_acknowledge\n";
        assert!(ran.stderr.contains(stale), "{}", ran.stderr);
        assert_eq!(project.run(&["eval", "--check", "time_to_acknowledge"]).code, 1);
        assert_eq!(project.run(&["eval"]).code, 1);
        project.succeed(&["accept"]);
        assert_eq!(project.snapshots(), good);
    }
}

#[test]
fn an_edited_snapshot_is_never_current() {
    let project = Project::accepted();
    let good = project.snapshots();
    let text = String::from_utf8(good["time_to_acknowledge.toml"].clone()).unwrap();
    let sealed = text.find("seal = \"").unwrap() + 8;
    let other_seal = format!("{}00000000{}", &text[..sealed], &text[sealed + 8..]);
    let edits = [
        text.replacen("status = \"final\"", "status = \"provisional\"", 1),
        text.replacen("unit = \"seconds\"", "unit = \"days\"", 1),
        text.replacen("numerator", "denominator", 1).replacen("value = ", "value = 1", 1),
        other_seal,
    ];
    for edited in edits {
        assert_ne!(edited, text);
        project.write(SNAPSHOT, &edited);
        let ran = project.run(&["eval", "--check"]);
        assert_eq!(ran.code, 1, "{}", ran.stderr);
        assert!(ran.stderr.contains("error[snapshot-edited]"), "{}", ran.stderr);
        assert!(ran.stderr.contains("snapshots/time_to_acknowledge.toml:"), "{}", ran.stderr);
        assert_eq!(project.run(&["eval"]).code, 1);
        // Nothing beside an edit is written: that would seal it.
        let ran = project.run(&["accept", "time_to_acknowledge", "--total"]);
        assert_eq!(ran.code, 2, "{}", ran.stderr);
        project.succeed(&["accept"]);
        assert_eq!(project.snapshots(), good);
    }
}

#[test]
fn what_is_pending_and_damaged_is_not_accepted() {
    let text = between().new_pending["time_to_acknowledge.toml"].clone();
    let other = &between().new_pending["acknowledged_in_time.toml"];
    let damaged: [&[u8]; 5] = [b"", b"\0", b"\xff", &text[..text.len() / 2], other];
    for content in damaged {
        let project = between().before_accept.copy();
        project.write(PENDING, content);
        let ran = project.run(&["accept"]);
        assert_eq!(ran.code, 2, "{content:?}: {}", ran.stderr);
        assert!(ran.stderr.contains("no pending snapshot that goodhart wrote"), "{}", ran.stderr);
        assert_eq!(project.snapshots(), between().old);
        project.succeed(&["eval"]);
        project.succeed(&["accept"]);
        assert_eq!(project.snapshots(), between().new);
    }
}

#[test]
fn ten_gigabytes_are_not_read() {
    let run = |project: &Project, arguments: &str| {
        // With less memory than the file would take.
        let limited = format!("ulimit -v 6000000; exec {GOODHART} {arguments} --threads 1");
        project.command("sh").args(["-c", &limited]).output().unwrap().status.code()
    };
    for place in [SNAPSHOT, "snapshots/inputs.toml", PENDING, ".goodhart/pending/inputs.toml"] {
        let project = between().before_accept.copy();
        std::fs::File::create(project.path(place)).unwrap().set_len(10 << 30).unwrap();
        // A committed snapshot of that size is none; what is pending does not matter to a check.
        let committed = place.starts_with("snapshots");
        let (check, eval) = if committed { (Some(1), Some(1)) } else { (Some(3), Some(0)) };
        assert_eq!(run(&project, "eval --check"), check, "{place}");
        assert_eq!(run(&project, "eval --check time_to_acknowledge"), check, "{place}");
        if place == PENDING {
            assert_eq!(project.run(&["accept"]).code, 2);
        }
        assert_eq!(run(&project, "eval"), eval, "{place}");
        project.succeed(&["accept"]);
        assert_eq!(project.snapshots(), between().new, "{place}");
    }
    let project = Project::accepted();
    project.succeed(&["check"]);
    for place in [project.bound().as_str(), ".goodhart/lock"] {
        std::fs::File::create(project.path(place)).unwrap().set_len(10 << 30).unwrap();
        project.succeed(&["check"]);
        project.succeed(&["eval"]);
    }
}

#[test]
fn files_of_others_among_the_snapshots_stay() {
    let project = Project::accepted();
    for name in ["README.md", ".gitattributes", "Not-An-Id.toml"] {
        project.write(&format!("snapshots/{name}"), "kept");
    }
    project.succeed(&["eval", "--check"]);
    project.add_alert("A-999", "00:30");
    project.succeed(&["eval"]);
    project.succeed(&["accept"]);
    let kept = project.snapshots().into_values().filter(|content| content == b"kept").count();
    assert_eq!(kept, 3);
}

#[test]
fn a_check_says_that_a_change_is_unfinished_and_writes_nothing() {
    let project = between().before_accept.copy();
    let text = String::from_utf8(between().new["time_to_acknowledge.toml"].clone()).unwrap();
    let step =
        serde_json::json!({ "shelf": "committed", "name": "time_to_acknowledge", "text": text });
    let journal = serde_json::json!({ "format": 1, "verb": "accept", "steps": [step] });
    project.write(".goodhart/journal.json", journal.to_string());
    let ran = project.run(&["eval", "--check"]);
    assert_eq!(ran.code, 3, "{}", ran.stderr);
    assert!(ran.stderr.contains("was interrupted"), "{}", ran.stderr);
    assert_eq!(project.snapshots(), between().old);
    let ran = project.run(&["eval"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let said = "finished what an interrupted `goodhart accept` had begun\n";
    assert!(ran.stderr.contains(said), "{}", ran.stderr);
    assert_eq!(project.snapshots()["time_to_acknowledge.toml"], text.as_bytes());
}
