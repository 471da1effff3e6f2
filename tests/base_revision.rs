//! `goodhart check --base REV`: a definition that changed must have a higher version.

use crate::support;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use git2::{IndexAddOption, Repository, Signature, Time};

const METRIC: &str = "metrics/alert_volume.toml";

/// The small project of the bad-input cases in a repository with one commit.
struct Committed {
    folder: tempfile::TempDir,
    project: PathBuf,
}

impl Committed {
    /// `below` is where the project lies in the repository.
    fn new(below: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let project = folder.path().join(below);
        support::copy(
            &Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/bad_input/base"),
            &project,
        );
        let metric = project.join(METRIC);
        let text = fs::read_to_string(&metric).unwrap();
        fs::write(&metric, format!("version = \"1.0.0\"\n{text}")).unwrap();
        Repository::init(folder.path()).unwrap();
        let committed = Self { folder, project };
        committed.commit();
        committed
    }

    fn commit(&self) {
        let repository = Repository::open(self.folder.path()).unwrap();
        let mut index = repository.index().unwrap();
        index.add_all(["*"], IndexAddOption::DEFAULT, None).unwrap();
        let tree = repository.find_tree(index.write_tree().unwrap()).unwrap();
        let who = Signature::new("A", "a@example.org", &Time::new(0, 0)).unwrap();
        let parent = repository.head().ok().and_then(|head| head.peel_to_commit().ok());
        let parents: Vec<_> = parent.iter().collect();
        repository.commit(Some("HEAD"), &who, &who, "base", &tree, &parents).unwrap();
    }

    fn edit(&self, from: &str, to: &str) {
        let path = self.project.join(METRIC);
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.contains(from), "{from} is not in {text}");
        fs::write(path, text.replace(from, to)).unwrap();
    }

    /// The exit code, and what was printed.
    fn check(&self, revision: &str) -> (i32, String) {
        let output = Command::new(env!("CARGO_BIN_EXE_goodhart"))
            .args(["check", "--base", revision, "--project"])
            .arg(&self.project)
            .output()
            .unwrap();
        let text = [output.stdout, output.stderr].concat();
        (output.status.code().unwrap(), String::from_utf8(text).unwrap())
    }
}

/// A text between dollars is a text: its case matters, and a quote in it opens nothing.
#[test]
fn another_text_is_another_definition_however_it_is_quoted() {
    let project = Committed::new("");
    project.edit("from alerts", "from alerts where severity = 'low'");
    project.edit("version = \"1.0.0\"", "version = \"1.1.0\"");
    project.commit();
    project.edit("= 'low'", "= $$low$$ -- as before");
    assert_eq!(project.check("HEAD").0, 0, "{}", project.check("HEAD").1);
    project.edit("$$low$$", "$$Low$$");
    let (_, text) = project.check("HEAD");
    assert!(text.contains("error[version-not-raised]"), "{text}");
}

#[test]
fn a_changed_definition_needs_a_higher_version() {
    for below in ["", "soc/kpi"] {
        let project = Committed::new(below);
        assert_eq!(project.check("HEAD").0, 0, "{}", project.check("HEAD").1);
        project.edit("from alerts", "from alerts where severity <> 'low'");
        let (code, text) = project.check("HEAD");
        assert_eq!(code, 1, "{text}");
        assert!(text.contains("error[version-not-raised]"), "{text}");
        assert!(text.contains("changed: population"), "{text}");
        project.edit("version = \"1.0.0\"", "version = \"1.1.0\"");
        assert_eq!(project.check("HEAD").0, 0, "{}", project.check("HEAD").1);
    }
}

#[test]
fn layout_comments_and_words_are_no_change() {
    let project = Committed::new("");
    project.edit("select alert_id, severity", "SELECT /* all */ Alert_id,  severity");
    project.edit("title = \"", "# A comment.\ntitle = \"All: ");
    let (code, text) = project.check("HEAD");
    assert_eq!(code, 0, "{text}");
}

#[test]
fn a_new_metric_has_nothing_to_be_compared_with() {
    let project = Committed::new("");
    let text = fs::read_to_string(project.project.join(METRIC)).unwrap();
    let text = text.replace("title = \"", "title = \"Another ").replace("alert_volume", "none");
    fs::write(project.project.join("metrics/another.toml"), text).unwrap();
    assert!(!project.check("HEAD").1.contains("version-not-raised"));
}

#[test]
fn what_cannot_be_compared_is_no_pass() {
    let project = Committed::new("");
    let (code, text) = project.check("no-such-branch");
    assert_eq!(code, 2);
    assert!(text.contains("cannot read revision no-such-branch"), "{text}");
    assert!(text.contains("fetch-depth: 0"), "{text}");
    fs::remove_dir_all(project.project.join(".git")).unwrap();
    let (code, text) = project.check("HEAD");
    assert_eq!(code, 2);
    assert!(text.contains("is in no git repository"), "{text}");
}
