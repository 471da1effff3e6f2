//! `clock-out-of-place`: a flow reads the rows of many periods at once, an expectation is looked at
//! once, and files are read before the as-of is known: what the clock would say there is no answer.

use super::Project;
use crate::diagnostic::{Diagnostic, codes};
use crate::project::catalog::{Metric, Source};
use crate::project::definition::read::Sql;
use crate::sql::{AS_OF, PERIOD_START, ParsedSql};

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
            let Some(query) = project.catalog.sql.query(expect.sql.as_str()) else { continue };
            let wrong = period_starts(project, (&expect.sql, query), message, why).into_iter();
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
    let Some(parsed) = project.catalog.sql.expression(select.as_str()) else { return };
    for function in [AS_OF, PERIOD_START] {
        for call in parsed.calls_of(function) {
            let place = select.place(call.place, project.files);
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
    let pieces = project.catalog.sql_of(metric);
    let wrong = pieces.flat_map(|piece| period_starts(project, piece, &message, why));
    found.extend(wrong.map(|diagnostic| {
        let stock = "without `at` the metric is a stock, which has one period at a time";
        diagnostic.help(own.as_str()).help(stock)
    }));
}

/// Every call of `period_start()` in a piece of SQL, and every source in it that depends on one.
fn period_starts(
    project: &Project<'_>,
    (sql, parsed): (&Sql, &ParsedSql),
    message: &str,
    why: &str,
) -> Vec<Diagnostic> {
    let Project { catalog, files, .. } = *project;
    let own = parsed.calls_of(PERIOD_START).map(|call| {
        Diagnostic::new(&codes::CLOCK_OUT_OF_PLACE, message).at(sql.place(call.place, files), why)
    });
    let read = parsed.relations.iter().filter_map(|relation| {
        let id = catalog.sources.get_key_value(&relation.name).map(|(id, _)| id.as_str());
        let below = catalog.with_inputs(id);
        let mut below = below.into_iter().filter_map(|id| catalog.sources.get(id));
        let (source, call) = below.find_map(|source| {
            let query = source.definition.sql.as_ref()?;
            let call = catalog.sql.query(query.as_str())?.calls_of(PERIOD_START).next()?;
            Some((source, query.place(call.place, files)))
        })?;
        let name = &relation.name;
        let how = if source.id == *name { "calls it" } else { "depends on it" };
        Some(
            Diagnostic::new(&codes::CLOCK_OUT_OF_PLACE, message)
                .at(sql.place(relation.place, files), format!("`{name}` {how}"))
                .at(call, "called here")
                .note(why),
        )
    });
    own.chain(read).collect()
}
