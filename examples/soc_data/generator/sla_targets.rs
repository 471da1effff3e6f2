//! What was promised to the clients.

use std::io;

use serde::{Serialize, Serializer};

use super::clients::{CLIENTS, Client, QUILLHAVEN};
use super::output::{self, GeneratedFile, joined};
use super::severity::Severity::{self, Critical, High, Low, Medium};
use super::time::{DAY, HOUR, Instant, MINUTE};

#[derive(Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    Acknowledge,
    Respond,
    Contain,
    Close,
}

#[derive(Serialize)]
pub struct Target {
    pub target_id: String,
    /// None: the general promise, unless the client has its own.
    #[serde(rename = "client_id", serialize_with = "client_id")]
    pub client: Option<&'static Client>,
    pub subject_type: &'static str,
    pub severity: Severity,
    pub kind: Kind,
    pub seconds: i64,
    /// None: the clock counts around the clock.
    pub calendar_id: Option<&'static str>,
    start_event: &'static str,
    stop_event: &'static str,
    #[serde(serialize_with = "joined")]
    pause_states: &'static [&'static str],
    valid_from: Instant,
    valid_to: Option<Instant>,
}

const PROMISED: Instant = Instant::from_date(2025, 10, 1);
/// From here on one client has a tighter target for high severity.
const RENEGOTIATED: Instant = Instant::from_date(2026, 4, 1);

/// The general targets. Informational alerts have none.
const GENERAL: [(Kind, Severity, i64); 14] = [
    (Kind::Acknowledge, Critical, 15 * MINUTE),
    (Kind::Acknowledge, High, 30 * MINUTE),
    (Kind::Acknowledge, Medium, 4 * HOUR),
    (Kind::Acknowledge, Low, 8 * HOUR),
    (Kind::Respond, Critical, 90 * MINUTE),
    (Kind::Respond, High, 3 * HOUR),
    (Kind::Respond, Medium, 9 * HOUR),
    (Kind::Respond, Low, 24 * HOUR),
    (Kind::Contain, Critical, 12 * HOUR),
    (Kind::Contain, High, 24 * HOUR),
    (Kind::Contain, Medium, 60 * HOUR),
    (Kind::Contain, Low, 120 * HOUR),
    (Kind::Close, Critical, 7 * DAY),
    (Kind::Close, High, 10 * DAY),
];

/// Closing of the lesser severities counts office hours of the client. The half
/// days keep deadlines away from closing times, where it would matter whether
/// the evening after still is in time.
const IN_OFFICE_HOURS: [(Severity, i64); 2] = [(Medium, 76 * HOUR), (Low, 116 * HOUR)];

impl Target {
    fn new(kind: Kind, severity: Severity, seconds: i64) -> Self {
        let (subject_type, start_event, stop_event) = match kind {
            Kind::Acknowledge => ("alert", "created_at", "acknowledged_at"),
            Kind::Respond => ("incident", "detected_at", "responded_at"),
            Kind::Contain => ("incident", "detected_at", "contained_at"),
            Kind::Close => ("incident", "detected_at", "first_closed_at"),
        };
        Self {
            target_id: String::new(),
            client: None,
            subject_type,
            severity,
            kind,
            seconds,
            calendar_id: None,
            start_event,
            stop_event,
            pause_states: if kind == Kind::Close { &["on_hold"] } else { &[] },
            valid_from: PROMISED,
            valid_to: None,
        }
    }

    fn of(self, client: &'static Client) -> Self {
        Self { client: Some(client), ..self }
    }

    pub fn valid_at(&self, at: Instant) -> bool {
        self.valid_from <= at && self.valid_to.is_none_or(|end| at < end)
    }
}

pub fn all() -> Vec<Target> {
    let general = GENERAL.map(|(kind, severity, seconds)| Target::new(kind, severity, seconds));
    let in_office_hours = CLIENTS.into_iter().flat_map(|client| {
        IN_OFFICE_HOURS.map(|(severity, seconds)| Target {
            calendar_id: Some(client.calendar_id),
            ..Target::new(Kind::Close, severity, seconds).of(client)
        })
    });
    let own = [
        Target::new(Kind::Acknowledge, Critical, 10 * MINUTE).of(&QUILLHAVEN),
        Target {
            valid_to: Some(RENEGOTIATED),
            ..Target::new(Kind::Acknowledge, High, 25 * MINUTE).of(&QUILLHAVEN)
        },
        Target {
            valid_from: RENEGOTIATED,
            ..Target::new(Kind::Acknowledge, High, 20 * MINUTE).of(&QUILLHAVEN)
        },
    ];
    general
        .into_iter()
        .chain(in_office_hours)
        .chain(own)
        .enumerate()
        .map(|(index, target)| Target { target_id: format!("T-{:02}", index + 1), ..target })
        .collect()
}

/// The target for a subject: the client's own before the general one.
pub fn find<'a>(
    targets: &'a [Target],
    kind: Kind,
    client: &Client,
    severity: Severity,
    at: Instant,
) -> Option<&'a Target> {
    targets
        .iter()
        .filter(|target| target.kind == kind && target.severity == severity && target.valid_at(at))
        .filter(|target| target.client.is_none_or(|own| own == client))
        .max_by_key(|target| target.client.is_some())
}

fn client_id<S: Serializer>(
    client: &Option<&'static Client>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    client.map(|client| client.client_id).serialize(serializer)
}

pub fn file(targets: &[Target]) -> io::Result<GeneratedFile> {
    output::csv("sla_targets.csv", targets)
}
