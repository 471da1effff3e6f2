//! What DuckDB's parser says of SQL, and that it agrees with what binding and running say.

use std::collections::{BTreeMap, BTreeSet};

use goodhart_core::measure::Cell;
use goodhart_core::sql::{Form, ParsedSql, Piece};
use goodhart_engine::{Engine, Options, Outcome};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use crate::generated;

fn engine() -> Engine {
    let options = Options { threads: Some(1), ..Options::default() };
    Engine::open(&options, &BTreeMap::new()).unwrap()
}

fn parse(engine: &Engine, sql: &str) -> Option<ParsedSql> {
    let outcome = engine.parse(&[Piece { form: Form::Query, text: sql }]).pop()?;
    let Outcome::Ok(examined) = outcome.as_ref() else { return None };
    Some(ParsedSql::clone(&examined.parsed))
}

/// What the unit tests of crates/core/src/sql read is what the engine says today. A query without a
/// tree gets one where `INSTA_UPDATE=always`.
#[test]
fn recorded_trees_are_those_of_the_engine() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/trees.json");
    let text = std::fs::read_to_string(path).unwrap();
    let recorded: BTreeMap<String, Option<String>> = serde_json::from_str(&text).unwrap();
    let engine = engine();
    let tree = |sql: &String| {
        let asked = format!("select json_serialize_sql('{}')", sql.replace('\'', "''"));
        match engine.query(&asked).ok()?.pop()?.pop()? {
            Cell::Text(tree) => Some(tree),
            _ => None,
        }
    };
    let trees: BTreeMap<String, Option<String>> =
        recorded.keys().map(|sql| (sql.clone(), tree(sql))).collect();
    if std::env::var("INSTA_UPDATE").as_deref() == Ok("always") {
        std::fs::write(path, serde_json::to_string_pretty(&trees).unwrap() + "\n").unwrap();
        return;
    }
    for (sql, tree) in &trees {
        assert_eq!(recorded.get(sql), Some(tree), "{sql}");
    }
}

/// The tables that a bound query reads.
fn bound_relations(plan: &serde_json::Value, found: &mut BTreeSet<String>) {
    if let Some(table) = plan["function_data"]["table"].as_str() {
        found.insert(table.to_owned());
    }
    for child in plan["children"].as_array().into_iter().flatten() {
        bound_relations(child, found);
    }
}

/// The rows of a query as text, in an order that does not depend on the engine.
fn rows(engine: &Engine, sql: &str) -> Option<Vec<String>> {
    let mut rows: Vec<String> =
        engine.query(sql).ok()?.into_iter().map(|row| format!("{row:?}")).collect();
    rows.sort();
    Some(rows)
}

#[test]
fn the_tree_and_binding_agree_and_equal_normal_forms_have_equal_results() {
    let engine = engine();
    for table in generated::TABLES {
        engine.execute(table).unwrap();
    }
    let config = Config { cases: 300, failure_persistence: None, ..Config::default() };
    let mut runner = TestRunner::new_with_rng(
        config,
        proptest::test_runner::TestRng::deterministic_rng(
            proptest::test_runner::RngAlgorithm::ChaCha,
        ),
    );
    // How many of the queries are valid, so that the test cannot pass on none.
    let bound = std::cell::Cell::new(0_u32);
    let equal = std::cell::Cell::new(0_u32);
    let outcome = runner.run(&generated::pairs(), |(one, other)| {
        for sql in [&one, &other] {
            let plans = engine.bound_plans(&[sql.as_str()]).unwrap();
            let Some(plan) = plans.into_iter().next().flatten() else { continue };
            bound.set(bound.get() + 1);
            let parsed = parse(&engine, sql);
            prop_assert!(parsed.is_some(), "binds and does not parse: {sql}");
            let parsed = parsed.unwrap();
            let mut read = BTreeSet::new();
            bound_relations(&plan, &mut read);
            let named: BTreeSet<String> =
                parsed.relation_names().into_iter().map(str::to_owned).collect();
            // A relation of which no row is needed may be missing in the plan.
            prop_assert!(read.is_subset(&named), "{sql}: {read:?} are not among {named:?}");
        }
        let normal =
            |sql: &str| parse(&engine, sql).map(|parsed| parsed.normal.as_str().to_owned());
        if let (Some(first), Some(second)) = (normal(&one), normal(&other))
            && first == second
        {
            equal.set(equal.get() + 1);
            prop_assert_eq!(rows(&engine, &one), rows(&engine, &other), "{} / {}", one, other);
        }
        Ok(())
    });
    outcome.unwrap();
    assert!(bound.get() > 200, "only {} queries bind", bound.get());
    assert!(equal.get() > 50, "only {} pairs have one normal form", equal.get());
}
