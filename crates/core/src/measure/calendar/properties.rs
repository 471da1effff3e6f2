//! Calendars against a walk along the clock, and the assumptions behind their tables.

use jiff::tz::{Offset, TimeZoneDatabase};
use jiff::{Timestamp, ToSpan};

use super::business::{YearAndInstant, first_day};
use super::examples::calendar;
use super::{Zone, Zones};

const MINUTE: i64 = 60_000_000;

/// Marsaglia's xorshift: reproducible numbers for the tests.
fn next(state: &mut u64) -> u64 {
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    *state
}

/// Counts the open minutes by looking at the wall clock each minute.
fn walk(zone: &Zone, open: impl Fn(i64, i64) -> bool, start: i64, end: i64) -> i64 {
    let is_open = |&instant: &i64| {
        let local = zone.local_time(instant).unwrap().div_euclid(MINUTE);
        // 1970-01-01 was a Thursday.
        open((local.div_euclid(1_440) + 3).rem_euclid(7), local.rem_euclid(1_440))
    };
    let minutes = (start..end).step_by(MINUTE as usize).filter(is_open);
    minutes.count() as i64 * 60
}

#[test]
fn agrees_with_a_walk_along_the_clock() {
    let mut state = 0x2545_f491_4f6c_dd1d;
    for zone in [
        "UTC",
        "Europe/Berlin",
        "America/New_York",
        "Australia/Lord_Howe",
        "Asia/Kathmandu",
        "America/Havana",
        "Africa/Casablanca",
        "Pacific/Apia",
    ] {
        let shifts = calendar(zone, 6, &["04:30-12:00", "12:00-12:15", "19:00-24:00"], &[]);
        let open = |weekday, minute| {
            weekday < 6 && ((270..735).contains(&minute) || (1_140..1_440).contains(&minute))
        };
        for span in 0..120 {
            // Around 1970 to 2100, and outside the years with holidays. Old offsets have seconds,
            // which a walk by minutes cannot see.
            let year = match span % 6 {
                0 => 2_190 + (next(&mut state) % 7_000) as i64,
                1 if zone == "UTC" => (next(&mut state) % 7_000) as i64 - 5_000,
                _ => 1_973 + (next(&mut state) % 130) as i64,
            };
            let start = first_day(year) * 1_440 + (next(&mut state) % 525_000) as i64;
            let end = start + (next(&mut state) % 14_400) as i64;
            let (start, end) = (start * MINUTE, end * MINUTE);
            assert_eq!(
                shifts.business_seconds(start, end),
                walk(shifts.zone(), open, start, end),
                "{zone} {year} {start} {end}"
            );
        }
    }
}

#[test]
fn spans_add_up_over_any_years() {
    let mut state = 99;
    let office = calendar("America/New_York", 5, &["09:00-17:00"], &["2026-07-03"]);
    for _ in 0..2_000 {
        // A third of the instants anywhere, the others within some thousand years of today.
        let mut instants: [i64; 3] = std::array::from_fn(|_| {
            let instant = next(&mut state) as i64;
            if instant % 3 == 0 { instant } else { instant / 64 }
        });
        for instant in &mut instants {
            *instant -= instant.rem_euclid(1_000_000);
        }
        let [a, b, c] = instants;
        assert_eq!(
            i128::from(office.business_seconds(a, b)) + i128::from(office.business_seconds(b, c)),
            i128::from(office.business_seconds(a, c)),
            "{a} {b} {c}"
        );
    }
    let always = calendar("Asia/Tokyo", 7, &["00:00-24:00"], &[]);
    let everything = (i128::from(i64::MAX) - i128::from(i64::MIN)) / 1_000_000;
    assert_eq!(i128::from(always.business_seconds(i64::MIN, i64::MAX)), everything);
}

#[test]
fn years_are_split_as_the_calendar_library_does() {
    let mut date = jiff::civil::date(-9_990, 1, 1);
    while date.year() < 9_990 {
        let micros =
            Offset::UTC.to_timestamp(date.at(23, 59, 59, 999_999_000)).unwrap().as_microsecond();
        let split = YearAndInstant::of(micros);
        assert_eq!(split.year, i64::from(date.year()));
        assert_eq!(split.micros / (1_440 * MINUTE) + 1, i64::from(date.day_of_year()));
        let step = if date.month() == 12 { 1 } else { 13 };
        date = date.checked_add(step.days()).unwrap();
    }
}

/// The assumptions that let two cycles of 400 years stand for all years.
#[test]
fn zones_change_their_clocks_only_in_the_years_assumed() {
    let (zones, database) = (Zones::new(), TimeZoneDatabase::bundled());
    for name in database.available() {
        let Ok(zone) = zones.get(name.as_str()) else {
            assert_eq!(name.as_str(), "Etc/Unknown");
            continue;
        };
        let offset = |year: i64, minute: i64| {
            let instant = (first_day(year) * 1_440 + minute) * MINUTE;
            zone.local_time(instant).unwrap() - instant
        };
        let rules = database.get(name.as_str()).unwrap();
        if let Some(first) = rules.following(Timestamp::MIN).next() {
            assert!(first.timestamp() > "1801-01-01T00:00Z".parse().unwrap(), "{name}");
        }
        for year in (2_198..2_260).step_by(7) {
            for minute in (0..525_600).step_by(700) {
                assert_eq!(offset(year, minute), offset(year + 400, minute), "{name}");
            }
        }
    }
}
