//! Periods, stocks, what was known when, and changes against earlier periods.

use crate::support;

use goodhart_core::result::date_text;
use goodhart_engine::evaluate::Evaluation;

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

/// An event on the first day of each month from October 2025 to March 2026, one in the last
/// microsecond of 2025, one on Sunday the 4th of January 2026, and one in May.
const YEARS: &[(&str, &str)] = &[
    (
        "sources/events.toml",
        "format = \"csv\"\nfiles = \"events.csv\"\n[columns]\n\
         id = { type = \"integer\", key = true }\nhappened = { type = \"timestamp\" }\n",
    ),
    (
        "events.csv",
        "id,happened\n1,2025-10-01T00:00:00Z\n2,2025-11-01T00:00:00Z\n3,2025-12-01T00:00:00Z\n\
         4,2026-01-01T00:00:00Z\n5,2026-02-01T00:00:00Z\n6,2026-03-01T00:00:00Z\n\
         7,2025-12-31T23:59:59.999999Z\n8,2026-01-04T12:00:00Z\n9,2026-05-20T00:00:00Z\n",
    ),
    ("sources/past.toml", "format = \"derived\"\nsql = \"from events where happened < as_of()\"\n"),
];

/// A stock that counts the rows of a source since an instant.
fn since(source: &str, since: &str) -> String {
    // As the rules want it: a count is not negative.
    let prose = PROSE.replace("-9", "0");
    format!(
        "{prose}[population]\nsubject = \"id\"\nsql = \"select id from {source} where happened >= \
         {since}\"\n[measure]\nkind = \"count\"\n"
    )
}

/// The values of a metric over six periods up to an as-of.
fn values(grain: &str, as_of: &str, files: &[(&str, &str)]) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    let project = format!(
        "name = \"edge\"\ngrain = \"{grain}\"\nwindow = 6\nas_of = {as_of}\nlimits.min_n = 1\n"
    );
    support::write(folder.path(), &[("goodhart.toml", &project)]);
    support::write(folder.path(), YEARS);
    support::write(folder.path(), files);
    let evaluation = support::evaluate_all(folder.path(), 2);
    rows(&evaluation, "m").into_iter().map(|(_, value, _)| value).collect()
}

#[test]
fn a_stock_knows_where_the_year_of_its_period_begins() {
    // October to March: December has all of its year, January begins anew.
    for (unit, expected) in [
        ("'year'", ["1", "2", "4", "2", "3", "4"]),
        ("'quarter'", ["1", "2", "4", "2", "3", "4"]),
        ("'month'", ["1", "1", "2", "2", "1", "1"]),
        ("", ["1", "1", "2", "2", "1", "1"]),
        // The last week of December begins on Monday the 29th, the last day on the 31st.
        ("'week'", ["0", "0", "1", "0", "0", "0"]),
        ("'day'", ["0", "0", "1", "0", "0", "0"]),
    ] {
        let metric = since("past", &format!("period_start({unit})"));
        let found = values("month", "2026-04-01T00:00:00Z", &[("metrics/m.toml", &metric)]);
        assert_eq!(found, expected, "period_start({unit})");
    }
}

#[test]
fn the_last_week_of_a_month_belongs_to_the_month_in_which_it_ends() {
    // Weeks from the 1st of December to the 5th of January; that of the 29th ends in January.
    let metric = since("past", "period_start('month')");
    let found = values("week", "2026-01-12T00:00:00Z", &[("metrics/m.toml", &metric)]);
    assert_eq!(found, ["1", "1", "1", "1", "2", "2"]);
    // May ends with a week.
    let found = values("week", "2026-06-08T00:00:00Z", &[("metrics/m.toml", &metric)]);
    assert_eq!(found, ["0", "0", "0", "1", "1", "0"]);
    let metric = since("past", "period_start()");
    let found = values("week", "2026-01-12T00:00:00Z", &[("metrics/m.toml", &metric)]);
    assert_eq!(found, ["1", "0", "0", "0", "3", "0"]);
}

#[test]
fn a_period_that_the_as_of_cuts_ends_before_the_as_of() {
    let (year, month) = (since("past", "period_start('year')"), since("past", "period_start()"));
    // The first instant of 2026 is not over yet, so the last period is December.
    let found = values("month", "2026-01-01T00:00:00Z", &[("metrics/m.toml", &year)]);
    assert_eq!(found.last().unwrap(), "4");
    let found = values("month", "2026-01-01T00:00:00.000001Z", &[("metrics/m.toml", &year)]);
    assert_eq!(found[4..], ["4", "1"]);
    let found = values("month", "2026-01-20T00:00:00Z", &[("metrics/m.toml", &month)]);
    assert_eq!(found[4..], ["2", "2"]);
    let day = since("past", "period_start('day')");
    let found = values("month", "2026-01-04T13:00:00Z", &[("metrics/m.toml", &day)]);
    assert_eq!(found[4..], ["1", "1"]);
}

/// With one reader a derived source is inlined, with two it is built for each instant.
#[test]
fn a_derived_source_and_a_measure_know_the_period() {
    let year = "format = \"derived\"\nsql = \"from past where happened >= period_start('year')\"\n";
    let over = |source: &str| since(source, "timestamp '1970-01-01'");
    let expected = ["1", "2", "4", "2", "3", "4"];
    let as_of = "2026-04-01T00:00:00Z";
    let mut files = vec![("sources/this_year.toml", year)];
    let metric = over("this_year");
    files.push(("metrics/m.toml", &metric));
    assert_eq!(values("month", as_of, &files), expected, "inlined");
    files.push(("metrics/n.toml", &metric));
    assert_eq!(values("month", as_of, &files), expected, "built");
    files.push(("sources/again.toml", "format = \"derived\"\nsql = \"from this_year\"\n"));
    let above = over("again");
    files[1] = ("metrics/m.toml", &above);
    assert_eq!(values("month", as_of, &files), expected, "read by one that is read");
    let measured = format!(
        "{PROSE}[population]\nsubject = \"id\"\nsql = \"from past\"\n[measure]\nkind = \"sum\"\n\
         of = \"case when happened >= period_start('year') then 1 else 0 end\"\n"
    );
    assert_eq!(values("month", as_of, &[("metrics/m.toml", &measured)]), expected, "measured");
}

/// Runs `eval` in a project of months up to April, with what the run before remembers.
fn eval(root: &std::path::Path, arguments: &[&str]) -> (String, String) {
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_goodhart"))
        .args(["--color", "never", "eval", "--format", "csv"])
        .args(arguments)
        .current_dir(root)
        .output()
        .unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (text(output.stdout), text(output.stderr))
}

const MONTHS: (&str, &str) = (
    "goodhart.toml",
    "name = \"edge\"\ngrain = \"month\"\nwindow = 6\nas_of = 2026-04-01T00:00:00Z\n\
     limits.min_n = 1\n",
);

#[test]
fn another_grain_has_other_periods() {
    let folder = tempfile::tempdir().unwrap();
    let metric = since("past", "period_start()");
    support::write(folder.path(), &[MONTHS, ("metrics/m.toml", &metric)]);
    support::write(folder.path(), YEARS);
    for (arguments, expected) in [
        (&["--grain", "quarter"][..], ["4", "4"].as_slice()),
        (&[], &["1", "1", "2", "2", "1", "1"]),
        (&["--grain", "year"], &["4", "4"]),
        (&["--grain", "quarter"], &["4", "4"]),
        (&["--grain", "week", "--from", "2025-12-22", "--to", "2026-01-12"], &["0", "3", "0"]),
        (&["--as-of", "2026-01-02", "--grain", "quarter"], &["0", "4", "1"]),
    ] {
        let (printed, said) = eval(folder.path(), arguments);
        let values = printed.lines().skip(1).filter_map(|line| line.split(',').nth(5));
        assert_eq!(values.collect::<Vec<_>>(), expected, "{arguments:?}: {printed}{said}");
    }
}

/// That subjects are unique is remembered.
#[test]
fn subjects_are_looked_at_for_each_grain() {
    let folder = tempfile::tempdir().unwrap();
    // Of March there is one row; two of the year have the same remainder.
    let parts = "format = \"derived\"\nsql = \"select id % 4 as part, happened from past where \
                 happened >= period_start()\"\n";
    let metric = since("parts", "timestamp '1970-01-01'")
        .replace("select id from", "select part from")
        .replace("\"id\"", "\"part\"");
    support::write(
        folder.path(),
        &[MONTHS, ("metrics/m.toml", &metric), ("sources/parts.toml", parts)],
    );
    support::write(folder.path(), YEARS);
    for (arguments, wrong) in
        [(&[][..], false), (&["--grain", "year"], true), (&[], false), (&["--grain", "year"], true)]
    {
        let (_, said) = eval(folder.path(), arguments);
        assert_eq!(said.contains("error[subject-not-unique]"), wrong, "{arguments:?}: {said}");
    }
}
