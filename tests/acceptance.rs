//! Definitions over real data reach values that were computed without goodhart.
//!
//! The data are not part of this repository: `../shared/data` beside it has them, or the folder that
//! GOODHART_ACCEPTANCE_DATA names. Where there is none, only the definitions are checked.

use crate::support;

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

use goodhart::check;
use goodhart_core::diagnostic::render;
use goodhart_core::rules;
use rust_decimal::{Decimal, RoundingStrategy};
use serde::Deserialize;
use serde_json::value::RawValue;

/// The variable that the project's root `data` is read from.
const VARIABLE: &str = "GOODHART_ACCEPTANCE_DATA";

/// A value that a result is divided by before it is compared: the references are in hours where
/// goodhart counts seconds.
const HOURS: u32 = 3600;

/// Every reference value of the data's README: metric, group, field of the result, divisor, and the
/// expected text. Where the README leaves out zeros at the end, they are written here.
#[rustfmt::skip]
const REFERENCES: &[(&str, &str, &str, u32, &str)] = &[
    // Rows of the files.
    ("events_per_incident", "", "numerator", 1, "65533"),
    ("events_per_incident", "", "denominator", 1, "7554"),
    ("allowed_window", "", "n", 1, "1404"),
    ("technique_inventory", "", "value", 1, "835"),
    ("technique_inventory", "state=active", "value", 1, "691"),
    ("techniques_per_rule", "", "denominator", 1, "1711"),
    ("techniques_per_rule", "", "numerator", 1, "2873"),

    // volvo-incidents.csv: time from opened to first completed.
    ("time_to_complete", "", "n", 1, "7546"),
    ("time_to_complete", "", "n + n_open", 1, "7554"),
    ("time_to_complete", "", "value", HOURS, "176.4423"),
    ("time_to_complete", "", "median", HOURS, "6.0267"),
    ("time_to_complete", "impact=High", "n", 1, "259"),
    ("time_to_complete", "impact=High", "n + n_open", 1, "261"),
    ("time_to_complete", "impact=High", "value", HOURS, "237.3104"),
    ("time_to_complete", "impact=High", "median", HOURS, "25.3433"),
    ("time_to_complete", "impact=Low", "n", 1, "3242"),
    ("time_to_complete", "impact=Low", "n + n_open", 1, "3245"),
    ("time_to_complete", "impact=Low", "value", HOURS, "132.1983"),
    ("time_to_complete", "impact=Low", "median", HOURS, "9.1589"),
    ("time_to_complete", "impact=Major", "n", 1, "3"),
    ("time_to_complete", "impact=Major", "n + n_open", 1, "3"),
    ("time_to_complete", "impact=Major", "value", HOURS, "20.4055"),
    ("time_to_complete", "impact=Major", "median", HOURS, "27.9319"),
    ("time_to_complete", "impact=Medium", "n", 1, "4042"),
    ("time_to_complete", "impact=Medium", "n + n_open", 1, "4045"),
    ("time_to_complete", "impact=Medium", "value", HOURS, "208.1450"),
    ("time_to_complete", "impact=Medium", "median", HOURS, "4.1775"),

    // First Resolved to first Closed, both present and in order.
    ("resolved_to_closed", "", "n", 1, "5574"),
    ("resolved_to_closed", "", "value", HOURS, "138.7473"),
    ("resolved_to_closed", "", "median", HOURS, "177.0336"),

    // Escalation rate (reached L2 or L3).
    ("escalation_rate", "", "numerator", 1, "3008"),
    ("escalation_rate", "", "denominator", 1, "7554"),
    ("escalation_rate", "", "value", 1, "0.398200"),
    ("escalation_rate", "impact=High", "value", 1, "0.831418"),
    ("escalation_rate", "impact=Low", "value", 1, "0.307858"),
    ("escalation_rate", "impact=Major", "value", 1, "1.000000"),
    ("escalation_rate", "impact=Medium", "value", 1, "0.442274"),

    // Share completed within 120 h, by client.
    ("completed_in_time", "client=Org line C", "numerator", 1, "4248"),
    ("completed_in_time", "client=Org line C", "denominator", 1, "5752"),
    ("completed_in_time", "client=Org line C", "value", 1, "0.738526"),
    ("completed_in_time", "client=Org line A2", "numerator", 1, "472"),
    ("completed_in_time", "client=Org line A2", "denominator", 1, "745"),
    ("completed_in_time", "client=Org line A2", "value", 1, "0.633557"),
    ("completed_in_time", "client=Other", "numerator", 1, "197"),
    ("completed_in_time", "client=Other", "denominator", 1, "419"),
    ("completed_in_time", "client=Other", "value", 1, "0.470167"),
    ("completed_in_time", "client=Org line B", "numerator", 1, "221"),
    ("completed_in_time", "client=Org line B", "denominator", 1, "291"),
    ("completed_in_time", "client=Org line B", "value", 1, "0.759450"),
    ("completed_in_time", "client=Org line G4", "numerator", 1, "139"),
    ("completed_in_time", "client=Org line G4", "denominator", 1, "157"),
    ("completed_in_time", "client=Org line G4", "value", 1, "0.885350"),

    // cisa-kev.csv: allowed window (dueDate - dateAdded) in days.
    ("allowed_window", "", "value", 1, "44.410256"),
    ("allowed_window", "", "median", 1, "21.000000"),
    ("due_before_added", "", "numerator", 1, "15"),
    ("ransomware_share", "", "numerator", 1, "293"),
    ("ransomware_share", "", "denominator", 1, "1404"),

    // attack-techniques.csv with the Splunk rules.
    ("technique_coverage", "", "numerator", 1, "281"),
    ("technique_coverage", "", "denominator", 1, "691"),
    ("technique_coverage", "", "value", 1, "0.406657"),
    ("parent_technique_coverage", "", "numerator", 1, "123"),
    ("parent_technique_coverage", "", "denominator", 1, "216"),
    ("parent_technique_coverage", "", "value", 1, "0.569444"),
    ("unmapped_rules", "", "value", 1, "4"),
];

/// Numbers of the README that define a metric and are no result of one.
const PARAMETERS: &[&str] = &["120"];

/// One line of `--format ndjson`, with numbers in the digits that were printed.
#[derive(Deserialize)]
struct Row {
    metric: String,
    by: BTreeMap<String, Option<String>>,
    value: Option<Box<RawValue>>,
    numerator: Option<Box<RawValue>>,
    denominator: Option<Box<RawValue>>,
    n: Option<u64>,
    n_open: Option<u64>,
    with: BTreeMap<String, Box<RawValue>>,
}

impl Row {
    /// `impact=High`; empty for the total.
    fn group(&self) -> String {
        let parts: Vec<String> = self
            .by
            .iter()
            .map(|(segment, value)| format!("{segment}={}", value.as_deref().unwrap_or("null")))
            .collect();
        parts.join(" ")
    }

    fn field(&self, name: &str) -> Option<Decimal> {
        match name {
            "value" => self.value.as_deref().map(exact),
            "numerator" => self.numerator.as_deref().map(exact),
            "denominator" => self.denominator.as_deref().map(exact),
            "n" => self.n.map(Decimal::from),
            "n + n_open" => Some(Decimal::from(self.n? + self.n_open?)),
            companion => self.with.get(companion).map(|number| exact(number)),
        }
    }
}

fn exact(number: &RawValue) -> Decimal {
    number.get().parse().unwrap_or_else(|error| panic!("{number}: {error}"))
}

/// A number with as many digits behind the point as `like` has.
fn rounded(number: Decimal, like: &str) -> String {
    let digits = like.split_once('.').map_or(0, |(_, digits)| digits.len());
    let number = number.round_dp_with_strategy(
        u32::try_from(digits).unwrap(),
        RoundingStrategy::MidpointNearestEven,
    );
    format!("{number:.digits$}")
}

fn definitions() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/acceptance/project")
}

/// The folder with the data. `None`, said aloud, where there is none; a folder that was asked for
/// and is not there is a mistake.
fn data() -> Option<PathBuf> {
    if let Some(folder) = std::env::var_os(VARIABLE) {
        let found = Path::new(&folder).canonicalize();
        return Some(found.unwrap_or_else(|error| panic!("{VARIABLE} is {folder:?}: {error}")));
    }
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data");
    let found = folder.canonicalize().ok().filter(|folder| folder.is_dir());
    if found.is_none() {
        // Past the capturing of the test harness, which hides what passing tests print.
        let _ = writeln!(
            std::io::stderr(),
            "acceptance test SKIPPED: there is no folder ../shared/data with the real data; \
             set {VARIABLE} to use another one",
        );
    }
    found
}

/// Evaluates a copy of the project, which leaves nothing behind.
fn evaluate(data: &Path) -> Vec<Row> {
    let folder = tempfile::tempdir().unwrap();
    support::copy(&definitions(), folder.path());
    let output = Command::new(env!("CARGO_BIN_EXE_goodhart"))
        .args(["eval", "--format", "ndjson", "--project"])
        .arg(folder.path())
        .env(VARIABLE, data)
        .output()
        .unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{stderr}");
    assert!(stderr.lines().all(|line| line.trim_end() == line), "blanks at the end:\n{stderr}");
    let lines = String::from_utf8(output.stdout).unwrap();
    lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn every_reference_value_is_reached() {
    let Some(data) = data() else {
        return;
    };
    let rows = evaluate(&data);
    let mut wrong = Vec::new();
    for &(metric, group, field, divisor, expected) in REFERENCES {
        let row = rows.iter().find(|row| row.metric == metric && row.group() == group);
        let found = match row.and_then(|row| row.field(field)) {
            Some(number) => rounded(number / Decimal::from(divisor), expected),
            None => "nothing".to_owned(),
        };
        if found != expected {
            wrong.push(format!("{metric} [{group}] {field}: {found} instead of {expected}"));
        }
    }
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), REFERENCES.len(), wrong.join("\n"));
}

#[test]
fn the_table_has_every_number_of_the_readme() {
    let Some(data) = data() else {
        return;
    };
    let readme = std::fs::read_to_string(data.join("README.md")).unwrap();
    let (files, references) = readme.split_once("## Reference values").unwrap();
    // Of the table of files, the column with the rows.
    let counts = files.lines().filter_map(|line| {
        let mut cells = line.split('|').skip(1);
        cells.next()?.contains(".csv").then(|| cells.next()).flatten()
    });
    let stated: BTreeSet<String> = counts.chain([references]).flat_map(numbers).collect();
    let known: BTreeSet<String> =
        REFERENCES.iter().map(|(.., expected)| shortest(expected)).collect();
    let missing: Vec<&String> =
        stated.difference(&known).filter(|number| !PARAMETERS.contains(&number.as_str())).collect();
    assert!(missing.is_empty(), "in the README and not in the table: {missing:?}");
    assert!(stated.len() > 50, "found only {stated:?}");
}

/// The numbers of a text, without separators of thousands; names such as `A2` and `L1` are none.
fn numbers(text: &str) -> Vec<String> {
    text.split(|c: char| !(c.is_alphanumeric() || c == '.' || c == ','))
        .map(|word| word.trim_matches(['.', ',']).replace(',', ""))
        .filter(|word| !word.is_empty() && word.chars().all(|c| c.is_ascii_digit() || c == '.'))
        .map(|word| shortest(&word))
        .collect()
}

/// `0.398200` and `0.3982` are the same number.
fn shortest(number: &str) -> String {
    number.parse::<Decimal>().unwrap().normalize().to_string()
}

#[test]
fn a_root_that_many_sources_share_is_missed_once() {
    let folder = tempfile::tempdir().unwrap();
    support::copy(&definitions(), folder.path());
    let output = Command::new(env!("CARGO_BIN_EXE_goodhart"))
        .args(["eval", "--project"])
        .arg(folder.path())
        .env_remove(VARIABLE)
        .output()
        .unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{stderr}");
    assert_eq!(stderr.matches("error[unset-variable]").count(), 1, "{stderr}");
    assert!(stderr.contains("--> goodhart.toml:18:8"), "{stderr}");
}

#[test]
fn the_definitions_are_in_order() {
    let opened = check::load(&definitions(), &goodhart_engine::Parser::within()).unwrap();
    let mut diagnostics = opened.diagnostics;
    let project = rules::Project {
        catalog: opened.catalog.as_ref().unwrap(),
        files: &opened.files,
        today: jiff::civil::date(2026, 7, 1),
    };
    diagnostics.extend(rules::check(&project));
    assert!(diagnostics.is_empty(), "{}", render(&diagnostics, &opened.files, false));
    let catalog = project.catalog;
    for metric in catalog.metrics.values() {
        let definition = &metric.definition;
        assert!(definition.description.is_some(), "{} has no description", metric.id);
        let guards = definition.gameability.iter().flat_map(|gameability| &gameability.guards);
        assert!(guards.count() > 0, "{} has no guard", metric.id);
    }
    for source in catalog.sources.values() {
        for (name, column) in source.definition.columns.iter() {
            assert!(column.meaning.is_some(), "{}.{} has no meaning", source.id, name.as_str());
        }
    }
}
