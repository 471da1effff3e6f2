//! The two sides: the same metrics as goodhart evaluates them, and one plain query each.

use std::error::Error;
use std::path::Path;
use std::time::SystemTime;

use duckdb::Connection;
use duckdb::types::{TimeUnit, Value};
use goodhart::check;
use goodhart_core::diagnostic::{Diagnostics, Files};
use goodhart_core::plan::{self, Selection};
use goodhart_core::project::catalog::Catalog;
use goodhart_core::result::snapshot::Store;
use goodhart_core::result::threshold::check_thresholds;
use goodhart_core::result::to_f64;
use goodhart_engine::evaluate::{Evaluation, Request, evaluate};
use goodhart_engine::{Parser, Protection};

use crate::alerts::{Format, literal};
use crate::cache;
use crate::values::Values;
use crate::workload::Metric;

/// A project that was read and checked as the command line does it.
pub struct Opened {
    pub files: Files,
    pub catalog: Catalog,
}

pub fn open(root: &Path) -> Result<Opened, Box<dyn Error>> {
    let mut opened = check::load(root, &Parser::within())?;
    opened.check_rules(jiff::civil::Date::ZERO);
    clean(&opened.diagnostics, &opened.files)?;
    let catalog = opened.catalog.ok_or("goodhart.toml could not be read")?;
    Ok(Opened { files: opened.files, catalog })
}

fn clean(diagnostics: &Diagnostics, files: &Files) -> Result<(), Box<dyn Error>> {
    if diagnostics.is_empty() {
        return Ok(());
    }
    Err(goodhart_core::diagnostic::render(diagnostics, files, false).into())
}

/// Everything from reading the definitions to checked results.
pub fn goodhart(root: &Path, protection: Protection) -> Result<Evaluation, Box<dyn Error>> {
    let Opened { files, catalog } = open(root)?;
    let chosen =
        plan::select(&catalog, &Selection::default()).map_err(|problems| problems.join("\n"))?;
    let plan = plan::build(&catalog, &chosen);
    // What was verified is cached, and the results are computed.
    cache::remove_results(root)?;
    let cache = Store::new(root).cache(&std::env::current_exe()?, SystemTime::UNIX_EPOCH);
    let request = Request { cache, ..Request::new(root, protection) };
    let mut evaluation = evaluate(&catalog, &plan, &files, &request)?;
    let mut diagnostics = Diagnostics::default();
    diagnostics.extend(std::mem::take(&mut evaluation.diagnostics));
    diagnostics.extend(check_thresholds(&catalog, &evaluation.results));
    clean(&diagnostics, &files)?;
    Ok(evaluation)
}

pub fn goodhart_values(evaluation: &Evaluation) -> Values {
    let mut values = Values::new();
    for metric in &evaluation.results.metrics {
        for row in &metric.rows {
            let segment = |index: usize| {
                let segment = row.group.get(index).and_then(|(_, value)| value.clone());
                segment.unwrap_or_default()
            };
            let key =
                (metric.metric.clone(), row.period.start.as_microsecond(), segment(0), segment(1));
            values.insert(key, row.value.map(to_f64));
        }
    }
    values
}

/// The rows of every plain query.
pub type PlainRows = Vec<Vec<[Value; 4]>>;

/// Opens DuckDB with its defaults, names the data, and runs one query after the other.
pub fn plain(format: Format, path: &Path, metrics: &[Metric]) -> Result<PlainRows, Box<dyn Error>> {
    let connection = Connection::open_in_memory()?;
    let path = literal(path);
    connection.execute_batch(&match format {
        Format::Parquet => format!("create view alerts as from read_parquet({path})"),
        // Read once: 100 scans of the text would make the other side look good.
        Format::Csv => format!("create table alerts as from read_csv({path})"),
    })?;
    metrics.iter().map(|metric| Ok(rows(&connection, &metric.plain())?)).collect()
}

fn rows(connection: &Connection, sql: &str) -> duckdb::Result<Vec<[Value; 4]>> {
    let mut statement = connection.prepare(sql)?;
    let rows =
        statement.query_map([], |row| Ok([row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?]))?;
    rows.collect()
}

pub fn plain_values(metrics: &[Metric], results: &PlainRows) -> Result<Values, Box<dyn Error>> {
    let mut values = Values::new();
    for (metric, rows) in metrics.iter().zip(results) {
        for [month, severity, team, value] in rows {
            let month = match month {
                Value::Timestamp(TimeUnit::Microsecond, micros) => *micros,
                Value::Date32(days) => i64::from(*days) * 86_400_000_000,
                other => return Err(format!("{other:?} is no month").into()),
            };
            let (Value::Text(severity), Value::Text(team)) = (severity, team) else {
                return Err(format!("{severity:?}, {team:?} is no group").into());
            };
            let key = (metric.id.clone(), month, severity.clone(), team.clone());
            values.insert(key, number(value)?);
        }
    }
    Ok(values)
}

fn number(value: &Value) -> Result<Option<f64>, Box<dyn Error>> {
    Ok(match value {
        Value::Null => None,
        Value::Double(number) if number.is_nan() => None,
        Value::Double(number) => Some(*number),
        Value::BigInt(number) => Some(*number as f64),
        Value::HugeInt(number) => Some(*number as f64),
        Value::Decimal(number) => Some(number.to_string().parse()?),
        other => return Err(format!("{other:?} is no number").into()),
    })
}
