//! The detection rules. `rules.csv` beside this file is the catalogue: what a
//! rule looks for, how often it fires and how often it is right.

use std::io;

use serde::{Deserialize, Serialize};

use super::output::{self, GeneratedFile};
use super::severity::Severity;
use super::time::Instant;

/// A row of the catalogue.
#[derive(Deserialize)]
pub struct Rule {
    pub rule_id: String,
    pub name: String,
    pub source: String,
    pub level: Severity,
    pub status: String,
    pub tactic_id: String,
    pub technique_id: String,
    /// Share of the alerts, against the sum over all rules.
    pub weight: u64,
    /// True positives among true and false positives, in 1/1000.
    pub precision: u64,
    /// Expected activity among all verdicts, in 1/1000.
    pub benign: u64,
    pub rhythm: Rhythm,
    pub incident_type: String,
}

/// When a rule fires.
#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rhythm {
    /// With people at work.
    Office,
    /// Around the clock.
    Machine,
}

impl Rule {
    /// What an asset must report for the rule to work.
    pub fn required_telemetry(&self) -> &'static [&'static str] {
        match self.source.as_str() {
            "edr" => &["edr"],
            "identity" => &["auth_log"],
            "email" => &["mail_log"],
            "ndr" => &["netflow"],
            "cloud" => &["cloud_audit"],
            _ => &["os_log"],
        }
    }

    /// The classes of asset it fires on.
    pub fn asset_classes(&self) -> &'static [&'static str] {
        match self.source.as_str() {
            "edr" => &["endpoint", "server"],
            "identity" => &["identity", "endpoint"],
            "email" => &["saas", "endpoint"],
            "ndr" => &["network_segment", "endpoint", "server"],
            "cloud" => &["cloud_workload"],
            _ => &["server"],
        }
    }

    pub fn version_at(&self, at: Instant) -> &'static str {
        match TUNED.iter().find(|tuned| tuned.rule_id == self.rule_id) {
            Some(tuned) if at >= tuned.at => "2",
            _ => "1",
        }
    }
}

/// A change of a rule's logic within the period.
struct Tuned {
    rule_id: &'static str,
    at: Instant,
    changed_by: &'static str,
    reason: &'static str,
}

const TUNED: [Tuned; 5] = [
    Tuned {
        rule_id: "R-004",
        at: Instant::from_date(2026, 2, 10),
        changed_by: "an-21",
        reason: "deployment tool excluded",
    },
    Tuned {
        rule_id: "R-020",
        at: Instant::from_date(2026, 3, 17),
        changed_by: "an-22",
        reason: "company network added to known places",
    },
    Tuned {
        rule_id: "R-032",
        at: Instant::from_date(2026, 4, 21),
        changed_by: "an-21",
        reason: "second page pattern",
    },
    Tuned {
        rule_id: "R-040",
        at: Instant::from_date(2026, 5, 5),
        changed_by: "an-23",
        reason: "scanner addresses excluded",
    },
    Tuned {
        rule_id: "R-058",
        at: Instant::from_date(2026, 1, 27),
        changed_by: "an-22",
        reason: "field renamed by the vendor",
    },
];

/// When the current catalogue was taken into use.
const INTRODUCED: Instant = Instant::from_date(2025, 6, 1);

pub fn catalogue() -> io::Result<Vec<Rule>> {
    let mut reader = csv::Reader::from_reader(include_str!("rules.csv").as_bytes());
    let rules = reader.deserialize().collect::<Result<_, csv::Error>>()?;
    Ok(rules)
}

/// One version of a rule.
#[derive(Clone, Copy, Serialize)]
struct Row<'a> {
    rule_id: &'a str,
    version: &'static str,
    parent_rule_id: Option<&'static str>,
    name: &'a str,
    source: &'a str,
    client_id: Option<&'static str>,
    state: &'static str,
    level: Severity,
    status: &'a str,
    tactic_ids: [&'a str; 1],
    technique_ids: [&'a str; 1],
    required_telemetry: &'static [&'static str],
    valid_from: Instant,
    valid_to: Option<Instant>,
    changed_by: &'static str,
    change_reason: Option<&'static str>,
}

impl Rule {
    /// The versions of this rule, oldest first.
    fn rows(&self) -> Vec<Row<'_>> {
        let first = Row {
            rule_id: &self.rule_id,
            version: "1",
            // Mail with a macro was split off the rule for attachments.
            parent_rule_id: (self.rule_id == "R-037").then_some("R-033"),
            name: &self.name,
            source: &self.source,
            client_id: None,
            state: match self.status.as_str() {
                "experimental" => "experimental",
                _ => "enabled",
            },
            level: self.level,
            status: &self.status,
            tactic_ids: [&self.tactic_id],
            technique_ids: [&self.technique_id],
            required_telemetry: self.required_telemetry(),
            valid_from: INTRODUCED,
            valid_to: None,
            changed_by: "an-21",
            change_reason: None,
        };
        match TUNED.iter().find(|tuned| tuned.rule_id == self.rule_id) {
            None => vec![first],
            Some(tuned) => {
                let second = Row {
                    version: "2",
                    valid_from: tuned.at,
                    changed_by: tuned.changed_by,
                    change_reason: Some(tuned.reason),
                    ..first
                };
                let first = Row { valid_to: Some(tuned.at), ..first };
                vec![first, second]
            }
        }
    }
}

pub fn file(rules: &[Rule]) -> io::Result<GeneratedFile> {
    output::json_value("detection_rules.json", rules.iter().flat_map(Rule::rows))
}
