//! What `goodhart diff` can compare: revisions, the working tree, folders of snapshots; in working
//! trees, linked ones, submodules, bare and shallow repositories.

use crate::support;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use git2::{IndexAddOption, ObjectType, Oid, Repository, Signature, Time};
use serde_json::Value;

const METRIC: &str = "metrics/alert_volume.toml";
const SNAPSHOT: &str = "snapshots/alert_volume.toml";

/// The small project of the bad-input cases, with accepted snapshots, in a repository.
struct Project {
    folder: tempfile::TempDir,
}

impl Project {
    /// Two commits: the second one counts less.
    fn new() -> Self {
        let project = Self { folder: tempfile::tempdir().unwrap() };
        let base = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/bad_input/base");
        support::copy(&base, project.root());
        let git = Repository::init(project.root()).unwrap();
        project.accept();
        commit(&git, "one");
        project.edit("from alerts", "from alerts where severity <> 'low'");
        project.accept();
        commit(&git, "two");
        project
    }

    fn root(&self) -> &Path {
        self.folder.path()
    }

    fn git(&self) -> Repository {
        Repository::open(self.root()).unwrap()
    }

    fn edit(&self, from: &str, to: &str) {
        let path = self.root().join(METRIC);
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.contains(from), "{from} is not in {text}");
        fs::write(path, text.replace(from, to)).unwrap();
    }

    fn accept(&self) {
        for verb in ["eval", "accept"] {
            let (code, _, stderr) = run(self.root(), &[verb]);
            assert_eq!(code, 0, "{stderr}");
        }
    }
}

fn commit(git: &Repository, name: &str) -> Oid {
    let mut index = git.index().unwrap();
    index.add_all(["*"], IndexAddOption::DEFAULT, None).unwrap();
    index.write().unwrap();
    let tree = git.find_tree(index.write_tree().unwrap()).unwrap();
    let who = Signature::new("A", "a@example.org", &Time::new(0, 0)).unwrap();
    let parent = git.head().ok().map(|head| head.peel_to_commit().unwrap());
    let parents: Vec<_> = parent.iter().collect();
    git.commit(Some("HEAD"), &who, &who, name, &tree, &parents).unwrap()
}

/// The exit code, and what was printed, of goodhart in a folder.
fn run(folder: &Path, arguments: &[&str]) -> (i32, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_goodhart"))
        .args(arguments)
        .current_dir(folder)
        .output()
        .unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

/// The comparison as a document.
fn diff(folder: &Path, arguments: &[&str]) -> Value {
    let arguments = [&["diff", "--format", "json"], arguments].concat();
    let (code, stdout, stderr) = run(folder, &arguments);
    assert_eq!(code, 0, "{arguments:?}: {stderr}");
    serde_json::from_str(&stdout).unwrap_or_else(|error| panic!("{error}: {stdout}{stderr}"))
}

/// The metrics that changed, with what caused their first change.
fn changed(diff: &Value) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let metrics = diff["metrics"].as_array().unwrap().iter();
    metrics
        .map(|metric| {
            let cause = &metric["changes"][0]["cause"]["kind"];
            (text(&metric["metric"]), text(cause))
        })
        .collect()
}

fn volume(cause: &str) -> Vec<(String, String)> {
    vec![("alert_volume".to_owned(), cause.to_owned())]
}

#[test]
fn the_working_tree_is_compared_with_the_last_commit_and_with_any_other() {
    let project = Project::new();
    assert_eq!(changed(&diff(project.root(), &[])), []);
    assert_eq!(changed(&diff(project.root(), &["HEAD~1"])), volume("definition"));
    // Nothing has to be accepted or committed for it.
    project.edit("severity <> 'low'", "severity = 'low' and alert_id <> 'A-1'");
    assert_eq!(changed(&diff(project.root(), &[])), volume("definition"));
}

#[test]
fn two_revisions_are_compared_by_what_is_committed() {
    let project = Project::new();
    for arguments in [&["HEAD~1..HEAD"][..], &["HEAD~1", "HEAD"], &["HEAD~1.."], &["HEAD~1...HEAD"]]
    {
        assert_eq!(
            changed(&diff(project.root(), arguments)),
            volume("definition"),
            "{arguments:?}"
        );
    }
    assert_eq!(changed(&diff(project.root(), &["HEAD..HEAD"])), []);
}

#[test]
fn a_folder_of_snapshots_has_values_and_no_causes() {
    let project = Project::new();
    let old = tempfile::tempdir().unwrap();
    support::copy(&project.root().join("snapshots"), old.path());
    project.edit("severity <> 'low'", "severity = 'low' and alert_id <> 'A-1'");
    let folder = old.path().to_string_lossy();
    let found = diff(project.root(), &[&folder]);
    assert_eq!(changed(&found), volume("not-attributable"));
    assert!(found.to_string().contains("has no definition of it"), "{found}");
}

#[test]
fn data_that_is_in_git_is_evaluated_as_it_was() {
    let project = Project::new();
    let data = project.root().join("data/alerts.csv");
    let text = fs::read_to_string(&data).unwrap();
    let last = text.trim_end().rfind('\n').unwrap();
    fs::write(&data, &text[..=last]).unwrap();
    project.edit("severity <> 'low'", "severity = 'low' and alert_id <> 'A-1'");
    project.accept();
    commit(&project.git(), "three");
    let found = diff(project.root(), &["HEAD~1..HEAD"]);
    assert_eq!(changed(&found), volume("both"));
    // The data of both sides are there, so it is known what the new definition made of the old ones.
    let cause = &found["metrics"][0]["changes"][0]["cause"];
    assert!(!cause["interaction"].is_null(), "{cause}");
}

#[test]
fn linked_working_trees_and_submodules_are_repositories_too() {
    let project = Project::new();
    let folder = tempfile::tempdir().unwrap();
    let linked = folder.path().join("linked");
    project.git().worktree("linked", &linked, None).unwrap();
    assert_eq!(changed(&diff(&linked, &["HEAD~1"])), volume("definition"));

    let outer = folder.path().join("outer");
    let git = Repository::init(&outer).unwrap();
    let url = project.root().to_string_lossy();
    let mut module = git.submodule(&url, Path::new("kpi"), true).unwrap();
    module.clone(None).unwrap();
    assert_eq!(changed(&diff(&outer.join("kpi"), &["HEAD~1"])), volume("definition"));
}

#[test]
fn a_bare_repository_has_revisions() {
    let project = Project::new();
    let folder = tempfile::tempdir().unwrap();
    let bare = folder.path().join("bare.git");
    let url = project.root().to_string_lossy();
    git2::build::RepoBuilder::new().bare(true).clone(&url, &bare).unwrap();
    assert_eq!(changed(&diff(&bare, &["HEAD~1..HEAD"])), volume("definition"));
    let (code, _, stderr) = run(&bare, &["diff"]);
    assert_eq!(code, 2, "{stderr}");
    assert!(stderr.contains("no goodhart.toml"), "{stderr}");
}

#[test]
fn a_shallow_clone_says_what_to_fetch() {
    let project = Project::new();
    let folder = tempfile::tempdir().unwrap();
    shallow(&project.git(), folder.path());
    assert_eq!(changed(&diff(folder.path(), &[])), []);
    for range in ["HEAD~1", "HEAD~1..HEAD", "main-that-is-not-there...HEAD"] {
        let (code, _, stderr) = run(folder.path(), &["diff", range]);
        assert_eq!(code, 2, "{stderr}");
        assert!(stderr.contains("fetch-depth: 0"), "{stderr}");
    }
}

/// A clone of the last commit alone.
fn shallow(from: &Repository, into: &Path) {
    let git = Repository::init(into).unwrap();
    let (source, target) = (from.odb().unwrap(), git.odb().unwrap());
    let tip = from.head().unwrap().peel_to_commit().unwrap();
    let copy = |id: Oid| {
        let object = source.read(id).unwrap();
        target.write(object.kind(), object.data()).unwrap();
    };
    copy(tip.id());
    copy(tip.tree_id());
    tip.tree()
        .unwrap()
        .walk(git2::TreeWalkMode::PreOrder, |_, entry| {
            if entry.kind() != Some(ObjectType::Commit) {
                copy(entry.id());
            }
            git2::TreeWalkResult::Ok
        })
        .unwrap();
    fs::write(into.join(".git/shallow"), format!("{}\n", tip.id())).unwrap();
    git.set_head_detached(tip.id()).unwrap();
    git.checkout_head(Some(git2::build::CheckoutBuilder::new().force())).unwrap();
}

#[test]
fn what_is_not_there_is_a_mistake_with_a_hint() {
    let project = Project::new();
    let (code, _, stderr) = run(project.root(), &["diff", "nowhere"]);
    assert_eq!(code, 2, "{stderr}");
    assert!(stderr.contains("nowhere"), "{stderr}");
    let (code, _, stderr) = run(project.root(), &["diff", "--metric", "unknown"]);
    assert_eq!(code, 2, "{stderr}");
    assert!(stderr.contains("there is no metric unknown"), "{stderr}");
    let lonely = tempfile::tempdir().unwrap();
    let base = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/bad_input/base");
    support::copy(&base, lonely.path());
    let (code, _, stderr) = run(lonely.path(), &["diff"]);
    assert_eq!(code, 2, "{stderr}");
    assert!(stderr.contains("in no git repository"), "{stderr}");
}

#[test]
fn snapshots_that_cannot_be_used_are_named() {
    let project = Project::new();
    let path: PathBuf = project.root().join(SNAPSHOT);
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, text.replacen("value = ", "value = 1", 1)).unwrap();
    commit(&project.git(), "edited by hand");
    let (_, _, stderr) = run(project.root(), &["diff", "HEAD~1..HEAD"]);
    assert!(stderr.contains("error[snapshot-edited]"), "{stderr}");
    assert!(stderr.contains(SNAPSHOT), "{stderr}");
}
