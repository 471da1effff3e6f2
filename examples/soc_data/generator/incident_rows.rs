//! Incidents as they are written: the record of a ticket system.

use serde::Serialize;

use super::incidents::Incident;
use super::origins::Relation;
use super::severity::{Severity, Verdict};
use super::time::Instant;

#[derive(Serialize)]
pub struct Row<'a> {
    incident_id: &'a str,
    client_id: &'static str,
    source: &'a str,
    title: String,
    r#type: &'a str,
    category: &'static str,
    is_intrusion: bool,
    severity_initial: Severity,
    severity_final: Severity,
    severity_max: Severity,
    occurred_at: Option<Instant>,
    detected_at: Instant,
    declared_at: Option<Instant>,
    acknowledged_at: Option<Instant>,
    responded_at: Option<Instant>,
    contained_at: Option<Instant>,
    eradicated_at: Option<Instant>,
    recovered_at: Option<Instant>,
    resolved_at: Option<Instant>,
    reviewed_at: Option<Instant>,
    first_closed_at: Option<Instant>,
    closed_at: Option<Instant>,
    created_at: Instant,
    ingested_at: Instant,
    status: &'static str,
    verdict: Verdict,
    detection_source: &'static str,
    assignee_id: Option<&'static str>,
    tier: Option<u8>,
    escalation_required: bool,
    escalated_at: Option<Instant>,
    root_cause_id: Option<&'a str>,
    rca_status: &'static str,
    exploited_vuln_id: Option<&'a str>,
    vuln_fix_available_at: Option<Instant>,
    impact_class: &'static str,
    impact_score: u8,
    technique_ids: [&'a str; 1],
    asset_ids: [&'a str; 1],
    entity_keys: &'a [String],
    signature: String,
    parent_id: Option<&'a str>,
    duplicate_of: Option<&'a str>,
    reopened_from: Option<&'a str>,
    reopen_count: usize,
    reassignment_count: usize,
    criteria_version: &'static str,
    external_ref: &'a str,
}

/// When the criteria for declaring an incident changed.
const NEW_CRITERIA: Instant = Instant::from_date(2026, 4, 1);

pub fn row<'a>(incident: &'a Incident<'_>) -> Row<'a> {
    let life = &incident.life;
    let rule = incident.rule;
    let (mut parent_id, mut duplicate_of, mut reopened_from) = (None, None, None);
    match &incident.relation {
        Some(Relation::ChildOf(id)) => parent_id = Some(id.as_str()),
        Some(Relation::DuplicateOf(id)) => duplicate_of = Some(id.as_str()),
        Some(Relation::ReopenedFrom(id)) => reopened_from = Some(id.as_str()),
        None => {}
    }
    let (impact_class, impact_score) = impact(incident.severity.highest());
    Row {
        incident_id: &incident.incident_id,
        client_id: incident.client.client_id,
        source: if incident.links.is_empty() { "service_desk" } else { &rule.source },
        title: format!("{} on {}", rule.name, incident.asset.asset_id),
        r#type: &rule.incident_type,
        category: category(&rule.incident_type),
        is_intrusion: incident.is_intrusion,
        severity_initial: incident.severity.first,
        severity_final: incident.severity.last(),
        severity_max: incident.severity.highest(),
        occurred_at: incident.occurred_at,
        detected_at: incident.detected_at,
        declared_at: life.declared_at,
        acknowledged_at: life.acknowledged_at,
        responded_at: life.responded_at,
        contained_at: life.contained_at,
        eradicated_at: life.eradicated_at,
        recovered_at: life.recovered_at,
        resolved_at: life.resolved_at(),
        reviewed_at: life.reviewed_at,
        first_closed_at: life.first_closed_at(),
        closed_at: life.closed_at(),
        created_at: incident.created_at,
        ingested_at: incident.ingested_at,
        status: incident.status(),
        // Until somebody has worked on it, nobody knows.
        verdict: match life.responded_at {
            Some(_) => incident.verdict,
            None => Verdict::Undetermined,
        },
        detection_source: incident.detection_source,
        assignee_id: life.owners.last().map(|owner| owner.analyst_id),
        tier: life.tier(),
        escalation_required: life.escalated_at.is_some()
            || incident.severity.highest() == Severity::Critical,
        escalated_at: life.escalated_at,
        root_cause_id: incident.root_cause.id.as_deref(),
        rca_status: incident.root_cause.status,
        exploited_vuln_id: incident.vulnerability.as_ref().map(|v| v.id.as_str()),
        vuln_fix_available_at: incident.vulnerability.as_ref().and_then(|v| v.fix_available_at),
        impact_class,
        impact_score,
        technique_ids: [&rule.technique_id],
        asset_ids: [&incident.asset.asset_id],
        entity_keys: &incident.entity_keys,
        signature: signature(incident),
        parent_id,
        duplicate_of,
        reopened_from,
        reopen_count: life.rounds.len() - 1,
        reassignment_count: life.owners.len().saturating_sub(1),
        criteria_version: if incident.created_at < NEW_CRITERIA { "2025-10" } else { "2026-04" },
        external_ref: &incident.external_ref,
    }
}

/// The VERIS action behind a type.
fn category(incident_type: &str) -> &'static str {
    match incident_type {
        "malware_infection" | "ransomware_precursor" => "malware",
        "phishing" => "social",
        "data_exposure" => "error",
        "policy_violation" => "misuse",
        _ => "hacking",
    }
}

fn impact(severity: Severity) -> (&'static str, u8) {
    match severity {
        Severity::Informational => ("none", 5),
        Severity::Low => ("minimal", 20),
        Severity::Medium => ("minor", 40),
        Severity::High => ("moderate", 65),
        Severity::Critical => ("severe", 90),
    }
}

/// What recurs when an incident recurs: client, rules, main entity, technique.
/// Hashed with 64 bit FNV-1a.
fn signature(incident: &Incident<'_>) -> String {
    let parts = format!(
        "{}|{}|{}|{}",
        incident.client.client_id,
        incident.rule_ids.join(","),
        incident.entity_keys[0],
        incident.rule.technique_id
    );
    let hash = parts.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    format!("{hash:016x}")
}
