//! The life of an incident: owned, answered, contained, resolved, closed, and
//! sometimes opened again.

use super::random::Stream;
use super::severity::Severity;
use super::staff::Roster;
use super::stories;
use super::time::{AS_OF, DAY, HOUR, Instant, MINUTE};

/// Every time is `None` as long as it has not happened by the end of the period.
pub struct Lifecycle {
    pub declared_at: Option<Instant>,
    pub acknowledged_at: Option<Instant>,
    pub responded_at: Option<Instant>,
    pub contained_at: Option<Instant>,
    pub eradicated_at: Option<Instant>,
    pub recovered_at: Option<Instant>,
    pub reviewed_at: Option<Instant>,
    pub escalated_at: Option<Instant>,
    pub owners: Vec<Owner>,
    pub holds: Vec<Hold>,
    /// At least one; another for each time the incident was opened again.
    pub rounds: Vec<Round>,
}

pub struct Owner {
    pub from: Instant,
    pub analyst_id: &'static str,
    pub tier: u8,
}

/// A time of waiting, in which SLA clocks rest.
#[derive(Clone, Copy)]
pub struct Hold {
    pub from: Instant,
    pub until: Option<Instant>,
}

#[derive(Default)]
pub struct Round {
    pub reopened_at: Option<Instant>,
    pub resolved_at: Option<Instant>,
    pub closed_at: Option<Instant>,
}

/// What decides the course of an incident.
pub struct Case {
    pub created_at: Instant,
    pub severity: Severity,
    /// The tier that finishes it.
    pub tier: u8,
    /// Its number among the incidents of story 4.
    pub stuck: Option<usize>,
}

/// Median seconds of one step for each severity, from informational up.
type Medians = [i64; 5];

const RESPOND: Medians = [10 * HOUR, 5 * HOUR, 100 * MINUTE, 34 * MINUTE, 17 * MINUTE];
const CONTAIN: Medians = [30 * HOUR, 22 * HOUR, 13 * HOUR, 5 * HOUR, 2 * HOUR];
const RESOLVE: Medians = [72 * HOUR, 70 * HOUR, 52 * HOUR, 36 * HOUR, 26 * HOUR];

impl Lifecycle {
    pub fn draw(case: &Case, roster: &Roster, random: &mut Stream) -> Self {
        let step = |medians: Medians| medians[case.severity as usize];
        let acknowledged = case.created_at + random.skewed(4 * MINUTE);
        let declared = case.created_at + random.skewed(6 * MINUTE);
        let responded = acknowledged + random.skewed(step(RESPOND));
        let contained = responded + random.skewed(step(CONTAIN));
        let (holds, resolved) = match case.stuck {
            Some(number) => (stuck_hold(number, contained, random), None),
            None => {
                // Tier 2 is quick to call it done; see story 5.
                let haste = if case.tier == stories::REOPENING_TIER { 800 } else { 1_000 };
                let work = random.skewed(step(RESOLVE)) * haste / 1_000;
                let (holds, waited) = usual_hold(contained, work, random);
                (holds, Some(contained + work + waited))
            }
        };
        let never_contained = case.stuck.is_some_and(|number| number % 3 == 2);
        let contained = (!never_contained).then_some(contained);
        let mut life = Self {
            declared_at: declared.known(),
            acknowledged_at: acknowledged.known(),
            responded_at: responded.known(),
            contained_at: contained.and_then(Instant::known),
            eradicated_at: None,
            recovered_at: None,
            reviewed_at: None,
            escalated_at: None,
            owners: Vec::new(),
            holds,
            rounds: vec![Round::default()],
        };
        life.assign(case, acknowledged, contained, roster, random);
        if let (Some(contained), Some(resolved)) = (contained, resolved) {
            life.finish(case.tier, contained, resolved, random);
        }
        life
    }

    /// The tier that has it now.
    pub fn tier(&self) -> Option<u8> {
        self.owners.last().map(|owner| owner.tier)
    }

    pub fn resolved_at(&self) -> Option<Instant> {
        self.rounds.last().and_then(|round| round.resolved_at)
    }

    pub fn closed_at(&self) -> Option<Instant> {
        self.rounds.last().and_then(|round| round.closed_at)
    }

    pub fn first_closed_at(&self) -> Option<Instant> {
        self.rounds[0].closed_at
    }

    /// Each status after the first, `new`, with the time it was entered.
    pub fn statuses(&self) -> Vec<(Instant, &'static str)> {
        let mut statuses = Vec::new();
        let mut enter = |at: Option<Instant>, status| {
            statuses.extend(at.map(|at| (at, status)));
        };
        enter(self.acknowledged_at, "in_progress");
        for hold in &self.holds {
            enter(Some(hold.from), "on_hold");
            enter(hold.until, "in_progress");
        }
        for round in &self.rounds {
            enter(round.reopened_at, "in_progress");
            enter(round.resolved_at, "resolved");
            enter(round.closed_at, "closed");
        }
        statuses
    }

    fn assign(
        &mut self,
        case: &Case,
        acknowledged: Instant,
        contained: Option<Instant>,
        roster: &Roster,
        random: &mut Stream,
    ) {
        let mut own = |from: Instant, tier: u8, random: &mut Stream| {
            if from <= AS_OF {
                let analyst_id = roster.on_duty(from, tier, random);
                self.owners.push(Owner { from, analyst_id, tier });
            }
        };
        let straight = case.severity == Severity::Critical && random.chance(300);
        if case.tier == 1 || straight {
            own(acknowledged, case.tier, random);
            return;
        }
        own(acknowledged, 1, random);
        let wait = random.skewed(35 * MINUTE).max(60);
        let escalated = match contained {
            Some(contained) => acknowledged + wait.min(contained - acknowledged),
            None => acknowledged + wait,
        };
        own(escalated, case.tier, random);
        self.escalated_at = escalated.known();
    }

    fn finish(&mut self, tier: u8, contained: Instant, resolved: Instant, random: &mut Stream) {
        let within = |random: &mut Stream, share| {
            let work = resolved - contained;
            contained + work * random.between(share, share + 250) / 1_000
        };
        self.eradicated_at =
            Some(within(random, 300)).filter(|_| random.chance(640)).and_then(Instant::known);
        self.recovered_at =
            Some(within(random, 650)).filter(|_| random.chance(480)).and_then(Instant::known);
        // Some are finished without anybody noting the containment.
        if random.chance(22) {
            self.contained_at = None;
        }
        let closed = resolved + 600 + random.skewed(20 * HOUR);
        self.reviewed_at = match random.below(100) {
            // The review comes first, as it should.
            0..84 => Some(resolved + (closed - resolved) * random.between(300, 990) / 1_000),
            84..91 => Some(closed + random.skewed(3 * DAY)),
            _ => None,
        }
        .and_then(Instant::known);
        self.rounds[0].resolved_at = resolved.known();
        self.rounds[0].closed_at = closed.known();

        let mut last = closed;
        while self.rounds.len() < 3 && random.chance(stories::reopen_chance(tier)) {
            let reopened = last + HOUR + random.skewed(4 * DAY);
            if reopened > AS_OF {
                break;
            }
            let resolved = reopened + HOUR + random.skewed(30 * HOUR);
            last = resolved + 600 + random.skewed(8 * HOUR);
            self.rounds.push(Round {
                reopened_at: Some(reopened),
                resolved_at: resolved.known(),
                closed_at: last.known(),
            });
        }
    }
}

/// Waiting for the client, in a part of the incidents; with its length.
fn usual_hold(contained: Instant, work: i64, random: &mut Stream) -> (Vec<Hold>, i64) {
    if !random.chance(170) {
        return (Vec::new(), 0);
    }
    let from = contained + work * random.between(100, 700) / 1_000;
    let length = 20 * MINUTE + random.skewed(22 * HOUR);
    let hold = Hold { from, until: (from + length).known() };
    (from.known().map(|_| hold).into_iter().collect(), length)
}

/// A third of the stuck incidents has been parked on hold, long after the
/// deadline passed.
fn stuck_hold(number: usize, contained: Instant, random: &mut Stream) -> Vec<Hold> {
    if !number.is_multiple_of(3) {
        return Vec::new();
    }
    vec![Hold { from: contained + random.between(24 * DAY, 45 * DAY), until: None }]
}
