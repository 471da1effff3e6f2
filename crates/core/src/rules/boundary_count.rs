//! `boundary-count`: `date_diff` counts how often a unit begins between two instants: from 10:00:59
//! to 10:01:00 one minute, and from 10:01:00 to 10:01:59 none.

use super::Project;
use super::queries::queries;
use crate::diagnostic::{Diagnostic, codes};
use crate::sql::facts::{BoundProject, Grain, TimeUsed};

pub fn check(project: &Project<'_>, bound: &BoundProject, found: &mut Vec<Diagnostic>) {
    for written in queries(project.catalog, bound) {
        for time in &written.query.times {
            let TimeUsed::Boundaries { unit, between, start, end } = &time.what else {
                continue;
            };
            let Some((grain, seconds)) = unit_of(unit) else {
                continue;
            };
            // Where both begin a unit, there are as many units as beginnings.
            let exact = |of: Grain| match grain {
                Grain::Week => of == Grain::Week,
                _ => of >= grain,
            };
            if exact(*start) && exact(*end) {
                continue;
            }
            let day = |name: &str, grain: Grain| match grain {
                Grain::Instant | Grain::Second | Grain::Minute | Grain::Hour => {
                    format!("{name}::date")
                }
                _ => name.to_owned(),
            };
            let days = (day(&between.start, *start), day(&between.end, *end));
            let (start, end) = (&between.start, &between.end);
            let length = match seconds {
                1 => format!("`epoch({end}) - epoch({start})` is the duration in seconds"),
                _ => format!(
                    "`(epoch({end}) - epoch({start})) / {seconds}` is the duration in {unit}s, \
                     `date_sub('{unit}', {start}, {end})` the number of whole ones"
                ),
            };
            let one = if grain == Grain::Hour { "an hour".to_owned() } else { format!("a {unit}") };
            let mut diagnostic = Diagnostic::new(
                &codes::BOUNDARY_COUNT,
                format!("`date_diff` counts where {one} begins, and measures no duration"),
            )
            .at(written.span(time.place), format!("up to {one} more or less"))
            .help(length);
            if grain == Grain::Day {
                diagnostic = diagnostic.help(format!(
                    "`date_diff('day', {}, {})` says that days of the calendar are meant",
                    days.0, days.1
                ));
            }
            found.push(diagnostic);
        }
    }
}

/// The grain of a unit, and its seconds. Months and years are counted by the calendar by whoever
/// names them, and fractions of seconds are hardly ever there.
fn unit_of(unit: &str) -> Option<(Grain, u32)> {
    match unit {
        "second" => Some((Grain::Second, 1)),
        "minute" => Some((Grain::Minute, 60)),
        "hour" => Some((Grain::Hour, 3_600)),
        "day" => Some((Grain::Day, 86_400)),
        "week" => Some((Grain::Week, 604_800)),
        _ => None,
    }
}
