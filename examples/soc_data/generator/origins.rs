//! What an incident goes back to: an earlier incident, a root cause.

use super::clients::Client;
use super::incidents::Incident;
use super::lifecycle::Lifecycle;
use super::random::Stream;
use super::time::{DAY, Instant};

/// A link to an earlier incident.
pub enum Relation {
    DuplicateOf(String),
    ChildOf(String),
    ReopenedFrom(String),
}

pub struct RootCause {
    pub id: Option<String>,
    pub status: &'static str,
}

/// Few incidents point back at an earlier one of the same client and type.
pub fn relation(
    client: &Client,
    incident_type: &str,
    detected_at: Instant,
    earlier: &[Incident<'_>],
    random: &mut Stream,
) -> Option<Relation> {
    let draw = random.below(1_000);
    let previous = earlier.iter().rev().find(|other| {
        other.client == client
            && other.rule.incident_type == incident_type
            && other.relation.is_none()
    })?;
    let id = previous.incident_id.clone();
    let close = detected_at - previous.detected_at < 2 * DAY;
    let closed = previous.life.closed_at().is_some_and(|at| at < detected_at);
    match draw {
        0..32 if close => Some(Relation::DuplicateOf(id)),
        32..48 if close => Some(Relation::ChildOf(id)),
        48..80 if closed => Some(Relation::ReopenedFrom(id)),
        _ => None,
    }
}

pub fn root_cause(
    client: &Client,
    place: usize,
    relation: Option<&Relation>,
    earlier: &[Incident<'_>],
    life: &Lifecycle,
    random: &mut Stream,
) -> RootCause {
    let prefix = client.prefix();
    let (id, status) = match (life.first_closed_at(), random.below(100)) {
        (None, _) => (None, "open"),
        // Causes that come back, the first ones more often.
        (_, 0..26) => {
            let number = random.below(24).min(random.below(24)) + 1;
            (Some(format!("RC-{prefix}-{number:02}")), "done")
        }
        (_, 26..72) => (Some(format!("RC-{prefix}-{:04}", place + 1_000)), "done"),
        (_, 72..88) => (None, "unknown"),
        _ => (None, "waived"),
    };
    // What comes back has the cause it had, where that was found.
    let same = relation.and_then(|relation| match relation {
        Relation::ReopenedFrom(id) => earlier.iter().find(|other| other.incident_id == *id),
        Relation::DuplicateOf(_) | Relation::ChildOf(_) => None,
    });
    match same.and_then(|other| other.root_cause.id.clone()) {
        Some(cause) if status == "done" => RootCause { id: Some(cause), status },
        _ => RootCause { id, status },
    }
}
