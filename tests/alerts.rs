//! Which moves an `[[alert]]` is raised by: every file of `tests/alerts/` is a case.
//!
//! ```text
//! # What the case shows.
//! fall = 5                      an [[alert]]
//! ---
//! total: 94 94 88               a group, and its weekly values in percent, n = 100
//! client_id a: 94 . 88(12) 80~  nothing for a week; n = 12; a week that is not over
//! ```

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::{Path, PathBuf};

use goodhart::check::LoadedProject;
use goodhart_core::diagnostic::{Diagnostics, Files, render};
use goodhart_core::plan::Timeline;
use goodhart_core::project::ProjectFiles;
use goodhart_core::project::catalog::Metric;
use goodhart_core::project::definition::project::Grain;
use goodhart_core::result::diff::{
    ChangeScope, Counterfactuals, Definitions, Provenance, Revision, diff, findings,
};
use goodhart_core::result::threshold::{AlertEvent, Observation, alert_findings, alerts, news};
use goodhart_core::result::{Group, MetricResults, Row, Status};
use goodhart_engine::Parser;
use jiff::Timestamp;
use rust_decimal::Decimal;

const PROJECT: &str = "name = \"cases\"\ngrain = \"week\"\nas_of = 2026-01-05T00:00:00Z\n";
const SOURCE: &str = "format = \"csv\"\nfiles = \"a.csv\"\n[columns]\nid = { type = \"text\" }\n";
const METRIC: &str = r#"
title = "Coverage"
unit = "ratio"
display = "percent"
direction = "higher"
[population]
subject = "id"
segments = ["client_id", "class"]
sql = "select * from a"
[measure]
kind = "share"
where = "true"
[breakdown]
by = [[], ["client_id"], ["class", "client_id"]]
"#;

/// The project with these alerts in its metric.
fn open(alerts: &str) -> LoadedProject {
    let mut files = Files::default();
    let listed = ProjectFiles {
        project: Some(files.add("goodhart.toml", PROJECT)),
        sources: vec![files.add("sources/a.toml", SOURCE)],
        metrics: vec![files.add("metrics/coverage.toml", format!("{METRIC}{alerts}"))],
        unreadable: Vec::new(),
    };
    let opened =
        LoadedProject::read(PathBuf::new(), files, &listed, Vec::new(), &Parser::within()).unwrap();
    let found = render(&opened.diagnostics, &opened.files, false);
    assert!(!opened.diagnostics.has_errors(), "{found}");
    opened
}

struct Case {
    shows: String,
    opened: LoadedProject,
    results: MetricResults,
    as_of: Timestamp,
}

impl Case {
    fn read(path: &Path) -> Self {
        let text = std::fs::read_to_string(path).unwrap();
        let (head, series) = text.split_once("---\n").unwrap();
        let (comments, alert): (Vec<&str>, Vec<&str>) =
            head.lines().partition(|line| line.starts_with('#'));
        let shows = comments.iter().map(|line| line[2..].to_owned()).collect::<Vec<_>>().join(" ");
        let opened = open(&format!("[[alert]]\n{}\n", alert.join("\n")));
        let mut case = Self {
            shows,
            opened,
            results: MetricResults { metric: "coverage".to_owned(), rows: Vec::new() },
            as_of: Timestamp::MAX,
        };
        for line in series.lines() {
            let (group, values) = line.split_once(':').unwrap();
            case.group(group, values);
        }
        case.results.sort();
        case
    }

    fn group(&mut self, group: &str, values: &str) {
        let words: Vec<&str> = group.split_whitespace().filter(|word| *word != "total").collect();
        let group: Group =
            words.chunks(2).map(|pair| (pair[0].to_owned(), Some(pair[1].to_owned()))).collect();
        let mut start: Timestamp = "2026-01-05T00:00:00Z".parse().unwrap();
        for word in values.split_whitespace() {
            let period = Timeline::period(start, Grain::Week).unwrap();
            start = period.end;
            if word == "." {
                continue;
            }
            let is_over = !word.ends_with('~');
            let (value, n) = match word.trim_end_matches(['~', ')']).split_once('(') {
                Some((value, n)) => (value, n.parse().unwrap()),
                None => (word.trim_end_matches('~'), 100),
            };
            if !is_over {
                self.as_of = period.start;
            }
            let status = match (is_over, n) {
                (false, _) => Status::Provisional,
                (true, 0..10) => Status::Insufficient,
                (true, _) => Status::Final,
            };
            self.results.rows.push(Row {
                period,
                group: group.clone(),
                value: Some(value.parse::<Decimal>().unwrap() / Decimal::ONE_HUNDRED),
                numerator: None,
                denominator: None,
                n: Some(n),
                n_open: None,
                ci_low: None,
                ci_high: None,
                status,
                companions: Vec::new(),
                smallest: None,
            });
        }
    }

    fn metric(&self) -> &Metric {
        &self.opened.catalog.as_ref().unwrap().metrics["coverage"]
    }

    fn said(&self, raised: &[AlertEvent]) -> String {
        let mut diagnostics = Diagnostics::default();
        diagnostics.extend(alert_findings(self.metric(), raised));
        render(&diagnostics, &self.opened.files, false)
    }

    /// What is raised wherever it is, and what of it is news.
    fn run(&self) -> String {
        let series = self.results.series().flat_map(|rows| {
            let rows: Vec<Observation<'_>> = rows.iter().map(Observation::of_period).collect();
            alerts(self.metric(), &rows)
        });
        let all: Vec<AlertEvent> = series.collect();
        let news = news(self.metric(), &self.results, self.as_of);
        let mut text = String::new();
        writeln!(text, "# {}\n{}", self.shows, self.said(&all)).unwrap();
        match news.as_slice() {
            [] => text.push_str("news: none\n"),
            _ if news == all => text.push_str("news: all of it\n"),
            some => write!(text, "news:\n{}", self.said(some)).unwrap(),
        }
        text
    }
}

#[test]
fn every_move_that_is_looked_for_is_found() {
    let pattern = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/alerts/*.txt");
    let mut count = 0;
    for path in glob::glob(pattern.to_str().unwrap()).unwrap() {
        let path = path.unwrap();
        count += 1;
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        let mut settings = insta::Settings::clone_current();
        settings.set_snapshot_path("alerts/snapshots");
        settings.set_prepend_module_to_snapshot(false);
        settings.set_omit_expression(true);
        settings.bind(|| insta::assert_snapshot!(name, Case::read(&path).run()));
    }
    assert!(count > 10, "only {count} cases were found");
}

/// However large a series is, an alert is raised only by values that it may judge.
#[test]
fn a_value_that_does_not_move_raises_nothing() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/alerts/band.txt");
    let mut case = Case::read(&path);
    let first = case.results.rows[0].value;
    case.results.rows.iter_mut().for_each(|row| row.value = first);
    assert!(news(case.metric(), &case.results, Timestamp::MAX).is_empty());
}

/// What a change of alerts does to the judgement: `alert` is `fall = 5` and so on, without more it
/// is no alert at all.
fn bearing(before: &str, after: &str) -> (Vec<(String, ChangeScope)>, String) {
    let alert =
        |keys: &str| if keys.is_empty() { String::new() } else { format!("[[alert]]\n{keys}\n") };
    let (base, head) = (open(&alert(before)), open(&alert(after)));
    let side = |opened: &'static LoadedProject| Revision {
        provenance: Provenance { name: "side".to_owned(), commit: None, inputs: None },
        definitions: opened
            .catalog
            .as_ref()
            .map(|catalog| Definitions { catalog, files: &opened.files }),
        results: BTreeMap::new(),
    };
    let (base, head) = (Box::leak(Box::new(base)), Box::leak(Box::new(head)));
    let (base, head) = (side(base), side(head));
    let changed = diff(&base, &head, &Counterfactuals::default());
    let mut diagnostics = Diagnostics::default();
    diagnostics.extend(findings(&changed, head.definitions));
    let files = head.definitions.unwrap().files;
    let fields = changed.metrics.iter().flat_map(|metric| &metric.definition);
    (
        fields.map(|change| (change.field.clone(), change.bearing)).collect(),
        render(&diagnostics, files, false),
    )
}

#[test]
fn an_alert_that_is_harder_to_raise_is_loosened() {
    use ChangeScope::{Judgement, Loosened, Tightened, Words};
    for (before, after, field, expected) in [
        ("fall = 5", "fall = 10", "alert.fall", Loosened),
        ("fall = 5", "fall = 4.5", "alert.fall", Tightened),
        ("fall = 5", "", "alert.fall", Loosened),
        ("", "change = \"10%\"\nby = []", "alert.change by total", Tightened),
        ("band = 3", "band = 3\nover = 12", "alert.band over", Judgement),
        ("fall = 5", "fall = 5\nwithin = \"14d\"", "alert.fall within", Tightened),
        ("fall = 5\nwithin = \"14d\"", "fall = 5", "alert.fall within", Loosened),
        ("fall = 5", "fall = 5\nmin_n = 50", "alert.fall min_n", Loosened),
        ("fall = 5", "fall = 5\nwhy = \"so\"", "alert.fall why", Words),
    ] {
        let (changes, said) = bearing(before, after);
        assert_eq!(changes, [(field.to_owned(), expected)], "{before} → {after}");
        assert_eq!(said.contains("[alert-loosened]"), expected == Loosened, "{said}");
    }
    // Another set of groups is another alert.
    let by = "by = [\"client_id\"]";
    let (changes, said) = bearing("fall = 5", &format!("fall = 5\n{by}"));
    let fields: Vec<&str> = changes.iter().map(|(field, _)| field.as_str()).collect();
    assert_eq!(fields, ["alert.fall", "alert.fall by client_id"]);
    assert!(said.contains("`alert.fall` from 5 to nothing"), "{said}");
    assert!(bearing("fall = 5", "fall = 5.0  # the same").0.is_empty());
}
