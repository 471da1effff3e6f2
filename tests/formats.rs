//! Every format, compression and way to name files gives the same numbers for the same rows.

use crate::support;

use std::path::Path;

use duckdb::Connection;

/// The rows, as DuckDB makes them. The value 0001-01-01 stands for "no date".
const ROWS: &str = "select range as id, if(range % 3 = 0, null, 'team ' || range % 3) as team, \
    timestamp '2026-05-01' + interval (range) hour as happened, range * 1.25 as amount, \
    if(range % 5 = 0, timestamp '0001-01-01', timestamp '2026-05-02') as closed, \
    ['a', 'b'] as labels from range(200)";

const COLUMNS: &str = r#"
null_dates = ["year-1", "epoch-0"]
[columns.id]
type = "integer"
key = true
[columns.team]
type = "text"
nullable = true
values = ["team 1", "team 2"]
[columns.happened]
type = "timestamp"
[columns.amount]
type = "decimal"
[columns.closed]
type = "timestamp"
nullable = true
[columns.labels]
type = "text[]"
"#;

const PROJECT: &str = "name = \"formats\"\nas_of = { newest = \"events.happened\" }\nwindow = 1\n";

const METRIC: &str = r#"
title = "t"
owner = "o"
unit = "count"
direction = "neutral"
ceiling = { min = 0, why = "w" }
gameability = { notes = "n" }
[population]
subject = "id"
at = "happened"
segments = ["team"]
sql = "select *, len(labels) + (closed is null)::integer as marks from events"
[measure]
kind = "ratio"
numerator = "amount"
denominator = "marks"
"#;

/// Makes the files of a case by DuckDB statements and evaluates the project over them.
fn evaluate(source: &str, make: impl Fn(&Connection, &Path)) -> String {
    let folder = tempfile::tempdir().unwrap();
    support::write(
        folder.path(),
        &[
            ("goodhart.toml", PROJECT),
            ("metrics/ratio.toml", METRIC),
            ("sources/events.toml", &format!("{source}\n{COLUMNS}")),
        ],
    );
    std::fs::create_dir(folder.path().join("data")).unwrap();
    let connection = Connection::open_in_memory().unwrap();
    connection.execute_batch(&format!("create table events as {ROWS}")).unwrap();
    make(&connection, folder.path());
    goodhart_core::report::ndjson(&support::evaluate_all(folder.path(), 2).results)
}

/// A case whose files are written by `copy (query) to file (options)`.
fn copied(source: &str, copies: &[(&str, &str, &str)]) -> String {
    evaluate(source, |connection, folder| {
        for (query, file, options) in copies {
            let path = folder.join(file);
            connection
                .execute_batch(&format!("copy ({query}) to '{}' ({options})", path.display()))
                .unwrap();
        }
    })
}

const FLAT: &str = "select * replace (array_to_string(labels, '|') as labels) from events";

#[test]
fn all_formats_agree() {
    let expected = copied(
        "format = \"csv\"\nfiles = \"data/events.csv\"",
        &[(FLAT, "data/events.csv", "format csv")],
    );
    assert!(expected.contains("\"by\":{\"team\":null}"), "{expected}");
    let cases = [
        (
            "csv, gzip",
            "format = \"csv\"\nfiles = \"data/e.csv.gz\"",
            vec![(FLAT, "data/e.csv.gz", "format csv, compression gzip")],
        ),
        (
            "csv, zstd",
            "format = \"csv\"\nfiles = \"data/e.csv.zst\"",
            vec![(FLAT, "data/e.csv.zst", "format csv, compression zstd")],
        ),
        (
            "csv, semicolons",
            "format = \"csv\"\nfiles = \"data/e.csv\"\ncsv = { delimiter = \";\", quote = \"'\" }\nnull = [\"NIL\"]",
            vec![(FLAT, "data/e.csv", "format csv, delimiter ';', quote '''', nullstr 'NIL'")],
        ),
        (
            "csv, a glob over files with other column orders",
            "format = \"csv\"\nfiles = \"data/**/part-*.csv\"",
            vec![
                (
                    "select array_to_string(labels, '|') as labels, * exclude labels from events where id < 50",
                    "data/part-1.csv",
                    "format csv",
                ),
                (
                    "select * replace (array_to_string(labels, '|') as labels) from events where id >= 50",
                    "data/part-2.csv",
                    "format csv",
                ),
            ],
        ),
        (
            "ndjson",
            "format = \"ndjson\"\nfiles = \"data/e.ndjson\"",
            vec![("from events", "data/e.ndjson", "format json")],
        ),
        (
            "ndjson, gzip",
            "format = \"ndjson\"\nfiles = \"data/e.ndjson.gz\"",
            vec![("from events", "data/e.ndjson.gz", "format json, compression gzip")],
        ),
        (
            "json array",
            "format = \"json\"\nfiles = \"data/e.json\"",
            vec![("from events", "data/e.json", "format json, array true")],
        ),
        (
            "json, nested records",
            "format = \"json\"\nfiles = \"data/e.json\"\njson.records = \"$.page.value[*]\"",
            vec![("select {value: list(e)} as page from events e", "data/e.json", "format json")],
        ),
        (
            "parquet",
            "format = \"parquet\"\nfiles = \"data/e.parquet\"",
            vec![("from events", "data/e.parquet", "format parquet")],
        ),
        (
            "parquet, a list",
            "format = \"parquet\"\nfiles = [\"data/b.parquet\", \"data/a.parquet\"]",
            vec![
                (
                    "from events where id % 2 = 0",
                    "data/a.parquet",
                    "format parquet, compression zstd",
                ),
                ("from events where id % 2 = 1", "data/b.parquet", "format parquet"),
            ],
        ),
    ];
    for (name, source, copies) in cases {
        assert_eq!(copied(source, &copies), expected, "{name}");
    }
}

/// Instants as seconds and milliseconds since 1970, by strptime, and renamed raw columns.
#[test]
fn mapped_columns_agree() {
    let expected = copied(
        "format = \"csv\"\nfiles = \"data/events.csv\"",
        &[(FLAT, "data/events.csv", "format csv")],
    );
    let mapped = evaluate("format = \"csv\"\nfiles = \"data/e.csv\"", |connection, folder| {
        let file = folder.join("data/e.csv");
        connection
            .execute_batch(&format!(
                "copy (select id as \"Event No\", team, epoch(happened)::bigint as happened, amount, \
                 if(year(closed) = 1, 0, epoch_ms(closed)) as closed, 'a b' as labels from events) \
                 to '{}' (format csv)",
                file.display()
            ))
            .unwrap();
        let path = folder.join("sources/events.toml");
        let text = std::fs::read_to_string(&path)
            .unwrap()
            .replace("[columns.id]\n", "[columns.id]\nselect = '\"Event No\"'\n")
            .replace("[columns.happened]\n", "[columns.happened]\nepoch = \"s\"\n")
            .replace("[columns.closed]\n", "[columns.closed]\nepoch = \"ms\"\n")
            .replace("[columns.labels]\n", "[columns.labels]\nseparator = \" \"\n");
        std::fs::write(path, text).unwrap();
    });
    assert_eq!(mapped, expected);
}

/// Counts of what is not a number, and of what is greater than all numbers of the file.
const NOT_A_NUMBER: &str = r#"
title = "t"
owner = "o"
unit = "count"
direction = "neutral"
ceiling = { min = 0, why = "w" }
gameability = { notes = "n" }
[population]
subject = "id"
sql = "select id, isnan(score) or marked as odd, score > 2 as high from scores"
[measure]
kind = "ratio"
numerator = "odd"
denominator = "high"
"#;

/// The scores 1.5, NaN and 0.5, of which the Parquet file says that they are 0.5 to 1.5: other
/// programs than DuckDB leave NaN out of what they write about a column.
#[test]
fn what_a_parquet_file_says_of_its_columns_hides_no_nan() {
    let columns =
        "[columns.id]\ntype = \"integer\"\nkey = true\n[columns.score]\ntype = \"double\"\n";
    let score = |format: &str, select: &str| {
        let folder = tempfile::tempdir().unwrap();
        let source = format!(
            "format = \"{format}\"\nfiles = \"data/scores.{format}\"\n{columns}\
             [columns.marked]\ntype = \"boolean\"\nselect = \"{select}\"\n"
        );
        support::write(
            folder.path(),
            &[
                ("goodhart.toml", "name = \"nan\"\nas_of = 2026-06-01T00:00:00Z\nwindow = 1\n"),
                ("metrics/odd.toml", NOT_A_NUMBER),
                ("sources/scores.toml", &source),
                ("data/scores.csv", "id,score\n1,1.5\n2,nan\n3,0.5\n"),
            ],
        );
        let file = folder.path().join("data/scores.parquet");
        let connection = Connection::open_in_memory().unwrap();
        connection
            .execute_batch(&format!(
                "copy (from (values (1, 1.5::double), (2, 0.75), (3, 0.5)) t(id, score)) to '{}' \
                 (format parquet, compression uncompressed)",
                file.display()
            ))
            .unwrap();
        let bytes = std::fs::read(&file).unwrap();
        std::fs::write(&file, replaced(&bytes, 0.75, f64::NAN)).unwrap();
        let evaluation = support::evaluate_all(folder.path(), 2);
        let row = evaluation.results.metrics[0].rows[0].clone();
        (row.numerator.unwrap().to_string(), row.denominator.unwrap().to_string())
    };
    let expected = ("1".to_owned(), "1".to_owned());
    assert_eq!(score("csv", "isnan(score::double)"), expected);
    assert_eq!(score("parquet", "isnan(score)"), expected);
}

/// The bytes with another number in the one place where a number stands.
fn replaced(bytes: &[u8], number: f64, by: f64) -> Vec<u8> {
    let found: Vec<usize> = bytes
        .windows(8)
        .enumerate()
        .filter(|(_, window)| *window == number.to_le_bytes())
        .map(|(index, _)| index)
        .collect();
    assert_eq!(found.len(), 1, "{found:?}");
    let mut bytes = bytes.to_vec();
    bytes[found[0]..found[0] + 8].copy_from_slice(&by.to_le_bytes());
    bytes
}

/// An empty text has no elements; DuckDB makes one of it, which is empty.
#[test]
fn a_list_in_an_empty_text_is_empty() {
    let labels = |format: &str, null: &str| {
        let folder = tempfile::tempdir().unwrap();
        let source = format!(
            "format = \"{format}\"\nfiles = \"data/a.{format}\"\n{null}\
             columns.id = {{ type = \"integer\", key = true }}\n\
             columns.labels = {{ type = \"text[]\", values = [\"a\", \"b\"], separator = \" \" }}\n"
        );
        let metric = NOT_A_NUMBER
            .replace(
                "isnan(score) or marked as odd, score > 2 as high",
                "len(labels) as odd, 1 as high",
            )
            .replace("scores", "a");
        support::write(
            folder.path(),
            &[
                ("goodhart.toml", "name = \"lists\"\nas_of = 2026-06-01T00:00:00Z\nwindow = 1\n"),
                ("metrics/labels.toml", &metric),
                ("sources/a.toml", &source),
                ("data/a.csv", "id,labels\n1,a b\n2,\"\"\n3,b\n"),
            ],
        );
        let file = folder.path().join("data/a.parquet");
        Connection::open_in_memory()
            .unwrap()
            .execute_batch(&format!(
                "copy (from (values (1, 'a b'), (2, ''), (3, 'b')) t(id, labels)) to '{}' \
                 (format parquet)",
                file.display()
            ))
            .unwrap();
        let evaluation = support::evaluate_all(folder.path(), 2);
        evaluation.results.metrics[0].rows[0].numerator.unwrap().to_string()
    };
    assert_eq!(labels("csv", "null = [\"-\"]\n"), "3");
    assert_eq!(labels("parquet", ""), "3");
}
