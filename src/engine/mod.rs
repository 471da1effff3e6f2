//! DuckDB: the only code that names it.
//!
//! The engine loads sources, describes and runs the statements of a plan, and returns cells. It
//! knows nothing of metrics. `research` on which its settings rest is in ARCHITECTURE.md.

mod bind;
mod failure;
mod functions;
pub mod gate;
mod load;
mod memory;
mod tree;
mod verified;

pub use failure::SqlFailure;
pub use gate::{Checked, Readable};
pub use load::{
    LoadContext, check_derived, check_file_source, declare, declared_columns, given_table,
    load_file_source, materialise, stand_in,
};
pub use verified::{Key as VerifiedKey, Verified};

use std::collections::BTreeMap;
use std::path::Path;
use std::str::FromStr;
use std::sync::Arc;

use duckdb::types::{TimeUnit, Value};
use duckdb::{Config, Connection};
use jiff::Timestamp;
use rust_decimal::Decimal;

use crate::calendar::Calendar;
use crate::error::Error;
use crate::measure::Cell;
use crate::plan::{ColumnKind, literal, timestamp};

/// Resources of the engine.
#[derive(Debug, Clone)]
pub struct Options {
    /// As many as there are cores where absent.
    pub threads: Option<u32>,
    /// In bytes; DuckDB's default (80 % of the memory) where absent.
    pub memory: Option<u64>,
    /// Whether user SQL is checked before it is used. Only tests of the other layers switch it off.
    pub gate: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self { threads: None, memory: None, gate: true }
    }
}

/// An in-memory DuckDB.
pub struct Engine {
    connection: Connection,
    /// See [`Options::gate`].
    gate: bool,
}

impl Engine {
    /// Opens an empty database with goodhart's functions.
    ///
    /// # Errors
    /// Settings that DuckDB refuses.
    pub fn open(
        options: &Options,
        calendars: &BTreeMap<String, Arc<Calendar>>,
    ) -> Result<Self, Error> {
        memory::settle();
        let config = || -> duckdb::Result<Config> {
            let mut config = Config::default()
                .enable_autoload_extension(false)?
                .with("errors_as_json", "true")?
                .with("preserve_insertion_order", "false")?;
            if let Some(threads) = options.threads {
                config = config.threads(i64::from(threads))?;
            }
            if let Some(memory) = options.memory {
                config = config.max_memory(&format!("{memory}B"))?;
            }
            Ok(config)
        };
        let opened = config().and_then(Connection::open_in_memory_with_flags);
        let connection = opened.map_err(|error| engine_error("opening DuckDB", &error))?;
        functions::register(&connection, calendars)
            .map_err(|error| engine_error("registering functions", &error))?;
        let engine = Self { connection, gate: options.gate };
        // What is read from files lives here; queries see it through views in `main`.
        engine.run("creating the schema", "create schema loaded")?;
        engine.run("creating macros", load::MACROS)?;
        Ok(engine)
    }

    /// Sets what `as_of()` returns.
    ///
    /// # Errors
    /// Only an engine failure.
    pub fn set_as_of(&self, instant: Timestamp) -> Result<(), Error> {
        let sql = format!("create or replace macro as_of() as {}", timestamp(instant));
        self.run("setting the as-of", &sql)
    }

    /// Leaves the optimiser out, for statements over a handful of rows.
    ///
    /// # Errors
    /// Only an engine failure.
    pub fn plan_plainly(&self) -> Result<(), Error> {
        self.run("switching off the optimiser", "pragma disable_optimizer")
    }

    /// Closes the file system but for the files that lazy sources scan, and locks the settings.
    /// After this, no query can read or write anything else.
    ///
    /// # Errors
    /// Only an engine failure.
    pub fn confine<'a>(&self, lazy_files: impl Iterator<Item = &'a Path>) -> Result<(), Error> {
        let files: Vec<String> = lazy_files.map(|path| literal(&path.to_string_lossy())).collect();
        let sql = format!(
            "set allowed_paths = [{}]; set enable_external_access = false; \
             set lock_configuration = true",
            files.join(", ")
        );
        self.run("closing the file system", &sql)
    }

    /// Runs generated SQL that cannot fail for a reason in a definition.
    fn run(&self, doing: &str, sql: &str) -> Result<(), Error> {
        self.execute(sql)
            .map_err(|failure| Error::Engine { doing: doing.to_owned(), message: failure.message })
    }

    /// Runs statements without results.
    ///
    /// # Errors
    /// What DuckDB says about the SQL.
    pub fn execute(&self, sql: &str) -> Result<(), SqlFailure> {
        self.connection.execute_batch(sql).map_err(|error| SqlFailure::of(&error))
    }

    /// Runs a query and returns all its rows.
    ///
    /// # Errors
    /// What DuckDB says about the SQL.
    pub fn query(&self, sql: &str) -> Result<Vec<Vec<Cell>>, SqlFailure> {
        let failed = |error: duckdb::Error| SqlFailure::of(&error);
        let mut statement = self.connection.prepare(sql).map_err(failed)?;
        let mut rows = statement.query([]).map_err(failed)?;
        let columns = rows.as_ref().map_or(0, |statement| statement.column_count());
        let mut cells = Vec::new();
        while let Some(row) = rows.next().map_err(failed)? {
            let row: duckdb::Result<Vec<Cell>> =
                (0..columns).map(|index| row.get::<_, Value>(index).map(cell)).collect();
            cells.push(row.map_err(failed)?);
        }
        Ok(cells)
    }

    /// The names and types of a query's columns, without running it.
    ///
    /// # Errors
    /// What DuckDB says about the SQL, with offsets into `sql`.
    pub fn describe(&self, sql: &str) -> Result<Vec<(String, String)>, SqlFailure> {
        const DESCRIBE: &str = "describe ";
        let rows = self
            .query(&format!("{DESCRIBE}{sql}"))
            .map_err(|failure| failure.shifted(DESCRIBE.len()))?;
        let text = |cell: Option<&Cell>| match cell {
            Some(Cell::Text(text)) => text.clone(),
            _ => String::new(),
        };
        Ok(rows.iter().map(|row| (text(row.first()), text(row.get(1)))).collect())
    }
}

/// The kind of a DuckDB type by its name.
pub fn column_kind(type_name: &str) -> ColumnKind {
    match type_name {
        "BOOLEAN" => ColumnKind::Boolean,
        "TINYINT" | "SMALLINT" | "INTEGER" | "BIGINT" | "UTINYINT" | "USMALLINT" | "UINTEGER" => {
            ColumnKind::Integer
        }
        "UBIGINT" | "HUGEINT" | "UHUGEINT" => ColumnKind::HugeInteger,
        "FLOAT" | "DOUBLE" => ColumnKind::Double,
        "DATE" => ColumnKind::Time,
        name if name.starts_with("DECIMAL") => ColumnKind::Decimal,
        name if name.starts_with("TIMESTAMP") => ColumnKind::Time,
        _ => ColumnKind::Other,
    }
}

fn engine_error(doing: &str, error: &duckdb::Error) -> Error {
    Error::Engine { doing: doing.to_owned(), message: SqlFailure::of(error).message }
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
