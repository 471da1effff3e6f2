//! `end-of-day`: a day is compared with an instant by its first instant, so that a range up to a day
//! ends before that day does.

use super::Project;
use super::queries::queries;
use crate::diagnostic::{Diagnostic, codes};
use crate::sql::facts::{BoundProject, Day, TimeUsed, date_in};

pub fn check(project: &Project<'_>, bound: &BoundProject, found: &mut Vec<Diagnostic>) {
    for written in queries(project.catalog, bound) {
        for time in &written.query.times {
            let TimeUsed::Day { operator, instant, day } = &time.what else {
                continue;
            };
            let upper = operator == "<=";
            if !upper && !["=", "<>"].contains(&operator.as_str()) {
                continue;
            }
            let Some((named, help)) = mended(operator, instant.as_deref(), day) else {
                continue;
            };
            let instant = match instant {
                Some(instant) => format!("`{instant}`"),
                None => "an instant".to_owned(),
            };
            let (message, label) = match upper {
                true => (
                    format!("{instant} up to {named} ends with the first instant of that day"),
                    "the rest of the day is left out",
                ),
                false => (
                    format!("{instant} is compared with the first instant of {named}"),
                    "only midnight is that day",
                ),
            };
            found.push(
                Diagnostic::new(&codes::END_OF_DAY, message)
                    .at(written.span(time.place), label)
                    .help(help),
            );
        }
    }
}

/// What the day is called, and how the whole day is meant.
fn mended(operator: &str, instant: Option<&str>, day: &Day) -> Option<(String, String)> {
    let instant = instant.unwrap_or("…");
    match day {
        Day::Literal(text) => {
            let day = date_in(text)?;
            // What stands for "never".
            if day.year() <= 1970 || day.year() >= 2100 {
                return None;
            }
            let next = day.tomorrow().ok()?;
            let help = match operator {
                "<=" => format!("with the whole day: `{instant} < '{next}'`"),
                "=" => format!("the whole day: `{instant} >= '{day}' and {instant} < '{next}'`"),
                _ => format!("but the whole day: `({instant} < '{day}' or {instant} >= '{next}')`"),
            };
            Some((format!("'{day}'"), help))
        }
        Day::Value(value) => Some((
            format!("`{value}`"),
            format!("compare days with days: `{instant}::date {operator} {value}`"),
        )),
    }
}
