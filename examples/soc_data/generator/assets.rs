//! The registry of assets, one row per version of an asset.

use std::io;

use serde::Serialize;

use super::clients::{CLIENTS, Client};
use super::output::{self, GeneratedFile, joined};
use super::random::Stream;
use super::time::{AS_OF, DAY, HOUR, Instant, START};

/// An asset over its life.
pub struct Asset {
    pub asset_id: String,
    pub client: &'static Client,
    pub class: &'static str,
    pub required_telemetry: &'static [&'static str],
    pub valid_from: Instant,
    /// When it left the registry.
    pub valid_to: Option<Instant>,
    versions: Vec<Version>,
}

/// What can change during that life.
#[derive(Clone)]
struct Version {
    valid_from: Instant,
    segment: &'static str,
    criticality: &'static str,
    scope_reason: Option<&'static str>,
    decommission_ref: Option<String>,
    last_confirmed_at: Instant,
}

impl Asset {
    /// Whether the asset is in the registry at `at`, in scope or not.
    pub fn exists(&self, at: Instant) -> bool {
        self.valid_from <= at && self.valid_to.is_none_or(|end| at < end)
    }

    pub fn in_scope(&self, at: Instant) -> bool {
        let version = self.versions.iter().rev().find(|v| v.valid_from <= at);
        self.exists(at) && version.is_some_and(|v| v.scope_reason.is_none())
    }
}

struct Class {
    name: &'static str,
    short: &'static str,
    required_telemetry: &'static [&'static str],
    segments: &'static [&'static str],
    /// How many each client has, in the order of [`CLIENTS`].
    counts: [usize; 3],
}

const CLASSES: [Class; 6] = [
    Class {
        name: "endpoint",
        short: "ep",
        required_telemetry: &["edr", "os_log"],
        segments: &["office", "remote", "plant"],
        counts: [50, 74, 42],
    },
    Class {
        name: "server",
        short: "sv",
        required_telemetry: &["edr", "os_log", "auth_log"],
        segments: &["core", "dmz"],
        counts: [30, 34, 24],
    },
    Class {
        name: "cloud_workload",
        short: "cw",
        required_telemetry: &["cloud_audit", "os_log"],
        segments: &["production", "staging"],
        counts: [14, 30, 18],
    },
    Class {
        name: "network_segment",
        short: "ns",
        required_telemetry: &["netflow", "dns"],
        segments: &["site_a", "site_b"],
        counts: [14, 14, 10],
    },
    Class {
        name: "identity",
        short: "id",
        required_telemetry: &["auth_log"],
        segments: &["core"],
        counts: [4, 6, 4],
    },
    Class {
        name: "saas",
        short: "sa",
        required_telemetry: &["mail_log"],
        segments: &["office"],
        counts: [6, 8, 6],
    },
];

/// When the registry was set up.
const REGISTERED: Instant = Instant::from_date(2025, 10, 1);

pub fn draw() -> Vec<Asset> {
    let mut random = Stream::of("assets");
    let mut assets = Vec::new();
    for (position, client) in CLIENTS.into_iter().enumerate() {
        for class in &CLASSES {
            for number in 1..=class.counts[position] {
                let asset_id = format!("{}-{}-{number:03}", client.prefix(), class.short);
                assets.push(draw_one(asset_id, client, class, &mut random));
            }
        }
    }
    assets
}

fn draw_one(
    asset_id: String,
    client: &'static Client,
    class: &Class,
    random: &mut Stream,
) -> Asset {
    let day = |random: &mut Stream| START + random.between(5, 175) * DAY + 9 * HOUR;
    // A few join during the half year, a few leave it.
    let valid_from =
        if random.chance(60) { day(random) } else { REGISTERED + random.between(0, 60) * DAY };
    let first = Version {
        valid_from,
        segment: random.pick(class.segments),
        criticality: ["low", "medium", "high", "critical"][random.weighted([25, 45, 22, 8])],
        scope_reason: random.chance(40).then_some("client_managed"),
        decommission_ref: None,
        last_confirmed_at: AS_OF,
    };
    let mut versions = vec![first.clone()];
    if random.chance(90) {
        let at = day(random);
        if at > valid_from {
            let mut next = first;
            next.valid_from = at;
            match random.below(3) {
                0 => next.segment = random.pick(class.segments),
                1 => next.criticality = "high",
                // Both directions: into scope as often as out of it.
                _ => {
                    next.scope_reason = match next.scope_reason {
                        None if random.chance(250) => Some("lab_use"),
                        _ => None,
                    }
                }
            }
            versions.push(next);
        }
    }
    let last = versions.len() - 1;
    let mut valid_to = None;
    if random.chance(35) {
        let at = day(random);
        if at > versions[last].valid_from {
            valid_to = Some(at);
            versions[last].decommission_ref =
                Some(format!("CHG-{}", random.between(10_000, 19_999)));
        }
    }
    for index in 0..=last {
        let end = versions.get(index + 1).map(|v| v.valid_from).or(valid_to);
        let end = end.unwrap_or(AS_OF);
        // The inventory run confirms most assets weekly, some hardly ever.
        let age = random.skewed(3 * DAY).min(end - versions[index].valid_from);
        versions[index].last_confirmed_at = end - age;
    }
    Asset {
        asset_id,
        client,
        class: class.name,
        required_telemetry: class.required_telemetry,
        valid_from,
        valid_to,
        versions,
    }
}

#[derive(Serialize)]
struct Row<'a> {
    asset_id: &'a str,
    client_id: &'static str,
    class: &'static str,
    segment: &'static str,
    criticality: &'static str,
    in_scope: bool,
    scope_reason: Option<&'static str>,
    valid_from: Instant,
    valid_to: Option<Instant>,
    decommission_ref: Option<&'a str>,
    first_seen_at: Instant,
    last_confirmed_at: Instant,
    #[serde(serialize_with = "joined")]
    required_telemetry: &'static [&'static str],
}

pub fn file(assets: &[Asset]) -> io::Result<GeneratedFile> {
    let rows = assets.iter().flat_map(|asset| {
        asset.versions.iter().enumerate().map(|(index, version)| {
            let next = asset.versions.get(index + 1);
            Row {
                asset_id: &asset.asset_id,
                client_id: asset.client.client_id,
                class: asset.class,
                segment: version.segment,
                criticality: version.criticality,
                in_scope: version.scope_reason.is_none(),
                scope_reason: version.scope_reason,
                valid_from: version.valid_from,
                valid_to: next.map(|next| next.valid_from).or(asset.valid_to),
                decommission_ref: version.decommission_ref.as_deref(),
                first_seen_at: asset.valid_from,
                last_confirmed_at: version.last_confirmed_at,
                required_telemetry: asset.required_telemetry,
            }
        })
    });
    output::csv("assets.csv", rows)
}
