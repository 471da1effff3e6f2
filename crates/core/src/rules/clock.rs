//! `nondeterministic-function`: a number that depends on the clock, on chance or on who asks is
//! not the same tomorrow, and no review can tell what changed it.

use std::collections::BTreeSet;

use super::Project;
use crate::diagnostic::{Diagnostic, Files, Span, codes};
use crate::project::catalog::{Answers, Catalog, nondeterministic};
use crate::project::definition::read::Sql;
use crate::sql::ParsedSql;

pub fn check(project: &Project<'_>, found: &mut Vec<Diagnostic>) {
    let Project { catalog, files, .. } = *project;
    let columns = columns(catalog);
    for (sql, parsed) in raw(catalog) {
        one(sql, parsed, None, files, found);
    }
    for (sql, parsed) in queries(catalog) {
        one(sql, parsed, Some(&columns), files, found);
    }
}

/// The pieces of SQL that use what was refused, and where. What else the engine has to say of them
/// mostly follows from that: a clock has a zone, and nothing else has.
pub fn refused(catalog: &Catalog, files: &Files) -> Vec<(Span, Vec<Span>)> {
    let pieces = raw(catalog).chain(queries(catalog)).filter_map(|(sql, parsed)| {
        let functions = nondeterministic(parsed);
        let places = functions.iter().map(|function| sql.place(function.place, files)).collect();
        (!functions.iter().all(|function| function.bare)).then_some((sql.span, places))
    });
    pieces.collect()
}

/// SQL over the raw columns of files, whose names nobody declares.
fn raw(catalog: &Catalog) -> impl Iterator<Item = (&Sql, &ParsedSql)> {
    let columns = catalog.sources.values().flat_map(|source| source.definition.columns.iter());
    let selects = columns.filter_map(|(_, column)| column.select.as_ref());
    selects.filter_map(|sql| Some((sql, catalog.sql.expression(sql.as_str())?)))
}

/// SQL over sources.
fn queries(catalog: &Catalog) -> impl Iterator<Item = (&Sql, &ParsedSql)> {
    let of_sources = catalog.sources.values().flat_map(|source| {
        let definition = &source.definition;
        definition.sql.iter().chain(definition.expect.iter().map(|expect| &expect.sql))
    });
    let metrics = catalog.metrics.values().map(|metric| &metric.definition);
    let populations = metrics.clone().flat_map(|metric| &metric.population);
    let queries = of_sources.chain(populations.map(|population| &population.sql));
    let measures = metrics.flat_map(|metric| metric.measure.expressions());
    queries
        .filter_map(|sql| Some((sql, catalog.sql.query(sql.as_str())?)))
        .chain(measures.filter_map(|sql| Some((sql, catalog.sql.expression(sql.as_str())?))))
}

/// The names of columns, as far as definitions give them.
fn columns(catalog: &Catalog) -> BTreeSet<&str> {
    let sources = catalog.sources.values();
    let declared = sources.flat_map(|source| source.definition.columns.iter());
    declared
        .map(|(name, _)| name.as_str())
        .chain(
            queries(catalog).flat_map(|(_, sql)| sql.aliases.iter().map(|name| name.name.as_str())),
        )
        .collect()
}

/// Where the `columns` are not known, every name may be one.
fn one(
    sql: &Sql,
    parsed: &ParsedSql,
    columns: Option<&BTreeSet<&str>>,
    files: &Files,
    found: &mut Vec<Diagnostic>,
) {
    for function in nondeterministic(parsed) {
        let name = function.name.as_str();
        let another = format!("`{name}` gives another answer on every run");
        let same = "not the same for the same data";
        let (message, label, help) = match function.answers {
            Answers::Clock if columns.is_none() => (
                another,
                same,
                "a row is what it is at any time: derive the value from its columns",
            ),
            Answers::Clock => (another, same, "use `as_of()`, the one clock of a definition"),
            Answers::Chance => (another, same, "derive the value from the data"),
            // People name columns so, and a column comes first.
            Answers::Session
                if function.bare && columns.is_none_or(|columns| columns.contains(name)) =>
            {
                continue;
            }
            Answers::Text => (
                format!("`{name}` runs a text as SQL"),
                "nobody sees what it reads",
                "write the query itself",
            ),
            Answers::Session => (
                format!("`{name}` tells of the engine's session, not of the data"),
                if function.bare { "there is no column of that name" } else { same },
                "use columns of the sources",
            ),
        };
        found.push(
            Diagnostic::new(&codes::NONDETERMINISTIC_FUNCTION, message)
                .at(sql.place(function.place, files), label)
                .help(help),
        );
    }
}
