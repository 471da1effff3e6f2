//! `history`, `blame` and `backfill`, on a repository whose commits move the data, the definition,
//! both or neither, and on the story that the shipped data hold.

use crate::support;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use git2::{IndexAddOption, Repository, Signature, Time};
use tempfile::TempDir;

const PROJECT: &str = r#"name = "history"
grain = "week"
window = 3
as_of = 2026-05-11T00:00:00Z

[limits]
min_n = 1
"#;

const SOURCE: &str = r#"format = "csv"
files = "data/checks.csv"

[columns]
check_id = { type = "text", key = true }
client_id = { type = "text" }
checked_at = { type = "timestamp" }
agent = { type = "text", values = ["new", "old", "none"] }
"#;

const METRIC: &str = r#"title = "Coverage"
owner = "asset-management"
unit = "ratio"
display = "percent"
direction = "higher"
version = "1.0.0"

[population]
subject = "check_id"
at = "checked_at"
segments = ["client_id"]
sql = "select check_id, client_id, checked_at, agent from checks"

[measure]
kind = "share"
where = "agent = 'new'"

[ceiling]
min = 0
max = 1
why = "All of them are covered."

[[alert]]
name = "telemetry lost"
fall = 5
within = "7d"
by = ["client_id"]

[gameability]
notes = "Check only what is covered."
"#;

/// What a goodhart of another age wrote.
const OLD_SNAPSHOT: &str = "format = 1\nmetric = \"coverage\"\nunit = \"ratio\"\nrows = []\n";

/// A project in a repository.
struct Project {
    folder: TempDir,
    /// The ids of the commits, in order.
    commits: Vec<String>,
}

struct Ran {
    code: i32,
    stdout: String,
    stderr: String,
}

impl Project {
    fn empty() -> Self {
        let folder = tempfile::tempdir().unwrap();
        Repository::init(folder.path()).unwrap();
        Self { folder, commits: Vec::new() }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn replace(&self, name: &str, from: &str, to: &str) {
        let text = fs::read_to_string(self.path(name)).unwrap();
        assert!(text.contains(from), "{name} has no {from}: {text}");
        fs::write(self.path(name), text.replacen(from, to, 1)).unwrap();
    }

    /// Of twenty checks of each client in a week, how many found which agent.
    fn week(&self, monday: &str, clients: [(&str, u32, u32); 2]) {
        let path = self.path("data/checks.csv");
        let mut text = fs::read_to_string(&path)
            .unwrap_or_else(|_| "check_id,client_id,checked_at,agent\n".to_owned());
        for (client, new, old) in clients {
            for check in 0..20 {
                let agent = match check {
                    _ if check < new => "new",
                    _ if check < new + old => "old",
                    _ => "none",
                };
                let line =
                    format!("{client}-{monday}-{check},{client},{monday}T12:00:00Z,{agent}\n");
                text.push_str(&line);
            }
        }
        support::write(self.folder.path(), &[("data/checks.csv", &text)]);
    }

    fn run(&self, arguments: &[&str]) -> Ran {
        let output = Command::new(env!("CARGO_BIN_EXE_goodhart"))
            .args(arguments)
            .args(["--color", "never"])
            .current_dir(self.folder.path())
            .env_clear()
            .output()
            .unwrap();
        let text = |bytes: Vec<u8>| self.labelled(&String::from_utf8(bytes).unwrap());
        Ran {
            code: output.status.code().unwrap(),
            stdout: text(output.stdout),
            stderr: text(output.stderr),
        }
    }

    /// The same with the numbers of commits in the place of their ids, and the folder's name.
    fn labelled(&self, text: &str) -> String {
        let mut text = text.replace(self.folder.path().to_str().unwrap(), "[project]");
        for (index, id) in self.commits.iter().enumerate() {
            // As long as a short id, so that tables stay as they are.
            let label = format!("commit{:04}", index + 1);
            text = text.replace(id, &label).replace(&id[..10], &label);
        }
        text
    }

    /// Evaluates and accepts everything.
    fn accept(&self, reason: Option<&str>) {
        let ran = self.run(&["eval"]);
        assert_eq!(ran.code, 0, "{}", ran.stderr);
        let mut arguments = vec!["accept"];
        arguments.extend(reason.map(|reason| ["--reason", reason]).into_iter().flatten());
        let ran = self.run(&arguments);
        assert_eq!(ran.code, 0, "{}", ran.stderr);
    }

    fn commit(&mut self, author: &str, summary: &str) {
        let repository = Repository::open(self.folder.path()).unwrap();
        let mut index = repository.index().unwrap();
        index.add_all(["*"], IndexAddOption::DEFAULT, None).unwrap();
        index.update_all(["*"], None).unwrap();
        index.write().unwrap();
        let tree = repository.find_tree(index.write_tree().unwrap()).unwrap();
        let day = i64::try_from(self.commits.len()).unwrap() * 86_400;
        let time = Time::new(1_778_500_000 + day, 0);
        let who = Signature::new(author, "somebody@example.org", &time).unwrap();
        let parent = repository.head().ok().map(|head| head.peel_to_commit().unwrap());
        let parents: Vec<_> = parent.iter().collect();
        let id = repository.commit(Some("HEAD"), &who, &who, summary, &tree, &parents).unwrap();
        self.commits.push(id.to_string());
    }

    /// Nine commits; the last one renames the metric.
    fn with_a_history() -> Self {
        let mut project = Self::empty();
        support::write(
            project.folder.path(),
            &[
                ("goodhart.toml", PROJECT),
                ("sources/checks.toml", SOURCE),
                ("metrics/coverage.toml", METRIC),
                ("snapshots/coverage.toml", OLD_SNAPSHOT),
            ],
        );
        project.week("2026-04-27", [("a", 19, 1), ("b", 18, 0)]);
        project.week("2026-05-04", [("a", 19, 1), ("b", 18, 0)]);
        project.commit("Ada", "Begin with what another tool wrote");

        fs::remove_file(project.path("snapshots/coverage.toml")).unwrap();
        project.accept(None);
        project.commit("Ada", "First values");

        project.week("2026-05-11", [("a", 16, 3), ("b", 18, 0)]);
        project.replace("goodhart.toml", "2026-05-11", "2026-05-18");
        project.accept(Some("the agent was withdrawn at client a"));
        project.commit("Ben", "The week of 11 May");

        project.replace("metrics/coverage.toml", "agent = 'new'", "agent in ('new', 'old')");
        project.replace("metrics/coverage.toml", "1.0.0", "1.1.0");
        project.accept(Some("old agents report as well"));
        project.commit("Cleo", "Count old agents");

        project.replace(
            "metrics/coverage.toml",
            "kind = \"share\"",
            "kind   =   \"share\"  # of all",
        );
        project.commit("Cleo", "Formatting, of which no value knows");

        project.week("2026-05-18", [("a", 17, 2), ("b", 15, 0)]);
        project.replace("goodhart.toml", "2026-05-18", "2026-05-25");
        project.replace("metrics/coverage.toml", "agent in ('new', 'old')", "agent = 'new'");
        project.replace("metrics/coverage.toml", "1.1.0", "2.0.0");
        project.accept(Some("old agents miss half of the events"));
        project.commit("Ada", "The week of 18 May, without old agents");

        let current = fs::read_to_string(project.path("snapshots/coverage.toml")).unwrap();
        let conflict = format!("<<<<<<< ours\n=======\n>>>>>>> theirs\n{current}");
        support::write(project.folder.path(), &[("snapshots/coverage.toml", &conflict)]);
        project.commit("Ben", "Merge something");

        support::write(project.folder.path(), &[("snapshots/coverage.toml", &current)]);
        project.commit("Ben", "Resolve it");

        let (from, to) = ("metrics/coverage.toml", "metrics/estate_coverage.toml");
        fs::rename(project.path(from), project.path(to)).unwrap();
        project.accept(None);
        project.commit("Cleo", "Say whose coverage");
        project
    }
}

/// What is printed, as a named snapshot; the exit code is one of it.
fn assert_prints(name: &str, project: &Project, arguments: &[&str]) {
    let ran = project.run(arguments);
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("history/snapshots");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    let shown = format!(
        "$ goodhart {}\n{}--- stderr\n{}--- exit {}\n",
        arguments.join(" "),
        ran.stdout,
        ran.stderr,
        ran.code
    );
    settings.bind(|| insta::assert_snapshot!(name, shown));
}

#[test]
fn a_history_says_what_moved_each_value() {
    let mut project = Project::with_a_history();
    let a = "client_id=a";
    assert_prints("total", &project, &["history", "estate_coverage"]);
    assert_prints("group", &project, &["history", "estate_coverage", "--segment", a]);
    let period = ["history", "estate_coverage", "--segment", a, "--period", "2026-05-11"];
    assert_prints("one_period", &project, &period);
    for format in ["json", "ndjson", "csv"] {
        let arguments = ["history", "estate_coverage", "--segment", a, "--format", format];
        assert_prints(format, &project, &arguments);
    }

    let period = ["blame", "estate_coverage", "--segment", a, "--period"];
    let blame = |of: &'static str| [&period[..], &[of]].concat();
    assert_prints("blame_newest", &project, &["blame", "estate_coverage", "--segment", a]);
    assert_prints("blame_both", &project, &blame("2026-05-11"));
    assert_prints("blame_first", &project, &blame("2026-05-04"));
    let json = [&blame("2026-05-11")[..], &["--format", "json"]].concat();
    assert_prints("blame_json", &project, &json);
    assert_prints("blame_nothing", &project, &blame("2026-03-02"));

    let (made, better) = ("value = 0.85, numerator = 17", "value = 0.95, numerator = 17");
    project.replace("snapshots/estate_coverage.toml", made, better);
    project.commit("Dan", "A better number");
    assert_prints("blame_hand", &project, &["blame", "estate_coverage", "--segment", a]);
    assert_prints("changed_by_hand", &project, &["history", "estate_coverage", "--segment", a]);

    project.replace("goodhart.toml", "[limits]", "[lints]\nalert-raised = \"error\"\n\n[limits]");
    assert_eq!(project.run(&["history", "estate_coverage"]).code, 1);
    assert_eq!(project.run(&["history", "estate_coverage", "--period", "2026-05-11"]).code, 0);
}

#[test]
fn a_shallow_clone_has_the_end_of_a_history() {
    let project = Project::with_a_history();
    // What `git clone --depth 4` leaves.
    fs::write(project.path(".git/shallow"), format!("{}\n", project.commits[5])).unwrap();
    assert_prints("shallow", &project, &["history", "estate_coverage"]);
}

#[test]
fn a_branch_that_was_merged_is_one_change() {
    let mut project = Project::with_a_history();
    let repository = Repository::open(project.folder.path()).unwrap();
    let main = repository.head().unwrap().peel_to_commit().unwrap();
    project.week("2026-05-25", [("a", 18, 0), ("b", 18, 0)]);
    project.replace("goodhart.toml", "2026-05-25", "2026-06-01");
    project.accept(Some("on the branch"));
    project.commit("Ben", "The week of 25 May, on a branch");
    let branch = repository.head().unwrap().peel_to_commit().unwrap();
    let who = Signature::new("Ada", "a@example.org", &Time::new(1_780_000_000, 0)).unwrap();
    let tree = branch.tree().unwrap();
    let parents = [&main, &branch];
    let merge = repository.commit(None, &who, &who, "Merge it", &tree, &parents).unwrap();
    let merge = repository.find_commit(merge).unwrap();
    repository.reset(merge.as_object(), git2::ResetType::Soft, None).unwrap();
    project.commits.push(merge.id().to_string());
    let ran = project.run(&["history", "estate_coverage"]);
    assert!(ran.stdout.contains("commit0011"), "{}", ran.stdout);
    assert!(!ran.stdout.contains("commit0010"), "{}", ran.stdout);
}

#[test]
fn what_is_not_there_is_said() {
    let project = Project::empty();
    support::write(
        project.folder.path(),
        &[
            ("goodhart.toml", PROJECT),
            ("sources/checks.toml", SOURCE),
            ("metrics/coverage.toml", METRIC),
        ],
    );
    assert_prints("no_commit", &project, &["history", "coverage"]);
    assert_prints("no_metric", &project, &["history", "covrage"]);
    fs::remove_dir_all(project.path(".git")).unwrap();
    assert_prints("no_repository", &project, &["history", "coverage"]);
    let project = Project::with_a_history();
    let unknown = ["blame", "estate_coverage", "--segment", "client_id=c"];
    assert_prints("no_group", &project, &unknown);
}

#[test]
fn a_backfill_evaluates_past_instants_and_writes_nothing() {
    let project = Project::with_a_history();
    let before = fs::read_dir(project.path(".goodhart/pending")).map(Iterator::count).ok();
    let from = ["backfill", "estate_coverage", "--from", "2026-04-27"];
    assert_prints("backfill", &project, &from);
    let days = ["--to", "2026-05-13", "--grain", "day", "--segment", "client_id=b", "--format"];
    assert_prints(
        "backfill_days",
        &project,
        &[&from[..3], &["2026-05-10"], &days, &["csv"]].concat(),
    );
    assert_prints("backfill_nothing", &project, &[&from[..3], &["2027-01-01"]].concat());
    let after = fs::read_dir(project.path(".goodhart/pending")).map(Iterator::count).ok();
    assert_eq!(before, after);

    // What is wrong at every instant is said once, as it is at the newest.
    let expectation = "\n[[expect]]\nname = \"agents everywhere\"\nlevel = \"soft\"\n\
                       sql = \"select check_id from checks where agent = 'none' and checked_at < as_of()\"\n";
    let source = format!("{SOURCE}{expectation}");
    support::write(project.folder.path(), &[("sources/checks.toml", &source)]);
    let said = project.run(&from).stderr;
    assert_eq!(said.matches("[expectation-missed]").count(), 1, "{said}");
    let none =
        fs::read_to_string(project.path("data/checks.csv")).unwrap().matches(",none").count();
    assert!(said.contains(&format!("{none} rows break")), "{said}");
}

/// The story of the shipped data, week by week as somebody would have committed it.
#[test]
fn the_fall_of_coverage_in_the_shipped_data_is_found_in_its_commit() {
    let mut project = Project::empty();
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for name in ["goodhart.toml", "sources", "metrics"] {
        let (from, to) = (root.join(name), project.path(name));
        if from.is_dir() {
            support::copy(&from, &to);
        } else {
            fs::copy(from, to).unwrap();
        }
    }
    let mut as_of = "2026-07-01";
    for next in ["2026-05-04", "2026-05-11", "2026-05-18", "2026-05-25"] {
        project.replace("goodhart.toml", &format!("as_of = {as_of}"), &format!("as_of = {next}"));
        as_of = next;
        for verb in ["eval", "accept"] {
            let ran = project.run(&[verb, "estate_coverage"]);
            assert_eq!(ran.code, 0, "{}", ran.stderr);
            // It is news where it happens, and only there.
            let is_news = verb == "eval" && next == "2026-05-18";
            assert_eq!(ran.stderr.contains("alert-raised"), is_news, "{next}: {}", ran.stderr);
        }
        project.commit("Ada", &format!("Up to {next}"));
    }
    let ran = project.run(&["history", "estate_coverage"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let says = "`estate_coverage` of client_id quillhaven fell in the period of 2026-05-11 \
                (commit commit0003): from 93.8 % to 88.3 %";
    assert!(ran.stderr.contains(says), "{}", ran.stderr);
    assert_eq!(ran.stderr.matches("[alert-raised]").count(), 1, "{}", ran.stderr);
}

/// Names and messages of commits are texts of strangers, like everything in a repository.
#[test]
fn what_a_commit_says_stays_text() {
    let mut project = Project::empty();
    support::write(
        project.folder.path(),
        &[
            ("goodhart.toml", PROJECT),
            ("sources/checks.toml", SOURCE),
            ("metrics/coverage.toml", METRIC),
        ],
    );
    project.week("2026-05-04", [("a", 19, 1), ("b", 18, 0)]);
    project.accept(Some("=1+1"));
    project.commit("Eve\u{1b}[31m\u{202e}!", "::error::##[error]=cmd");
    let hidden = |c: char| (c.is_control() && c != '\n') || c == '\u{202e}';
    for verb in ["history", "blame"] {
        let ran = project.run(&[verb, "coverage"]);
        assert!(ran.stdout.contains("Eve\\u{1b}[31m\\u{202e}!"), "{}", ran.stdout);
        assert!(!ran.stdout.contains("##[error]"), "{}", ran.stdout);
        assert!(!ran.stdout.contains(hidden), "{}", ran.stdout);
    }
    let json = project.run(&["history", "coverage", "--format", "json"]).stdout;
    assert!(!json.contains(hidden), "{json}");
    let points: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(points[0]["commit"]["author"], "Eve\u{1b}[31m\u{202e}!");
    let csv = project.run(&["history", "coverage", "--format", "csv"]).stdout;
    assert!(csv.contains(",'=1+1,"), "{csv}");
}

/// The values stayed as they were when the data moved; later the definition moved, and they did.
#[test]
fn data_that_moved_nothing_is_no_cause() {
    let mut project = Project::empty();
    support::write(
        project.folder.path(),
        &[
            ("goodhart.toml", PROJECT),
            ("sources/checks.toml", SOURCE),
            ("metrics/coverage.toml", METRIC),
        ],
    );
    project.week("2026-05-04", [("a", 15, 2), ("b", 18, 0)]);
    project.accept(None);
    project.commit("Ada", "First values");
    project.replace("data/checks.csv", ",none", ",old");
    project.accept(None);
    project.commit("Ben", "One agent more, which does not count");
    project.replace("metrics/coverage.toml", "agent = 'new'", "agent in ('new', 'old')");
    project.commit("Cleo", "Count old agents");
    project.accept(None);
    project.commit("Cleo", "Accept what comes of it");
    let ran = project.run(&["history", "coverage", "--format", "json"]);
    let points: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    let causes: Vec<(&str, &str)> = points
        .as_array()
        .unwrap()
        .iter()
        .map(|point| (point["commit"]["id"].as_str().unwrap(), point["cause"].as_str().unwrap()))
        .collect();
    assert_eq!(causes, [("commit0001", "first"), ("commit0004", "definition")]);
}
