//! How an alert is handled: acknowledged, worked on, closed.

use super::clients::Client;
use super::random::Stream;
use super::severity::{Severity, SeverityHistory, Verdict};
use super::staff::{AUTOMATION, Roster};
use super::stories;
use super::time::{AS_OF, Daypart, HOUR, Instant, MINUTE};

#[derive(Default)]
pub struct Handling {
    pub suppressed: bool,
    pub acknowledged_at: Option<Instant>,
    pub first_action_at: Option<Instant>,
    pub closed_at: Option<Instant>,
    /// Who acknowledged it.
    pub assignee_id: Option<&'static str>,
}

impl Handling {
    pub fn status(&self) -> &'static str {
        match self {
            Self { suppressed: true, .. } => "suppressed",
            Self { closed_at: Some(_), .. } => "closed",
            Self { acknowledged_at: Some(_), .. } => "in_progress",
            _ => "new",
        }
    }

    pub fn by_automation(&self) -> bool {
        self.assignee_id == Some(AUTOMATION)
    }

    pub fn by_analyst(&self) -> Option<&'static str> {
        self.assignee_id.filter(|_| !self.by_automation())
    }
}

pub fn draw(
    client: &Client,
    created_at: Instant,
    severity: SeverityHistory,
    verdict: Verdict,
    roster: &Roster,
    random: &mut Stream,
) -> Handling {
    if verdict == Verdict::Test {
        return acknowledged_by(AUTOMATION, created_at, 20, 5, MINUTE, random);
    }
    if random.chance(18) && verdict != Verdict::TruePositive {
        return Handling { suppressed: true, ..Handling::default() };
    }
    // Playbooks close what they can prove to be harmless.
    let provable = matches!(
        verdict,
        Verdict::FalsePositiveLogic | Verdict::FalsePositiveData | Verdict::Duplicate
    );
    if provable && random.chance(140) {
        return acknowledged_by(AUTOMATION, created_at, 25, 5, 2 * MINUTE, random);
    }
    let local = created_at.local(&client.zone());
    let daypart = Daypart::of(local);
    let weekend = local.weekday().to_monday_zero_offset() >= 5;
    let usual = match severity.first {
        Severity::Critical => 150,
        Severity::High => 6 * MINUTE,
        Severity::Medium => 48 * MINUTE,
        Severity::Low => 100 * MINUTE,
        Severity::Informational => 5 * HOUR,
    };
    let acknowledge = if stories::missed_at_night(client, severity.highest(), daypart) {
        stories::NIGHT_ACKNOWLEDGE_MEDIAN
    } else if weekend {
        usual * 5 / 4
    } else {
        usual
    };
    let work = match verdict {
        Verdict::TruePositive => 50 * MINUTE,
        Verdict::Undetermined => 3 * HOUR,
        Verdict::Duplicate => 5 * MINUTE,
        _ => 18 * MINUTE,
    };
    let acknowledge = random.skewed(acknowledge);
    let on_duty = (created_at + acknowledge).min(AS_OF);
    let analyst = roster.on_duty(on_duty, 1, random);
    let mut handling = acknowledged(analyst, created_at, acknowledge, 5 * MINUTE, work, random);
    // Some are opened and forgotten.
    if random.chance(3) {
        handling.closed_at = None;
    }
    handling
}

fn acknowledged_by(
    actor: &'static str,
    created_at: Instant,
    acknowledge: i64,
    act: i64,
    work: i64,
    random: &mut Stream,
) -> Handling {
    let acknowledge = random.between(acknowledge / 2, acknowledge * 3 / 2);
    acknowledged(actor, created_at, acknowledge, act, work, random)
}

/// A handling as far as it is known at the end of the period.
fn acknowledged(
    actor: &'static str,
    created_at: Instant,
    acknowledge: i64,
    act: i64,
    work: i64,
    random: &mut Stream,
) -> Handling {
    let acknowledged_at = created_at + acknowledge;
    let first_action_at = acknowledged_at + random.skewed(act);
    let closed_at = first_action_at + random.skewed(work).max(10);
    Handling {
        suppressed: false,
        acknowledged_at: acknowledged_at.known(),
        first_action_at: first_action_at.known(),
        closed_at: closed_at.known(),
        assignee_id: acknowledged_at.known().map(|_| actor),
    }
}
