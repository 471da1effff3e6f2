//! `goodhart ci`: all stages, their reports, and one exit code.

use crate::support;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use git2::{IndexAddOption, Repository, Signature, Time};
use serde_json::Value;

const METRIC: &str = "metrics/alert_volume.toml";
const DATA: &str = "data/alerts.csv";

const REPORTS: [&str; 8] = [
    "codequality.json",
    "comment.md",
    "diff.json",
    "findings.json",
    "findings.sarif",
    "junit.xml",
    "report.md",
    "verdict.json",
];

/// The small project of the bad-input cases in a repository whose branch `main` has its snapshots.
/// What a test changes is on no commit, which is what a checkout of a branch looks like.
struct Project {
    folder: tempfile::TempDir,
}

/// What a run printed and left behind.
struct Ran {
    exit: Option<i32>,
    stdout: String,
    stderr: String,
    verdict: Value,
}

impl Project {
    fn new() -> Self {
        Self::on("main")
    }

    fn on(branch: &str) -> Self {
        let project = Self { folder: tempfile::tempdir().unwrap() };
        let base = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/bad_input/base");
        support::copy(&base, project.root());
        let metric = project.read(METRIC);
        let test = "\n[[test]]\nname = \"alerts are counted\"\ngiven.alerts = [{ alert_id = \"a\", \
                    severity = \"low\", created_at = 2026-06-08T01:00:00Z }]\nexpect = [{ period = \
                    2026-06-08, value = 1 }]\n";
        support::write(
            project.root(),
            &[
                (METRIC, &format!("version = \"1.0.0\"\n{metric}{test}")),
                (".gitignore", ".goodhart/\nreports/\n"),
            ],
        );
        for verb in ["eval", "accept"] {
            let done = project.command(&[verb]).output().unwrap();
            assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        }
        let mut options = git2::RepositoryInitOptions::new();
        options.initial_head(branch);
        let repository = Repository::init_opts(project.root(), &options).unwrap();
        commit(&repository, "HEAD", "base");
        project
    }

    fn root(&self) -> &Path {
        self.folder.path()
    }

    fn repository(&self) -> Repository {
        Repository::open(self.root()).unwrap()
    }

    fn read(&self, path: &str) -> String {
        fs::read_to_string(self.root().join(path)).unwrap()
    }

    fn report(&self, name: &str) -> String {
        self.read(&format!("reports/{name}"))
    }

    fn edit(&self, path: &str, from: &str, to: &str) {
        let text = self.read(path);
        assert!(text.contains(from), "{from} is not in {text}");
        fs::write(self.root().join(path), text.replace(from, to)).unwrap();
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_goodhart"));
        command.args(arguments).env_clear().current_dir(self.root());
        command
    }

    fn run(&self, arguments: &[&str]) -> Ran {
        self.run_in(&[], arguments)
    }

    /// Runs `goodhart ci` where these variables are set.
    fn run_in(&self, variables: &[(&str, &str)], arguments: &[&str]) -> Ran {
        let arguments = [&["ci", "--output", "reports"], arguments].concat();
        let mut command = self.command(&arguments);
        let output = command.envs(variables.iter().copied()).output().unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        let (stdout, stderr) = (text(output.stdout), text(output.stderr));
        let verdict = fs::read_to_string(self.root().join("reports/verdict.json"));
        let verdict = serde_json::from_str(&verdict.expect(&stderr)).unwrap();
        let mut names: Vec<PathBuf> =
            fs::read_dir(self.root().join("reports")).unwrap().map(|e| e.unwrap().path()).collect();
        names.sort();
        assert!(names.iter().map(|path| path.file_name().unwrap()).eq(REPORTS));
        let ran = Ran { exit: output.status.code(), stdout, stderr, verdict };
        assert_eq!(ran.verdict["exit_code"], ran.exit.unwrap());
        ran
    }
}

fn commit(repository: &Repository, reference: &str, message: &str) -> git2::Oid {
    let mut index = repository.index().unwrap();
    index.add_all(["*"], IndexAddOption::DEFAULT, None).unwrap();
    index.write().unwrap();
    let tree = repository.find_tree(index.write_tree().unwrap()).unwrap();
    let who = Signature::new("Kim", "kim@example.org", &Time::new(0, 0)).unwrap();
    repository.commit(Some(reference), &who, &who, message, &tree, &[]).unwrap()
}

impl Ran {
    /// A line per stage: its name, what came of it, and what it says.
    fn stages(&self) -> Vec<String> {
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let stages = self.verdict["stages"].as_array().unwrap().iter();
        stages
            .map(|stage| {
                let words = ["stage", "outcome", "says"].map(|key| text(&stage[key]));
                words.join(" ").trim_end().to_owned()
            })
            .collect()
    }
}

/// Compares with a named snapshot; hashes of commits depend on the files.
fn assert_like(name: &str, text: &str) {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("ci/snapshots");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.add_filter("[0-9a-f]{40}", "[commit]");
    settings.add_filter("(since|</code>) ?[0-9a-f]{10}", "$1 [commit]");
    settings.bind(|| insta::assert_snapshot!(name, text));
}

#[test]
fn a_branch_without_changes_passes() {
    let project = Project::new();
    let ran = project.run(&["--base", "main"]);
    assert_eq!(ran.exit, Some(0), "{}", ran.stderr);
    assert_like("unchanged_verdict", &project.report("verdict.json"));
    assert_like("unchanged_report", &project.report("report.md"));
    assert_eq!(ran.stdout.lines().count(), 2, "{}", ran.stdout);
}

#[test]
fn a_changed_definition_is_told_in_every_format() {
    let project = Project::new();
    project.edit(
        METRIC,
        "created_at from alerts",
        "created_at from alerts where severity = 'high'",
    );
    let summary = project.root().join("summary.md");
    let outputs = project.root().join("outputs");
    fs::write(&summary, "Before\n").unwrap();
    let ran = project.run_in(
        &[
            ("GITHUB_ACTIONS", "true"),
            ("GITHUB_STEP_SUMMARY", summary.to_str().unwrap()),
            ("GITHUB_OUTPUT", outputs.to_str().unwrap()),
            ("GITHUB_SERVER_URL", "https://github.com"),
            ("GITHUB_REPOSITORY", "owner/name"),
            ("GITHUB_RUN_ID", "12"),
        ],
        &["--base", "main", "--key", "kpis"],
    );
    assert_eq!(ran.exit, Some(1), "{}", ran.stderr);
    assert_like("changed_verdict", &project.report("verdict.json"));
    assert_like("changed_report", &project.report("report.md"));
    assert_like("changed_junit", &project.report("junit.xml"));
    assert_like("changed_codequality", &project.report("codequality.json"));
    assert_like("changed_outputs", &project.read("outputs"));
    assert_like("changed_log", &ran.stdout);
    assert_eq!(project.read("summary.md"), format!("Before\n{}", project.report("report.md")));
    assert!(project.report("comment.md").starts_with("<!-- goodhart:diff:kpis -->\n"));
    let diff: Value = serde_json::from_str(&project.report("diff.json")).unwrap();
    assert!(diff.is_object());
    // Nothing but the reports is written.
    let changed: Vec<String> = project
        .repository()
        .statuses(None)
        .unwrap()
        .iter()
        .filter(|status| !status.status().is_ignored())
        .map(|status| status.path().unwrap().to_owned())
        .collect();
    assert_eq!(changed, [METRIC, "outputs", "summary.md"]);
    let pending = fs::read_dir(project.root().join(".goodhart/pending"));
    assert_eq!(pending.map_or(0, |files| files.count()), 0);
}

#[test]
fn what_is_no_pass_can_be_chosen() {
    let project = Project::new();
    let data = project.read(DATA);
    fs::write(project.root().join(DATA), data + "A-5,low,2026-06-09T10:00:00Z,\n").unwrap();
    for (fail_on, exit) in [("error", 3), ("warning", 3), ("change", 1), ("never", 3)] {
        let ran = project.run(&["--base", "main", "--fail-on", fail_on]);
        assert_eq!(ran.exit, Some(exit), "{fail_on}: {}", ran.stderr);
    }
    let ran = project.run(&["--base", "main"]);
    assert_eq!(ran.verdict["stale"], serde_json::json!(["alert_volume", "inputs"]));
    assert_eq!(ran.verdict["changed"], serde_json::json!(["alert_volume"]));
    // Errors, and snapshots that are out of date too.
    project.edit(
        METRIC,
        "alert_id, severity, created_at",
        "alert_id, severity, created_at, 1 as x",
    );
    for (fail_on, exit) in [("error", 1), ("never", 3)] {
        let ran = project.run(&["--base", "main", "--fail-on", fail_on]);
        assert_eq!(ran.exit, Some(exit), "{fail_on}: {}", ran.stderr);
    }
    // At another time than that of the snapshots nothing is said of them.
    let ran = project.run(&["--fail-on", "never", "--as-of", "2026-06-14"]);
    assert_eq!((ran.exit, &ran.verdict["stale"]), (Some(0), &Value::Null), "{}", ran.stderr);
}

#[test]
fn stages_that_cannot_run_say_why() {
    let project = Project::new();
    project.edit(METRIC, "kind = \"count\"", "kind = \"cuont\"");
    let ran = project.run(&["--base", "main"]);
    assert_eq!(ran.exit, Some(1), "{}", ran.stderr);
    let skipped = "skipped the definitions are wrong";
    assert_eq!(
        ran.stages(),
        [
            "check findings 1 error",
            &format!("test {skipped}"),
            &format!("eval {skipped}"),
            &format!("diff {skipped}"),
        ]
    );
    assert_eq!(project.report("diff.json"), "null\n");
    assert_like("wrong_report", &project.report("report.md"));
}

#[test]
fn a_test_that_fails_keeps_nothing_from_being_evaluated() {
    let project = Project::new();
    project.edit(METRIC, "value = 1 }", "value = 2 }");
    let ran = project.run(&["--base", "main"]);
    assert_eq!(ran.exit, Some(1), "{}", ran.stderr);
    let stages = ran.stages();
    assert_eq!(
        stages[0..2],
        ["check passed 2 metrics, 2 sources", "test findings 1 of 1 tests failed"]
    );
    assert!(stages[2].starts_with("eval passed") && stages[3].starts_with("diff passed"));
    let failures = project.report("junit.xml").matches("<failure ").count();
    assert_eq!(failures, 1, "a failed test is told once");
}

#[test]
fn a_base_that_is_missing_is_a_failure_and_the_rest_is_told() {
    let project = Project::new();
    let ran = project.run(&["--base", "nowhere"]);
    assert_eq!(ran.exit, Some(2), "{}", ran.stderr);
    let stages = ran.stages();
    assert!(stages[..3].iter().all(|stage| stage.contains(" passed ")), "{stages:?}");
    assert!(stages[3].starts_with("diff failed cannot read revision nowhere"), "{stages:?}");

    // What a shallow clone looks like: the two have nothing in common.
    let repository = project.repository();
    commit(&repository, "refs/remotes/origin/main", "elsewhere");
    let github = [("GITHUB_ACTIONS", "true"), ("GITHUB_BASE_REF", "main")];
    let ran = project.run_in(&github, &[]);
    assert_eq!(ran.exit, Some(2), "{}", ran.stderr);
    assert!(ran.stages()[3].contains("fetch-depth: 0"), "{:?}", ran.stages());
}

#[test]
fn nothing_to_compare_with_is_no_failure() {
    let project = Project::on("feature");
    let ran = project.run(&[]);
    assert_eq!(ran.exit, Some(0), "{}", ran.stderr);
    assert!(ran.stages()[3].starts_with("diff skipped there is none of `origin/HEAD`"));
    assert_eq!(ran.verdict["changed"], Value::Null);
    fs::remove_dir_all(project.root().join(".git")).unwrap();
    let ran = project.run(&[]);
    assert_eq!(ran.exit, Some(0), "{}", ran.stderr);
    assert_eq!(ran.stages()[3], "diff skipped the project is in no git repository");
}

#[test]
fn the_base_is_where_the_branch_left() {
    let project = Project::on("feature");
    let repository = project.repository();
    let head = repository.head().unwrap().target().unwrap();
    repository.reference("refs/remotes/origin/main", head, true, "").unwrap();
    for variables in [
        &[("GITHUB_ACTIONS", "true"), ("GITHUB_BASE_REF", "main")],
        &[("GITLAB_CI", "true"), ("CI_MERGE_REQUEST_DIFF_BASE_SHA", head.to_string().as_str())],
    ] {
        let ran = project.run_in(variables, &[]);
        assert_eq!(ran.exit, Some(0), "{}", ran.stderr);
        assert_eq!(ran.verdict["base"]["commit"], head.to_string());
    }
}

#[cfg(unix)]
#[test]
fn reports_follow_no_link() {
    use std::os::unix::fs::symlink;
    let project = Project::new();
    let outside = tempfile::tempdir().unwrap();
    let precious = outside.path().join("precious");
    fs::write(&precious, "precious").unwrap();
    fs::create_dir(project.root().join("reports")).unwrap();
    symlink(&precious, project.root().join("reports/report.md")).unwrap();
    assert_eq!(project.run(&[]).exit, Some(0));
    assert_eq!(fs::read_to_string(&precious).unwrap(), "precious");
    symlink(outside.path(), project.root().join("linked")).unwrap();
    let refused = project.command(&["ci", "--output", "linked"]).output().unwrap();
    assert_eq!(refused.status.code(), Some(2));
    assert_eq!(fs::read_dir(outside.path()).unwrap().count(), 1);
}
