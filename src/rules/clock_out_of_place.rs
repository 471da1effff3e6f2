//! `clock-out-of-place`: a flow reads the rows of many periods at once, an expectation is looked at
//! once, and files are read before the as-of is known: what the clock would say there is no answer.

use super::Project;
use crate::catalog::{AS_OF, Metric, PERIOD_START, Source, calls, relations};
use crate::definition::read::Sql;
use crate::diagnostic::{Diagnostic, codes};

pub fn check(project: &Project<'_>, found: &mut Vec<Diagnostic>) {
    for source in project.catalog.sources.values() {
        for (_, column) in source.definition.columns.iter() {
            if let Some(select) = &column.select {
                raw(project, source, select, found);
            }
        }
        for expect in &source.definition.expect {
            let message = "`period_start()` has no value in an expectation";
            let why = "an expectation is looked at once, and not for each period";
            let wrong = period_starts(project, &expect.sql, message, why).into_iter();
            let help = "`as_of()` is the project's instant of knowledge here";
            found.extend(wrong.map(|diagnostic| diagnostic.help(help)));
        }
    }
    for metric in project.catalog.metrics.values() {
        flow(project, metric, found);
    }
}

/// An expression over the columns of a file.
fn raw(project: &Project<'_>, source: &Source, select: &Sql, found: &mut Vec<Diagnostic>) {
    for function in [AS_OF, PERIOD_START] {
        for range in calls(select.as_str(), function) {
            let place = select.locate(project.files, range.start, range.len());
            found.push(
                Diagnostic::new(
                    &codes::CLOCK_OUT_OF_PLACE,
                    format!("`{function}()` has no value in `select`"),
                )
                .at(place, "files are read before the as-of is known")
                .help(format!(
                    "ask for it in a query over `{}`: in a derived source or a population",
                    source.id
                )),
            );
        }
    }
}

/// The population and the measure of a flow.
fn flow(project: &Project<'_>, metric: &Metric, found: &mut Vec<Diagnostic>) {
    let Some(population) = &metric.definition.population else { return };
    let Some(at) = &population.at else { return };
    let message = format!("`period_start()` has no one value in the flow `{}`", metric.id);
    let why = "a flow reads the rows of all its periods at once";
    let grain = project.catalog.settings.grain.name();
    let own = format!("the period of a row begins at `date_trunc('{grain}', {})`", at.as_str());
    let mut pieces = vec![&population.sql];
    pieces.extend(metric.definition.measure.expressions());
    let wrong = pieces.into_iter().flat_map(|sql| period_starts(project, sql, &message, why));
    found.extend(wrong.map(|diagnostic| {
        let stock = "without `at` the metric is a stock, which has one period at a time";
        diagnostic.help(own.as_str()).help(stock)
    }));
}

/// Every call of `period_start()` in a piece of SQL, and every source in it that depends on one.
fn period_starts(project: &Project<'_>, sql: &Sql, message: &str, why: &str) -> Vec<Diagnostic> {
    let locate =
        |sql: &Sql, at: &std::ops::Range<usize>| sql.locate(project.files, at.start, at.len());
    let own = calls(sql.as_str(), PERIOD_START).into_iter().map(|range| {
        Diagnostic::new(&codes::CLOCK_OUT_OF_PLACE, message).at(locate(sql, &range), why)
    });
    let read = relations(sql.as_str()).into_iter().filter_map(|(name, range)| {
        let catalog = project.catalog;
        let below =
            catalog.with_inputs(catalog.sources.get_key_value(&name).map(|(id, _)| id.as_str()));
        let mut below = below.into_iter().filter_map(|id| catalog.sources.get(id));
        let (source, call) = below.find_map(|source| {
            let query = source.definition.sql.as_ref()?;
            let call = calls(query.as_str(), PERIOD_START).into_iter().next()?;
            Some((source, locate(query, &call)))
        })?;
        let how = if source.id == name { "calls it" } else { "depends on it" };
        Some(
            Diagnostic::new(&codes::CLOCK_OUT_OF_PLACE, message)
                .at(locate(sql, &range), format!("`{name}` {how}"))
                .at(call, "called here")
                .note(why),
        )
    });
    own.chain(read).collect()
}
