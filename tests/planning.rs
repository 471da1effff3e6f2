//! What a plan shares and what it leaves out.

use crate::support;

use std::collections::BTreeSet;

use goodhart_core::diagnostic::Files;
use goodhart_core::plan::{self, Materialise, Plan, Selection, SourceStep};
use goodhart_core::project;
use goodhart_core::project::catalog::{self, Catalog, Definitions};
use goodhart_engine::Parser;

const SOURCE: &str = "format = \"csv\"\nfiles = \"x.csv\"\n[columns.id]\ntype = \"integer\"\n[columns.team]\ntype = \"text\"\n[columns.wait]\ntype = \"integer\"\n";

const PROSE: &str = "title = \"t\"\nowner = \"o\"\nunit = \"count\"\ndirection = \"neutral\"\n\
                     ceiling = { min = 0, why = \"w\" }\ngameability = { notes = \"n\" }\n";

fn catalog(metrics: &[(&str, &str)]) -> Catalog {
    let folder = tempfile::tempdir().unwrap();
    let derived = |sql: &str| format!("format = \"derived\"\nsql = \"{sql}\"\n");
    support::write(
        folder.path(),
        &[
            ("goodhart.toml", "name = \"plan\"\nas_of = 2026-01-01T00:00:00Z\n"),
            ("sources/alerts.toml", SOURCE),
            ("sources/unused.toml", SOURCE),
            ("sources/people.toml", SOURCE),
            ("sources/triaged.toml", &derived("select * from alerts")),
            ("sources/late.toml", &derived("select * from triaged where wait > 9")),
            ("sources/due.toml", &derived("select *, as_of() as now from alerts")),
            // A quote in a text of dollars opens nothing.
            (
                "sources/quoted.toml",
                &derived("select *, $$'$$ as mark, as_of() as now from alerts"),
            ),
        ],
    );
    for (id, text) in metrics {
        support::write(
            folder.path(),
            &[(&format!("metrics/{id}.toml"), &format!("{PROSE}{text}"))],
        );
    }
    let mut files = Files::default();
    let (listed, found) =
        project::list(folder.path(), &mut files, catalog::definition_size).unwrap();
    assert!(found.is_empty());
    let (definitions, found) = Definitions::read(&files, &listed);
    assert!(found.is_empty(), "{found:?}");
    let parser = Parser::within();
    let version = env!("CARGO_PKG_VERSION");
    let (catalog, found) =
        catalog::build(&files, definitions, folder.path(), &parser, version).unwrap();
    assert!(found.is_empty(), "{found:?}");
    catalog.unwrap()
}

fn over(relation: &str, measure: &str) -> String {
    format!(
        "[population]\nsubject = \"id\"\nsegments = [\"team\"]\nsql = \"from {relation}\"\n[measure]\n{measure}\n"
    )
}

fn plan(catalog: &Catalog, metrics: &[&str]) -> Plan {
    let selection = Selection {
        metrics: metrics.iter().map(|id| (*id).to_owned()).collect(),
        ..Selection::default()
    };
    plan::build(catalog, &plan::select(catalog, &selection).unwrap())
}

fn steps(plan: &Plan) -> Vec<(&str, Materialise)> {
    plan.sources
        .iter()
        .map(|SourceStep { id, materialise, .. }| (id.as_str(), *materialise))
        .collect()
}

#[test]
fn identical_populations_share_one_scan_and_equal_aggregates() {
    let mean = over("alerts", "kind = \"mean\"\nof = \"wait\"\nwith = [\"p90\"]");
    let catalog = catalog(&[
        ("a", &over("alerts", "kind = \"count\"")),
        ("b", &mean),
        ("c", &over("alerts", "kind = \"quantile\"\nof = \" wait \"\nq = 0.9")),
        ("d", &over("people", "kind = \"count\"")),
    ]);
    let plan = plan(&catalog, &[]);
    let shared: Vec<Vec<&str>> = plan
        .scans
        .iter()
        .map(|scan| scan.metrics.iter().map(|metric| metric.id.as_str()).collect())
        .collect();
    assert_eq!(shared, [vec!["a", "b", "c"], vec!["d"]]);
    // Rows, the mean's count and sum, and the one 0.9 quantile that both ask for.
    assert_eq!(plan.scans[0].aggregates.len(), 4, "{:?}", plan.scans[0].aggregates);
}

#[test]
fn only_what_the_chosen_metrics_need_is_loaded() {
    let catalog = catalog(&[
        ("a", &over("late", "kind = \"count\"")),
        ("b", &over("people", "kind = \"sum\"\nof = \"wait - (select min(wait) from alerts)\"")),
        ("c", "[measure]\nkind = \"formula\"\nexpression = \"a * 2\"\n"),
    ]);
    assert_eq!(
        steps(&plan(&catalog, &["c"])),
        [
            ("alerts", Materialise::Load),
            ("triaged", Materialise::Inline),
            ("late", Materialise::Inline)
        ]
    );
    // An expression may read a source that the population does not.
    assert_eq!(
        steps(&plan(&catalog, &["b"])),
        [("alerts", Materialise::Load), ("people", Materialise::Load)]
    );
    assert_eq!(plan(&catalog, &["c"]).chosen, BTreeSet::from(["c".to_owned()]));
    assert_eq!(plan(&catalog, &["c"]).metrics, ["a", "c"]);
}

#[test]
fn sources_are_found_however_the_query_is_written() {
    let written =
        ["alerts", "x: alerts", "(table alerts)", "(values (1)) v(n), Alerts /* from people */"];
    for relation in written {
        let catalog = catalog(&[("a", &over(relation, "kind = \"count\""))]);
        assert_eq!(steps(&plan(&catalog, &["a"])), [("alerts", Materialise::Load)], "{relation}");
    }
    let named = "with people as (select * from alerts) select * from people";
    let of_itself =
        format!("[population]\nsubject = \"id\"\nsql = \"{named}\"\n[measure]\nkind = \"count\"\n");
    let catalog = catalog(&[("a", &of_itself)]);
    assert_eq!(steps(&plan(&catalog, &["a"])), [("alerts", Materialise::Load)]);
}

#[test]
fn a_derived_source_with_several_readers_is_built_once() {
    let catalog = catalog(&[
        ("a", &over("late", "kind = \"count\"")),
        ("b", &over("triaged", "kind = \"count\"")),
        ("c", &over("due", "kind = \"count\"")),
        ("d", &over("due where wait > 1", "kind = \"count\"")),
        ("e", &over("quoted", "kind = \"count\"")),
        ("f", &over("quoted where wait > 1", "kind = \"count\"")),
    ]);
    assert_eq!(
        steps(&plan(&catalog, &["a", "b"])),
        [
            ("alerts", Materialise::Load),
            ("triaged", Materialise::Once),
            ("late", Materialise::Inline)
        ]
    );
    assert_eq!(
        steps(&plan(&catalog, &["c", "d"])),
        [("alerts", Materialise::Load), ("due", Materialise::PerInstant)]
    );
    assert_eq!(
        steps(&plan(&catalog, &["e", "f"])),
        [("alerts", Materialise::Load), ("quoted", Materialise::PerInstant)]
    );
}

#[test]
fn changes_look_back_through_everything_that_they_are_made_of() {
    let catalog = catalog(&[
        ("a", &over("alerts", "kind = \"count\"")),
        ("b", "[measure]\nkind = \"change\"\nof = \"a\"\nperiods = 2\n"),
        ("c", "[measure]\nkind = \"change\"\nof = \"b\"\n"),
    ]);
    assert_eq!(plan(&catalog, &["b"]).scans[0].lookback, 2);
    assert_eq!(plan(&catalog, &["c"]).scans[0].lookback, 3);
}
