//! `goodhart test`: passing tests of every kind of measure, and what no test reaches.

use crate::support;

use std::path::Path;
use std::process::Command;

/// Runs the binary in a project and returns its output and exit code.
fn goodhart(root: &Path, arguments: &[&str]) -> (String, Option<i32>) {
    let output = Command::new(env!("CARGO_BIN_EXE_goodhart"))
        .args(["--color", "never"])
        .args(arguments)
        .env_clear()
        .current_dir(root)
        .output()
        .unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    let stdout = String::from_utf8(output.stdout).unwrap();
    (format!("{stdout}{stderr}"), output.status.code())
}

const PROJECT: &str = "name = \"tests\"\ngrain = \"week\"\nwindow = 4\nas_of = 2026-06-29T00:00:00Z\n\
                       [limits]\nmin_n = 1\n";

/// Its file does not exist: tests never open one.
const ALERTS: &str = r#"
format = "csv"
files = "data/absent.csv"
known_at = "ingested_at"
[columns]
alert_id = { type = "text", key = true }
team = { type = "text", nullable = true }
created_at = { type = "timestamp" }
ingested_at = { type = "timestamp" }
wait = { type = "integer", nullable = true }
cost = { type = "decimal", nullable = true }
tags = { type = "text[]", nullable = true }
on_day = { type = "date", nullable = true }
"#;

const WAITS: &str = r#"
format = "derived"
sql = """
select alert_id, team, created_at, wait, tags, on_day,
  case when wait < 60 then 'fast' when wait < 600 then 'usual' else 'slow' end as pace
from alerts
where wait is not null and created_at <= as_of()
"""

[[test]]
name = "each pace, and lists, dates and nulls as they are"
given.alerts = [
  { alert_id = "a", wait = 59, tags = [], on_day = 2026-06-01 },
  { alert_id = "b", wait = 60, tags = ["x", "y"], created_at = 2026-06-01T02:00:00+02:00 },
  { alert_id = "c", wait = [] },
]
expect = []
"#;

fn metric(unit: &str, rest: &str, tests: &str) -> String {
    format!(
        "title = \"t\"\nowner = \"o\"\nunit = \"{unit}\"\ndirection = \"neutral\"\n\
         ceiling = {{ min = 0, why = \"w\" }}\ngameability = {{ notes = \"n\" }}\n{rest}\n{tests}"
    )
}

/// A metric over the alerts by team.
fn over(unit: &str, measure: &str, tests: &str) -> String {
    let rest = format!(
        "[population]\nsubject = \"alert_id\"\nat = \"created_at\"\nsegments = [\"team\"]\n\
         sql = \"select *, wait is null as waiting, coalesce(wait, 90) as age from alerts\"\n\
         [measure]\n{measure}\n"
    );
    metric(unit, &rest, tests)
}

fn composed(unit: &str, measure: &str, tests: &str) -> String {
    metric(unit, &format!("[measure]\n{measure}\n"), tests)
}

/// Three alerts of one week: 10 and 30 seconds, and one that still waits.
fn test(expect: &str) -> String {
    format!(
        r#"
[[test]]
name = "three alerts"
given.alerts = [
  {{ alert_id = "a", team = "x", created_at = 2026-06-08T00:00:00Z, wait = 10, cost = 0.25 }},
  {{ alert_id = "b", team = "x", created_at = 2026-06-09T00:00:00Z, wait = 30, cost = 0.5 }},
  {{ alert_id = "c", created_at = 2026-06-14T23:59:59.999Z }},
]
expect = {expect}
"#
    )
}

fn project(extra: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    support::write(folder.path(), &[("goodhart.toml", PROJECT), ("sources/alerts.toml", ALERTS)]);
    support::write(folder.path(), extra);
    folder
}

#[test]
fn every_kind_of_measure_can_be_tested() {
    let metrics = [
        (
            "count",
            over(
                "count",
                "kind = \"count\"",
                &test("[ { value = 3 }, { team = \"x\", value = 2 }, { team = [], n = 1 } ]"),
            ),
        ),
        (
            "sum",
            over(
                "currency:EUR",
                "kind = \"sum\"\nof = \"cost\"",
                &test("[ { value = 0.75, n = 3 } ]"),
            ),
        ),
        (
            "mean",
            over(
                "seconds",
                "kind = \"mean\"\nof = \"wait\"\nwith = [\"max\", \"p90\"]",
                &test("[ { value = 20, n = 2, max = 30, p90 = 28 } ]"),
            ),
        ),
        (
            "median",
            over(
                "seconds",
                "kind = \"median\"\nof = \"age\"\nopen = \"waiting\"",
                &test("[ { value = 20.0, n = 2, n_open = 1 } ]"),
            ),
        ),
        (
            "quantile",
            over(
                "seconds",
                "kind = \"quantile\"\nof = \"wait\"\nq = 0.9",
                &test("[ { value = 28 } ]"),
            ),
        ),
        (
            "ratio",
            over(
                "ratio",
                "kind = \"ratio\"\nnumerator = \"wait > 10\"\ndenominator = \"wait is not null\"",
                &test(
                    "[ { value = 0.5, numerator = 1, denominator = 2, ci_low = 0.094531, ci_high = 0.905469 } ]",
                ),
            ),
        ),
        (
            "share",
            over(
                "ratio",
                "kind = \"share\"\nwhere = \"waiting\"",
                &test("[ { value = 0.333333, numerator = 1, n = 3, status = \"final\" } ]"),
            ),
        ),
        (
            "distribution",
            over(
                "ratio",
                "kind = \"distribution\"\nof = \"team\"\n[breakdown]\nby = [[\"team\"]]",
                &test("[ { team = \"x\", value = 0.666667 }, { team = [], value = 0.333333 } ]"),
            ),
        ),
        (
            "survival",
            over(
                "seconds",
                "kind = \"survival\"\nof = \"age\"\nopen = \"waiting\"",
                &test("[ { value = 30, n_open = 1 } ]"),
            ),
        ),
        (
            "score",
            composed(
                "score",
                "kind = \"score\"\ncomponents = [ { metric = \"share\", weight = 1, worst = 1, best = 0 }, { metric = \"ratio\", weight = 1, worst = 1, best = 0 } ]",
                &test(
                    "[ { value = 58.33335, smallest = \"ratio\", share = 66.6667, ratio = 50 } ]",
                ),
            ),
        ),
        (
            "formula",
            composed(
                "ratio",
                "kind = \"formula\"\nexpression = \"1 - share\"",
                &test(
                    "[ { value = 0.666667 }, { team = \"x\", value = 1 }, { team = [], value = 0 } ]",
                ),
            ),
        ),
        (
            "change",
            composed(
                "count",
                "kind = \"change\"\nof = \"count\"\n[breakdown]\nby = [[]]",
                &test(
                    "[ { period = 2026-06-08, value = 3 }, { period = 2026-06-15, value = -3 } ]",
                ),
            ),
        ),
    ];
    let named: Vec<(String, &str)> =
        metrics.iter().map(|(id, text)| (format!("metrics/{id}.toml"), text.as_str())).collect();
    let files: Vec<(&str, &str)> =
        named.iter().map(|(name, text)| (name.as_str(), *text)).collect();
    let folder = project(&files);
    let (printed, code) = goodhart(folder.path(), &["test"]);
    assert_eq!((printed.as_str(), code), ("12 passed, 0 failed\n", Some(0)));
}

#[test]
fn values_of_every_type_go_through_a_derived_source() {
    let expect = r#"expect = [
  { alert_id = "b", tags = ["x", "y"], created_at = 2026-06-01T00:00:00Z, on_day = [], pace = "usual" },
  { alert_id = "a", tags = [], team = [], on_day = 2026-06-01, pace = "fast" },
]"#;
    // What became known behind the as-of is hidden; a row that does not say is not.
    let waits = WAITS
        .replace("expect = []", expect)
        .replace("and created_at <= as_of()", "")
        .replace("{ alert_id = \"c\", wait = [] },", "{ alert_id = \"c\", wait = [] },\n  { alert_id = \"d\", wait = 1, ingested_at = 2026-06-29T00:00:01Z },");
    let folder = project(&[("sources/waits.toml", &waits)]);
    let (printed, code) = goodhart(folder.path(), &["test", "waits"]);
    assert_eq!((printed.as_str(), code), ("1 passed, 0 failed\n", Some(0)));
}

#[test]
fn a_test_has_the_period_of_its_instant() {
    let this_year = "format = \"derived\"\nsql = \"from alerts where created_at >= period_start('year')\"\n\
        [[test]]\nname = \"the year ends\"\nas_of = 2026-01-01T00:00:00Z\n\
        given.alerts = [{ alert_id = \"a\", created_at = 2025-01-01T00:00:00Z },\n\
        { alert_id = \"b\", created_at = 2024-12-31T00:00:00Z }]\nexpect = [{ alert_id = \"a\" }]\n";
    let rest = "[population]\nsubject = \"alert_id\"\nsql = \"select *, created_at >= period_start() as new from \
        this_year where created_at < as_of()\"\n[measure]\nkind = \"sum\"\nof = \"new::integer\"\n";
    // Weeks from Monday the 22nd and the 29th of December, of which the as-of cuts the second.
    let tests = "[[test]]\nname = \"two weeks\"\nas_of = 2025-12-31T12:00:00Z\n\
        given.alerts = [{ alert_id = \"a\", created_at = 2025-01-01T00:00:00Z },\n\
        { alert_id = \"b\", created_at = 2025-12-28T00:00:00Z },\n\
        { alert_id = \"c\", created_at = 2025-12-29T00:00:00Z },\n\
        { alert_id = \"d\", created_at = 2025-12-30T00:00:00Z }]\n\
        expect = [{ period = 2025-12-22, value = 1, n = 2 }, { period = 2025-12-29, value = 2, n = 4 }]\n\
        [[test]]\nname = \"the week of a new year\"\nas_of = 2026-01-05T00:00:00Z\n\
        given.alerts = [{ alert_id = \"a\", created_at = 2025-12-31T00:00:00Z },\n\
        { alert_id = \"b\", created_at = 2026-01-01T00:00:00Z }]\n\
        expect = [{ value = 1, n = 1 }]\n";
    let folder = project(&[
        ("sources/this_year.toml", this_year),
        ("metrics/of_the_year.toml", &metric("count", rest, tests)),
    ]);
    let (printed, code) = goodhart(folder.path(), &["test", "--coverage"]);
    assert_eq!(code, Some(0), "{printed}");
    assert!(printed.contains("3 passed, 0 failed"), "{printed}");
}

#[test]
fn what_no_test_reaches_is_named() {
    let gaps = metric(
        "count",
        r#"
[population]
subject = "alert_id"
at = "created_at"
sql = """
with steps as (
  select alert_id, team, created_at, wait from waits
  where team = 'x' and wait > 5
),
totals as (
  select team, count(*) filter (where wait > 100 and pace <> 'slow') as several,
    case when count(*) > 1 then 'many' else 'one' end as size
  from waits group by team
)
select s.alert_id, s.created_at, t.size,
  case s.team when 'x' then 1 when 'y' then 2 end as number,
  case when row_number() over (order by s.alert_id) = 1 then 'first' else 'later' end as place
from steps as s
join totals as t on t.team = s.team
where exists (select 1 from alerts as a where a.alert_id = s.alert_id and a.wait = s.wait)
"""
[measure]
kind = "count"
"#,
        &test("[ { value = 2 } ]"),
    );
    let waits = WAITS.split("[[test]]").next().unwrap();
    let folder = project(&[
        ("sources/waits.toml", waits),
        ("metrics/gaps.toml", &gaps),
        ("metrics/untested.toml", &over("count", "kind = \"count\"", "")),
    ]);
    let (printed, code) = goodhart(folder.path(), &["test", "--coverage"]);
    assert_eq!(code, Some(0), "{printed}");
    insta::assert_snapshot!("coverage_as_text", printed);
    let (printed, code) =
        goodhart(folder.path(), &["test", "--coverage", "--format", "json", "waits"]);
    assert_eq!(code, Some(0), "{printed}");
    insta::assert_snapshot!("coverage_as_json", printed);
}

#[test]
fn the_tests_of_the_shipped_project_pass_without_its_data() {
    let folder = tempfile::tempdir().unwrap();
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for pattern in ["goodhart.toml", "sources/**/*.toml", "metrics/**/*.toml"] {
        for path in glob::glob(root.join(pattern).to_str().unwrap()).unwrap() {
            let path = path.unwrap();
            let target = folder.path().join(path.strip_prefix(root).unwrap());
            std::fs::create_dir_all(target.parent().unwrap()).unwrap();
            std::fs::copy(&path, target).unwrap();
        }
    }
    let (printed, code) = goodhart(folder.path(), &["test"]);
    assert_eq!(code, Some(0), "{printed}");
    assert!(printed.ends_with(" passed, 0 failed\n"), "{printed}");
    let (printed, code) = goodhart(folder.path(), &["test", "reopen_rate", "sla_decisions"]);
    assert_eq!((printed.as_str(), code), ("3 passed, 0 failed\n", Some(0)));
}
