//! The verbs together, as a user runs them, on the project that `init` writes.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

/// A new project in a temporary folder.
struct Project(TempDir);

#[must_use]
struct Ran {
    code: i32,
    stdout: String,
    stderr: String,
}

impl Project {
    fn init() -> Self {
        let project = Self(tempfile::tempdir().unwrap());
        let ran = project.run(&["init", "."]);
        assert_eq!(ran.code, 0, "{}", ran.stderr);
        project
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn run(&self, arguments: &[&str]) -> Ran {
        run_in(self.0.path(), arguments)
    }

    fn replace(&self, name: &str, from: &str, to: &str) {
        let text = std::fs::read_to_string(self.path(name)).unwrap();
        assert!(text.contains(from), "{name} has no {from}");
        std::fs::write(self.path(name), text.replace(from, to)).unwrap();
    }

    /// Every file of the project with its content.
    fn content(&self) -> BTreeMap<PathBuf, Vec<u8>> {
        let mut files = BTreeMap::new();
        let mut folders = vec![self.0.path().to_path_buf()];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                } else {
                    files.insert(path.clone(), std::fs::read(path).unwrap());
                }
            }
        }
        files
    }
}

fn run_in(folder: &Path, arguments: &[&str]) -> Ran {
    let output = Command::new(env!("CARGO_BIN_EXE_goodhart"))
        .args(arguments)
        .current_dir(folder)
        .env_clear()
        .output()
        .unwrap();
    Ran {
        code: output.status.code().unwrap(),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

#[test]
fn a_new_project_is_evaluated_accepted_and_checked() {
    let project = Project::init();
    let ran = project.run(&["eval"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(ran.stdout.contains("time_to_acknowledge"), "{}", ran.stdout);
    assert!(ran.stderr.contains("pending"), "{}", ran.stderr);

    let before = project.content();
    let ran = project.run(&["eval", "--check"]);
    assert_eq!(ran.code, 3, "{}", ran.stderr);
    assert!(ran.stderr.contains("acknowledged_in_time, alert_volume"), "{}", ran.stderr);
    assert_eq!(project.content(), before, "a check writes nothing");

    assert_eq!(project.run(&["accept"]).code, 0);
    let ran = project.run(&["eval", "--check"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let ran = project.run(&["eval"]);
    assert!(ran.stderr.contains("are current"), "{}", ran.stderr);
    assert!(project.path(".goodhart/pending").read_dir().unwrap().next().is_none());
    let ignored = std::fs::read_to_string(project.path(".goodhart/.gitignore")).unwrap();
    assert_eq!(ignored, "*\n");
}

#[test]
fn a_changed_definition_makes_its_own_snapshot_stale() {
    let project = Project::init();
    let _ = project.run(&["eval"]);
    let _ = project.run(&["accept"]);
    project.replace("metrics/time_to_acknowledge.toml", "q = 0.9", "q = 0.8");
    let ran = project.run(&["eval", "--check"]);
    assert_eq!(ran.code, 3);
    assert!(ran.stderr.contains("out of date: time_to_acknowledge\n"), "{}", ran.stderr);

    std::fs::remove_file(project.path("metrics/alert_volume.toml")).unwrap();
    let ran = project.run(&["eval", "--check"]);
    assert!(ran.stderr.contains("without a metric: alert_volume"), "{}", ran.stderr);
    let _ = project.run(&["eval"]);
    assert_eq!(project.run(&["accept"]).code, 0);
    assert!(!project.path("snapshots/alert_volume.toml").exists());
    assert_eq!(project.run(&["eval", "--check"]).code, 0);
}

#[test]
fn a_changed_source_makes_the_inputs_stale() {
    let project = Project::init();
    let _ = project.run(&["eval"]);
    let _ = project.run(&["accept"]);
    let data = "sources/data/alerts.csv";
    let mut text = std::fs::read_to_string(project.path(data)).unwrap();
    text.push_str("A-999,low,2026-06-27T00:00:00Z,2026-06-27T00:00:30Z,n/a,\n");
    std::fs::write(project.path(data), text).unwrap();
    let ran = project.run(&["eval", "--check"]);
    assert_eq!(ran.code, 3);
    assert!(ran.stderr.contains("inputs"), "{}", ran.stderr);
}

#[test]
fn what_was_verified_is_cached_by_content() {
    let project = Project::init();
    assert_eq!(project.run(&["eval"]).code, 0);
    let entries = || project.path(".goodhart/cache").read_dir().unwrap().count();
    let first = entries();
    assert!(first > 1, "the source and the populations");
    assert_eq!(project.run(&["eval"]).code, 0);
    assert_eq!(entries(), first, "the same content is not verified again");

    let data = "sources/data/alerts.csv";
    let good = std::fs::read_to_string(project.path(data)).unwrap();
    let again = format!("{good}{}\n", good.lines().nth(1).unwrap());
    std::fs::write(project.path(data), again).unwrap();
    let ran = project.run(&["eval"]);
    assert_eq!(ran.code, 1);
    assert!(ran.stderr.contains("error[duplicate-key]"), "{}", ran.stderr);

    std::fs::write(project.path(data), &good).unwrap();
    project.replace("sources/alerts.toml", "[\"low\", \"high\"]", "[\"low\"]");
    let ran = project.run(&["eval"]);
    assert!(ran.stderr.contains("error[value-not-allowed]"), "{}", ran.stderr);
}

#[test]
fn what_was_bound_is_cached_and_may_be_removed() {
    let project = Project::init();
    let bound = || {
        let entries = std::fs::read_dir(project.path(".goodhart/cache")).unwrap();
        let mut paths = entries.map(|entry| entry.unwrap().path());
        paths.find(|path| path.to_string_lossy().contains("/bound-")).unwrap()
    };
    let clean = |arguments: &[&str]| {
        let ran = project.run(arguments);
        assert_eq!((ran.code, ran.stdout.as_str()), (0, ""), "{}", ran.stderr);
        std::fs::read(bound()).unwrap()
    };
    let cached = clean(&["check"]);
    assert_eq!(clean(&["check"]), cached);
    assert_eq!(clean(&["check", "--no-cache"]), cached);
    std::fs::write(bound(), "damaged").unwrap();
    assert_eq!(clean(&["check"]), cached);
    project.replace("metrics/alert_volume.toml", "from alerts", "from alert");
    for arguments in [&["check"][..], &["check", "--fresh"], &["check"]] {
        let ran = project.run(arguments);
        assert_eq!(ran.code, 1, "{}", ran.stdout);
        assert!(ran.stdout.contains("did you mean `alerts`?"), "{}", ran.stdout);
    }
}

#[test]
fn a_missed_target_is_a_finding_unless_the_project_says_otherwise() {
    let project = Project::init();
    project.replace("metrics/time_to_acknowledge.toml", "at_most = 1800", "at_most = 1");
    let ran = project.run(&["eval"]);
    assert_eq!(ran.code, 1);
    assert!(ran.stderr.contains("error[target-missed]"), "{}", ran.stderr);
    project.replace("goodhart.toml", "[lints]", "[lints]\ntarget-missed = \"warn\"");
    let ran = project.run(&["eval"]);
    assert_eq!(ran.code, 0);
    assert!(ran.stderr.contains("warning[target-missed]"), "{}", ran.stderr);
}

#[test]
fn metrics_are_selected_by_name_tag_and_owner() {
    let project = Project::init();
    let metrics = |arguments: &[&str]| -> Vec<String> {
        let mut all = vec!["eval", "--format", "csv"];
        all.extend(arguments);
        let ran = project.run(&all);
        assert_eq!(ran.code, 0, "{}", ran.stderr);
        let rows = ran.stdout.lines().skip(1).map(|line| line.split(',').next().unwrap());
        let mut names: Vec<String> = rows.map(str::to_owned).collect();
        names.dedup();
        names
    };
    assert_eq!(metrics(&["alert_volume"]), ["alert_volume"]);
    assert_eq!(metrics(&["--tag", "guard"]), ["ack_to_first_action"]);
    assert_eq!(metrics(&["--owner", "detection-engineering"]).len(), 4);
    assert_eq!(project.run(&["eval", "--owner", "nobody"]).code, 2);
}

#[test]
fn a_project_is_found_from_below_and_named_from_outside() {
    let project = Project::init();
    let below = run_in(&project.path("sources/data"), &["eval", "alert_volume"]);
    assert_eq!(below.code, 0, "{}", below.stderr);
    let elsewhere = tempfile::tempdir().unwrap();
    let folder = project.0.path().to_str().unwrap();
    let outside = run_in(elsewhere.path(), &["--project", folder, "eval", "alert_volume"]);
    assert_eq!(outside.stdout, below.stdout);
    let nowhere = run_in(elsewhere.path(), &["eval"]);
    assert_eq!(nowhere.code, 2);
    assert!(nowhere.stderr.contains("goodhart init"), "{}", nowhere.stderr);
}

#[test]
fn machines_read_the_same_results_in_every_format() {
    let project = Project::init();
    let output = |format: &str| project.run(&["eval", "--format", format]).stdout;
    let array: Vec<serde_json::Value> = serde_json::from_str(&output("json")).unwrap();
    let ndjson = output("ndjson");
    let lines: Vec<serde_json::Value> =
        ndjson.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(array, lines);
    let table = output("csv");
    let mut reader = csv::Reader::from_reader(table.as_bytes());
    let records: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    assert_eq!(records.len(), array.len());
    for (record, object) in records.iter().zip(&array) {
        assert_eq!(record[0], *object["metric"].as_str().unwrap());
        let value = object["value"].as_number().map_or(String::new(), ToString::to_string);
        assert_eq!(record[5], value);
        assert_eq!(record[12], *object["status"].as_str().unwrap());
    }
}

#[test]
fn another_time_is_not_compared_with_the_snapshots() {
    let project = Project::init();
    let ran = project.run(&["eval", "--as-of", "2026-06-15", "--grain", "day", "alert_volume"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(ran.stdout.contains("as of 2026-06-15T00:00:00Z, by day"), "{}", ran.stdout);
    assert!(ran.stderr.contains("not compared with the snapshots"), "{}", ran.stderr);
    assert!(!project.path(".goodhart/pending").exists());
}

#[test]
fn the_plan_is_explained_with_the_sql_that_runs() {
    let project = Project::init();
    let ran = project.run(&["eval", "--explain"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(ran.stdout.contains("alerts: loaded once, typed, 4 readers"), "{}", ran.stdout);
    assert!(ran.stdout.contains("quantile_cont(e0, [0.5, 0.9])"), "{}", ran.stdout);
}

#[test]
fn init_names_the_merge_driver_and_leaves_the_attributes_of_others() {
    let line = "snapshots/*.toml merge=goodhart\n";
    let project = Project::init();
    let attributes = std::fs::read_to_string(project.path(".gitattributes")).unwrap();
    assert!(attributes.ends_with(line), "{attributes}");
    let other = Project(tempfile::tempdir().unwrap());
    std::fs::write(other.path(".gitattributes"), "*.csv -text\n").unwrap();
    let ran = other.run(&["init"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(ran.stderr.contains(line), "{}", ran.stderr);
    let attributes = std::fs::read_to_string(other.path(".gitattributes")).unwrap();
    assert_eq!(attributes, "*.csv -text\n");
}

#[test]
fn init_overwrites_nothing() {
    let project = Project::init();
    let before = project.content();
    let ran = project.run(&["init"]);
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.contains("goodhart.toml"), "{}", ran.stderr);
    assert_eq!(project.content(), before);
}

#[test]
fn colour_is_only_where_it_is_asked_for() {
    let project = Project::init();
    project.replace("metrics/time_to_acknowledge.toml", "at_most = 1800", "at_most = 1");
    assert!(!project.run(&["eval"]).stdout.contains('\u{1b}'));
    assert!(project.run(&["eval", "--color", "always"]).stdout.contains('\u{1b}'));
}
