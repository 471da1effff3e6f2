//! `calendar-of-as-of`: at the end of a period `as_of()` is the first instant of the next one, so
//! the year to date that begins in the year of `as_of()` is empty in December.

use std::collections::{BTreeMap, BTreeSet};

use super::Project;
use crate::diagnostic::{Diagnostic, codes};
use crate::project::catalog::Metric;
use crate::project::definition::read::Sql;
use crate::sql::{CalendarCall, CalendarCallResult, ParsedSql};

pub fn check(project: &Project<'_>, found: &mut Vec<Diagnostic>) {
    let catalog = project.catalog;
    let (stocks, flows): (Vec<&Metric>, Vec<&Metric>) =
        catalog.metrics.values().partition(|metric| metric.is_stock());
    for metric in &stocks {
        let what = format!("the stock `{}`", metric.id);
        for (sql, parsed) in catalog.sql_of(metric) {
            one(project, &what, (sql, parsed), true, found);
        }
    }
    let mut stock_of: BTreeMap<&str, &str> = BTreeMap::new();
    for metric in &stocks {
        for source in catalog.upstream(metric) {
            stock_of.entry(source).or_insert(&metric.id);
        }
    }
    // In a flow there is no period that begins.
    let read_by_flows: BTreeSet<&str> =
        flows.into_iter().flat_map(|metric| catalog.upstream(metric)).collect();
    for (id, stock) in stock_of {
        let Some(source) = catalog.sources.get(id) else { continue };
        let Some(sql) = &source.definition.sql else { continue };
        let Some(parsed) = catalog.sql.query(sql.as_str()) else { continue };
        let only_stocks = !read_by_flows.contains(id);
        let what = format!("source `{id}`, which the stock `{stock}` reads,");
        one(project, &what, (sql, parsed), only_stocks, found);
    }
}

fn one(
    project: &Project<'_>,
    what: &str,
    (sql, parsed): (&Sql, &ParsedSql),
    only_stocks: bool,
    found: &mut Vec<Diagnostic>,
) {
    for call in &parsed.calendar_calls {
        let of = match call.unit.name() {
            "day" => "the day after the period".to_owned(),
            unit => format!("at the end of a {unit}, the next {unit}"),
        };
        found.push(
            Diagnostic::new(
                &codes::CALENDAR_OF_AS_OF,
                format!("{what} asks which {} `as_of()` is in", call.unit.name()),
            )
            .at(sql.place(call.place, project.files), of)
            .note("at the end of a period, `as_of()` is the first instant of the next one")
            .help(instead(sql.as_str(), call, only_stocks)),
        );
    }
}

/// What to write instead.
fn instead(sql: &str, call: &CalendarCall, only_stocks: bool) -> String {
    let unit = call.unit.name();
    let (whole, as_of) = (call.place.unwrap_or_default(), call.as_of.unwrap_or_default());
    let with = |instant: &str| {
        let text = |from: usize, to: usize| sql.get(from..to).unwrap_or("");
        let behind = text(as_of.end(), whole.end());
        let instant = match instant.contains(' ') && behind.starts_with("::") {
            true => format!("({instant})"),
            false => instant.to_owned(),
        };
        format!("{}{instant}{behind}", text(whole.start, as_of.start))
    };
    match (only_stocks, call.asked) {
        (true, CalendarCallResult::Start) => format!(
            "use `period_start('{unit}')`, the first instant of the {unit} in which the period ends"
        ),
        (true, _) => format!(
            "use `{}`: `period_start('day')` is the beginning of the period's last day",
            with("period_start('day')")
        ),
        (false, _) => format!(
            "use `{}`, which is in the period; flows read this source too, and have no \
             `period_start()`",
            with("as_of() - interval 1 microsecond")
        ),
    }
}
