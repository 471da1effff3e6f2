//! SLA clocks: what became of each promise, derived from the other tables.

use std::io;

use serde::Serialize;

use super::alerts::Alert;
use super::clients::Client;
use super::incidents::Incident;
use super::lifecycle::Hold;
use super::office_hours::{self, OfficeHours};
use super::output::{self, GeneratedFile};
use super::random::Stream;
use super::severity::Severity;
use super::sla_targets::{self, Kind, Target};
use super::time::{AS_OF, Daypart, Instant};

#[derive(Serialize)]
struct Row<'a> {
    subject_type: &'static str,
    subject_id: &'a str,
    target_id: &'a str,
    client_id: &'static str,
    severity: Severity,
    kind: Kind,
    /// Of the client, when the clock started.
    local_daypart: Daypart,
    started_at: Instant,
    stopped_at: Option<Instant>,
    paused_seconds: i64,
    business_elapsed_seconds: i64,
    breach_at: Instant,
    original_breach_at: Option<Instant>,
    breached: bool,
    restarts: u8,
    outcome: &'static str,
    exempt_reason: Option<&'static str>,
}

/// What a clock runs on.
struct Subject<'a> {
    id: &'a str,
    client: &'static Client,
    severity: Severity,
    started_at: Instant,
    holds: &'a [Hold],
    /// Duplicates and tests promise nothing.
    cancelled: bool,
}

pub fn file(
    targets: &[Target],
    alerts: &[Alert<'_>],
    incidents: &[Incident<'_>],
) -> io::Result<GeneratedFile> {
    let mut random = Stream::of("sla_clocks");
    let office_hours = OfficeHours::new();
    let mut rows = Vec::new();
    for alert in alerts.iter().filter(|alert| !alert.handling.suppressed) {
        let subject = Subject {
            id: &alert.alert_id,
            client: alert.client,
            severity: alert.severity.highest(),
            started_at: alert.created_at,
            holds: &[],
            cancelled: alert.is_test() || alert.duplicate_of.is_some(),
        };
        let stopped_at = alert.handling.acknowledged_at;
        let kind = Kind::Acknowledge;
        rows.extend(clock(&subject, kind, stopped_at, targets, &office_hours, &mut random));
    }
    for incident in incidents {
        let life = &incident.life;
        let subject = Subject {
            id: &incident.incident_id,
            client: incident.client,
            severity: incident.severity.highest(),
            started_at: incident.detected_at,
            holds: &life.holds,
            cancelled: incident.is_duplicate(),
        };
        for (kind, stopped_at) in [
            (Kind::Respond, life.responded_at),
            (Kind::Contain, life.contained_at),
            (Kind::Close, life.first_closed_at()),
        ] {
            rows.extend(clock(&subject, kind, stopped_at, targets, &office_hours, &mut random));
        }
    }
    output::csv("sla_clocks.csv.gz", rows)
}

fn clock<'a>(
    subject: &Subject<'a>,
    kind: Kind,
    stopped_at: Option<Instant>,
    targets: &'a [Target],
    office_hours: &OfficeHours,
    random: &mut Stream,
) -> Option<Row<'a>> {
    let &Subject { client, severity, started_at, .. } = subject;
    let target = sla_targets::find(targets, kind, client, severity, started_at)?;
    let holds = if kind == Kind::Close { subject.holds } else { &[] };
    let calendar = target.calendar_id.map(|_| client);
    let all = office_hours.counted(calendar, started_at);
    let original_breach_at = office_hours::deadline(&all, target.seconds);
    let counted = office_hours::without_holds(all, holds);
    let breach_at = office_hours::deadline(&counted, target.seconds);
    let end = stopped_at.unwrap_or(AS_OF);
    let paused_seconds = holds
        .iter()
        .map(|hold| (hold.until.unwrap_or(AS_OF).min(end) - hold.from.max(started_at)).max(0))
        .sum();
    let breached = end > breach_at;
    let exempt = breached && random.chance(12);
    let outcome = match (stopped_at, breached) {
        _ if subject.cancelled => "cancelled",
        _ if exempt => "exempt",
        (_, true) => "missed",
        (Some(_), false) => "met",
        (None, false) => "pending",
    };
    Some(Row {
        subject_type: target.subject_type,
        subject_id: subject.id,
        target_id: &target.target_id,
        client_id: client.client_id,
        severity,
        kind,
        local_daypart: Daypart::of(started_at.local(&client.zone())),
        started_at,
        stopped_at,
        paused_seconds,
        business_elapsed_seconds: office_hours::elapsed(&counted, end),
        breach_at,
        original_breach_at: Some(original_breach_at).filter(|original| *original != breach_at),
        breached,
        restarts: 0,
        outcome,
        exempt_reason: (outcome == "exempt").then_some("client_maintenance"),
    })
}
