//! The other side: DuckDB alone, binding the same statements.

use std::error::Error;
use std::fs;
use std::path::Path;

use duckdb::Connection;
use goodhart::check;
use goodhart_core::cache::Cache;
use goodhart_core::measure::aggregates;
use goodhart_core::plan::{self, Columns, Scan, quote};
use goodhart_engine::Parser;
use goodhart_engine::bind;
use serde::{Deserialize, Serialize};

/// What is bound.
#[derive(Serialize, Deserialize)]
pub struct Statements {
    /// The empty tables, and `as_of()`.
    declarations: Vec<String>,
    probes: Vec<String>,
}

/// Writes the statements that `goodhart check` binds for the project at `root`.
pub fn write(root: &Path, path: &Path) -> Result<usize, Box<dyn Error>> {
    let parser = Parser::within();
    let opened = check::load(root, &parser)?;
    let catalog = opened.catalog.as_ref().ok_or("goodhart.toml could not be read")?;
    let (bound, found) = bind::bind(catalog, &opened.files, &Cache::default(), &parser)?;
    if !found.is_empty() {
        return Err(format!("the project is wrong: {}", found[0].message).into());
    }
    let tables = bound.sources.iter().map(|(id, source)| {
        let columns = source.query.columns.iter();
        let columns: Vec<String> =
            columns.map(|column| format!("{} {}", quote(&column.name), column.type_name)).collect();
        format!("create table {} ({})", quote(id), columns.join(", "))
    });
    let as_of = "create macro as_of() as timestamp '1970-01-01 00:00:00'".to_owned();
    let probes = catalog.metrics.values().filter_map(|metric| {
        let mut scan = Scan::new(metric.definition.population.as_ref()?);
        scan.add(metric, aggregates(&metric.definition.measure), 0);
        Some(plan::probe(&scan, &Columns::of(&scan)).text().to_owned())
    });
    let statements = Statements {
        declarations: std::iter::once(as_of).chain(tables).collect(),
        probes: probes.collect(),
    };
    fs::write(path, serde_json::to_string(&statements)?)?;
    Ok(statements.probes.len())
}

/// Opens DuckDB with its defaults, creates the tables, and binds on so many connections.
pub fn bind(path: &Path, threads: usize) -> Result<(), Box<dyn Error>> {
    let Statements { declarations, probes } = serde_json::from_str(&fs::read_to_string(path)?)?;
    let connection = Connection::open_in_memory()?;
    for declaration in &declarations {
        connection.execute_batch(declaration)?;
    }
    let connections: Vec<Connection> =
        (1..threads).map(|_| connection.try_clone()).collect::<Result<_, _>>()?;
    let share = probes.len().div_ceil(threads);
    std::thread::scope(|scope| {
        let running: Vec<_> = probes
            .chunks(share)
            .zip(std::iter::once(connection).chain(connections))
            .map(|(probes, connection)| {
                scope.spawn(move || {
                    probes.iter().try_for_each(|sql| connection.prepare(sql).map(drop))
                })
            })
            .collect();
        running.into_iter().try_for_each(|thread| {
            thread.join().map_err(|_| "a thread failed")?.map_err(Box::<dyn Error>::from)
        })
    })
}
