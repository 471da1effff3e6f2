//! Zones, opening hours and holidays → the open time between instants.
//!
//! An input is a zone, then lines of `day hours`, or of a holiday, or of two instants.
#![no_main]

use goodhart_core::measure::calendar::{Calendar, CalendarDefinition, Zones};
use jiff::civil::Weekday;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &str| {
    let mut lines = input.lines();
    let mut definition =
        CalendarDefinition { zone: lines.next().unwrap_or(""), ..CalendarDefinition::default() };
    let mut spans = vec![(i64::MIN, i64::MAX), (0, 0)];
    for line in lines {
        let (first, second) = line.split_once(' ').unwrap_or((line, ""));
        match (first.parse::<i64>(), second.parse::<i64>()) {
            (Ok(start), Ok(end)) => spans.push((start, end)),
            (Ok(day), Err(_)) => match Weekday::from_monday_one_offset(day as i8) {
                Ok(day) => definition.hours.push((day, second)),
                Err(_) => definition.holidays.push(line),
            },
            _ => definition.holidays.push(line),
        }
    }
    let calendar = match Calendar::new(&Zones::default(), &definition) {
        Ok(calendar) => calendar,
        Err(problems) => {
            assert!(problems.iter().all(|problem| !problem.to_string().is_empty()));
            assert!(!problems.is_empty());
            return;
        }
    };
    for (start, end) in spans {
        let open = calendar.business_seconds(start, end);
        assert_eq!(open, -calendar.business_seconds(end, start));
        let all = (i128::from(end) - i128::from(start)) / 1_000_000;
        assert!(i128::from(open.abs()) <= all.abs() + 1, "more open than there is time");
        if let Some(local) = calendar.zone().local_time(start) {
            let _ = calendar.zone().from_local(local);
        }
    }
});
