//! Calendars against worked examples.

use jiff::Timestamp;
use jiff::civil::Weekday;

use super::{Calendar, CalendarDefinition, CalendarProblem, Zones};

const HOUR: i64 = 3_600;

/// A calendar with the same hours on the first `days` days of the week.
pub(super) fn calendar(
    zone: &str,
    days: usize,
    hours: &[&'static str],
    holidays: &[&'static str],
) -> Calendar {
    let hours = Weekday::Monday
        .cycle_forward()
        .take(days)
        .flat_map(|day| hours.iter().map(move |&text| (day, text)))
        .collect();
    let definition = CalendarDefinition { zone, hours, holidays: holidays.to_vec() };
    Calendar::new(&Zones::new(), &definition).unwrap()
}

/// Microseconds of a timestamp such as `2026-03-28T22:00+01:00`.
fn at(text: &str) -> i64 {
    text.parse::<Timestamp>().unwrap().as_microsecond()
}

fn seconds(calendar: &Calendar, start: &str, end: &str) -> i64 {
    let (start, end) = (at(start), at(end));
    let open = calendar.business_seconds(start, end);
    assert_eq!(calendar.business_seconds(end, start), -open);
    open
}

#[test]
fn night_shifts_over_a_change_of_the_clocks() {
    let night = calendar("Europe/Berlin", 7, &["22:00-24:00", "00:00-06:00"], &[]);
    for (start, end, hours) in [
        ("2026-03-28T22:00+01:00", "2026-03-29T06:00+02:00", 7),
        ("2026-10-24T22:00+02:00", "2026-10-25T06:00+01:00", 9),
        ("2026-10-25T22:00+01:00", "2026-10-26T06:00+01:00", 8),
        ("2026-03-28T12:00+01:00", "2026-03-29T12:00+02:00", 7),
    ] {
        assert_eq!(seconds(&night, start, end), hours * HOUR);
    }
    let whole = calendar("Europe/Berlin", 7, &["00:00-24:00"], &[]);
    for (start, end, hours) in [
        ("2026-03-29T00:00+01:00", "2026-03-30T00:00+02:00", 23),
        ("2026-10-25T00:00+02:00", "2026-10-26T00:00+01:00", 25),
        ("2026-01-01T00:00+01:00", "2027-01-01T00:00+01:00", 365 * 24),
    ] {
        assert_eq!(seconds(&whole, start, end), hours * HOUR);
    }
}

#[test]
fn weekends_holidays_and_partial_days() {
    let office = calendar(
        "Europe/Berlin",
        5,
        &["13:00-17:30", "08:00-12:00"],
        &["2026-01-01", "2026-01-06", "2026-01-03"],
    );
    for (start, end, minutes) in [
        // Wednesday to Friday over the holiday on Thursday, the 1st.
        ("2025-12-31T16:30+01:00", "2026-01-02T09:00+01:00", 60 + 60),
        // Friday evening to Monday morning.
        ("2026-01-02T17:00+01:00", "2026-01-05T08:15+01:00", 30 + 15),
        ("2026-01-02T11:45+01:00", "2026-01-02T13:10+01:00", 15 + 10),
        ("2026-01-02T12:00+01:00", "2026-01-02T13:00+01:00", 0),
        ("2026-01-03T00:00+01:00", "2026-01-05T00:00+01:00", 0),
        ("2026-01-05T00:00+01:00", "2026-01-12T00:00+01:00", 4 * 510),
        // The edges: open at 08:00:00, no longer open at 17:30:00.
        ("2026-01-05T07:59+01:00", "2026-01-05T08:01+01:00", 1),
        ("2026-01-05T17:29+01:00", "2026-01-05T17:31+01:00", 1),
    ] {
        assert_eq!(seconds(&office, start, end), minutes * 60, "{start}");
    }
    let second = at("2026-01-05T08:00+01:00");
    assert_eq!(office.business_seconds(second, second + 999_999), 0);
    assert_eq!(office.business_seconds(second, second + 1_999_999), 1);
    assert_eq!(office.business_seconds(second + 1_999_999, second), -1);
    assert_eq!(office.business_seconds(second - 500_000, second + 500_000), 0);
    assert_eq!(office.business_seconds(second, second), 0);
}

#[test]
fn edges_that_never_occur_or_occur_twice() {
    let day = ("2026-03-29T00:00+01:00", "2026-03-30T00:00+02:00");
    for (hours, minutes) in [("01:00-02:30", 60), ("02:30-04:00", 60), ("02:10-02:50", 0)] {
        let early = calendar("Europe/Berlin", 7, &[hours], &[]);
        assert_eq!(seconds(&early, day.0, day.1), minutes * 60, "{hours}");
    }
    let day = ("2026-10-25T00:00+02:00", "2026-10-26T00:00+01:00");
    for (hours, minutes) in [
        (&["01:00-02:30"][..], 150),
        (&["02:30-04:00"], 150),
        (&["02:10-02:50"], 100),
        // Both reach over the hour that repeats; it counts once.
        (&["01:00-02:30", "02:30-04:00"], 240),
    ] {
        let early = calendar("Europe/Berlin", 7, hours, &[]);
        assert_eq!(seconds(&early, day.0, day.1), minutes * 60, "{hours:?}");
    }
    // In Havana the repeated hour is the first of the day: it belongs to that day alone.
    let (start, end) = ("2025-11-01T00:00-04:00", "2025-11-03T00:00-05:00");
    for (weekday, hours) in [(Weekday::Saturday, 24), (Weekday::Sunday, 25)] {
        let definition = CalendarDefinition {
            zone: "America/Havana",
            hours: vec![(weekday, "00:00-24:00")],
            holidays: vec![],
        };
        let one_day = Calendar::new(&Zones::new(), &definition).unwrap();
        assert_eq!(seconds(&one_day, start, end), hours * HOUR);
    }
    // Samoa had no 30 December 2011.
    let samoa = calendar("Pacific/Apia", 7, &["08:00-18:00"], &[]);
    let (start, end) = ("2011-12-29T00:00-10:00", "2012-01-01T00:00+14:00");
    assert_eq!(seconds(&samoa, start, end), 20 * HOUR);
}

#[test]
fn southern_and_fractional_zones() {
    let sydney = calendar("Australia/Sydney", 7, &["22:00-24:00", "00:00-06:00"], &[]);
    let lord_howe = calendar("Australia/Lord_Howe", 7, &["00:00-24:00"], &[]);
    let kolkata = calendar("Asia/Kolkata", 5, &["09:00-18:00"], &[]);
    for (calendar, start, end, minutes) in [
        (&sydney, "2026-10-03T22:00+10:00", "2026-10-04T06:00+11:00", 7 * 60),
        (&sydney, "2026-04-04T22:00+11:00", "2026-04-05T06:00+10:00", 9 * 60),
        (&lord_howe, "2026-10-04T00:00+10:30", "2026-10-05T00:00+11:00", 24 * 60 - 30),
        (&lord_howe, "2026-04-05T00:00+11:00", "2026-04-06T00:00+10:30", 24 * 60 + 30),
        (&kolkata, "2026-01-05T03:15Z", "2026-01-05T03:45Z", 15),
        (&kolkata, "2026-01-02T12:15Z", "2026-01-05T03:45Z", 15 + 15),
    ] {
        assert_eq!(seconds(calendar, start, end), minutes * 60, "{start}");
    }
}

#[test]
fn every_problem_is_reported() {
    let definition = CalendarDefinition {
        zone: "Europe/Berln",
        hours: vec![
            (Weekday::Monday, "12:00-14:00"),
            (Weekday::Monday, "8:00-18:00"),
            (Weekday::Monday, "08:00-18:00"),
            (Weekday::Monday, "17:00-20:00"),
            (Weekday::Tuesday, "22:00-06:00"),
            (Weekday::Friday, "08:00-12:00"),
            (Weekday::Friday, "12:00-16:00"),
        ],
        holidays: vec!["2026-02-30", "2026-12-25", "20261226", "0226-12-25"],
    };
    let problems = Calendar::new(&Zones::new(), &definition).unwrap_err();
    let texts: Vec<String> = problems.iter().map(ToString::to_string).collect();
    assert_eq!(
        texts,
        [
            "unknown time zone `Europe/Berln`; did you mean `Europe/Berlin`?",
            "`8:00-18:00` is not of the form `HH:MM-HH:MM`, for example `08:00-18:00`",
            "`22:00-06:00` closes before it opens; hours over midnight are written as two \
             intervals, up to 24:00 on the first day and from 00:00 on the next",
            "08:00-18:00 and 12:00-14:00 overlap on Monday",
            "08:00-18:00 and 17:00-20:00 overlap on Monday",
            "`2026-02-30` is not a date of the form `YYYY-MM-DD`",
            "`20261226` is not a date of the form `YYYY-MM-DD`",
            "holiday 0226-12-25 is outside the years 1800 to 2199",
        ]
    );
    let empty = CalendarDefinition { zone: "UTC", ..CalendarDefinition::default() };
    assert_eq!(Calendar::new(&Zones::new(), &empty).unwrap_err(), [CalendarProblem::NeverOpen]);
}

#[test]
fn calendars_are_shared_between_threads() {
    let office = calendar("Europe/Berlin", 5, &["08:00-18:00"], &[]);
    let (start, end) = (at("2020-01-01T00:00Z"), at("2030-01-01T00:00Z"));
    let results: Vec<i64> = std::thread::scope(|scope| {
        let threads: Vec<_> =
            (0..4).map(|_| scope.spawn(|| office.business_seconds(start, end))).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert_eq!(results, [2_609 * 10 * HOUR; 4]);
}
