//! No function of the bundled engine whose answer depends on more than the data goes unseen.

use std::collections::BTreeMap;

use goodhart::catalog::nondeterministic;
use goodhart::engine::{Engine, Options};
use goodhart::measure::Cell;

/// Volatile in name only: it raises, and it always raises the same.
const ALLOWED: &[&str] = &["error"];

fn texts(sql: &str) -> Vec<Vec<String>> {
    let engine =
        Engine::open(&Options { threads: Some(1), ..Options::default() }, &BTreeMap::new());
    let rows = engine.unwrap().query(sql).unwrap();
    let text = |cell| match cell {
        Cell::Text(text) => text,
        other => panic!("{other:?} is no text"),
    };
    rows.into_iter().map(|row| row.into_iter().map(text).collect()).collect()
}

fn refused(function: &str) -> bool {
    !nondeterministic(&format!("select {function}()")).is_empty()
}

#[test]
fn what_the_engine_calls_inconsistent_is_refused() {
    let functions = texts(
        "select distinct function_name from duckdb_functions()
         where stability <> 'CONSISTENT' order by function_name",
    );
    assert!(functions.len() > 25, "{functions:?}");
    let missed: Vec<&String> = functions
        .iter()
        .flatten()
        .filter(|name| !refused(name) && !ALLOWED.contains(&name.as_str()))
        .collect();
    assert!(missed.is_empty(), "{missed:?}");
}

#[test]
fn macros_over_what_is_refused_are_refused() {
    let macros = texts(
        "select distinct function_name, macro_definition from duckdb_functions()
         where function_type = 'macro' order by all",
    );
    assert!(macros.len() > 50, "{macros:?}");
    let missed: Vec<&Vec<String>> = macros
        .iter()
        .filter(|row| !nondeterministic(&row[1]).is_empty() && !refused(&row[0]))
        .collect();
    assert!(missed.is_empty(), "{missed:?}");
}

#[test]
fn clocks_that_the_engine_calls_consistent_are_refused() {
    let consistent = texts(
        "select distinct function_name from duckdb_functions()
         where stability = 'CONSISTENT' and function_type = 'scalar' and parameters = []
           and varargs is null
         order by function_name",
    );
    // Functions without arguments answer from something else, or are constants.
    let constants = ["list_pack", "list_value", "map", "pi", "version"];
    let missed: Vec<&String> = consistent
        .iter()
        .flatten()
        .filter(|name| !refused(name) && !constants.contains(&name.as_str()))
        .collect();
    assert!(missed.is_empty(), "{missed:?}");
}
