//! Analysts and the roster. The SOC follows the sun and plans in UTC: three
//! shifts of eight hours, five crews that rotate, specialists on weekdays.

use std::io;

use serde::Serialize;

use super::output::{self, GeneratedFile};
use super::random::Stream;
use super::time::{AS_OF, DAY, HOUR, Instant, START};

/// The account that playbooks act under.
pub const AUTOMATION: &str = "soar-01";
/// The account that the ticket system itself acts under.
pub const SYSTEM: &str = "svc-tickets";

/// A crew: three analysts of tier 1 and one of tier 2.
type Crew = [&'static str; 4];

const CREWS: [Crew; 5] = [
    ["an-01", "an-02", "an-03", "an-16"],
    ["an-04", "an-05", "an-06", "an-17"],
    ["an-07", "an-08", "an-09", "an-18"],
    ["an-10", "an-11", "an-12", "an-19"],
    ["an-13", "an-14", "an-15", "an-20"],
];

/// Tier 3: detection engineers and responders, on weekdays.
const SPECIALISTS: [&str; 3] = ["an-21", "an-22", "an-23"];

/// One analyst left within the period; another took the place.
const LEAVER: &str = "an-05";
const SUCCESSOR: &str = "an-24";
const SUCCESSION: Instant = Instant::from_date(2026, 4, 27);

const SHIFT_LENGTH: i64 = 8 * HOUR;
const SHIFT_NAMES: [&str; 3] = ["night", "day", "evening"];

pub fn tier_of(analyst_id: &str) -> u8 {
    if SPECIALISTS.contains(&analyst_id) {
        3
    } else if CREWS.iter().any(|crew| crew[3] == analyst_id) {
        2
    } else {
        1
    }
}

/// Who works when.
pub struct Roster {
    shifts: Vec<Shift>,
}

struct Shift {
    starts_at: Instant,
    name: &'static str,
    analysts: Vec<&'static str>,
}

impl Roster {
    pub fn draw() -> Self {
        let mut random = Stream::of("staff");
        let days = (AS_OF - START) / DAY;
        let mut shifts = Vec::new();
        for day in 0..days {
            for (slot, name) in SHIFT_NAMES.into_iter().enumerate() {
                let starts_at = START + day * DAY + slot as i64 * SHIFT_LENGTH;
                // Two days of each shift, then the next one.
                let crew = (day as usize / 2 * 3 + slot) % CREWS.len();
                let mut analysts: Vec<_> = CREWS[crew]
                    .into_iter()
                    .map(|analyst| match analyst {
                        LEAVER if starts_at >= SUCCESSION => SUCCESSOR,
                        other => other,
                    })
                    .collect();
                // 1 January 2026 was a Thursday.
                let weekday = (day + 3) % 7 < 5;
                if weekday && name == "day" {
                    analysts.extend(SPECIALISTS);
                }
                // Illness; a crew is never left without its first analyst.
                let mut present = vec![analysts[0]];
                present.extend(analysts.into_iter().skip(1).filter(|_| !random.chance(35)));
                shifts.push(Shift { starts_at, name, analysts: present });
            }
        }
        Self { shifts }
    }

    /// An analyst of this tier on duty at `at`, else one of them on call. Tier 1
    /// is never missing.
    pub fn on_duty(&self, at: Instant, tier: u8, random: &mut Stream) -> &'static str {
        let index = ((at - START) / SHIFT_LENGTH).clamp(0, self.shifts.len() as i64 - 1);
        let on_shift: Vec<_> = self.shifts[index as usize]
            .analysts
            .iter()
            .copied()
            .filter(|analyst| tier_of(analyst) == tier)
            .collect();
        match (on_shift.is_empty(), tier) {
            (false, _) => random.pick(&on_shift),
            (true, 3) => random.pick(&SPECIALISTS),
            (true, _) => random.pick(&CREWS)[3],
        }
    }
}

#[derive(Serialize)]
struct AnalystRow {
    analyst_id: String,
    kind: &'static str,
    tier: Option<u8>,
    team: &'static str,
    active_from: &'static str,
    active_to: Option<&'static str>,
}

pub fn analysts_file() -> io::Result<GeneratedFile> {
    let people = (1..=24).map(|number| {
        let analyst_id = format!("an-{number:02}");
        let tier = tier_of(&analyst_id);
        AnalystRow {
            kind: "human",
            tier: Some(tier),
            team: if tier == 3 { "engineering" } else { "operations" },
            active_from: match number {
                24 => "2026-04-27",
                1..=8 => "2022-09-01",
                9..=18 => "2024-02-01",
                _ => "2025-05-01",
            },
            active_to: (analyst_id == LEAVER).then_some("2026-04-26"),
            analyst_id,
        }
    });
    let machines = [(AUTOMATION, "automation"), (SYSTEM, "service")].map(|(id, kind)| AnalystRow {
        analyst_id: id.to_owned(),
        kind,
        tier: None,
        team: "platform",
        active_from: "2022-09-01",
        active_to: None,
    });
    output::csv("analysts.csv", people.chain(machines))
}

#[derive(Serialize)]
struct ShiftRow {
    shift_id: String,
    analyst_id: &'static str,
    starts_at: Instant,
    ends_at: Instant,
    planned_break_seconds: i64,
    name: &'static str,
}

pub fn shifts_file(roster: &Roster) -> io::Result<GeneratedFile> {
    let rows = roster.shifts.iter().enumerate().flat_map(|(number, shift)| {
        shift.analysts.iter().map(move |analyst_id| ShiftRow {
            shift_id: format!("S-{:03}-{analyst_id}", number + 1),
            analyst_id,
            starts_at: shift.starts_at,
            ends_at: shift.starts_at + SHIFT_LENGTH,
            planned_break_seconds: 2_700,
            name: shift.name,
        })
    });
    output::csv("shifts.csv.gz", rows)
}
