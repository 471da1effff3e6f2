//! Health checks of telemetry: which asset reports which type, seen once a
//! week and at the end of each month.
//!
//! The state at any instant is the newest check before it, per asset and type.

use std::io;

use serde::Serialize;

use super::assets::Asset;
use super::clients::{CLIENTS, Client};
use super::output::{self, GeneratedFile};
use super::random::Stream;
use super::stories;
use super::time::{AS_OF, DAY, HOUR, Instant, MINUTE, START, WEEK};

/// Checks run two hours before midnight UTC, so that figures as of a Monday or
/// of the first of a month rest on a fresh one.
const CHECK_LEAD: i64 = 2 * HOUR;

/// The age of the last event up to which a type counts as healthy.
const FRESH_WITHIN: i64 = DAY;

/// In how many assets of a client something is broken at any time: when one is
/// repaired, the next breaks.
fn usual_gaps(client: &Client) -> usize {
    match client.client_id {
        "falkmar" => 4,
        "quillhaven" => 8,
        _ => 3,
    }
}

/// A time in which an asset does not report one type.
struct Gap<'a> {
    asset_id: &'a str,
    telemetry_type: &'static str,
    from: Instant,
    until: Instant,
}

#[derive(Serialize)]
struct Row<'a> {
    asset_id: Option<&'a str>,
    entity_key: Option<String>,
    client_id: &'static str,
    telemetry_type: &'static str,
    source: &'static str,
    checked_at: Instant,
    last_event_at: Option<Instant>,
    event_count: i64,
    field_completeness: Option<String>,
    healthy: bool,
}

pub fn file(assets: &[Asset]) -> io::Result<GeneratedFile> {
    let mut random = Stream::of("telemetry");
    let gaps = gaps(assets, &mut random);
    let shadows = shadows(&mut random);
    let mut rows = Vec::new();
    for checked_at in checks() {
        for asset in assets.iter().filter(|asset| asset.exists(checked_at)) {
            for telemetry_type in asset.required_telemetry {
                let gap = gaps.iter().find(|gap| {
                    gap.asset_id == asset.asset_id
                        && gap.telemetry_type == *telemetry_type
                        && (gap.from..gap.until).contains(&checked_at)
                });
                rows.push(row(asset, telemetry_type, checked_at, gap, &mut random));
            }
        }
        for (client, entity_key, seen) in &shadows {
            if seen.contains(&checked_at) {
                rows.push(Row {
                    asset_id: None,
                    entity_key: Some(entity_key.clone()),
                    client_id: client.client_id,
                    telemetry_type: "netflow",
                    source: source_of("netflow"),
                    checked_at,
                    last_event_at: Some(checked_at - random.between(1, 600) * MINUTE),
                    event_count: random.between(1, 40) * 10,
                    field_completeness: None,
                    healthy: true,
                });
            }
        }
    }
    output::csv("telemetry.csv.gz", rows)
}

/// Sundays and last days of months, 22:00 UTC.
fn checks() -> Vec<Instant> {
    let first_monday = Instant::from_date(2026, 1, 5);
    let mondays = (0..).map(|week| first_monday + week * WEEK).take_while(|at| *at <= AS_OF);
    let firsts = (2..=7).map(|month| Instant::from_date(2026, month, 1));
    let mut midnights: Vec<_> = mondays.chain(firsts).collect();
    midnights.sort();
    midnights.dedup();
    midnights.into_iter().map(|at| at - CHECK_LEAD).collect()
}

fn row<'a>(
    asset: &'a Asset,
    telemetry_type: &'static str,
    checked_at: Instant,
    gap: Option<&Gap<'_>>,
    random: &mut Stream,
) -> Row<'a> {
    let (last_event_at, event_count) = match gap {
        // Broken before the asset was registered: it never reported.
        Some(gap) => ((gap.from >= asset.valid_from).then_some(gap.from), 0),
        None => (
            Some(checked_at - random.between(0, 45) * MINUTE),
            volume(telemetry_type) * random.between(7, 14) * 10,
        ),
    };
    Row {
        asset_id: Some(&asset.asset_id),
        entity_key: None,
        client_id: asset.client.client_id,
        telemetry_type,
        source: source_of(telemetry_type),
        checked_at,
        last_event_at,
        event_count,
        field_completeness: gap.is_none().then(|| format!("0.{}", 99 - random.skewed(2).min(20))),
        healthy: last_event_at.is_some_and(|at| checked_at - at <= FRESH_WITHIN),
    }
}

/// Events of a usual day, in hundreds.
fn volume(telemetry_type: &str) -> i64 {
    match telemetry_type {
        "edr" => 40,
        "os_log" => 24,
        "netflow" => 310,
        "dns" => 120,
        _ => 15,
    }
}

fn source_of(telemetry_type: &str) -> &'static str {
    match telemetry_type {
        "edr" => "edr",
        "netflow" | "dns" => "ndr",
        "cloud_audit" => "cloud",
        "mail_log" => "email",
        "auth_log" => "identity",
        _ => "siem",
    }
}

fn gaps<'a>(assets: &'a [Asset], random: &mut Stream) -> Vec<Gap<'a>> {
    let mut gaps = Vec::new();
    for client in CLIENTS {
        let own: Vec<&Asset> = assets.iter().filter(|a| a.client == client).collect();
        for _ in 0..usual_gaps(client) {
            let mut from = START - random.between(0, 60) * DAY;
            while from < AS_OF {
                let until = from + random.between(3 * WEEK, 12 * WEEK);
                let asset = free_asset(&own, &gaps, from, until, random);
                gaps.push(Gap {
                    asset_id: &asset.asset_id,
                    telemetry_type: random.pick(asset.required_telemetry),
                    from,
                    until,
                });
                from = until;
            }
        }
        // Besides, short outages with pauses between them.
        let mut from = START + random.between(0, 12) * DAY;
        while from < AS_OF {
            let until = from + random.between(3, 11) * DAY;
            let asset = free_asset(&own, &gaps, from, until, random);
            gaps.push(Gap {
                asset_id: &asset.asset_id,
                telemetry_type: random.pick(asset.required_telemetry),
                from,
                until,
            });
            from = until + random.between(1, 14) * DAY;
        }
    }
    broken_update(assets, &mut gaps, random);
    gaps
}

/// An asset in scope at both ends of the gap and with no other gap in it.
fn free_asset<'a>(
    assets: &[&'a Asset],
    gaps: &[Gap<'_>],
    from: Instant,
    until: Instant,
    random: &mut Stream,
) -> &'a Asset {
    loop {
        let asset = random.pick(assets);
        let begin = from.max(START);
        let end = until.min(AS_OF);
        let taken = gaps
            .iter()
            .any(|gap| gap.asset_id == asset.asset_id && gap.from < until && from < gap.until);
        if !taken && asset.in_scope(begin) && asset.in_scope(end) {
            return asset;
        }
    }
}

/// Story 1.
fn broken_update<'a>(assets: &'a [Asset], gaps: &mut Vec<Gap<'a>>, random: &mut Stream) {
    let fleet: Vec<&Asset> = assets
        .iter()
        .filter(|asset| asset.client == stories::COVERAGE_CLIENT)
        .filter(|asset| asset.required_telemetry.contains(&stories::COVERAGE_TELEMETRY))
        .collect();
    for number in 0..stories::COVERAGE_BROKEN_ASSETS {
        let from = stories::COVERAGE_BREAKS_FROM
            + random.between(0, stories::COVERAGE_BREAKS_WITHIN / MINUTE) * MINUTE;
        let repair_days = (stories::COVERAGE_REPAIR_UNTIL - stories::COVERAGE_REPAIR_FROM) / DAY;
        let until = if number < stories::COVERAGE_REPAIRED_ASSETS {
            stories::COVERAGE_REPAIR_FROM + random.between(0, repair_days) * DAY
        } else {
            AS_OF + DAY
        };
        let asset = free_asset(&fleet, gaps, from, until, random);
        gaps.push(Gap {
            asset_id: &asset.asset_id,
            telemetry_type: stories::COVERAGE_TELEMETRY,
            from,
            until,
        });
    }
}

/// Entities that the network sees and the registry does not know.
fn shadows(random: &mut Stream) -> Vec<(&'static Client, String, std::ops::Range<Instant>)> {
    (0..14)
        .map(|_| {
            let client = random.pick(&CLIENTS);
            let key = format!(
                "ip:10.{}.{}.{}",
                random.between(16, 31),
                random.between(0, 254),
                random.between(1, 254)
            );
            let from = START + random.between(0, 150) * DAY;
            (client, key, from..from + random.skewed(3 * WEEK))
        })
        .collect()
}
