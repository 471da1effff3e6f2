//! Time that an SLA clock counts: all of it, or the office hours of a client.

use std::collections::BTreeMap;

use jiff::ToSpan as _;
use jiff::civil::{Date, date};
use jiff::tz::TimeZone;

use super::clients::{CLIENTS, Client};
use super::lifecycle::Hold;
use super::time::{AS_OF, Instant};

/// Monday to Friday, from 09:00 to 17:00 local time, but for holidays.
const OPENS: i8 = 9;
const CLOSES: i8 = 17;

/// The span of local days that clocks of the period can need.
const FIRST_DAY: Date = date(2025, 12, 29);
const LAST_DAY: Date = date(2026, 12, 31);

/// Month and day, in 2026.
fn holidays(client: &Client) -> &'static [(i8, i8)] {
    match client.client_id {
        "falkmar" => &[(1, 1), (4, 3), (4, 6), (5, 1), (5, 14), (5, 25)],
        "quillhaven" => &[(1, 1), (1, 19), (2, 16), (5, 25), (6, 19)],
        _ => &[(1, 1), (2, 17), (2, 18), (4, 3), (5, 1), (5, 27), (6, 1)],
    }
}

/// The open intervals of each client, oldest first.
pub struct OfficeHours(BTreeMap<&'static str, Vec<(Instant, Instant)>>);

impl OfficeHours {
    pub fn new() -> Self {
        Self(CLIENTS.into_iter().map(|client| (client.client_id, intervals(client))).collect())
    }

    /// The counted intervals from `start` on: without a calendar, one long one.
    pub fn counted(&self, client: Option<&Client>, start: Instant) -> Vec<(Instant, Instant)> {
        let end = Instant::from_local(LAST_DAY.at(0, 0, 0, 0), &TimeZone::UTC);
        match client {
            None => vec![(start, end)],
            Some(client) => self.0[client.client_id]
                .iter()
                .filter(|(_, closes)| *closes > start)
                .map(|&(opens, closes)| (opens.max(start), closes))
                .collect(),
        }
    }
}

fn intervals(client: &Client) -> Vec<(Instant, Instant)> {
    let zone = client.zone();
    let holidays = holidays(client);
    let is_holiday =
        |day: &Date| day.year() == 2026 && holidays.contains(&(day.month(), day.day()));
    FIRST_DAY
        .series(1.day())
        .take_while(|day| *day <= LAST_DAY)
        .filter(|day| day.weekday().to_monday_zero_offset() < 5 && !is_holiday(day))
        .map(|day| {
            let at = |hour| Instant::from_local(day.at(hour, 0, 0, 0), &zone);
            (at(OPENS), at(CLOSES))
        })
        .collect()
}

/// Takes the holds out. A hold that still lasts ends, as far as is known, at
/// the end of the period.
pub fn without_holds(counted: Vec<(Instant, Instant)>, holds: &[Hold]) -> Vec<(Instant, Instant)> {
    holds.iter().fold(counted, |counted, hold| {
        let until = hold.until.unwrap_or(AS_OF);
        counted
            .into_iter()
            .flat_map(|(from, to)| [(from, to.min(hold.from)), (from.max(until), to)])
            .filter(|(from, to)| from < to)
            .collect()
    })
}

/// Seconds of these intervals before `stop`.
pub fn elapsed(counted: &[(Instant, Instant)], stop: Instant) -> i64 {
    counted.iter().map(|&(from, to)| (to.min(stop) - from).max(0)).sum()
}

/// When `seconds` of these intervals have passed.
pub fn deadline(counted: &[(Instant, Instant)], seconds: i64) -> Instant {
    let mut left = seconds;
    for &(from, to) in counted {
        if left <= to - from {
            return from + left;
        }
        left -= to - from;
    }
    unreachable!("the calendar reaches past every deadline")
}
