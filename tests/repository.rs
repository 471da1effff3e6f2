//! A real repository with a history in which everything happens once, and what `goodhart diff` says of
//! every commit and each of its parents.
//!
//! `tests/repository/<world>/start` is the project, `NN_name.toml` beside it a commit each. The data
//! are those of the shipped project, and where it is there, the log of a service desk (see
//! tests/acceptance.rs). What is printed is compared with `tests/repository/snapshots`.

use crate::support;

use std::collections::BTreeMap;
use std::fs;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::Command;

use rust_decimal::Decimal;
use serde::Deserialize;
use serde_json::Value;

/// What a commit does.
#[derive(Debug, Deserialize)]
struct Step {
    /// The day at which the data of this commit end, as the data write it.
    data_until: String,
    /// Why its results are accepted.
    reason: String,
    /// The commit before it, where that is not the one before it in the list.
    after: Option<String>,
    /// Its second parent.
    merge: Option<String>,
    /// Only says that the commit is not on the main branch.
    #[serde(rename = "branch")]
    _branch: Option<String>,
    #[serde(default)]
    edit: Vec<Edit>,
    #[serde(default)]
    r#move: Vec<Move>,
}

#[derive(Debug, Deserialize)]
struct Edit {
    file: String,
    from: String,
    to: String,
}

#[derive(Debug, Deserialize)]
struct Move {
    from: String,
    to: String,
}

/// Where the data of a world come from.
struct World {
    name: &'static str,
    /// The file in the project.
    data: &'static str,
    /// Its text, whole.
    text: String,
    /// The column, by its place, that says until when a row belongs to a commit.
    column: usize,
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).to_path_buf()
}

#[test]
fn every_commit_of_the_alerts_is_told_by_its_causes() {
    let packed = fs::read(root().join("sources/data/alerts.csv.gz")).unwrap();
    let mut text = String::new();
    flate2::read::GzDecoder::new(packed.as_slice()).read_to_string(&mut text).unwrap();
    let header = text.lines().next().unwrap();
    let column = header.split(',').position(|name| name == "created_at").unwrap();
    play(&World { name: "soc", data: "data/alerts.csv", text, column });
}

#[test]
fn every_commit_of_the_service_desk_is_told_by_its_causes() {
    let folder = std::env::var_os("GOODHART_ACCEPTANCE_DATA")
        .map_or_else(|| root().join("../shared/data"), PathBuf::from);
    let Ok(text) = fs::read_to_string(folder.join("volvo-incidents.csv")) else {
        let _ = writeln!(
            std::io::stderr(),
            "the history of the service desk SKIPPED: there is no folder ../shared/data with the \
             real data",
        );
        return;
    };
    play(&World { name: "desk", data: "data/volvo-incidents.csv", text, column: 1 });
}

/// Makes the history, and looks at every edge of it.
fn play(world: &World) {
    let fixtures = root().join("tests/repository").join(world.name);
    let folder = tempfile::tempdir().unwrap();
    let project = folder.path();
    support::copy(&fixtures.join("start"), project);
    if world.name == "desk" {
        desk(project);
    }
    let git = git2::Repository::init(project).unwrap();
    let mut commits: BTreeMap<String, git2::Oid> = BTreeMap::new();
    let mut edges: Vec<(String, String)> = Vec::new();
    let mut last: Option<String> = None;
    for (name, step) in steps(&fixtures) {
        let after = step.after.clone().or_else(|| last.clone());
        if step.after.is_some() {
            checkout(&git, commits[after.as_ref().unwrap()]);
        }
        apply(world, project, &step);
        accept(project, &step.reason);
        let parents: Vec<&String> = after.iter().chain(&step.merge).collect();
        edges.extend(parents.iter().map(|parent| ((*parent).clone(), name.clone())));
        let parents: Vec<git2::Oid> = parents.iter().map(|parent| commits[*parent]).collect();
        commits.insert(name.clone(), commit(&git, &name, &parents));
        last = Some(name);
    }
    assert!(edges.len() >= 10, "{edges:?}");
    for (base, head) in &edges {
        let revision = |name: &str| commits[name].to_string();
        let range = format!("{}..{}", revision(base), revision(head));
        let names: Vec<(String, &str)> =
            [base, head].iter().map(|name| (revision(name), name.as_str())).collect();
        let diff = |format| run(project, &["diff", &range, "--all", "--format", format], &[0]);
        let case = format!("{}__{head}__since_{base}", world.name);
        check(&format!("{case}.text"), &named(&diff("text"), &names));
        check(&format!("{case}.markdown"), &named(&diff("markdown"), &names));
        adds_up(&case, &serde_json::from_str(&diff("json")).unwrap());
    }
}

/// The definitions of tests/acceptance over a log that is part of the project.
fn desk(project: &Path) {
    let from = root().join("tests/acceptance/project");
    for folder in ["metrics/incidents", "sources/derived"] {
        fs::create_dir_all(project.join(folder)).unwrap();
    }
    support::copy(&from.join("metrics/incidents"), &project.join("metrics/incidents"));
    fs::remove_file(project.join("metrics/incidents/resolved_to_closed.toml")).unwrap();
    let incidents = "sources/derived/incidents.toml";
    fs::copy(from.join(incidents), project.join(incidents)).unwrap();
    let events = fs::read_to_string(from.join("sources/status_events.toml")).unwrap();
    let here = "root = \"data\"\nfiles = \"volvo-incidents.csv\"";
    assert!(events.contains(here));
    let events = events.replace(here, "files = \"data/volvo-incidents.csv\"");
    fs::write(project.join("sources/status_events.toml"), events).unwrap();
}

/// The commits in their order.
fn steps(fixtures: &Path) -> Vec<(String, Step)> {
    let mut files: Vec<PathBuf> = fs::read_dir(fixtures)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "toml"))
        .collect();
    files.sort();
    let step = |path: &PathBuf| {
        let text = fs::read_to_string(path).unwrap();
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        let step = toml::from_str(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
        (name, step)
    };
    files.iter().map(step).collect()
}

fn apply(world: &World, project: &Path, step: &Step) {
    for Move { from, to } in &step.r#move {
        fs::rename(project.join(from), project.join(to)).unwrap();
        let snapshot = |path: &str| {
            let stem = Path::new(path).file_stem().unwrap().to_string_lossy().into_owned();
            project.join(format!("snapshots/{stem}.toml"))
        };
        assert!(snapshot(from).is_file());
    }
    for Edit { file, from, to } in &step.edit {
        let path = project.join(file);
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.contains(from), "{file} has no {from:?}:\n{text}");
        fs::write(path, text.replace(from, to)).unwrap();
    }
    let mut lines = world.text.split_inclusive('\n');
    let header = lines.next().unwrap().to_owned();
    let rows = lines.filter(|line| {
        let field = line.split(',').nth(world.column).unwrap();
        field < step.data_until.as_str()
    });
    let path = project.join(world.data);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, std::iter::once(header.as_str()).chain(rows).collect::<String>()).unwrap();
}

fn accept(project: &Path, reason: &str) {
    run(project, &["eval"], &[0, 1]);
    run(project, &["accept", "--reason", reason], &[0]);
}

/// Runs goodhart, which must end with one of `codes`; returns what it wrote to stdout.
fn run(project: &Path, arguments: &[&str], codes: &[i32]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_goodhart"))
        .args(arguments)
        .current_dir(project)
        .output()
        .unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    let code = output.status.code();
    assert!(code.is_some_and(|code| codes.contains(&code)), "{arguments:?}: {code:?}\n{stderr}");
    String::from_utf8(output.stdout).unwrap()
}

fn checkout(git: &git2::Repository, commit: git2::Oid) {
    git.set_head_detached(commit).unwrap();
    let mut how = git2::build::CheckoutBuilder::new();
    git.checkout_head(Some(how.force().remove_untracked(true))).unwrap();
}

/// Commits everything; who and when are the same on every machine.
fn commit(git: &git2::Repository, name: &str, parents: &[git2::Oid]) -> git2::Oid {
    let mut index = git.index().unwrap();
    index.add_all(["*"], git2::IndexAddOption::DEFAULT, None).unwrap();
    index.update_all(["*"], None).unwrap();
    index.write().unwrap();
    let tree = git.find_tree(index.write_tree().unwrap()).unwrap();
    let number: i64 = name.get(..2).unwrap().parse().unwrap();
    let time = git2::Time::new(1_780_000_000 + number * 86_400, 0);
    let author = git2::Signature::new("Ada", "ada@example.org", &time).unwrap();
    let parents: Vec<git2::Commit<'_>> =
        parents.iter().map(|parent| git.find_commit(*parent).unwrap()).collect();
    let parents: Vec<&git2::Commit<'_>> = parents.iter().collect();
    let made = git.commit(None, &author, &author, name, &tree, &parents).unwrap();
    git.set_head_detached(made).unwrap();
    made
}

/// The text with commits called by their names.
fn named(text: &str, names: &[(String, &str)]) -> String {
    let mut text = text.to_owned();
    for (hash, name) in names {
        text = text.replace(hash.as_str(), &format!("[{name}]"));
        text = text.replace(&hash[..10], &format!("[{name}, short]"));
    }
    text
}

fn check(name: &str, text: &str) {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(root().join("tests/repository/snapshots"));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    // The hashes of the data are what it is, and say nothing to a reader of a snapshot.
    settings.add_filter(r"blake3:[0-9a-f]+", "[fingerprint]");
    settings.bind(|| insta::assert_snapshot!(name.to_owned(), text));
}

/// Every change is the sum of its parts, to the last digit.
fn adds_up(case: &str, diff: &Value) {
    let number = |value: &Value| -> Option<Decimal> {
        value
            .as_str()
            .map(str::to_owned)
            .or_else(|| value.is_number().then(|| value.to_string()))
            .map(|text| text.parse().unwrap())
    };
    for metric in diff["metrics"].as_array().unwrap() {
        for change in metric["changes"].as_array().unwrap() {
            let (old, new) = (number(&change["old"]["value"]), number(&change["new"]["value"]));
            let (Some(old), Some(new)) = (old, new) else { continue };
            let cause = &change["cause"];
            let (Some(definition), Some(data)) =
                (number(&cause["definition"]), number(&cause["data"]))
            else {
                panic!("{case}: no effects in {change}");
            };
            assert_eq!(definition + data, new - old, "{case}: {change}");
        }
    }
}
