//! With the memory and without, the same is said after any change.

use std::path::Path;

use goodhart_core::project::definition::project::Grain;
use goodhart_core::result::privacy;
use goodhart_engine::evaluate::Request;

use super::{cache, project, replace, said};

/// What is asked for.
#[derive(Clone, Copy, Default)]
struct Asked {
    chosen: &'static [&'static str],
    other_key: bool,
    no_key: bool,
    quarters: bool,
    as_of: Option<&'static str>,
}

impl Asked {
    fn set(self, request: &mut Request<'_>) {
        if self.other_key {
            request.pseudonym_key = privacy::Key::of("591785b794601e212b260e25925636fd");
        }
        if self.no_key {
            request.pseudonym_key = Err(privacy::NoKey::Missing);
        }
        request.grain = self.quarters.then_some(Grain::Quarter);
        request.as_of = self.as_of.map(|instant| instant.parse().unwrap());
    }
}

/// Evaluates without the memory and twice with it; returns the steps of the last two.
#[track_caller]
fn same(root: &Path, asked: Asked) -> [Vec<String>; 2] {
    let (alone, all) = said(root, asked.chosen, |request| asked.set(request));
    let with = || {
        let (with, steps) = said(root, asked.chosen, |request| {
            asked.set(request);
            request.cache = cache(root);
        });
        assert!(alone == with, "{}", difference(&alone, &with));
        steps
    };
    let (first, second) = (with(), with());
    assert!(second.iter().all(|step| all.contains(step) || step.contains("evaluating")));
    [first, second]
}

/// The first line in which two texts differ.
fn difference(a: &str, b: &str) -> String {
    let lines = a.lines().zip(b.lines()).enumerate();
    let first = lines.into_iter().find(|(_, (a, b))| a != b);
    format!("{} and {} lines, {first:?}", a.lines().count(), b.lines().count())
}

/// What is looked at in every run, because there is something to say about it.
const ALWAYS: [&str; 4] =
    ["loading hosts", "loading teams", "evaluating contacts", "evaluating sizes"];

/// The steps that are not always taken, each once.
fn more(steps: &[String]) -> Vec<&str> {
    let mut more: Vec<&str> = steps.iter().map(String::as_str).collect();
    more.retain(|step| !ALWAYS.contains(step));
    more.dedup();
    more
}

#[test]
fn only_what_changed_is_computed() {
    let project = project();
    let root = project.path();
    let all = Asked::default();
    let [first, second] = same(root, all);
    assert_eq!(first.iter().filter(|step| step.starts_with("loading")).count(), 3);
    assert_eq!(more(&second), [""; 0], "{second:?}");
    assert!(ALWAYS.iter().all(|step| second.iter().any(|taken| taken == step)), "{second:?}");

    // A metric, and what is composed of it; not those with which it shares a scan.
    replace(root, "metrics/volume.toml", "title = \"Events\"", "title = \"All events\"");
    let [first, _] = same(root, all);
    assert_eq!(more(&first), ["loading events", "evaluating volume"]);
    replace(root, "metrics/amount.toml", "[\"p90\", \"max\"]", "[\"max\"]");
    let [first, _] = same(root, all);
    assert_eq!(more(&first), ["loading events", "evaluating amount"]);

    // Words of the project are nobody's input; what a small group is, is everybody's.
    replace(root, "goodhart.toml", "name = \"remembered\"", "name = \"renamed\"");
    let [first, _] = same(root, all);
    assert_eq!(more(&first), [""; 0]);
    replace(root, "goodhart.toml", "min_group = 2", "min_group = 3");
    let [first, _] = same(root, all);
    assert!(first.iter().any(|step| step.contains("people")), "{first:?}");

    // What was computed before a change is still known after it is taken back.
    replace(root, "goodhart.toml", "min_group = 3", "min_group = 2");
    let [first, _] = same(root, all);
    assert_eq!(more(&first), [""; 0]);
}

#[test]
fn a_metric_has_the_same_results_whatever_else_is_evaluated() {
    const ALL: [&[&str]; 6] =
        [&["amount"], &["backlog"], &["change"], &["per_event"], &["people"], &["volume"]];
    let project = project();
    let root = project.path();
    same(root, Asked::default());
    for chosen in ALL {
        let [first, _] = same(root, Asked { chosen, ..Asked::default() });
        assert_eq!(first, [""; 0], "{chosen:?}");
    }
}

#[test]
fn the_same_is_said_after_any_change_of_definitions_and_data() {
    const CHANGES: &[(&str, &str, &str)] = &[
        // Data: a value, a row, what the as-of comes from, an error, and the error mended.
        ("data/events.csv", "0,", "100,"),
        (
            "data/events.csv",
            "\n1,",
            "\n101,red,Mara,2026-04-02T00:00:00Z,2026-04-02T00:10:00Z,1\n1,",
        ),
        (
            "data/events.csv",
            "\n2,",
            "\n102,red,Juno,2026-04-28T00:00:00Z,2026-04-28T12:00:00Z,1\n2,",
        ),
        (
            "data/events.csv",
            "\n3,",
            "\n102,red,Juno,2026-04-28T00:00:00Z,2026-04-28T12:00:00Z,1\n3,",
        ),
        ("data/events.csv", "\n102,red", "\n103,red"),
        ("data/events.csv", "id,team", "number,team"),
        ("data/events.csv", "number,team", "id,team"),
        ("data/teams.ndjson", "many", "1"),
        ("data/hosts.csv", "none", "red"),
        // Sources: what is expected of them, how fresh they are, what is sensitive.
        ("sources/events.toml", "seen_at < happened", "amount > 90"),
        ("sources/events.toml", "amount > 90", "seen_at < happened"),
        ("sources/events.toml", "30d", "1d"),
        (
            "sources/events.toml",
            "person = { type = \"text\", sensitive = true }",
            "person = { type = \"text\" }",
        ),
        ("sources/recent.toml", "60 days", "90 days"),
        ("sources/recent.toml", "amount * 2", "amount / id"),
        ("sources/teams.toml", "files = \"data/teams.ndjson\"", "files = \"data/none.ndjson\""),
        // Metrics.
        ("metrics/volume.toml", "segments = [\"team\"]", "segments = []"),
        ("metrics/per_event.toml", "1 + backlog", "2 + backlog"),
        ("metrics/backlog.toml", "from recent", "from recent where team <> 'red'"),
        ("metrics/change.toml", "relative = true", "relative = true\nperiods = 2"),
        ("metrics/twice.toml", "select id, twice", "select id, twice::integer as twice"),
        // Settings.
        ("goodhart.toml", "window = 3", "window = 2"),
        ("goodhart.toml", "min_n = 2", "min_n = 5"),
        ("goodhart.toml", "{ newest = \"events.seen_at\" }", "2026-04-10T00:00:00Z"),
    ];
    let project = project();
    let root = project.path();
    same(root, Asked::default());
    for (name, from, to) in CHANGES {
        replace(root, name, from, to);
        same(root, Asked::default());
    }
}

#[test]
fn the_same_is_said_whatever_is_asked_for() {
    let project = project();
    let root = project.path();
    let all = Asked::default();
    let asked = [
        all,
        Asked { chosen: &["volume"], ..all },
        Asked { chosen: &["change"], ..all },
        Asked { chosen: &["per_event", "people"], ..all },
        Asked { chosen: &["hosts"], ..all },
        Asked { quarters: true, ..all },
        Asked { as_of: Some("2026-03-15T00:00:00Z"), ..all },
        Asked { as_of: Some("2030-01-01T00:00:00Z"), chosen: &["volume"], ..all },
        Asked { other_key: true, ..all },
        Asked { no_key: true, ..all },
    ];
    // In both orders, so that each finds what the others left.
    for asked in asked.into_iter().chain(asked.into_iter().rev()) {
        same(root, asked);
    }
}
