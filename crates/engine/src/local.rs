//! DuckDB in this process.

use std::collections::BTreeMap;
use std::str::FromStr;
use std::sync::Arc;

use duckdb::types::{TimeUnit, Value};
use duckdb::{Config, Connection, InterruptHandle};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::allowance::Answer;
use super::{functions, memory};
use goodhart_core::measure::Cell;
use goodhart_core::measure::calendar::Calendar;

/// How DuckDB is opened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Setup {
    pub threads: u32,
    /// Such as "4GB".
    pub memory: String,
    /// Whether DuckDB's own settings keep it from what it need not do.
    pub closed: bool,
}

/// An in-memory DuckDB.
pub struct Local {
    connection: Connection,
}

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum QueryError {
    /// What DuckDB said.
    Refused(String),
    Rows,
    Bytes,
}

impl QueryError {
    fn of(error: &duckdb::Error) -> Self {
        Self::Refused(said(error))
    }
}

/// What DuckDB says, as it says it.
fn said(error: &duckdb::Error) -> String {
    match error {
        duckdb::Error::DuckDBFailure(_, Some(text)) => text.clone(),
        other => other.to_string(),
    }
}

impl Local {
    /// Opens an empty database with goodhart's functions.
    ///
    /// # Errors
    /// What DuckDB says about the settings.
    pub fn open(
        setup: &Setup,
        calendars: &BTreeMap<String, Arc<Calendar>>,
    ) -> Result<Self, String> {
        memory::settle();
        let config = || -> duckdb::Result<Config> {
            let mut config = Config::default()
                .enable_autoload_extension(false)?
                .with("errors_as_json", "true")?
                .with("preserve_insertion_order", "false")?
                .max_memory(&setup.memory)?
                .threads(i64::from(setup.threads))?;
            if setup.closed {
                // What does not fit into memory must not lie in a folder for others to read.
                config = config
                    .with("temp_directory", "")?
                    .with("autoinstall_known_extensions", "false")?
                    .with("allow_community_extensions", "false")?
                    .with("allow_persistent_secrets", "false")?;
            }
            Ok(config)
        };
        let opened = config().and_then(Connection::open_in_memory_with_flags);
        let connection = opened.map_err(|error| said(&error))?;
        functions::register(&connection, calendars).map_err(|error| said(&error))?;
        Ok(Self { connection })
    }

    /// A second connection to the same database, for another thread.
    ///
    /// # Errors
    /// What DuckDB says.
    pub fn beside(&self) -> Result<Self, String> {
        let connection = self.connection.try_clone().map_err(|error| said(&error))?;
        Ok(Self { connection })
    }

    /// Stops the statement that is running.
    pub fn interrupter(&self) -> Arc<InterruptHandle> {
        self.connection.interrupt_handle()
    }

    /// Runs statements without results.
    ///
    /// # Errors
    /// What DuckDB says.
    pub fn execute(&self, sql: &str) -> Result<(), QueryError> {
        self.connection.execute_batch(sql).map_err(|error| QueryError::of(&error))
    }

    /// Runs a query and returns all its rows, but no more than `most`.
    ///
    /// # Errors
    /// What DuckDB says, or that there is more.
    pub fn query(&self, sql: &str, most: Answer) -> Result<Vec<Vec<Cell>>, QueryError> {
        let failed = |error: duckdb::Error| QueryError::of(&error);
        let mut statement = self.connection.prepare(sql).map_err(failed)?;
        let mut rows = statement.query([]).map_err(failed)?;
        let columns = rows.as_ref().map_or(0, |statement| statement.column_count());
        let mut cells = Vec::new();
        let mut bytes = 0;
        while let Some(row) = rows.next().map_err(failed)? {
            let row: duckdb::Result<Vec<Cell>> =
                (0..columns).map(|index| row.get::<_, Value>(index).map(cell)).collect();
            let row = row.map_err(failed)?;
            bytes += row.iter().map(size).sum::<u64>();
            if bytes > most.bytes {
                return Err(QueryError::Bytes);
            }
            if cells.len() as u64 >= most.rows {
                return Err(QueryError::Rows);
            }
            cells.push(row);
        }
        Ok(cells)
    }
}

/// About what a cell takes.
fn size(cell: &Cell) -> u64 {
    let own = match cell {
        Cell::Text(text) | Cell::Other(text) => text.len(),
        Cell::List(cells) => return 16 + cells.iter().map(size).sum::<u64>(),
        _ => 0,
    };
    16 + own as u64
}

fn cell(value: Value) -> Cell {
    match value {
        Value::Null => Cell::Null,
        Value::Boolean(value) => Cell::Boolean(value),
        Value::TinyInt(number) => Cell::Integer(number.into()),
        Value::SmallInt(number) => Cell::Integer(number.into()),
        Value::Int(number) => Cell::Integer(number.into()),
        Value::BigInt(number) => Cell::Integer(number.into()),
        Value::HugeInt(number) => Cell::Integer(number),
        Value::UTinyInt(number) => Cell::Integer(number.into()),
        Value::USmallInt(number) => Cell::Integer(number.into()),
        Value::UInt(number) => Cell::Integer(number.into()),
        Value::UBigInt(number) => Cell::Integer(number.into()),
        Value::Float(number) => Cell::Double(number.into()),
        Value::Double(number) => Cell::Double(number),
        Value::Decimal(number) => {
            let text = number.to_string();
            Decimal::from_str_exact(&text)
                .or_else(|_| Decimal::from_str(&text))
                .map_or(Cell::Other(text), Cell::Decimal)
        }
        Value::Text(text) | Value::Enum(text) => Cell::Text(text),
        Value::Timestamp(unit, number) => Cell::Instant(unit_micros(unit, number)),
        Value::Date32(days) => Cell::Instant(i64::from(days) * 86_400_000_000),
        Value::List(values) | Value::Array(values) => {
            Cell::List(values.into_iter().map(cell).collect())
        }
        other => Cell::Other(format!("{other:?}")),
    }
}

fn unit_micros(unit: TimeUnit, number: i64) -> i64 {
    match unit {
        TimeUnit::Second => number.saturating_mul(1_000_000),
        TimeUnit::Millisecond => number.saturating_mul(1_000),
        TimeUnit::Microsecond => number,
        TimeUnit::Nanosecond => number.div_euclid(1_000),
    }
}
