//! A test of a derived source: the rows of its query for the rows that are given.

use std::collections::BTreeSet;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::bench::Bench;
use crate::catalog::Source;
use crate::definition::read::Value;
use crate::definition::test::TestTable;
use crate::diagnostic::{Diagnostic, codes};
use crate::error::Error;
use crate::fixtures::{Actual, Difference, Found, by_key, by_likeness, differing};
use crate::measure::Cell;
use crate::plan::{Composed, Slot, quote};
use crate::result::canonical;
use crate::rules::tests as rule;

pub fn run(bench: &Bench<'_>, source: &Source, test: &TestTable) -> Result<Found, Error> {
    let Some(as_of) = rule::as_of(bench.catalog, test) else {
        return Ok((Vec::new(), None));
    };
    let what = format!("source `{}`", source.id);
    if bench.failed(test).contains(&source.id) {
        let message = format!("{what}: \"{}\" could not be run", test.name.as_str());
        let diagnostic = Diagnostic::new(&codes::TEST_FAILED, message)
            .at(test.name.span, "its SQL is wrong, or that of a source that it reads")
            .help("mend that first");
        return Ok((vec![diagnostic], None));
    }
    bench.set_as_of(as_of)?;
    let keys: Vec<&str> = source
        .definition
        .columns
        .iter()
        .filter(|(_, column)| column.key)
        .map(|(name, _)| name.as_str())
        .collect();
    let expected = &test.expect.value;
    let named: BTreeSet<&str> = expected.iter().flat_map(|row| row.value.names()).collect();
    let columns: Vec<(String, String)> = bench
        .columns(source)
        .into_iter()
        .filter(|(name, _)| {
            named.contains(name.as_str()) || keys.contains(&name.as_str()) || named.is_empty()
        })
        .collect();
    let list: Vec<String> = columns.iter().map(|(name, type_name)| read(name, type_name)).collect();
    let select = format!("select {} from {} order by all", list.join(", "), quote(&source.id));
    let rows = match bench.engine.query(&select) {
        Ok(rows) => rows,
        Err(failure) => {
            // Where it failed is an offset into the view's query, which nobody has written.
            let mut alone = Composed::default();
            if let Some(sql) = &source.definition.sql {
                alone.push("select max(hash(row)) from (\n").push_sql(sql).push(") as row");
            }
            let failure = bench.engine.query(alone.text()).err().unwrap_or(failure);
            let span = source.definition.sql.as_ref().map_or(test.name.span, |sql| sql.span);
            let diagnostic = failure.diagnostic(&codes::SQL_ERROR, &alone, bench.files, span);
            let note = format!("while testing \"{}\"", test.name.as_str());
            return Ok((vec![diagnostic.note(note)], None));
        }
    };
    let actual: Vec<Actual> = rows
        .iter()
        .map(|row| {
            let cells = columns.iter().zip(row);
            cells.map(|((name, type_name), cell)| (name.clone(), value(type_name, cell))).collect()
        })
        .collect();
    let keyed = !keys.is_empty()
        && expected.iter().all(|row| keys.iter().all(|key| row.value.get(key).is_some()));
    let pairs =
        if keyed { by_key(expected, &actual, &keys) } else { by_likeness(expected, &actual) };
    let shown: Vec<&str> = columns.iter().map(|(name, _)| name.as_str()).collect();
    Ok(match Difference::of(&shown, expected, &actual, &pairs) {
        None => (Vec::new(), None),
        Some(difference) => {
            let diagnostic = differing(bench.files, &what, test, &actual, &pairs, &difference);
            (vec![diagnostic], Some(difference))
        }
    })
}

/// A column as a value that can be compared: of types that sources do not declare, the text.
fn read(name: &str, type_name: &str) -> String {
    let name = quote(name);
    if Slot::of(type_name) == Slot::Other { format!("{name}::varchar as {name}") } else { name }
}

fn value(type_name: &str, cell: &Cell) -> Option<Value> {
    Some(match cell {
        Cell::Null => return None,
        Cell::Boolean(value) => Value::Boolean(*value),
        Cell::Text(text) | Cell::Other(text) => Value::Text(text.clone()),
        Cell::Integer(_) | Cell::Decimal(_) | Cell::Double(_) => match cell.number() {
            Ok(number) => Value::Decimal(canonical(number?)),
            Err(error) => Value::Text(error.to_string()),
        },
        Cell::Instant(micros) => {
            let instant = Timestamp::from_microsecond(*micros).ok()?;
            match Slot::of(type_name) {
                Slot::Date => Value::Date(instant.to_zoned(TimeZone::UTC).date()),
                _ => Value::Instant(instant),
            }
        }
        Cell::List(cells) => Value::List(
            cells
                .iter()
                .map(|cell| match cell {
                    Cell::Text(text) => text.clone(),
                    Cell::Null => "null".to_owned(),
                    other => format!("{other:?}"),
                })
                .collect(),
        ),
    })
}
