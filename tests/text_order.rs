//! What `eval` says of numbers that were kept as text: that they are numbers only the data say.

use crate::support;

use std::process::Command;

use support::evaluate;

const PROJECT: &str = "name = \"p\"\nas_of = 2026-07-01T00:00:00Z\nwindow = 1\n";

const SCANS: &str = "\
format = \"csv\"
files = \"scans.csv\"

[columns]
id = { type = \"text\", key = true }
found = { type = \"timestamp\" }
cvss = { type = \"text\" }
build = { type = \"text\" }
code = { type = \"text\" }
";

/// The text order of `cvss` is not that of its numbers; that of `build` is; not all of `code` are
/// numbers, and as texts its ids are in no order of numbers either.
const ROWS: &str = "\
id,found,cvss,build,code
9,2026-06-02,9.8,2025,9
10,2026-06-03,10.0,2026,10
11,2026-06-04,7,2027,x
";

/// What is said of a population and of a derived source with some SQL.
fn said(sql: &str) -> String {
    let folder = tempfile::tempdir().unwrap();
    let metric = format!(
        "title = \"M\"\nunit = \"count\"\ndirection = \"lower\"\n[population]\nsubject = \"id\"\n\
         at = \"found\"\nsql = \"\"\"\n{sql}\n\"\"\"\n[measure]\nkind = \"count\"\n"
    );
    let derived = format!("format = \"derived\"\nsql = \"\"\"\n{sql}\n\"\"\"\n");
    let reader = metric.replace(sql, "from worst");
    let files: &[(&str, &str)] = &[
        ("goodhart.toml", PROJECT),
        ("sources/scans.toml", SCANS),
        ("scans.csv", ROWS),
        ("metrics/m.toml", &metric),
    ];
    support::write(folder.path(), files);
    let (first, own) = evaluate(folder.path(), 1);
    support::write(folder.path(), &[("sources/worst.toml", &derived), ("metrics/m.toml", &reader)]);
    let (second, below) = evaluate(folder.path(), 2);
    assert_eq!(first.results.metrics, second.results.metrics, "{own}{below}");
    let heads = |said: &str| {
        let heads =
            said.lines().filter(|line| line.starts_with("warning") || line.starts_with("error"));
        heads.map(str::to_owned).collect::<Vec<String>>().join("; ")
    };
    assert_eq!(heads(&own), heads(&below));
    assert!(own.is_empty() || own.contains("metrics/m.toml"), "{own}");
    assert!(below.is_empty() || below.contains("sources/worst.toml"), "{below}");
    heads(&own)
}

#[test]
fn numbers_that_were_kept_as_text_and_ordered() {
    let compared = "warning[text-order]: `cvss` is compared with `x` as text, not as a number";
    let ordered = "warning[text-order]: `cvss` is ordered as text, not as a number";
    let largest = "id in (select arg_max(id, cvss) from scans)";
    for (sql, expected) in [
        ("from scans where cvss < 'x'".to_owned(), compared),
        ("from scans where cvss between 'a' and 'x'".to_owned(), "warning[text-order]: `cvss` is compared with `a` as text, not as a number; warning[text-order]: `cvss` is compared with `x` as text, not as a number"),
        ("from scans where cvss = (select max(cvss) from scans)".to_owned(), ordered),
        (format!("from scans where {largest}"), ordered),
        ("from scans qualify max(cvss) over () = cvss".to_owned(), ordered),
        ("from scans qualify row_number() over (order by cvss desc, id) = 1".to_owned(), ordered),
        ("from scans order by cvss, id limit 1".to_owned(), ordered),
        ("with s as (select *, cvss as score from scans) from s where score = (select min(score) from s)".to_owned(),
            "warning[text-order]: `score` is ordered as text, not as a number"),
    ] {
        assert_eq!(said(&sql), expected, "{sql}");
    }
}

#[test]
fn texts_whose_order_is_right_or_of_no_weight() {
    for sql in [
        "from scans where cvss <> 'x'",
        "from scans where build < 'x'",
        "from scans where build = (select max(build) from scans)",
        "from scans where code = (select max(code) from scans)",
        "from scans qualify row_number() over (order by found, cvss) = 1",
        "from scans where id = (select max(id) from scans)",
        "from scans where cvss::decimal(4, 1) = (select max(cvss::decimal(4, 1)) from scans)",
    ] {
        assert_eq!(said(sql), "", "{sql}");
    }
}

#[test]
fn it_is_said_in_every_run() {
    let folder = tempfile::tempdir().unwrap();
    let derived = "format = \"derived\"\nsql = \"from scans where cvss < 'x'\"\n";
    let metric = "title = \"M\"\nowner = \"soc\"\nunit = \"count\"\ndirection = \"lower\"\n\
         measure.kind = \"count\"\nceiling = { min = 0, why = \"A count.\" }\n\
         gameability.notes = \"Nobody scans.\"\n\
         [population]\nsubject = \"id\"\nat = \"found\"\nsql = \"from worst\"\n";
    support::write(
        folder.path(),
        &[
            ("goodhart.toml", PROJECT),
            ("sources/scans.toml", SCANS),
            ("sources/worst.toml", derived),
            ("scans.csv", ROWS),
            ("metrics/m.toml", metric),
        ],
    );
    let run = || {
        let mut command = Command::new(env!("CARGO_BIN_EXE_goodhart"));
        let output = command.arg("eval").current_dir(folder.path()).output().unwrap();
        String::from_utf8(output.stderr).unwrap()
    };
    let first = run();
    assert!(first.contains("text-order"), "{first}");
    assert_eq!(run(), first);
    support::write(
        folder.path(),
        &[("scans.csv", "id,found,cvss,build,code\n1,2026-06-02,9.8,1,a\n")],
    );
    let other = run();
    assert!(!other.contains("text-order"), "{other}");
}
