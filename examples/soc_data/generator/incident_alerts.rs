//! Which alerts belong to which incident.

use std::io;

use serde::Serialize;

use super::alerts::Alert;
use super::incidents::Incident;
use super::output::{self, GeneratedFile};
use super::time::Instant;

/// An alert in an incident.
pub struct Link {
    /// The position of the alert.
    pub alert: usize,
    pub linked_at: Instant,
    pub kind: LinkKind,
}

#[derive(Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum LinkKind {
    CreatedFrom,
    Merged,
    Manual,
}

#[derive(Serialize)]
struct Row<'a> {
    incident_id: &'a str,
    alert_id: &'a str,
    linked_at: Instant,
    link_kind: LinkKind,
}

pub fn file(incidents: &[Incident<'_>], alerts: &[Alert<'_>]) -> io::Result<GeneratedFile> {
    let rows = incidents.iter().flat_map(|incident| {
        incident.links.iter().map(|link| Row {
            incident_id: &incident.incident_id,
            alert_id: &alerts[link.alert].alert_id,
            linked_at: link.linked_at,
            link_kind: link.kind,
        })
    });
    output::csv("incident_alerts.csv", rows)
}
