//! Periods, stocks, what was known when, and changes against earlier periods.

mod support;

use goodhart::evaluate::Evaluation;
use goodhart::result::date_text;

const PROJECT: &[(&str, &str)] = &[
    (
        "goodhart.toml",
        "name = \"time\"\ngrain = \"month\"\nwindow = 3\nas_of = 2026-06-15T00:00:00Z\nlimits.min_n = 1\n",
    ),
    (
        "sources/events.toml",
        r#"
format = "csv"
files = "events.csv"
known_at = "known"
[columns.id]
type = "integer"
key = true
[columns.happened]
type = "timestamp"
[columns.known]
type = "timestamp"
"#,
    ),
    // Event 3 happened in April and became known in June; 6 lies behind the as-of.
    (
        "events.csv",
        "id,happened,known\n\
         1,2026-04-02T00:00:00Z,2026-04-02T00:00:00Z\n\
         2,2026-04-30T23:59:59.999999Z,2026-04-30T23:59:59.999999Z\n\
         3,2026-04-10T00:00:00Z,2026-06-01T08:00:00Z\n\
         4,2026-05-01T00:00:00Z,2026-05-01T00:00:00Z\n\
         5,2026-06-03T02:00:00+02:00,2026-06-03T00:00:00Z\n\
         6,2026-06-20T00:00:00Z,2026-06-20T00:00:00Z\n\
         7,2026-03-05T00:00:00Z,2026-03-05T00:00:00Z\n",
    ),
    ("sources/all_events.toml", "format = \"derived\"\nsql = \"select id, happened from events\""),
];

const PROSE: &str = "title = \"t\"\nowner = \"o\"\nunit = \"count\"\ndirection = \"neutral\"\n\
                     ceiling = { min = -9, why = \"w\" }\ngameability = { notes = \"n\" }\n";

const FLOW: &str = "[population]\nsubject = \"id\"\nat = \"happened\"\nsql = \"from events\"\n[measure]\nkind = \"count\"\n";
const STOCK: &str = "[population]\nsubject = \"id\"\nsql = \"select id from events\"\n[measure]\nkind = \"count\"\n";
const DERIVED: &str = "[population]\nsubject = \"id\"\nsql = \"select id from all_events\"\n[measure]\nkind = \"count\"\n";
const AGE: &str = "[population]\nsubject = \"id\"\nsql = \"select id, date_diff('day', happened::date, as_of()::date) as age from events where id = 1\"\n[measure]\nkind = \"sum\"\nof = \"age\"\n";

fn evaluate(metrics: &[(&str, &str)]) -> Evaluation {
    let folder = tempfile::tempdir().unwrap();
    support::write(folder.path(), PROJECT);
    for (id, text) in metrics {
        let text = format!("{PROSE}{text}");
        support::write(folder.path(), &[(&format!("metrics/{id}.toml"), &text)]);
    }
    support::evaluate_all(folder.path(), 2)
}

/// (period, value, status) of every row of a metric.
fn rows(evaluation: &Evaluation, metric: &str) -> Vec<(String, String, &'static str)> {
    let results = evaluation.results.metrics.iter().find(|m| m.metric == metric).unwrap();
    results
        .rows
        .iter()
        .map(|row| {
            let value = row.value.map_or("none".to_owned(), |value| value.to_string());
            (date_text(row.period.start), value, row.status.name())
        })
        .collect()
}

fn expected(rows: [(&str, &str, &'static str); 3]) -> Vec<(String, String, &'static str)> {
    rows.map(|(period, value, status)| (period.to_owned(), value.to_owned(), status)).to_vec()
}

#[test]
fn a_flow_counts_what_is_known_at_the_as_of_in_the_period_of_its_time() {
    let evaluation = evaluate(&[("flow", FLOW)]);
    let flow = expected([
        ("2026-04-01", "3", "final"),
        ("2026-05-01", "1", "final"),
        ("2026-06-01", "1", "provisional"),
    ]);
    assert_eq!(rows(&evaluation, "flow"), flow);
}

#[test]
fn a_stock_counts_what_was_known_at_the_end_of_each_period() {
    let evaluation = evaluate(&[("stock", STOCK), ("age", AGE)]);
    // Event 4 became known at the very instant at which April ends: an as-of includes itself.
    let stock = expected([
        ("2026-04-01", "4", "final"),
        ("2026-05-01", "4", "final"),
        ("2026-06-01", "6", "provisional"),
    ]);
    assert_eq!(rows(&evaluation, "stock"), stock);
    let age = expected([
        ("2026-04-01", "29", "final"),
        ("2026-05-01", "60", "final"),
        ("2026-06-01", "74", "provisional"),
    ]);
    assert_eq!(rows(&evaluation, "age"), age);
}

/// With one reader a derived source is inlined, with two it is built: neither may see more.
#[test]
fn a_derived_source_hides_what_was_not_known_however_it_is_built() {
    let alone = evaluate(&[("derived", DERIVED)]);
    let shared = evaluate(&[("derived", DERIVED), ("flow", &FLOW.replace("events", "all_events"))]);
    assert_eq!(rows(&alone, "derived"), rows(&shared, "derived"));
    assert_eq!(rows(&alone, "derived")[0].1, "4");
}

#[test]
fn a_change_reaches_back_before_the_window_and_its_base_does_not() {
    let change = "[measure]\nkind = \"change\"\nof = \"flow\"\n";
    let evaluation = evaluate(&[("flow", FLOW), ("change", change)]);
    let changes = expected([
        ("2026-04-01", "2", "final"),
        ("2026-05-01", "-2", "final"),
        ("2026-06-01", "0", "provisional"),
    ]);
    assert_eq!(rows(&evaluation, "change"), changes);
    assert_eq!(rows(&evaluation, "flow").len(), 3);
}

#[test]
fn a_relative_change_from_nothing_is_undefined() {
    let none = FLOW.replace("from events", "from events where happened >= timestamp '2026-05-01'");
    let change = "[measure]\nkind = \"change\"\nof = \"flow\"\nrelative = true\n";
    let evaluation = evaluate(&[("flow", &none), ("change", change)]);
    let changes = expected([
        ("2026-04-01", "none", "undefined"),
        ("2026-05-01", "none", "undefined"),
        ("2026-06-01", "0", "provisional"),
    ]);
    assert_eq!(rows(&evaluation, "change"), changes);
}
