//! `part-of-duration`: an interval has days, hours and minutes side by side, and one of them is not
//! its length.

use super::Project;
use super::queries::queries;
use crate::diagnostic::{Diagnostic, codes};
use crate::sql::facts::{BoundProject, Interval, IntervalMeasure, TimeUsed};

/// The units that stand side by side, from the largest.
const SIDE_BY_SIDE: &[&str] = &["year", "month", "day", "hour", "minute", "second"];

pub fn check(project: &Project<'_>, bound: &BoundProject, found: &mut Vec<Diagnostic>) {
    for written in queries(project.catalog, bound) {
        for time in &written.query.times {
            let TimeUsed::Part { part, interval, beside } = &time.what else {
                continue;
            };
            if whole(part, interval.measure, beside) {
                continue;
            }
            found.push(
                Diagnostic::new(
                    &codes::PART_OF_DURATION,
                    format!("the {part} of a duration is a part of it, not its length"),
                )
                .at(written.span(time.place), example(part, interval.measure))
                .help(length(part, interval, beside)),
            );
        }
    }
}

/// Whether a part is the whole interval in that unit, alone or with those beside it.
fn whole(part: &str, measure: IntervalMeasure, beside: &[String]) -> bool {
    let at = |unit: &str| SIDE_BY_SIDE.iter().position(|known| *known == unit);
    let largest = match measure {
        IntervalMeasure::Clock => at("hour"),
        IntervalMeasure::Days | IntervalMeasure::Unknown => at("day"),
        IntervalMeasure::Calendar => at("year"),
    };
    // Fractions of seconds stand for the seconds that they are part of.
    let unit = if ["millisecond", "microsecond"].contains(&part) { "second" } else { part };
    let (Some(largest), Some(own)) = (largest, at(unit)) else {
        return measure == IntervalMeasure::Calendar && part != "quarter";
    };
    let larger = SIDE_BY_SIDE.get(largest..own);
    larger
        .is_some_and(|larger| larger.iter().all(|unit| beside.iter().any(|beside| beside == unit)))
}

fn example(part: &str, measure: IntervalMeasure) -> String {
    match part {
        "hour" => "2 for 26 hours".to_owned(),
        "minute" => "5 for 65 minutes".to_owned(),
        "day" => "1 for a month and a day".to_owned(),
        "month" if measure == IntervalMeasure::Calendar => "1 for a year and a month".to_owned(),
        "second" | "millisecond" | "microsecond" => "1 second for 61 seconds".to_owned(),
        _ => format!("a difference of two instants has days and no {part}"),
    }
}

/// How the length is written.
fn length(part: &str, interval: &Interval, beside: &[String]) -> String {
    let seconds = match &interval.between {
        Some(between) => format!("epoch({}) - epoch({})", between.end, between.start),
        None if interval.written.is_empty() => "epoch(duration)".to_owned(),
        None => format!("epoch({})", interval.written),
    };
    let factor = match &interval.between {
        Some(_) => format!("({seconds})"),
        None => seconds.clone(),
    };
    let scaled = |how: &str| format!("`{factor} {how}` is its length in {part}s");
    if beside.iter().any(|other| other != part) {
        return format!("write `{seconds}` in the place of all parts together; it is in seconds");
    }
    match part {
        "millisecond" => scaled("* 1000"),
        "microsecond" => scaled("* 1000000"),
        "minute" => scaled("/ 60"),
        "hour" => scaled("/ 3600"),
        "day" => scaled("/ 86400"),
        "second" => format!("`{seconds}` is its length in seconds"),
        _ => match &interval.between {
            Some(between) => format!(
                "`date_sub('{part}', {}, {})` is the number of whole ones; `{seconds}` is the \
                 length in seconds",
                between.start, between.end
            ),
            None => format!("`{seconds}` is its length in seconds"),
        },
    }
}
