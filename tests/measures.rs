//! Measures compute what the reference vectors say, through DuckDB. A case is a file in
//! tests/measures: a metric without its prose, and behind `# expect` the rows it must yield.

use crate::support;

use std::path::Path;

use goodhart_core::result::Row;
use rust_decimal::Decimal;

const PROJECT: &str = r#"
name = "measures"
as_of = 2026-06-01T00:00:00Z
window = 1
limits.min_n = 20
[calendars.always]
zone = "Europe/Berlin"
hours = { mon = ["00:00-24:00"], tue = ["00:00-24:00"], wed = ["00:00-24:00"], thu = ["00:00-24:00"], fri = ["00:00-24:00"], sat = ["00:00-24:00"], sun = ["00:00-24:00"] }
[calendars.office]
zone = "Europe/Berlin"
holidays = [2026-05-25]
hours = { mon = ["09:00-17:00"], tue = ["09:00-17:00"], wed = ["09:00-17:00"], thu = ["09:00-17:00"], fri = ["09:00-17:00"] }
"#;

const PROSE: &str = r#"
title = "case"
owner = "tests"
unit = "count"
direction = "neutral"
ceiling = { min = -1e12, why = "a case" }
gameability = { notes = "a case" }
"#;

#[test]
fn every_case() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/measures");
    let mut cases: Vec<_> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    cases.sort();
    assert!(cases.len() >= 20, "only {} cases", cases.len());
    let project = tempfile::tempdir().unwrap();
    support::write(project.path(), &[("goodhart.toml", PROJECT)]);
    let mut expected = Vec::new();
    for path in &cases {
        let id = path.file_stem().unwrap().to_str().unwrap();
        let text = std::fs::read_to_string(path).unwrap();
        let (metric, rows) = text.split_once("# expect\n").unwrap();
        support::write(
            project.path(),
            &[(&format!("metrics/{id}.toml"), &format!("{PROSE}{metric}"))],
        );
        let rows: toml::Table = rows.parse().unwrap();
        expected.push((id.to_owned(), rows["rows"].as_array().unwrap().clone()));
    }
    let evaluation = support::evaluate_all(project.path(), 2);
    let mut wrong = Vec::new();
    for (id, rows) in expected {
        let results = evaluation.results.metrics.iter().find(|m| m.metric == id).unwrap();
        if results.rows.len() != rows.len() {
            wrong.push(format!("{id}: {} rows, expected {}", results.rows.len(), rows.len()));
            continue;
        }
        for (row, expected) in results.rows.iter().zip(&rows) {
            wrong.extend(differences(&id, row, expected.as_table().unwrap()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Every expected field that the row has otherwise.
fn differences(id: &str, row: &Row, expected: &toml::Table) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut compare = |field: &str, is: String, should: String| {
        if is != should {
            wrong.push(format!("{id} {:?}: {field} is {is}, expected {should}", row.group));
        }
    };
    for (field, should) in expected {
        match field.as_str() {
            "by" => {
                let by: toml::Table = row
                    .group
                    .iter()
                    .map(|(segment, value)| {
                        let null = toml::Value::Array(Vec::new());
                        (segment.clone(), value.clone().map_or(null, toml::Value::String))
                    })
                    .collect();
                compare("by", format!("{by:?}"), format!("{:?}", should.as_table().unwrap()));
            }
            "with" => {
                for (name, should) in should.as_table().unwrap() {
                    let is = row.companions.iter().find(|(known, _)| known == name);
                    compare(name, number(is.map(|(_, value)| *value)), toml_number(should));
                }
            }
            "status" => {
                compare("status", row.status.name().into(), should.as_str().unwrap().into())
            }
            "absent" => {
                for name in should.as_array().unwrap() {
                    compare(
                        name.as_str().unwrap(),
                        field_of(row, name.as_str().unwrap()),
                        "none".into(),
                    );
                }
            }
            name => compare(name, field_of(row, name), toml_number(should)),
        }
    }
    wrong
}

fn field_of(row: &Row, name: &str) -> String {
    number(match name {
        "value" => row.value,
        "numerator" => row.numerator,
        "denominator" => row.denominator,
        "n" => row.n.map(Decimal::from),
        "n_open" => row.n_open.map(Decimal::from),
        "ci_low" => row.ci_low,
        "ci_high" => row.ci_high,
        other => panic!("no field {other}"),
    })
}

fn number(number: Option<Decimal>) -> String {
    number.map_or("none".to_owned(), |number| number.to_string())
}

fn toml_number(value: &toml::Value) -> String {
    match value {
        toml::Value::Integer(number) => number.to_string(),
        toml::Value::Float(number) => number.to_string(),
        other => panic!("{other} is no number"),
    }
}
