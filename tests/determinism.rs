//! The same input gives the same bytes: for any number of threads, any order of the rows and any
//! repetition, with doubles, ties and nulls in the data.

use crate::support;

use std::path::Path;

use proptest::prelude::*;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};

/// A project with every measure kind over one CSV file.
const PROJECT: &[(&str, &str)] = &[
    (
        "goodhart.toml",
        r#"
name = "shuffled"
grain = "month"
window = 3
as_of = 2026-03-20T00:00:00Z
limits.min_n = 3
"#,
    ),
    (
        "sources/events.toml",
        r#"
format = "csv"
files = "events.csv"
[columns.id]
type = "integer"
key = true
[columns.team]
type = "text"
nullable = true
[columns.happened]
type = "timestamp"
[columns.amount]
type = "double"
nullable = true
[columns.wait]
type = "integer"
nullable = true
[columns.open]
type = "boolean"
"#,
    ),
    (
        "sources/doubled.toml",
        "format = \"derived\"\nsql = \"select *, amount * 2 as twice from events where happened <= as_of()\"",
    ),
    ("metrics/a_count.toml", "kind = \"count\""),
    ("metrics/a_sum.toml", "kind = \"sum\"\nof = \"amount\""),
    ("metrics/a_mean.toml", "kind = \"mean\"\nof = \"twice\"\nwith = [\"min\", \"max\", \"p10\"]"),
    ("metrics/a_median.toml", "kind = \"median\"\nof = \"amount\"\nopen = \"open\""),
    ("metrics/a_quantile.toml", "kind = \"quantile\"\nof = \"wait\"\nq = 0.9\nopen = \"open\""),
    ("metrics/a_ratio.toml", "kind = \"ratio\"\nnumerator = \"amount\"\ndenominator = \"wait\""),
    ("metrics/a_share.toml", "kind = \"share\"\nwhere = \"amount > 0.3\"\namong = \"not open\""),
    ("metrics/a_distribution.toml", "kind = \"distribution\"\nof = \"team\""),
    (
        "metrics/a_survival.toml",
        "kind = \"survival\"\nof = \"wait\"\nopen = \"open\"\nwith = [\"restricted_mean\"]",
    ),
    ("metrics/b_change.toml", "kind = \"change\"\nof = \"a_mean\"\nrelative = true"),
    ("metrics/b_formula.toml", "kind = \"formula\"\nexpression = \"a_sum / (1 + a_count)\""),
    (
        "metrics/b_score.toml",
        "kind = \"score\"\ncomponents = [\n  { metric = \"a_share\", weight = 2, worst = 0, best = 1 },\n  { metric = \"a_mean\", weight = 1, worst = 9, best = 0 },\n]",
    ),
];

/// Writes the project: the metrics above are only measures, the rest of a definition is the same
/// for all of them, and half of them are stocks.
fn write_project(root: &Path) {
    for (name, text) in PROJECT {
        let text =
            if name.starts_with("metrics/") { metric(name, text) } else { (*text).to_owned() };
        support::write(root, &[(name, &text)]);
    }
}

fn metric(name: &str, measure: &str) -> String {
    let head = "title = \"t\"\nowner = \"o\"\nunit = \"count\"\ndirection = \"neutral\"\n";
    let stock = name.contains("median") || name.contains("ratio");
    let at = if stock { "" } else { "at = \"happened\"\n" };
    let population = if name.starts_with("metrics/a_") {
        format!(
            "[population]\nsubject = \"id\"\n{at}segments = [\"team\"]\nsql = \"from doubled\"\n"
        )
    } else {
        String::new()
    };
    format!(
        "{head}{population}[measure]\n{measure}\n[ceiling]\nmin = 0\nwhy = \"w\"\n[gameability]\nnotes = \"n\"\n"
    )
}

/// Rows with ties, nulls, and doubles whose sum depends on the order in which they are added.
fn rows(count: u64, seed: u64) -> Vec<String> {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    (0..count)
        .map(|id| {
            let mut one_of = |n: u32| random.next_u32() % n;
            let team = ["red", "blue", "", "\"x, y\""][one_of(4) as usize];
            let amount = match one_of(8) {
                0 => String::new(),
                1 => "0.1".to_owned(),
                2 => "1e9".to_owned(),
                _ => format!("{}e-7", one_of(90_000_000)),
            };
            let wait = if one_of(9) == 0 { String::new() } else { one_of(40).to_string() };
            let open = one_of(5) == 0;
            format!(
                "{id},{team},2026-{:02}-{:02}T0{}:00:00Z,{amount},{wait},{open}",
                1 + one_of(3),
                1 + one_of(28),
                one_of(10)
            )
        })
        .collect()
}

fn shuffle(rows: &mut [String], seed: u64) {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    for last in (1..rows.len()).rev() {
        rows.swap(last, (random.next_u64() % (last as u64 + 1)) as usize);
    }
}

fn evaluated(root: &Path, rows: &[String], threads: u32) -> String {
    let text = format!("id,team,happened,amount,wait,open\n{}\n", rows.join("\n"));
    support::write(root, &[("events.csv", &text)]);
    goodhart_core::report::ndjson(&support::evaluate_all(root, threads).results)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 6, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn small_data_in_any_order(count in 0_u64..400, seed in any::<u64>(), order in any::<u64>()) {
        let folder = tempfile::tempdir().unwrap();
        write_project(folder.path());
        let mut rows = rows(count, seed);
        let expected = evaluated(folder.path(), &rows, 1);
        for threads in [1, 2, 4, 8] {
            shuffle(&mut rows, order.wrapping_add(u64::from(threads)));
            prop_assert_eq!(&evaluated(folder.path(), &rows, threads), &expected);
        }
    }
}

/// Enough rows for several row groups, so that DuckDB does spread the work over threads.
#[test]
fn large_data_on_many_threads() {
    let folder = tempfile::tempdir().unwrap();
    write_project(folder.path());
    let mut rows = rows(400_000, 7);
    let expected = evaluated(folder.path(), &rows, 1);
    assert!(expected.lines().count() > 100, "{expected}");
    for threads in [2, 4, 8] {
        shuffle(&mut rows, u64::from(threads));
        assert_eq!(evaluated(folder.path(), &rows, threads), expected, "{threads} threads");
    }
}
