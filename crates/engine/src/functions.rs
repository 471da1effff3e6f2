//! goodhart's SQL functions: business time and time zones, which the bundled DuckDB (without
//! ICU) does not have.
//!
//! - `business_seconds(start, end, calendar)` → BIGINT: seconds of open time in `[start, end)`
//! - `local_time(instant, zone)` → TIMESTAMP: the wall clock in an IANA zone
//! - `utc_time(local, zone)` → TIMESTAMP: the instant at which a wall clock shows `local`

use std::collections::BTreeMap;
use std::error::Error;
use std::sync::Arc;

use duckdb::Connection;
use duckdb::core::{DataChunkHandle, FlatVector, LogicalTypeHandle, LogicalTypeId};
use duckdb::ffi::duckdb_string_t;
use duckdb::types::DuckString;
use duckdb::vscalar::{ScalarFunctionSignature, VScalar};
use duckdb::vtab::arrow::WritableVector;

use goodhart_core::diagnostic::closest;
use goodhart_core::measure::calendar::{Calendar, Zones};

type Calendars = Arc<BTreeMap<String, Arc<Calendar>>>;

pub fn register(
    connection: &Connection,
    calendars: &BTreeMap<String, Arc<Calendar>>,
) -> duckdb::Result<()> {
    let calendars: Calendars = Arc::new(calendars.clone());
    let zones = Arc::new(Zones::default());
    connection
        .register_scalar_function_with_state::<BusinessSeconds>("business_seconds", &calendars)?;
    connection.register_scalar_function_with_state::<ZoneShift<false>>("local_time", &zones)?;
    connection.register_scalar_function_with_state::<ZoneShift<true>>("utc_time", &zones)
}

fn timestamp_type() -> LogicalTypeHandle {
    LogicalTypeId::Timestamp.into()
}

fn varchar() -> LogicalTypeHandle {
    LogicalTypeId::Varchar.into()
}

/// A column of instants in microseconds.
struct Instants<'a>(FlatVector<'a>);

impl Instants<'_> {
    fn get(&self, row: usize) -> Option<i64> {
        if self.0.row_is_null(row as u64) {
            return None;
        }
        // SAFETY: the signature declares TIMESTAMP, which DuckDB stores as i64; `row` is below
        // the chunk's length.
        unsafe { self.0.as_slice_with_len::<i64>(row + 1) }.get(row).copied()
    }
}

/// A column of texts.
struct Texts<'a>(FlatVector<'a>);

impl Texts<'_> {
    fn with<R>(&self, row: usize, use_text: impl FnOnce(&str) -> R) -> Option<R> {
        if self.0.row_is_null(row as u64) {
            return None;
        }
        // SAFETY: the signature declares VARCHAR, which DuckDB stores as duckdb_string_t; `row`
        // is below the chunk's length. The copy of the handle does not outlive the chunk.
        let mut text = *unsafe { self.0.as_slice_with_len::<duckdb_string_t>(row + 1) }.get(row)?;
        Some(use_text(&DuckString::new(&mut text).as_str()))
    }
}

/// Writes one i64 (or null) per row.
fn write(
    output: &mut dyn WritableVector,
    rows: usize,
    mut value: impl FnMut(usize) -> Result<Option<i64>, Box<dyn Error>>,
) -> Result<(), Box<dyn Error>> {
    let mut vector = output.flat_vector();
    for row in 0..rows {
        match value(row)? {
            Some(number) => {
                // SAFETY: BIGINT and TIMESTAMP are both stored as i64, and DuckDB sized the
                // vector for the rows of the chunk.
                let slots = unsafe { vector.as_mut_slice_with_len::<i64>(rows) };
                slots[row] = number;
            }
            None => vector.set_null(row),
        }
    }
    Ok(())
}

struct BusinessSeconds;

impl VScalar for BusinessSeconds {
    type State = Calendars;

    fn invoke(
        calendars: &Self::State,
        input: &mut DataChunkHandle,
        output: &mut dyn WritableVector,
    ) -> Result<(), Box<dyn Error>> {
        let starts = Instants(input.flat_vector(0));
        let ends = Instants(input.flat_vector(1));
        let names = Texts(input.flat_vector(2));
        write(output, input.len(), |row| {
            let (Some(start), Some(end)) = (starts.get(row), ends.get(row)) else {
                return Ok(None);
            };
            let seconds = names.with(row, |name| match calendars.get(name) {
                Some(calendar) => Ok(calendar.business_seconds(start, end)),
                None => Err(unknown("calendar", name, calendars.keys().map(String::as_str))),
            });
            seconds.transpose().map_err(Into::into)
        })
    }

    fn signatures() -> Vec<ScalarFunctionSignature> {
        vec![ScalarFunctionSignature::exact(
            vec![timestamp_type(), timestamp_type(), varchar()],
            LogicalTypeId::Bigint.into(),
        )]
    }
}

fn unknown<'a>(what: &str, name: &str, known: impl Iterator<Item = &'a str>) -> String {
    match closest(name, known) {
        Some(near) => format!("there is no {what} `{name}`; did you mean `{near}`?"),
        None => format!("there is no {what} `{name}`"),
    }
}

/// Between an instant and what a wall clock shows, to UTC or from it.
struct ZoneShift<const TO_UTC: bool>;

impl<const TO_UTC: bool> VScalar for ZoneShift<TO_UTC> {
    type State = Arc<Zones>;

    fn invoke(
        zones: &Self::State,
        input: &mut DataChunkHandle,
        output: &mut dyn WritableVector,
    ) -> Result<(), Box<dyn Error>> {
        let instants = Instants(input.flat_vector(0));
        let names = Texts(input.flat_vector(1));
        write(output, input.len(), |row| {
            let Some(instant) = instants.get(row) else {
                return Ok(None);
            };
            let shifted = names.with(row, |zone| match TO_UTC {
                true => zones.from_local(zone, instant).map_err(|error| error.to_string()),
                false => zones.local_time(zone, instant).map_err(|error| error.to_string()),
            });
            shifted.transpose().map(Option::flatten).map_err(Into::into)
        })
    }

    fn signatures() -> Vec<ScalarFunctionSignature> {
        vec![ScalarFunctionSignature::exact(vec![timestamp_type(), varchar()], timestamp_type())]
    }
}
