//! Incidents: what alerts grow into, and what people report.

use std::io;

use super::alerts::Alert;
use super::assets::Asset;
use super::clients::{CLIENTS, Client};
use super::incident_alerts::{Link, LinkKind};
use super::incident_rows;
use super::lifecycle::{Case, Lifecycle};
use super::origins::{self, Relation, RootCause};
use super::output::{self, GeneratedFile};
use super::random::Stream;
use super::rules::Rule;
use super::severity::{Severity, SeverityHistory, Verdict};
use super::staff::Roster;
use super::stories;
use super::time::{AS_OF, DAY, HOUR, Instant, MINUTE, START};

/// Incidents that no alert announced.
const REPORTED: usize = 96;

pub struct Incident<'a> {
    pub incident_id: String,
    pub client: &'static Client,
    pub rule: &'a Rule,
    pub asset: &'a Asset,
    pub detection_source: &'static str,
    pub links: Vec<Link>,
    /// The rules of all linked alerts, or the nearest one without alerts.
    pub rule_ids: Vec<&'a str>,
    pub entity_keys: Vec<String>,
    pub severity: SeverityHistory,
    pub severity_changed_at: Option<Instant>,
    pub is_intrusion: bool,
    pub occurred_at: Option<Instant>,
    /// An earlier estimate of `occurred_at`, and when it was corrected.
    pub occurred_revised: Option<(Instant, Instant)>,
    pub detected_at: Instant,
    pub created_at: Instant,
    pub ingested_at: Instant,
    pub life: Lifecycle,
    /// What it is, whether or not it has been decided yet.
    pub verdict: Verdict,
    pub root_cause: RootCause,
    pub relation: Option<Relation>,
    pub external_ref: String,
    pub vulnerability: Option<Vulnerability>,
}

pub struct Vulnerability {
    pub id: String,
    pub fix_available_at: Option<Instant>,
}

impl Incident<'_> {
    pub fn is_duplicate(&self) -> bool {
        matches!(self.relation, Some(Relation::DuplicateOf(_)))
    }

    pub fn status(&self) -> &'static str {
        let statuses = self.life.statuses();
        statuses.last().map_or("new", |(_, status)| status)
    }
}

/// How an incident comes to be known.
struct Seed<'a> {
    client: &'static Client,
    rule: &'a Rule,
    asset: &'a Asset,
    entity_keys: Vec<String>,
    severity: Severity,
    verdict: Verdict,
    detection_source: &'static str,
    /// The earliest trace that the source itself shows.
    activity_at: Instant,
    detected_at: Instant,
    created_at: Instant,
    alerts: Vec<usize>,
}

/// Incidents in the order of their creation.
pub fn draw<'a>(
    alerts: &'a [Alert<'a>],
    rules: &'a [Rule],
    assets: &'a [Asset],
    roster: &Roster,
) -> Vec<Incident<'a>> {
    let mut random = Stream::of("incidents");
    let mut seeds = from_alerts(alerts, &mut random);
    seeds.extend((0..REPORTED).map(|_| reported(rules, assets, &mut random)));
    seeds.sort_by_key(|seed| (seed.created_at, seed.detected_at));
    let early =
        seeds.iter().filter(|seed| seed.detected_at < stories::STUCK_DETECTED_BEFORE).count();
    let spacing = early / stories::STUCK_INCIDENTS;

    let mut incidents: Vec<Incident<'a>> = Vec::new();
    for (place, seed) in seeds.into_iter().enumerate() {
        let stuck = (place % spacing == spacing / 2)
            .then_some(place / spacing)
            .filter(|&number| number < stories::STUCK_INCIDENTS);
        let incident = finish(seed, place, stuck, alerts, &incidents, roster, &mut random);
        incidents.push(incident);
    }
    incidents
}

/// Alerts that somebody judged worth an incident, with their companions.
fn from_alerts<'a>(alerts: &'a [Alert<'a>], random: &mut Stream) -> Vec<Seed<'a>> {
    let mut seed_of = vec![None; alerts.len()];
    let mut seeds: Vec<Seed<'a>> = Vec::new();
    for (place, alert) in alerts.iter().enumerate() {
        if let Some(seed) = alert.companion_of.and_then(|first| seed_of[first]) {
            let seed: &mut Seed<'a> = &mut seeds[seed];
            seed.alerts.push(place);
            let activity_at = alert.occurred_at.unwrap_or(alert.created_at);
            seed.activity_at = seed.activity_at.min(activity_at);
            continue;
        }
        let severity = alert.severity.highest();
        let chance = match (alert.verdict, severity) {
            (Verdict::TruePositive, Severity::Critical) => 975,
            (Verdict::TruePositive, Severity::High) => 790,
            (Verdict::TruePositive, Severity::Medium) => 310,
            (Verdict::TruePositive, Severity::Low) => 130,
            (Verdict::TruePositive, Severity::Informational) => 40,
            (Verdict::BenignPositive, Severity::Critical | Severity::High) => 45,
            (Verdict::FalsePositiveLogic, Severity::Critical | Severity::High) => 12,
            _ => 0,
        };
        let Some(created_at) = alert.handling.first_action_at else {
            continue;
        };
        if alert.companion_of.is_some() || !random.chance(chance) {
            continue;
        }
        let Some(created_at) = (created_at + random.skewed(3 * MINUTE)).known() else {
            continue;
        };
        seed_of[place] = Some(seeds.len());
        seeds.push(Seed {
            client: alert.client,
            rule: alert.rule,
            asset: alert.asset,
            entity_keys: alert.entity_keys(),
            severity: alert.severity.last(),
            verdict: alert.verdict,
            detection_source: "internal_automated",
            activity_at: alert.occurred_at.unwrap_or(alert.created_at),
            detected_at: alert.created_at,
            created_at,
            alerts: vec![place],
        });
    }
    seeds
}

/// An incident that a person, a partner or a stranger reports.
fn reported<'a>(rules: &'a [Rule], assets: &'a [Asset], random: &mut Stream) -> Seed<'a> {
    const SOURCES: [&str; 5] =
        ["internal_human", "external_third_party", "partner", "external_attacker", "unknown"];
    let client = CLIENTS[random.weighted(CLIENTS.iter().map(|client| client.alert_share()))];
    let detected_at = START + random.between(0, AS_OF - START - 2 * HOUR);
    let asset = loop {
        let asset = &assets[random.index(assets.len())];
        if asset.client == client && asset.exists(detected_at) {
            break asset;
        }
    };
    let rule = loop {
        let rule = &rules[random.index(rules.len())];
        if !stories::is_noise(&rule.rule_id) && rule.level >= Severity::Medium {
            break rule;
        }
    };
    Seed {
        client,
        rule,
        asset,
        entity_keys: vec![format!("host:{}", asset.asset_id)],
        severity: rule.level,
        verdict: Verdict::TruePositive,
        detection_source: SOURCES[random.weighted([46, 24, 16, 7, 3])],
        activity_at: detected_at,
        detected_at,
        created_at: (detected_at + random.skewed(25 * MINUTE)).min(AS_OF),
        alerts: Vec::new(),
    }
}

fn finish<'a>(
    seed: Seed<'a>,
    place: usize,
    stuck: Option<usize>,
    alerts: &'a [Alert<'a>],
    earlier: &[Incident<'a>],
    roster: &Roster,
    random: &mut Stream,
) -> Incident<'a> {
    let changed = match random.below(1_000) {
        0..60 => Some(seed.severity.raised()),
        60..92 => Some(seed.severity.lowered()),
        _ => None,
    };
    let mut severity = SeverityHistory {
        first: seed.severity,
        changed: changed.filter(|&changed| changed != seed.severity),
    };
    let case = Case {
        created_at: seed.created_at,
        severity: severity.highest(),
        tier: tier(severity.highest(), random),
        stuck,
    };
    let life = Lifecycle::draw(&case, roster, random);
    let severity_changed_at =
        severity.changed.and(life.acknowledged_at).zip(life.responded_at).map(
            |(owned, responded)| owned + (responded - owned) * random.between(100, 950) / 1_000,
        );
    if severity_changed_at.is_none() {
        severity.changed = None;
    }

    let relation = match stuck {
        Some(_) => None,
        None => origins::relation(
            seed.client,
            &seed.rule.incident_type,
            seed.detected_at,
            earlier,
            random,
        ),
    };
    let verdict = match (&relation, seed.verdict) {
        (Some(Relation::DuplicateOf(_)), _) => Verdict::Duplicate,
        (_, Verdict::TruePositive) if random.chance(25) => Verdict::Undetermined,
        (_, verdict) => verdict,
    };
    let is_intrusion = verdict == Verdict::TruePositive
        && random.chance(match seed.rule.incident_type.as_str() {
            "credential_abuse" | "lateral_movement" | "ransomware_precursor" => 1_000,
            "web_attack" => 310,
            "malware_infection" => 250,
            _ => 0,
        });
    let occurred_at =
        (!random.chance(45)).then(|| seed.activity_at - unseen(&seed, is_intrusion, random));
    let occurred_revised = occurred_at
        .zip(life.responded_at)
        .filter(|_| random.chance(35))
        .map(|(occurred_at, at)| (occurred_at + (seed.detected_at - occurred_at) / 2, at));
    let links = links(&seed, alerts, &life, random);
    let mut rule_ids: Vec<&str> =
        links.iter().map(|link| alerts[link.alert].rule.rule_id.as_str()).collect();
    if rule_ids.is_empty() {
        rule_ids.push(&seed.rule.rule_id);
    }
    rule_ids.sort();
    rule_ids.dedup();
    let root_cause =
        origins::root_cause(seed.client, place, relation.as_ref(), earlier, &life, random);
    let vulnerability =
        (seed.rule.incident_type == "web_attack" && random.chance(350)).then(|| {
            let fixed = seed.detected_at - random.between(-6 * DAY, 80 * DAY);
            Vulnerability {
                id: format!("VULN-{:03}", random.between(1, 40)),
                fix_available_at: fixed.known(),
            }
        });
    Incident {
        incident_id: incident_id(place),
        client: seed.client,
        rule: seed.rule,
        asset: seed.asset,
        detection_source: seed.detection_source,
        links,
        rule_ids,
        entity_keys: seed.entity_keys,
        severity,
        severity_changed_at,
        is_intrusion,
        occurred_at,
        occurred_revised,
        detected_at: seed.detected_at,
        created_at: seed.created_at,
        ingested_at: (seed.created_at + random.between(1, 20)).min(AS_OF),
        life,
        verdict,
        root_cause,
        relation,
        external_ref: format!("TCK-{}", 104_200 + 3 * place),
        vulnerability,
    }
}

fn incident_id(place: usize) -> String {
    format!("I-{:04}", place + 1)
}

/// The tier that will finish an incident of this severity.
fn tier(severity: Severity, random: &mut Stream) -> u8 {
    let weights = match severity {
        Severity::Critical => [18, 56, 26],
        Severity::High => [52, 39, 9],
        Severity::Medium => [68, 29, 3],
        Severity::Low | Severity::Informational => [80, 19, 1],
    };
    random.weighted(weights) as u8 + 1
}

/// Seconds from the first compromise to the first trace in the source.
fn unseen(seed: &Seed<'_>, is_intrusion: bool, random: &mut Stream) -> i64 {
    let outside = seed.detection_source.starts_with("external");
    match (is_intrusion, outside) {
        (true, true) => random.skewed(8 * DAY),
        (true, false) => random.skewed(28 * HOUR),
        (false, true) => random.skewed(30 * HOUR),
        (false, false) => random.skewed(20 * MINUTE),
    }
    .min(150 * DAY)
}

fn links(
    seed: &Seed<'_>,
    alerts: &[Alert<'_>],
    life: &Lifecycle,
    random: &mut Stream,
) -> Vec<Link> {
    // Nothing is added to an incident that is closed.
    let latest = life.first_closed_at().unwrap_or(AS_OF);
    seed.alerts
        .iter()
        .enumerate()
        .filter_map(|(number, &alert)| {
            let (linked_at, kind) = if number == 0 {
                (seed.created_at, LinkKind::CreatedFrom)
            } else {
                let seen = alerts[alert].created_at.max(seed.created_at);
                let kind = if random.chance(150) { LinkKind::Manual } else { LinkKind::Merged };
                (seen + random.skewed(12 * MINUTE), kind)
            };
            (linked_at <= latest).then_some(Link { alert, linked_at, kind })
        })
        .collect()
}

pub fn file(incidents: &[Incident<'_>]) -> io::Result<GeneratedFile> {
    output::ndjson("incidents.ndjson.gz", incidents.iter().map(incident_rows::row))
}
