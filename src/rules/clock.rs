//! `nondeterministic-function`: a number that depends on the clock, on chance or on who asks is
//! not the same tomorrow, and no review can tell what changed it.

use std::collections::BTreeSet;
use std::ops::Range;

use super::Project;
use crate::catalog::{Answers, Catalog, aliases, nondeterministic};
use crate::definition::read::Sql;
use crate::diagnostic::{Diagnostic, Files, Span, codes};

pub fn check(project: &Project<'_>, found: &mut Vec<Diagnostic>) {
    let Project { catalog, files, .. } = *project;
    let columns = columns(catalog);
    for sql in raw(catalog) {
        one(sql, None, files, found);
    }
    for sql in queries(catalog) {
        one(sql, Some(&columns), files, found);
    }
}

/// The pieces of SQL that use what was refused, and where. What else the engine has to say of them
/// mostly follows from that: a clock has a zone, and nothing else has.
pub fn refused(catalog: &Catalog, files: &Files) -> Vec<(Span, Vec<Span>)> {
    let pieces = raw(catalog).chain(queries(catalog)).filter_map(|sql| {
        let functions = nondeterministic(sql.as_str());
        let place = |range: &Range<usize>| sql.locate(files, range.start, range.len());
        let places = functions.iter().map(|function| place(&function.range)).collect();
        (!functions.iter().all(|function| function.bare)).then_some((sql.span, places))
    });
    pieces.collect()
}

/// SQL over the raw columns of files, whose names nobody declares.
fn raw(catalog: &Catalog) -> impl Iterator<Item = &Sql> {
    let columns = catalog.sources.values().flat_map(|source| source.definition.columns.iter());
    columns.filter_map(|(_, column)| column.select.as_ref())
}

/// SQL over sources.
fn queries(catalog: &Catalog) -> impl Iterator<Item = &Sql> {
    let of_sources = catalog.sources.values().flat_map(|source| {
        let definition = &source.definition;
        definition.sql.iter().chain(definition.expect.iter().map(|expect| &expect.sql))
    });
    let of_metrics = catalog.metrics.values().flat_map(|metric| {
        let population = metric.definition.population.iter().map(|population| &population.sql);
        population.chain(metric.definition.measure.expressions())
    });
    of_sources.chain(of_metrics)
}

/// The names of columns, as far as definitions give them.
fn columns(catalog: &Catalog) -> BTreeSet<String> {
    let sources = catalog.sources.values();
    let declared = sources.flat_map(|source| source.definition.columns.iter());
    declared
        .map(|(name, _)| name.to_lowercase())
        .chain(queries(catalog).flat_map(|sql| aliases(sql.as_str())))
        .collect()
}

/// Where the `columns` are not known, every name may be one.
fn one(sql: &Sql, columns: Option<&BTreeSet<String>>, files: &Files, found: &mut Vec<Diagnostic>) {
    for function in nondeterministic(sql.as_str()) {
        let name = &function.name;
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
        let range = function.range;
        found.push(
            Diagnostic::new(&codes::NONDETERMINISTIC_FUNCTION, message)
                .at(sql.locate(files, range.start, range.len()), label)
                .help(help),
        );
    }
}
