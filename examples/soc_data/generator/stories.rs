//! What metrics must find in the data. Everything else is ordinary noise.

use super::clients::{Client, QUILLHAVEN, TANVORO};
use super::severity::Severity;
use super::time::{Daypart, HOUR, Instant};

// Story 1: a broken agent update.
//
// Estate coverage of one client falls from 94 % to 88 % between the checks of
// 10 and 17 May 2026, because an update of the endpoint agent stops part of
// the fleet from reporting. It is repaired slowly and not completely.
// To be found by: estate coverage by client and week, and its trend.
pub static COVERAGE_CLIENT: &Client = &QUILLHAVEN;
pub const COVERAGE_TELEMETRY: &str = "edr";
/// The roll-out: three days from this instant.
pub const COVERAGE_BREAKS_FROM: Instant = Instant::from_date(2026, 5, 12);
pub const COVERAGE_BREAKS_WITHIN: i64 = 72 * HOUR;
pub const COVERAGE_BROKEN_ASSETS: usize = 9;
/// Of those, this many report again before the end of the period.
pub const COVERAGE_REPAIRED_ASSETS: usize = 5;
pub const COVERAGE_REPAIR_FROM: Instant = Instant::from_date(2026, 6, 8);
pub const COVERAGE_REPAIR_UNTIL: Instant = Instant::from_date(2026, 6, 26);

// Story 2: two noisy rules.
//
// They raise every fifth alert and are right in fewer than 3 of 100 cases.
// Their rows of the rule catalogue say so (`weight`, `precision`); besides,
// they never accompany the real findings of other rules.
// To be found by: rule precision, the tuning backlog (many alerts, low
// precision), false positive rate by rule.
pub fn is_noise(rule_id: &str) -> bool {
    ["R-017", "R-043"].contains(&rule_id)
}

// Story 3: nobody looks at night.
//
// One client's critical alerts miss the acknowledgement SLA between 22:00 and
// 06:00 of its own time and meet it by day. The total hides it.
// To be found by: SLA adherence by severity, client and part of the local day;
// time to acknowledge.
pub static NIGHT_CLIENT: &Client = &TANVORO;
/// Median seconds until such an alert is acknowledged; the target is 900.
pub const NIGHT_ACKNOWLEDGE_MEDIAN: i64 = 27 * 60;

pub fn missed_at_night(client: &Client, severity: Severity, daypart: Daypart) -> bool {
    client == NIGHT_CLIENT && severity == Severity::Critical && daypart == Daypart::Night
}

// Story 4: the ones nobody wants.
//
// Some incidents of the first quarter are never finished. An average over
// closed incidents does not see them.
// To be found by: survival (Kaplan-Meier) median and restricted mean of the
// time to resolve against the closed-only figures, age of the open ones.
pub const STUCK_INCIDENTS: usize = 18;
/// They are spread over the incidents detected before this instant.
pub const STUCK_DETECTED_BEFORE: Instant = Instant::from_date(2026, 3, 20);

// Story 5: tier 2 reopens what it closes.
//
// To be found by: reopen rate by tier, beside a time to resolve that looks
// better than it is.
pub const REOPENING_TIER: u8 = 2;

/// The chance that a closed incident is opened again, in 1/1000.
pub fn reopen_chance(tier: u8) -> u64 {
    if tier == REOPENING_TIER { 210 } else { 25 }
}
