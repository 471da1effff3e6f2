//! `calendar-duration`: months and years have no length in seconds, and DuckDB takes 30 days for a
//! month.

use super::Project;
use super::queries::queries;
use crate::diagnostic::{Diagnostic, codes};
use crate::sql::facts::{BoundProject, Interval, IntervalMeasure, TimeUsed, mirrored};

pub fn check(project: &Project<'_>, bound: &BoundProject, found: &mut Vec<Diagnostic>) {
    for written in queries(project.catalog, bound) {
        for time in &written.query.times {
            let Some((message, label, help)) = check_one(&time.what) else {
                continue;
            };
            found.push(
                Diagnostic::new(&codes::CALENDAR_DURATION, message)
                    .at(written.span(time.place), label)
                    .help(help),
            );
        }
    }
}

/// What is wrong, what is underlined and how it is mended.
fn check_one(what: &TimeUsed) -> Option<(String, &'static str, String)> {
    const MONTHS: &str = "every month counts as 30 days";
    match what {
        TimeUsed::Length { interval } if interval.measure == IntervalMeasure::Calendar => Some((
            "a calendar interval has no length in seconds".to_owned(),
            MONTHS,
            match &interval.between {
                Some(between) => format!(
                    "`epoch({}) - epoch({})` is the duration in seconds",
                    between.end, between.start
                ),
                None => {
                    "take the difference of two instants: `epoch(end) - epoch(start)`".to_owned()
                }
            },
        )),
        TimeUsed::Comparison { operator, left, right } => {
            let calendar = |interval: &Interval| interval.measure == IntervalMeasure::Calendar;
            let fixed = |interval: &Interval| {
                [IntervalMeasure::Days, IntervalMeasure::Clock].contains(&interval.measure)
            };
            let (calendar, fixed, operator) = match (left, right) {
                (fix, cal) if fixed(fix) && calendar(cal) => (cal, fix, operator.as_str()),
                (cal, fix) if fixed(fix) && calendar(cal) => (cal, fix, mirrored(operator)),
                _ => return None,
            };
            let help = match (&fixed.between, calendar.months, &calendar.between) {
                (Some(between), Some(months), _) => format!(
                    "add the months to the instant: `{} {operator} {} + interval {}`",
                    between.end,
                    between.start,
                    spelt(months)
                ),
                (_, Some(_), _) => "add the months to the instant, and compare instants".to_owned(),
                (_, None, Some(between)) => {
                    format!("`{} - {}` is the duration", between.end, between.start)
                }
                (_, None, None) => "take the difference of two instants: `end - start`".to_owned(),
            };
            Some(("a duration is compared with calendar months".to_owned(), MONTHS, help))
        }
        TimeUsed::Product { unit, between } => Some((
            format!("a number of {unit}s is no duration"),
            "they are not of the same length",
            format!(
                "`epoch({}) - epoch({})` is the duration in seconds",
                between.end, between.start
            ),
        )),
        _ => None,
    }
}

fn spelt(months: i64) -> String {
    match months % 12 {
        0 => format!("{} year", months / 12),
        _ => format!("{months} month"),
    }
}
