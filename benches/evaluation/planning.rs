//! Reading and planning 1,000 metrics against the time that DuckDB takes to bind their SQL.

use std::collections::BTreeSet;
use std::error::Error;
use std::path::Path;
use std::time::Instant;

use duckdb::Connection;
use goodhart_core::plan::{self, Columns, Plan, Scan, Selection, Timeline};
use goodhart_core::project::catalog::Catalog;
use goodhart_core::sql::TypeKind;
use goodhart_engine::{Engine, Options};

use crate::alerts::{Alerts, COLUMNS, Format};
use crate::{project, sides, workload};

/// Seconds of goodhart, and of DuckDB for a statement per metric; a pair per repetition.
pub fn compare(folder: &Path, repetitions: usize) -> Result<Vec<(f64, f64)>, Box<dyn Error>> {
    let alerts = Alerts::generate(folder, Format::Csv, 1_000)?;
    let root = project::write(&folder.join("planning"), &alerts, &workload::thousand())?;
    let alone = statements_alone(&sides::open(&root)?.catalog)?;
    let connection = Connection::open_in_memory()?;
    connection.execute_batch(&empty_table())?;
    (0..repetitions)
        .map(|_| {
            let start = Instant::now();
            plan_all(&root)?;
            let planned = start.elapsed().as_secs_f64();
            let start = Instant::now();
            for sql in &alone {
                connection.prepare(sql)?;
            }
            Ok((planned, start.elapsed().as_secs_f64()))
        })
        .collect()
}

/// From the files to the statements. What types expressions have is what only DuckDB knows; that
/// they are integers is as good as any answer for the time it takes to write a statement.
fn plan_all(root: &Path) -> Result<Vec<String>, Box<dyn Error>> {
    let sides::Opened { catalog, .. } = sides::open(root)?;
    let chosen =
        plan::select(&catalog, &Selection::default()).map_err(|problems| problems.join("\n"))?;
    let plan = plan::build(&catalog, &chosen);
    let timeline = timeline(&catalog)?;
    let write = |scan: &Scan| {
        let columns = Columns::of(scan);
        let kinds = vec![TypeKind::Integer; columns.expressions().len()];
        plan::statement(scan, &columns, &kinds, &timeline, None).0.text().to_owned()
    };
    Ok(plan.scans.iter().map(write).collect())
}

fn timeline(catalog: &Catalog) -> Result<Timeline, Box<dyn Error>> {
    let as_of = "2026-01-01T00:00:00Z".parse()?;
    Ok(Timeline::back_from(as_of, catalog.settings.grain, catalog.settings.window)?)
}

/// The statement of every metric as if it were the only one.
fn statements_alone(catalog: &Catalog) -> Result<Vec<String>, Box<dyn Error>> {
    let engine = Engine::open(&Options::default(), &catalog.settings.calendars)?;
    engine.execute(&empty_table()).map_err(|failure| failure.message)?;
    let timeline = timeline(catalog)?;
    let mut statements = Vec::new();
    for id in catalog.metrics.keys() {
        let Plan { scans, .. } = plan::build(catalog, &BTreeSet::from([id.clone()]));
        for scan in &scans {
            let columns = Columns::of(scan);
            let described = engine
                .describe(plan::probe(scan, &columns).text())
                .map_err(|failure| failure.message)?;
            let expressions = &described[described.len() - columns.expressions().len()..];
            let kinds: Vec<TypeKind> =
                expressions.iter().map(|(_, type_name)| TypeKind::of(type_name)).collect();
            let (sql, _) = plan::statement(scan, &columns, &kinds, &timeline, None);
            statements.push(sql.text().to_owned());
        }
    }
    Ok(statements)
}

fn empty_table() -> String {
    let columns: Vec<String> =
        COLUMNS.iter().map(|(name, _, duckdb, _)| format!("{name} {duckdb}")).collect();
    format!("create table alerts ({})", columns.join(", "))
}
