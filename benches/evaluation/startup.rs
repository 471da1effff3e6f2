//! One metric over 1,000 rows: the whole process of goodhart against a minimal program.

use std::error::Error;
use std::ffi::OsStr;
use std::path::Path;

use duckdb::Connection;
use duckdb::types::Value;
use goodhart_core::plan;
use goodhart_engine::Protection;
use goodhart_engine::evaluate::{Request, statements};

use crate::alerts::{Alerts, COLUMNS, Format, literal};
use crate::cache;
use crate::support::process::{self, GOODHART};
use crate::{project, sides, workload};

/// Seconds of goodhart and of the minimal program, a pair per repetition.
pub fn compare(folder: &Path, repetitions: usize) -> Result<Vec<(f64, f64)>, Box<dyn Error>> {
    let alerts = Alerts::generate(folder, Format::Csv, 1_000)?;
    let metrics = workload::hundred();
    let one = metrics.iter().find(|metric| metric.id == "counted_median_wait");
    let one = std::slice::from_ref(one.ok_or("no such metric")?);
    let root = project::write(&folder.join("startup"), &alerts, one)?;
    // Snapshots are committed, the data was verified before, and the results are new.
    let root_text = root.as_os_str();
    process::run(GOODHART.as_ref(), &["eval".as_ref(), "--project".as_ref(), root_text])?;
    process::run(GOODHART.as_ref(), &["accept".as_ref(), "--project".as_ref(), root_text])?;
    let load = load(&alerts);
    let query = statement(&root)?;
    let this = std::env::current_exe()?;
    (0..repetitions)
        .map(|_| {
            let arguments = ["eval", "--format", "json", "--project"];
            let mut arguments: Vec<&OsStr> = arguments.iter().map(OsStr::new).collect();
            arguments.push(root_text);
            cache::remove_results(&root)?;
            let (goodhart, _) = process::run(GOODHART.as_ref(), &arguments)?;
            let arguments = ["minimal", &load, &query].map(OsStr::new);
            let (minimal, _) = process::run(this.as_os_str(), &arguments)?;
            Ok((goodhart, minimal))
        })
        .collect()
}

/// Seconds of the whole process that evaluates the project of [`compare`] with a worker and its
/// sandbox, and without, a pair per repetition.
pub fn price(folder: &Path, repetitions: usize) -> Result<Vec<(f64, f64)>, Box<dyn Error>> {
    let root = folder.join("startup");
    let values = folder.join("startup.tsv");
    let this = std::env::current_exe()?;
    let run = |side: &str| {
        let arguments = [OsStr::new(side), root.as_os_str(), values.as_os_str()];
        process::run(this.as_os_str(), &arguments).map(|(seconds, _)| seconds)
    };
    (0..repetitions).map(|_| Ok((run("protected")?, run("goodhart")?))).collect()
}

/// The minimal program: opens DuckDB, reads the file, runs the query, prints the rows.
pub fn minimal(load: &str, query: &str) -> Result<(), Box<dyn Error>> {
    let connection = Connection::open_in_memory()?;
    connection.execute_batch(load)?;
    let mut statement = connection.prepare(query)?;
    let mut rows = statement.query([])?;
    let columns = rows.as_ref().map_or(0, |statement| statement.column_count());
    while let Some(row) = rows.next()? {
        let values: Result<Vec<Value>, _> = (0..columns).map(|index| row.get(index)).collect();
        println!("{:?}", values?);
    }
    Ok(())
}

/// With the types given: to guess them from the file would take longer.
fn load(alerts: &Alerts) -> String {
    let columns: Vec<String> =
        COLUMNS.iter().map(|(name, _, duckdb, _)| format!("'{name}': '{duckdb}'")).collect();
    format!(
        "create table alerts as from read_csv({}, auto_detect = false, header = true, \
         columns = {{{}}})",
        literal(&alerts.path),
        columns.join(", ")
    )
}

/// The statement that goodhart runs for the project's one metric.
fn statement(root: &Path) -> Result<String, Box<dyn Error>> {
    let sides::Opened { files, catalog } = sides::open(root)?;
    let plan = plan::build(&catalog, &catalog.metrics.keys().cloned().collect());
    let request = Request::new(root, Protection::within());
    let (explained, _) = statements(&catalog, &plan, &files, &request)?;
    let (_, _, sql) = explained.into_iter().next().ok_or("nothing to run")?;
    Ok(sql)
}
