//! No function of the bundled engine whose answer depends on more than the data goes unseen.

use std::collections::{BTreeMap, BTreeSet};

use goodhart_core::measure::Cell;
use goodhart_core::project::catalog::nondeterministic;
use goodhart_core::sql::{Form, Piece};
use goodhart_engine::{Engine, Options};

/// Volatile in name only: it raises, and it always raises the same.
const ALLOWED: &[&str] = &["error"];

fn engine() -> Engine {
    let options = Options { threads: Some(1), ..Options::default() };
    Engine::open(&options, &BTreeMap::new()).unwrap()
}

fn texts(sql: &str) -> Vec<Vec<String>> {
    let rows = engine().query(sql).unwrap();
    let text = |cell| match cell {
        Cell::Text(text) => text,
        other => panic!("{other:?} is no text"),
    };
    rows.into_iter().map(|row| row.into_iter().map(text).collect()).collect()
}

/// Those of the expressions in which something is found; what cannot be parsed has nothing.
fn with_findings(expressions: &[String]) -> BTreeSet<String> {
    let form = Form::Expression;
    let pieces: Vec<Piece<'_>> = expressions.iter().map(|text| Piece { form, text }).collect();
    let outcomes = engine().parse(&pieces);
    let found = expressions.iter().zip(outcomes).filter(|(_, outcome)| {
        let parsed = outcome.as_ref().as_ref();
        parsed.is_ok_and(|examined| !nondeterministic(&examined.parsed).is_empty())
    });
    found.map(|(expression, _)| expression.clone()).collect()
}

/// The functions of which a call is not refused.
fn missed<'f>(functions: impl IntoIterator<Item = &'f String>) -> Vec<&'f String> {
    let functions: Vec<&String> = functions.into_iter().collect();
    let call = |function: &String| format!("{function}()");
    let calls: Vec<String> = functions.iter().map(|function| call(function)).collect();
    let refused = with_findings(&calls);
    functions.into_iter().filter(|function| !refused.contains(&call(function))).collect()
}

#[test]
fn what_the_engine_calls_inconsistent_is_refused() {
    let functions = texts(
        "select distinct function_name from duckdb_functions()
         where stability <> 'CONSISTENT' order by function_name",
    );
    assert!(functions.len() > 25, "{functions:?}");
    let mut missed = missed(functions.iter().flatten());
    missed.retain(|name| !ALLOWED.contains(&name.as_str()));
    assert!(missed.is_empty(), "{missed:?}");
}

#[test]
fn macros_over_what_is_refused_are_refused() {
    let macros = texts(
        "select distinct function_name, macro_definition from duckdb_functions()
         where function_type = 'macro' order by all",
    );
    assert!(macros.len() > 50, "{macros:?}");
    let definitions: Vec<String> = macros.iter().map(|row| row[1].clone()).collect();
    let wrong = with_findings(&definitions);
    assert!(!wrong.is_empty());
    let missed = missed(macros.iter().filter(|row| wrong.contains(&row[1])).map(|row| &row[0]));
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
    let mut missed = missed(consistent.iter().flatten());
    missed.retain(|name| !constants.contains(&name.as_str()));
    assert!(missed.is_empty(), "{missed:?}");
}
