//! Alerts: when they are raised, about what, and what they turn out to be.

use std::io;

use jiff::tz::TimeZone;
use serde::Serialize;

use super::assets::Asset;
use super::clients::{CLIENTS, Client};
use super::handling::{self, Handling};
use super::output::{self, GeneratedFile, joined};
use super::random::Stream;
use super::rules::{Rhythm, Rule};
use super::severity::{Severity, SeverityHistory, Verdict};
use super::staff::Roster;
use super::stories;
use super::time::{AS_OF, DAY, HOUR, Instant, MINUTE, START};

/// Alerts that stand alone or begin a group. Companions and duplicates come on
/// top, so that there are about 20,000 in all.
const FIRST_ALERTS: usize = 18_300;

pub struct Alert<'a> {
    pub alert_id: String,
    pub client: &'static Client,
    pub rule: &'a Rule,
    pub asset: &'a Asset,
    user: Option<u64>,
    pub occurred_at: Option<Instant>,
    last_activity_at: Option<Instant>,
    pub created_at: Instant,
    ingested_at: Instant,
    pub severity: SeverityHistory,
    /// What it is, whether or not anybody has decided it yet.
    pub verdict: Verdict,
    pub duplicate_of: Option<String>,
    /// The position of the alert that this one accompanies.
    pub companion_of: Option<usize>,
    pub handling: Handling,
}

impl Alert<'_> {
    pub fn is_test(&self) -> bool {
        self.verdict == Verdict::Test
    }

    /// The user and the host, or the host alone.
    pub fn entity_keys(&self) -> Vec<String> {
        let host = format!("host:{}", self.asset.asset_id);
        match self.user {
            Some(user) => vec![format!("user:{}-u{user:04}", self.client.prefix()), host],
            None => vec![host],
        }
    }
}

/// An alert before it has its place in time.
struct Draft<'a> {
    client: &'static Client,
    rule: &'a Rule,
    asset: &'a Asset,
    user: Option<u64>,
    created_at: Instant,
    verdict: Verdict,
    /// The draft that this one accompanies or repeats.
    follows: Option<usize>,
}

/// Alerts in the order of their creation.
pub fn draw<'a>(rules: &'a [Rule], assets: &'a [Asset], roster: &Roster) -> Vec<Alert<'a>> {
    let mut random = Stream::of("alerts");
    let drafts = drafts(rules, assets, &mut random);
    let mut order: Vec<usize> = (0..drafts.len()).collect();
    order.sort_by_key(|&draft| (drafts[draft].created_at, draft));
    let mut position = vec![0; drafts.len()];
    for (place, &draft) in order.iter().enumerate() {
        position[draft] = place;
    }
    order
        .iter()
        .map(|&draft| {
            let place = position[draft];
            let followed = drafts[draft].follows.map(|first| position[first]);
            finish(&drafts[draft], place, followed, roster, &mut random)
        })
        .collect()
}

fn alert_id(place: usize) -> String {
    format!("A-{:05}", place + 1)
}

fn drafts<'a>(rules: &'a [Rule], assets: &'a [Asset], random: &mut Stream) -> Vec<Draft<'a>> {
    let zones: Vec<TimeZone> = CLIENTS.iter().map(|client| client.zone()).collect();
    let mut drafts: Vec<Draft<'a>> = Vec::new();
    for _ in 0..FIRST_ALERTS {
        let which = random.weighted(CLIENTS.iter().map(|client| client.alert_share()));
        let client = CLIENTS[which];
        let rule = &rules[random.weighted(rules.iter().map(|rule| rule.weight))];
        let created_at = moment(rule.rhythm, &zones[which], random);
        let asset = asset_for(client, rule, created_at, assets, random);
        let user = (rule.rhythm == Rhythm::Office).then(|| random.below(client.users()));
        let verdict = verdict(rule, random);
        let first = drafts.len();
        drafts.push(Draft { client, rule, asset, user, created_at, verdict, follows: None });
        for (rule, verdict, within) in followers(rule, verdict, rules, random) {
            let created_at = created_at + random.between(20, within);
            if created_at <= AS_OF {
                drafts.push(Draft {
                    client,
                    rule,
                    asset,
                    user,
                    created_at,
                    verdict,
                    follows: Some(first),
                });
            }
        }
    }
    drafts
}

/// What comes after an alert: the same one again, or other traces of the same
/// intrusion. With the seconds within which it comes.
fn followers<'a>(
    rule: &'a Rule,
    verdict: Verdict,
    rules: &'a [Rule],
    random: &mut Stream,
) -> Vec<(&'a Rule, Verdict, i64)> {
    if verdict != Verdict::TruePositive {
        let repeated = verdict != Verdict::Test && random.chance(32);
        return repeated.then_some((rule, Verdict::Duplicate, HOUR)).into_iter().collect();
    }
    // Traces of one intrusion come from rules for the same kind of incident.
    let related: Vec<&Rule> = rules
        .iter()
        .filter(|other| other.incident_type == rule.incident_type)
        .filter(|other| !stories::is_noise(&other.rule_id))
        .collect();
    let count = random.weighted([70, 17, 8, 5]);
    (0..count).map(|_| (random.pick(&related), Verdict::TruePositive, 3 * HOUR)).collect()
}

/// An instant in the period, by rejection: a proposal is kept with the chance
/// that its month, weekday and hour of local time give it.
fn moment(rhythm: Rhythm, zone: &TimeZone, random: &mut Stream) -> Instant {
    // January to June, in 1/1000.
    const MONTHS: [u64; 6] = [900, 930, 960, 920, 970, 1_000];
    // Hours of the local day, in 1/1000.
    const OFFICE: [u64; 24] = [
        90, 70, 60, 60, 70, 110, 240, 480, 790, 960, 1_000, 980, 820, 880, 970, 930, 820, 620, 400,
        290, 230, 190, 150, 120,
    ];
    const MACHINE: [u64; 24] = [
        760, 780, 860, 820, 720, 680, 700, 790, 900, 960, 1_000, 990, 930, 950, 980, 960, 920, 850,
        790, 750, 740, 760, 800, 780,
    ];
    loop {
        let at = START + random.between(0, AS_OF - START - 1);
        let local = at.local(zone);
        let hour = local.hour() as usize;
        let weekend = local.weekday().to_monday_zero_offset() >= 5;
        let (by_hour, by_weekday) = match (rhythm, weekend) {
            (Rhythm::Office, true) => (OFFICE[hour], 280),
            (Rhythm::Office, false) => (OFFICE[hour], 1_000),
            (Rhythm::Machine, true) => (MACHINE[hour], 820),
            (Rhythm::Machine, false) => (MACHINE[hour], 1_000),
        };
        // New year's eve is still the old year in New York.
        let month = (local.month() as usize).min(6) - 1;
        if random.below(1_000_000_000) < by_hour * by_weekday * MONTHS[month] {
            return at;
        }
    }
}

fn asset_for<'a>(
    client: &Client,
    rule: &Rule,
    at: Instant,
    assets: &'a [Asset],
    random: &mut Stream,
) -> &'a Asset {
    let candidates: Vec<&Asset> = assets
        .iter()
        .filter(|asset| asset.client == client && asset.exists(at))
        .filter(|asset| rule.asset_classes().contains(&asset.class))
        .collect();
    random.pick(&candidates)
}

fn verdict(rule: &Rule, random: &mut Stream) -> Verdict {
    if random.chance(9) {
        Verdict::Test
    } else if random.chance(60) {
        Verdict::Undetermined
    } else if random.chance(rule.benign) {
        Verdict::BenignPositive
    } else if random.chance(rule.precision) {
        Verdict::TruePositive
    } else if random.chance(760) {
        Verdict::FalsePositiveLogic
    } else {
        Verdict::FalsePositiveData
    }
}

fn finish<'a>(
    draft: &Draft<'a>,
    place: usize,
    followed: Option<usize>,
    roster: &Roster,
    random: &mut Stream,
) -> Alert<'a> {
    let Draft { client, rule, asset, user, created_at, verdict, .. } = *draft;
    let first = match random.below(100) {
        0..7 => rule.level.lowered(),
        7..13 => rule.level.raised(),
        _ => rule.level,
    };
    let changed = match random.below(1_000) {
        0..14 => Some(first.raised()),
        14..26 => Some(first.lowered()),
        _ => None,
    };
    let severity = SeverityHistory { first, changed: changed.filter(|&changed| changed != first) };
    let handling = handling::draw(client, created_at, severity, verdict, roster, random);
    // Nobody changes the severity of what nobody has looked at.
    let severity = SeverityHistory {
        changed: severity.changed.filter(|_| handling.by_analyst().is_some()),
        ..severity
    };
    let occurred_at = (!random.chance(30)).then(|| created_at - random.skewed(4 * MINUTE).min(DAY));
    // Most detections rest on one event.
    let last_activity_at = occurred_at
        .filter(|_| random.chance(220))
        .map(|occurred_at| occurred_at + random.between(0, created_at - occurred_at));
    Alert {
        alert_id: alert_id(place),
        client,
        rule,
        asset,
        user,
        occurred_at,
        last_activity_at,
        created_at,
        ingested_at: (created_at + random.skewed(6)).min(AS_OF),
        severity,
        verdict,
        duplicate_of: followed.filter(|_| verdict == Verdict::Duplicate).map(alert_id),
        companion_of: followed.filter(|_| verdict == Verdict::TruePositive),
        handling,
    }
}

#[derive(Serialize)]
struct Row<'a> {
    alert_id: &'a str,
    client_id: &'static str,
    source: &'a str,
    rule_id: &'a str,
    rule_version: &'static str,
    occurred_at: Option<Instant>,
    last_activity_at: Option<Instant>,
    created_at: Instant,
    ingested_at: Instant,
    acknowledged_at: Option<Instant>,
    first_action_at: Option<Instant>,
    closed_at: Option<Instant>,
    severity_initial: Severity,
    severity_current: Severity,
    severity_max: Severity,
    status: &'static str,
    suppressed: bool,
    is_test: bool,
    duplicate_of: Option<&'a str>,
    #[serde(serialize_with = "joined")]
    asset_ids: [&'a str; 1],
    #[serde(serialize_with = "joined")]
    entity_keys: Vec<String>,
    #[serde(serialize_with = "joined")]
    tactic_ids: [&'a str; 1],
    #[serde(serialize_with = "joined")]
    technique_ids: [&'a str; 1],
    assignee_id: Option<&'static str>,
}

pub fn file(alerts: &[Alert<'_>]) -> io::Result<GeneratedFile> {
    let rows = alerts.iter().map(|alert| Row {
        alert_id: &alert.alert_id,
        client_id: alert.client.client_id,
        source: &alert.rule.source,
        rule_id: &alert.rule.rule_id,
        rule_version: alert.rule.version_at(alert.created_at),
        occurred_at: alert.occurred_at,
        last_activity_at: alert.last_activity_at,
        created_at: alert.created_at,
        ingested_at: alert.ingested_at,
        acknowledged_at: alert.handling.acknowledged_at,
        first_action_at: alert.handling.first_action_at,
        closed_at: alert.handling.closed_at,
        severity_initial: alert.severity.first,
        severity_current: alert.severity.last(),
        severity_max: alert.severity.highest(),
        status: alert.handling.status(),
        suppressed: alert.handling.suppressed,
        is_test: alert.is_test(),
        duplicate_of: alert.duplicate_of.as_deref(),
        asset_ids: [&alert.asset.asset_id],
        entity_keys: alert.entity_keys(),
        tactic_ids: [&alert.rule.tactic_id],
        technique_ids: [&alert.rule.technique_id],
        assignee_id: alert.handling.assignee_id,
    });
    output::csv("alerts.csv.gz", rows)
}
