//! Results are committed and logs are public: values of sensitive columns occur nowhere, and small
//! groups cannot be computed.

use crate::support;

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

const KEY: &str = "b1946ac92492d2347c6235b4d2611184";
const OTHER_KEY: &str = "591785b794601e212b260e25925636fd";

/// The people; no other text in the project contains one of these.
const PEOPLE: [&str; 4] = ["Mara.Lind", "Tomek.Zell", "Ines.Quart", "Juno.Brevik"];

const PROJECT: &str =
    "name = \"privacy\"\ngrain = \"month\"\nwindow = 1\nas_of = 2026-07-01T00:00:00Z\n";
const ALERTS: &str = r#"
format = "csv"
files = "data/alerts.csv"
[columns]
alert_id = { type = "text", key = true }
analyst = { type = "text", sensitive = true }
client = { type = "text" }
seconds = { type = "integer" }
created_at = { type = "timestamp" }
"#;
/// A derived source, a rename and an expression lie between the column and the segment.
const HANDLED: &str = r#"
format = "derived"
sql = "select alert_id, analyst as done_by, client, seconds, created_at from alerts"
"#;
const COUNT: &str = r#"
title = "Alerts by handler"
owner = "soc"
unit = "count"
direction = "neutral"
[population]
subject = "alert_id"
at = "created_at"
segments = ["handler", "client"]
sql = "select alert_id, upper(done_by) as handler, client, created_at from handled"
[measure]
kind = "count"
[ceiling]
min = 0
max = 9
why = "Nobody closes more than nine."
[gameability]
notes = "Split alerts."
"#;
const MEDIAN: &str = r#"
title = "Handling time"
owner = "soc"
unit = "seconds"
direction = "lower"
[population]
subject = "alert_id"
at = "created_at"
segments = ["handler"]
sql = "select alert_id, upper(done_by) as handler, seconds, created_at from handled"
[measure]
kind = "median"
of = "seconds"
[ceiling]
min = 0
why = "No time is negative."
[target]
at_most = 1
[gameability]
notes = "Close early."
"#;
const FORMULA: &str = r#"
title = "Minutes"
owner = "soc"
unit = "count"
direction = "neutral"
[measure]
kind = "formula"
expression = "handling_time / 60"
[ceiling]
min = 0
why = "No time is negative."
[gameability]
notes = "As its part."
"#;

/// So many alerts of each person for each of two clients.
const COUNTS: [[usize; 2]; 4] = [[12, 9], [7, 1], [2, 8], [11, 10]];

fn alerts() -> Vec<String> {
    let mut lines = Vec::new();
    for (person, counts) in PEOPLE.iter().zip(COUNTS) {
        for (client, count) in ["acme", "bolt"].iter().zip(counts) {
            for at in 0..count {
                let id = lines.len();
                lines.push(format!("A{id},{person},{client},{},2026-06-02T08:00:00Z", 60 + at));
            }
        }
    }
    lines
}

fn csv(lines: &[String]) -> String {
    format!("alert_id,analyst,client,seconds,created_at\n{}\n", lines.join("\n"))
}

fn lay(root: &Path, lines: &[String]) {
    support::write(
        root,
        &[
            ("goodhart.toml", PROJECT),
            ("sources/alerts.toml", ALERTS),
            ("sources/handled.toml", HANDLED),
            ("metrics/handled_alerts.toml", COUNT),
            ("metrics/handling_time.toml", MEDIAN),
            ("metrics/handling_minutes.toml", FORMULA),
            ("data/alerts.csv", &csv(lines)),
        ],
    );
}

fn project() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    lay(folder.path(), &alerts());
    folder
}

fn goodhart(root: &Path, key: Option<&str>, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_goodhart"));
    command.args(["--color", "never"]).args(arguments).current_dir(root);
    command.env_remove("GOODHART_PSEUDONYM_KEY");
    if let Some(key) = key {
        command.env("GOODHART_PSEUDONYM_KEY", key);
    }
    command.output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// Everything that goodhart wrote into the project.
fn written(root: &Path) -> String {
    let mut all = String::new();
    let mut folders = vec![root.join("snapshots"), root.join(".goodhart")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).into_iter().flatten() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                all.push_str(&format!("{}\n", path.display()));
                all.push_str(&text(&fs::read(path).unwrap()));
            }
        }
    }
    all
}

/// Neither a person nor the key is in a text, in whatever case.
fn assert_silent(what: &str, text: &str) {
    let lower = text.to_lowercase();
    for secret in PEOPLE.iter().copied().chain([KEY, OTHER_KEY]) {
        assert!(!lower.contains(&secret.to_lowercase()), "{what} has {secret}:\n{text}");
        let (first, last) = secret.split_once('.').unwrap_or((secret, secret));
        assert!(!lower.contains(&first.to_lowercase()), "{what} has {first}:\n{text}");
        assert!(!lower.contains(&last.to_lowercase()), "{what} has {last}:\n{text}");
    }
}

fn assert_run_silent(root: &Path, output: &Output) {
    assert_silent("stdout", &text(&output.stdout));
    assert_silent("stderr", &text(&output.stderr));
    assert_silent("the project", &written(root));
}

#[test]
fn no_format_no_finding_and_no_snapshot_names_anybody() {
    let folder = project();
    let root = folder.path();
    for format in ["text", "json", "ndjson", "csv"] {
        let output = goodhart(root, Some(KEY), &["eval", "--all", "--format", format]);
        let (stdout, stderr) = (text(&output.stdout), text(&output.stderr));
        assert_run_silent(root, &output);
        for segment in ["handler-", "acme"] {
            assert!(stdout.contains(segment), "{format}: {stdout}{stderr}");
        }
        // Findings name groups by their pseudonyms.
        assert!(stderr.contains("handler handler-"), "{stderr}");
    }
    let accepted = goodhart(root, Some(KEY), &["accept"]);
    assert!(accepted.status.success());
    assert_run_silent(root, &accepted);
    for arguments in [&["check"][..], &["lineage"], &["eval", "--explain"], &["eval", "--check"]] {
        assert_run_silent(root, &goodhart(root, Some(KEY), arguments));
    }
    let inputs = fs::read_to_string(root.join("snapshots/inputs.toml")).unwrap();
    assert!(inputs.contains("pseudonym_key = \""), "{inputs}");
}

#[test]
fn pseudonyms_are_the_same_for_any_order_of_rows_and_in_every_metric() {
    let folder = project();
    let root = folder.path();
    let first = goodhart(root, Some(KEY), &["eval", "--all", "--format", "csv"]).stdout;
    let mut lines = alerts();
    lines.reverse();
    lay(root, &lines);
    let second = goodhart(root, Some(KEY), &["eval", "--all", "--format", "csv"]).stdout;
    assert_eq!(text(&first), text(&second));
    let names = |metric: &str| -> Vec<String> {
        let rows = text(&first);
        let rows = rows.lines().filter(|line| line.starts_with(&format!("{metric},")));
        let names =
            rows.filter_map(|line| line.split("handler-").nth(1)?.get(..10).map(str::to_owned));
        let mut names: Vec<String> = names.collect();
        names.sort();
        names.dedup();
        names
    };
    assert_eq!(names("handled_alerts").len(), PEOPLE.len());
    assert_eq!(names("handled_alerts"), names("handling_time"));
    assert_eq!(names("handled_alerts"), names("handling_minutes"));
}

#[test]
fn another_key_makes_other_pseudonyms_and_is_named_as_the_reason() {
    let folder = project();
    let root = folder.path();
    let first = goodhart(root, Some(KEY), &["eval", "--all", "--format", "csv"]).stdout;
    assert!(goodhart(root, Some(KEY), &["accept"]).status.success());
    let other = goodhart(root, Some(OTHER_KEY), &["eval", "--all", "--format", "csv"]);
    let name = |csv: &[u8]| text(csv).split("handler-").nth(1).unwrap()[..10].to_owned();
    assert!(!text(&other.stdout).contains(&name(&first)));
    assert!(text(&other.stderr).contains("error[pseudonym-key-changed]"));
    assert_eq!(other.status.code(), Some(1));
    assert_run_silent(root, &other);
}

#[test]
fn without_a_key_only_what_needs_none_is_evaluated() {
    let folder = project();
    let root = folder.path();
    let median = MEDIAN.replace("segments = [\"handler\"]\n", "");
    support::write(root, &[("metrics/handling_time.toml", &median)]);
    for key in [None, Some(""), Some("short")] {
        let output = goodhart(root, key, &["eval", "--all"]);
        let (stdout, stderr) = (text(&output.stdout), text(&output.stderr));
        assert!(stderr.contains("error[pseudonym-key-missing]"), "{stderr}");
        assert!(stderr.contains("not evaluated: handled_alerts"), "{stderr}");
        assert!(
            stdout.contains("handling_time") && stdout.contains("handling_minutes"),
            "{stdout}"
        );
        assert!(!stdout.contains("handled_alerts"), "{stdout}");
        assert_run_silent(root, &output);
    }
}

/// Everything that goes wrong on the rows, where a message would like to show some.
#[test]
fn whatever_is_wrong_no_row_is_shown() {
    let wrong: &[(&str, &str, &str)] = &[
        (
            "expectation-failed",
            "sources/alerts.toml",
            &format!(
                "{ALERTS}[[expect]]\nname = \"quick\"\nsql = \"from alerts where seconds > 1\"\n"
            ),
        ),
        (
            "value-not-allowed",
            "sources/alerts.toml",
            &ALERTS.replace("sensitive = true", "sensitive = true, values = [\"nobody\"]"),
        ),
        (
            "value-not-allowed",
            "sources/alerts.toml",
            &ALERTS.replace(
                "client = { type = \"text\"",
                "client = { type = \"text\", values = [\"x\"]",
            ),
        ),
        (
            "value-not-parsed",
            "sources/alerts.toml",
            &ALERTS.replace("analyst = { type = \"text\"", "analyst = { type = \"integer\""),
        ),
        (
            "value-not-parsed",
            "sources/alerts.toml",
            &ALERTS.replace("client = { type = \"text\"", "client = { type = \"integer\""),
        ),
        (
            "duplicate-key",
            "sources/alerts.toml",
            &ALERTS
                .replace("alert_id = { type = \"text\", key = true", "alert_id = { type = \"text\"")
                .replace("sensitive = true", "sensitive = true, key = true"),
        ),
        (
            "value-not-allowed",
            "sources/handled.toml",
            &format!(
                "{HANDLED}[columns]\ndone_by = {{ type = \"text\", values = [\"nobody\"] }}\n"
            ),
        ),
        (
            "sql-error",
            "sources/handled.toml",
            &HANDLED.replace("seconds,", "done_by::integer as seconds,"),
        ),
        (
            "subject-not-unique",
            "metrics/handled_alerts.toml",
            &COUNT.replace("subject = \"alert_id\"", "subject = \"handler\""),
        ),
        (
            "sql-error",
            "metrics/handling_time.toml",
            &MEDIAN.replace("of = \"seconds\"", "of = \"handler::integer\""),
        ),
        (
            "missing-column",
            "data/alerts.csv",
            &csv(&alerts()).replace("alert_id,analyst,client,seconds,created_at\n", ""),
        ),
        (
            "unreadable-source",
            "data/alerts.csv",
            &csv(&alerts()).replace(",acme,60,", ",acme,60,60,"),
        ),
    ];
    for (code, path, content) in wrong {
        let folder = project();
        support::write(folder.path(), &[(path, content)]);
        let output = goodhart(folder.path(), Some(KEY), &["eval", "--all"]);
        let stderr = text(&output.stderr);
        assert!(stderr.contains(&format!("[{code}]")), "{path} has no {code}:\n{stderr}");
        assert_run_silent(folder.path(), &output);
    }
}

#[test]
fn a_derived_source_can_say_that_something_is_nobody() {
    let folder = project();
    let root = folder.path();
    let handled = format!(
        "{}[columns]\ndone_by = {{ type = \"text\", sensitive = false }}\n",
        HANDLED.replace("analyst as", "case when analyst is null then 'none' else 'some' end as")
    );
    support::write(root, &[("sources/handled.toml", &handled)]);
    let output = goodhart(root, None, &["eval", "--all"]);
    assert!(text(&output.stdout).contains("handler SOME"), "{}", text(&output.stderr));
}

#[test]
fn definitions_cannot_read_the_key() {
    let folder = project();
    let root = folder.path();
    let project = format!("{PROJECT}[roots]\nlake = \"${{GOODHART_PSEUDONYM_KEY}}\"\n");
    let alerts = ALERTS.replace("files = ", "root = \"lake\"\nfiles = ");
    support::write(root, &[("goodhart.toml", &project), ("sources/alerts.toml", &alerts)]);
    let output = goodhart(root, Some(KEY), &["eval"]);
    assert!(text(&output.stderr).contains("[forbidden-variable]"), "{}", text(&output.stderr));
    assert_run_silent(root, &output);
}

#[test]
fn small_groups_are_suppressed_with_what_would_reveal_them() {
    let folder = project();
    let root = folder.path();
    // The clients of two people are few, and the pseudonyms only make the snapshot hard to read.
    let alerts = ALERTS.replace(", sensitive = true", "");
    let source = ["mara", "tomek", "ines", "juno"].iter().zip(PEOPLE);
    let lines: Vec<String> = self::alerts();
    let lines = source.fold(lines.join("\n"), |text, (short, name)| text.replace(name, short));
    let project = format!("{PROJECT}[privacy]\nmin_group = 5\n");
    support::write(
        root,
        &[
            ("goodhart.toml", &project),
            ("sources/alerts.toml", &alerts),
            ("data/alerts.csv", &csv(&[lines])),
        ],
    );
    goodhart(root, None, &["eval"]);
    let pending =
        |name: &str| fs::read_to_string(root.join(".goodhart/pending").join(name)).unwrap();
    insta::assert_snapshot!("privacy_suppressed_counts", pending("handled_alerts.toml"));
    let own = COUNT.replace("segments = ", "min_group = 1\nsegments = ");
    support::write(root, &[("metrics/handled_alerts.toml", &own)]);
    goodhart(root, None, &["eval"]);
    assert!(!pending("handled_alerts.toml").contains("suppressed"));
}

#[test]
fn what_is_computed_from_a_suppressed_value_is_suppressed() {
    let folder = project();
    let root = folder.path();
    let median = MEDIAN.replace("segments = ", "min_group = 9\nsegments = ");
    support::write(root, &[("metrics/handling_time.toml", &median)]);
    let output = goodhart(root, Some(KEY), &["eval", "--all", "--format", "csv"]);
    let rows = text(&output.stdout);
    let suppressed = |metric: &str| -> Vec<String> {
        let rows = rows.lines().filter(|line| line.starts_with(&format!("{metric},")));
        let rows = rows.filter(|line| line.contains(",suppressed,"));
        rows.filter_map(|line| line.split("handler-").nth(1)?.get(..10).map(str::to_owned))
            .collect()
    };
    // One person has eight; that alone would follow from the total.
    assert_eq!(suppressed("handling_time").len(), 2, "{rows}");
    assert_eq!(suppressed("handling_time"), suppressed("handling_minutes"));
}
