//! The change log: every change of an incident's state, owner, tier, severity
//! and revised times, and the severity changes of alerts.

use std::io;

use serde::Serialize;

use super::alerts::Alert;
use super::incidents::Incident;
use super::output::{self, GeneratedFile};
use super::random::Stream;
use super::staff::{AUTOMATION, SYSTEM};
use super::time::{AS_OF, DAY, Instant, MINUTE};

#[derive(Serialize)]
struct Row<'a> {
    subject_type: &'static str,
    subject_id: &'a str,
    /// When it happened, as claimed.
    changed_at: Instant,
    /// When it was written down.
    recorded_at: Instant,
    field: &'static str,
    from_value: Option<String>,
    to_value: Option<String>,
    actor_id: &'static str,
    actor_kind: &'static str,
    comment_len: Option<i64>,
    seq: usize,
}

pub fn file(incidents: &[Incident<'_>], alerts: &[Alert<'_>]) -> io::Result<GeneratedFile> {
    let mut random = Stream::of("status_history");
    let mut rows = Vec::new();
    for incident in incidents {
        rows.extend(of_incident(incident, &mut random));
    }
    for alert in alerts {
        rows.extend(of_alert(alert, &mut random));
    }
    output::csv("status_history.csv.gz", rows)
}

/// A change, before it has its place in the order.
struct Change {
    at: Instant,
    recorded_at: Instant,
    field: &'static str,
    from: Option<String>,
    to: String,
    actor_id: &'static str,
}

fn of_incident<'a>(incident: &'a Incident<'_>, random: &mut Stream) -> Vec<Row<'a>> {
    let life = &incident.life;
    let owner_at = |at: Instant| {
        let owner = life.owners.iter().rev().find(|owner| owner.from <= at);
        owner.map_or(SYSTEM, |owner| owner.analyst_id)
    };
    let mut changes = Vec::new();
    let mut change = |at, field, from: Option<String>, to: String, actor_id| {
        changes.push(Change { at, recorded_at: at, field, from, to, actor_id });
    };

    let creator = if incident.links.is_empty() { SYSTEM } else { AUTOMATION };
    change(incident.created_at, "status", None, "new".to_owned(), creator);
    let mut status = "new";
    for (at, next) in life.statuses() {
        change(at, "status", Some(status.to_owned()), next.to_owned(), owner_at(at));
        status = next;
    }
    let mut previous: Option<(&str, u8)> = None;
    for owner in &life.owners {
        // The one who hands over makes the entry; the first one takes it.
        let actor = previous.map_or(owner.analyst_id, |_| owner_at(owner.from - 1));
        let from = previous.map(|(analyst, _)| analyst.to_owned());
        change(owner.from, "assignee", from, owner.analyst_id.to_owned(), actor);
        let from = previous.map(|(_, tier)| tier.to_string());
        change(owner.from, "tier", from, owner.tier.to_string(), actor);
        previous = Some((owner.analyst_id, owner.tier));
    }
    if let Some((at, changed)) = incident.severity_changed_at.zip(incident.severity.changed) {
        let first = incident.severity.first.name().to_owned();
        change(at, "severity", Some(first), changed.name().to_owned(), owner_at(at));
    }
    if let (Some(occurred_at), Some((estimate, at))) =
        (incident.occurred_at, incident.occurred_revised)
    {
        let estimate = Some(estimate.to_string());
        change(at, "occurred_at", estimate, occurred_at.to_string(), owner_at(at));
    }
    if let Some(contained_at) = life.contained_at {
        // Containment is written down when there is time for it.
        let late = if random.chance(25) { 2 * DAY } else { 9 * MINUTE };
        let end = life.first_closed_at().unwrap_or(AS_OF);
        let recorded_at = (contained_at + random.skewed(late)).min(end);
        changes.push(Change {
            at: contained_at,
            recorded_at,
            field: "contained_at",
            from: None,
            to: contained_at.to_string(),
            actor_id: owner_at(contained_at),
        });
    }
    changes.sort_by_key(|change| change.at);
    rows("incident", &incident.incident_id, changes, random)
}

fn of_alert<'a>(alert: &'a Alert<'_>, random: &mut Stream) -> Vec<Row<'a>> {
    let handling = &alert.handling;
    let (Some(changed), Some(acknowledged_at), Some(actor_id)) =
        (alert.severity.changed, handling.acknowledged_at, handling.by_analyst())
    else {
        return Vec::new();
    };
    let end = handling.closed_at.unwrap_or(acknowledged_at);
    let at = acknowledged_at + (end - acknowledged_at) * random.between(50, 950) / 1_000;
    let change = Change {
        at,
        recorded_at: at,
        field: "severity",
        from: Some(alert.severity.first.name().to_owned()),
        to: changed.name().to_owned(),
        actor_id,
    };
    rows("alert", &alert.alert_id, vec![change], random)
}

fn rows<'a>(
    subject_type: &'static str,
    subject_id: &'a str,
    changes: Vec<Change>,
    random: &mut Stream,
) -> Vec<Row<'a>> {
    let numbered = changes.into_iter().enumerate();
    numbered
        .map(|(index, change)| {
            let actor_kind = match change.actor_id {
                AUTOMATION => "automation",
                SYSTEM => "system",
                _ => "human",
            };
            let commented = actor_kind == "human" && change.field == "status";
            Row {
                subject_type,
                subject_id,
                changed_at: change.at,
                recorded_at: change.recorded_at,
                field: change.field,
                from_value: change.from,
                to_value: Some(change.to),
                actor_id: change.actor_id,
                actor_kind,
                comment_len: commented.then(|| random.skewed(90)),
                seq: index + 1,
            }
        })
        .collect()
}
