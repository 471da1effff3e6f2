//! DuckDB in the sandbox.

use std::collections::BTreeMap;
use std::path::Path;

use goodhart_engine::{Engine, Options, Protection};

use super::{Attempt, Layer, Scene};

fn engine() -> Engine {
    // Its own settings would refuse what is to be tried.
    let protection = Protection { settings: false, ..Protection::within() };
    let options =
        Options { threads: Some(4), memory: 256_000_000, protection, ..Options::default() };
    Engine::open(&options, &BTreeMap::new()).unwrap()
}

/// Rows in every format.
pub fn write_data(folder: &Path) {
    let folder = folder.display();
    engine()
        .execute(&format!(
            "create table rows as select i, i % 100 as k, 'text ' || i as t, \
             timestamp '2024-01-01' + to_seconds(i) as moment from range(200000) r(i); \
             copy rows to '{folder}/rows.parquet'; copy rows to '{folder}/rows.csv'; \
             copy rows to '{folder}/rows.ndjson' (format json)"
        ))
        .unwrap();
}

fn query(sql: &str) -> Result<(), String> {
    let rows = engine().query(sql).map_err(|failure| failure.message)?;
    if rows.len() == 100 { Ok(()) } else { Err(format!("{} rows", rows.len())) }
}

fn figures(from: &str) -> Result<(), String> {
    query(&format!(
        "select k, count(distinct t), median(i), max(moment) from {from} group by k order by k"
    ))
}

pub const ATTEMPTS: &[Attempt] = &[
    Attempt {
        name: "DuckDB computes",
        prevented_by: &[],
        act: |_| {
            figures(
                "(select i, i % 100 as k, 'text ' || i as t, i as moment from range(500000) r(i))",
            )
        },
    },
    Attempt {
        name: "DuckDB reads Parquet",
        prevented_by: &[],
        act: |s: &Scene| figures(&format!("'{}/rows.parquet'", s.folder.display())),
    },
    Attempt {
        name: "DuckDB reads CSV",
        prevented_by: &[],
        act: |s: &Scene| figures(&format!("read_csv('{}/rows.csv')", s.folder.display())),
    },
    Attempt {
        name: "DuckDB reads NDJSON",
        prevented_by: &[],
        act: |s: &Scene| figures(&format!("read_json('{}/rows.ndjson')", s.folder.display())),
    },
    Attempt {
        name: "DuckDB reads an unlisted file",
        prevented_by: &[Layer::Landlock],
        act: |s: &Scene| {
            let path = s.folder.join("unlisted.txt");
            let sql = format!("select * from read_text('{}')", path.display());
            engine().query(&sql).map(drop).map_err(|failure| failure.message)
        },
    },
];
