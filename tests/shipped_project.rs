//! The shipped project evaluates cleanly, its snapshots are current, and its metrics find the
//! stories that the sample data holds.

use crate::support;

use std::path::Path;
use std::process::Command;
use std::sync::LazyLock;

use goodhart_core::result::threshold::{Observation, alerts};
use goodhart_core::result::{Row, Status, date_text, to_f64};
use goodhart_engine::evaluate::Evaluation;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

static EVALUATION: LazyLock<Evaluation> = LazyLock::new(|| support::evaluate(root(), 2).0);

/// The value of a metric in the period that begins on `period`, for exactly this group.
fn value(metric: &str, period: &str, group: &[(&str, &str)]) -> f64 {
    to_f64(row(metric, period, group).value.unwrap())
}

fn row(metric: &str, period: &str, group: &[(&str, &str)]) -> &'static Row {
    let results = EVALUATION.results.metrics.iter().find(|m| m.metric == metric).unwrap();
    let same = |row: &&Row| {
        date_text(row.period.start) == period
            && row.group.len() == group.len()
            && group.iter().all(|(segment, value)| {
                row.group.iter().any(|(s, v)| s == segment && v.as_deref() == Some(*value))
            })
    };
    results.rows.iter().find(same).unwrap_or_else(|| panic!("no {metric} {period} {group:?}"))
}

#[test]
fn the_committed_snapshots_are_current() {
    let output = Command::new(env!("CARGO_BIN_EXE_goodhart"))
        .args(["eval", "--check", "--project"])
        .arg(root())
        .output()
        .unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{stderr}");
    assert!(stderr.contains("are current"), "{stderr}");
}

#[test]
fn coverage_of_one_client_falls_within_a_week() {
    let coverage = |client, week| value("estate_coverage", week, &[("client_id", client)]);
    assert!(coverage("quillhaven", "2026-05-04") > 0.93);
    assert!(coverage("quillhaven", "2026-05-11") < 0.89);
    for client in ["falkmar", "tanvoro"] {
        assert!((coverage(client, "2026-05-04") - coverage(client, "2026-05-11")).abs() < 0.02);
    }
    let fall = value("estate_coverage_change", "2026-05-11", &[("client_id", "quillhaven")]);
    assert!(fall < -0.04, "{fall}");
}

/// The alert of the definition, over every week and client.
#[test]
fn the_fall_of_coverage_raises_the_alert_once() {
    let opened = goodhart::check::load(root(), &goodhart_engine::Parser::within()).unwrap();
    let metric = &opened.catalog.as_ref().unwrap().metrics["estate_coverage"];
    let results = EVALUATION.results.metrics.iter().find(|m| m.metric == metric.id).unwrap();
    let raised = results.series().flat_map(|rows| {
        let series: Vec<Observation<'_>> = rows.iter().map(Observation::of_period).collect();
        alerts(metric, &series)
    });
    let raised: Vec<_> = raised.map(|one| (one.group, date_text(one.period.start))).collect();
    let quillhaven = ("client_id".to_owned(), Some("quillhaven".to_owned()));
    assert_eq!(raised, [(vec![quillhaven], "2026-05-11".to_owned())]);
}

/// The same, asked of the data as of each week's end; at that week's end it is news.
#[test]
fn the_fall_of_coverage_is_found_by_evaluating_past_weeks() {
    let run = |arguments: &[&str]| {
        let output = Command::new(env!("CARGO_BIN_EXE_goodhart"))
            .args(arguments)
            .arg("--project")
            .arg(root())
            .output()
            .unwrap();
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(0), "{stderr}");
        stderr
    };
    let says = "`estate_coverage` of client_id quillhaven fell in the period of 2026-05-11: from \
                93.8 % to 88.3 %";
    let found = run(&["backfill", "estate_coverage", "--from", "2026-04-06", "--to", "2026-06-22"]);
    assert!(found.contains(says), "{found}");
    assert_eq!(found.matches("[alert-raised]").count(), 1, "{found}");
    for (as_of, is_news) in [("2026-05-11", false), ("2026-05-18", true), ("2026-05-25", false)] {
        let found = run(&["eval", "estate_coverage", "--as-of", as_of]);
        assert_eq!(found.contains(says), is_news, "{as_of}: {found}");
    }
}

#[test]
fn two_rules_are_noise() {
    let results = EVALUATION.results.metrics.iter().find(|m| m.metric == "rule_precision").unwrap();
    let mut noise: Vec<&str> = results
        .rows
        .iter()
        .filter(|row| date_text(row.period.start) == "2026-06-22" && row.status == Status::Final)
        .filter(|row| row.value.is_some_and(|value| to_f64(value) < 0.03))
        .filter_map(|row| match row.group.as_slice() {
            [(segment, Some(rule))] if segment == "rule_id" => Some(rule.as_str()),
            _ => None,
        })
        .collect();
    noise.sort_unstable();
    assert_eq!(noise, ["R-017", "R-043"]);
}

#[test]
fn one_clients_critical_alerts_miss_their_sla_at_night() {
    let adherence = |daypart| {
        let group =
            [("severity", "critical"), ("client_id", "tanvoro"), ("local_daypart", daypart)];
        value("sla_adherence", "2026-06-22", &group)
    };
    assert!(adherence("night") < 0.5, "{}", adherence("night"));
    assert!(adherence("day") > 0.85, "{}", adherence("day"));
}

#[test]
fn some_incidents_stay_open_for_months() {
    let days = value("open_age_p90", "2026-06-22", &[]) / 86_400.0;
    assert!(days > 100.0, "the oldest tenth is open for {days} days");
    // Closed incidents alone look fast; with the open ones censored, the mean nearly doubles.
    let january = row("time_to_resolve", "2026-01-12", &[]);
    let companion =
        |name: &str| to_f64(january.companions.iter().find(|(known, _)| known == name).unwrap().1);
    assert!(january.n_open.unwrap() > 0);
    assert!(companion("restricted_mean") > 1.3 * companion("mean"));
}

#[test]
fn one_tier_reopens_what_it_closes() {
    let rate = |tier| value("reopen_rate", "2026-06-22", &[("tier", tier)]);
    assert!(rate("2") > 0.12, "{}", rate("2"));
    assert!(rate("1") < 0.06 && rate("3") < 0.06);
}
