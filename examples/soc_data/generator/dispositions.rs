//! Verdicts on alerts, append-only: the newest row of an alert is current.

use std::io;

use serde::Serialize;

use super::alerts::Alert;
use super::output::{self, GeneratedFile};
use super::random::Stream;
use super::severity::Verdict;
use super::staff::Roster;
use super::time::{DAY, HOUR, Instant, MINUTE};

#[derive(Clone, Copy, Serialize)]
struct Row<'a> {
    subject_type: &'static str,
    subject_id: &'a str,
    verdict: Verdict,
    decided_at: Instant,
    decided_by: &'static str,
    decided_by_kind: &'static str,
    reason: Option<&'static str>,
    effort_seconds: Option<i64>,
    source: &'static str,
}

pub fn file(alerts: &[Alert<'_>], roster: &Roster) -> io::Result<GeneratedFile> {
    let mut random = Stream::of("dispositions");
    let mut rows: Vec<Row<'_>> =
        alerts.iter().flat_map(|alert| decisions(alert, roster, &mut random)).collect();
    rows.sort_by_key(|row| (row.decided_at, row.subject_id));
    output::csv("dispositions.csv.gz", rows)
}

/// None while the alert is open, one when it is closed, two when a second look
/// changed the verdict.
fn decisions<'a>(alert: &'a Alert<'_>, roster: &Roster, random: &mut Stream) -> Vec<Row<'a>> {
    let handling = &alert.handling;
    let (Some(closed_at), Some(decided_by)) = (handling.closed_at, handling.assignee_id) else {
        return Vec::new();
    };
    if handling.by_automation() {
        return vec![Row {
            subject_type: "alert",
            subject_id: &alert.alert_id,
            verdict: alert.verdict,
            decided_at: closed_at,
            decided_by,
            decided_by_kind: "automation",
            reason: Some("playbook"),
            effort_seconds: None,
            source: "soar",
        }];
    }
    let span = closed_at - handling.first_action_at.unwrap_or(closed_at);
    // Nobody logs single seconds.
    let effort = (span * random.between(300, 950) / 1_000).clamp(20, 8 * HOUR) / 10 * 10;
    let first = Row {
        subject_type: "alert",
        subject_id: &alert.alert_id,
        verdict: alert.verdict,
        decided_at: closed_at,
        decided_by,
        decided_by_kind: "human",
        reason: None,
        effort_seconds: Some(effort),
        source: "ticketing",
    };
    let revised_at = (closed_at + 2 * HOUR + random.skewed(4 * DAY)).known();
    let (Some(mistake), Some(revised_at)) = (mistaken(alert.verdict, random), revised_at) else {
        return vec![first];
    };
    let second = Row {
        decided_at: revised_at,
        decided_by: roster.on_duty(revised_at, 2, random),
        reason: Some("second_look"),
        effort_seconds: Some(random.skewed(12 * MINUTE) / 10 * 10),
        ..first
    };
    vec![Row { verdict: mistake, ..first }, second]
}

/// What the first decision was, where it was wrong.
fn mistaken(verdict: Verdict, random: &mut Stream) -> Option<Verdict> {
    let (chance, mistake) = match verdict {
        Verdict::TruePositive => (24, Verdict::FalsePositiveLogic),
        Verdict::BenignPositive => (16, Verdict::TruePositive),
        Verdict::FalsePositiveLogic => (9, Verdict::BenignPositive),
        Verdict::FalsePositiveData => (9, Verdict::Undetermined),
        Verdict::Duplicate | Verdict::Test | Verdict::Undetermined => return None,
    };
    random.chance(chance).then_some(mistake)
}
