//! Links, pipes and folders where goodhart has files of its own: a branch of somebody else may hold
//! them. Nothing outside the project is read or written.

use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Command;

use crate::project::{GOODHART, Project, between};

const SECRET: &str = "the only copy of a secret";

/// Puts a link at `place`, in front of what may be there, to a file or folder outside of the
/// project, which keeps its content whatever is run. Says which verbs must refuse.
fn refused(place: &str, outside_is_folder: bool, verbs: &[&[&str]]) {
    for verb in verbs {
        let project = between().before_accept.copy();
        let outside = Project::empty();
        outside.write("file", SECRET);
        let target = if outside_is_folder { outside.path(".") } else { outside.path("file") };
        replace(&project.path(place), |path| symlink(&target, path).unwrap());
        let ran = project.run(verb);
        let when = format!("{place}, {verb:?}: {}", ran.stderr);
        assert_eq!(ran.code, 2, "{when}");
        assert!(ran.stderr.contains("but a link or something else"), "{when}");
        assert!(ran.stderr.contains("help: "), "{when}");
        assert!(!ran.stderr.contains(SECRET) && !ran.stdout.contains(SECRET), "{when}");
        assert_eq!(outside.files(".").len(), 1, "{when}");
        assert_eq!(outside.files(".")["file"], SECRET.as_bytes(), "{when}");
        // Others have no use for the place, but do not follow either.
        let _ = project.run(&["check"]);
        assert_eq!(std::fs::read_dir(outside.root()).unwrap().count(), 1, "{when}");
        assert_eq!(outside.files(".")["file"], SECRET.as_bytes(), "{when}");
    }
}

fn replace(path: &Path, with: impl FnOnce(&Path)) {
    if path.is_dir() {
        std::fs::remove_dir_all(path).unwrap();
    } else {
        let _ = std::fs::remove_file(path);
    }
    with(path);
}

const ALL: &[&[&str]] = &[&["eval"], &["accept"], &["review"], &["eval", "--check"]];
const WRITING: &[&[&str]] = &[&["eval"], &["accept"], &["review"]];

#[test]
fn a_folder_that_is_a_link_is_refused() {
    for place in ["snapshots", ".goodhart", ".goodhart/pending", ".goodhart/staged"] {
        refused(place, true, ALL);
    }
    refused(".goodhart/cache", true, ALL);
    refused("snapshots", false, ALL);
}

#[test]
fn a_file_that_is_a_link_is_refused() {
    refused(".goodhart/lock", false, WRITING);
    refused(".goodhart/.gitignore", false, WRITING);
    refused(".goodhart/journal.json", false, ALL);
    refused(".goodhart/pending/time_to_acknowledge.toml", false, WRITING);
    refused("snapshots/time_to_acknowledge.toml", false, ALL);
    refused("snapshots/inputs.toml", false, ALL);
}

#[test]
fn a_link_to_nowhere_makes_nothing_there() {
    let outside = Project::empty();
    for place in [".goodhart/lock", ".goodhart/.gitignore", "snapshots"] {
        let project = between().before_accept.copy();
        replace(&project.path(place), |path| symlink(outside.path("new"), path).unwrap());
        assert_eq!(project.run(&["accept"]).code, 2);
        assert_eq!(std::fs::read_dir(outside.root()).unwrap().count(), 0, "{place}");
    }
}

#[test]
fn the_cache_is_no_way_out() {
    let outside = Project::empty();
    outside.write("file", SECRET);
    let project = Project::accepted();
    project.succeed(&["check"]);
    for place in [project.bound().as_str(), ".goodhart"] {
        replace(&project.path(place), |path| symlink(outside.path("file"), path).unwrap());
        project.succeed(&["check"]);
        assert_eq!(outside.files(".")["file"], SECRET.as_bytes());
    }
}

#[test]
fn nobody_waits_for_a_pipe() {
    let pipe = |path: &Path| assert!(Command::new("mkfifo").arg(path).status().unwrap().success());
    let places = [
        ("snapshots/time_to_acknowledge.toml", 2),
        ("snapshots/inputs.toml", 2),
        (".goodhart/pending/time_to_acknowledge.toml", 2),
        (".goodhart/lock", 2),
        ("bound", 0),
    ];
    for (place, code) in places {
        let project = between().before_accept.copy();
        let bound = (place == "bound").then(|| {
            project.succeed(&["check"]);
            project.bound()
        });
        let place = bound.as_deref().unwrap_or(place);
        replace(&project.path(place), pipe);
        let verb = if code == 0 { "check" } else { "eval" };
        let ran = project.command("timeout").args(["60", GOODHART, verb]).output().unwrap();
        assert_eq!(ran.status.code(), Some(code), "{place}: {ran:?}");
    }
}

#[test]
fn a_folder_is_no_snapshot_and_a_file_is_no_folder() {
    let project = between().before_accept.copy();
    replace(&project.path("snapshots/inputs.toml"), |path| std::fs::create_dir(path).unwrap());
    for verb in ALL {
        assert_eq!(project.run(verb).code, 2, "{verb:?}");
    }
    for place in ["snapshots", ".goodhart"] {
        let project = between().before_accept.copy();
        replace(&project.path(place), |path| std::fs::write(path, "a file").unwrap());
        for verb in ALL {
            let ran = project.run(verb);
            assert_eq!(ran.code, 2, "{verb:?}");
            assert!(ran.stderr.contains("is not a folder"), "{}", ran.stderr);
        }
        assert_eq!(std::fs::read_to_string(project.path(place)).unwrap(), "a file");
    }
}

#[test]
fn a_forged_journal_names_nothing_but_snapshots() {
    let outside = Project::empty();
    let absolute = outside.path("new").to_str().unwrap().to_owned();
    for name in ["../../new", "..", "", "a/b", "new.toml", &absolute] {
        let project = between().before_accept.copy();
        let step = serde_json::json!({ "shelf": "committed", "name": name, "text": "x" });
        let journal = serde_json::json!({ "format": 1, "verb": "accept", "steps": [step] });
        project.write(".goodhart/journal.json", journal.to_string());
        let before = project.snapshots();
        for verb in WRITING {
            let ran = project.run(verb);
            assert_eq!(ran.code, 2, "{name}");
            assert!(ran.stderr.contains("no journal that goodhart wrote"), "{}", ran.stderr);
        }
        assert_eq!(project.snapshots(), before);
        assert_eq!(std::fs::read_dir(outside.root()).unwrap().count(), 0, "{name}");
    }
}
