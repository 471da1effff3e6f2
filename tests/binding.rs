//! Binding without data: the lineage of every kind of query, and the cache of what was bound.

use crate::support;

use std::collections::BTreeSet;
use std::path::Path;
use std::time::SystemTime;

use goodhart::check;
use goodhart_core::cache::Cache;
use goodhart_core::diagnostic::{Diagnostics, render};
use goodhart_core::sql::facts::BoundProject;
use goodhart_engine::bind::bind;
use goodhart_engine::{Parser, Protection, Purpose};

const PROJECT: &str = "name = \"p\"\nas_of = 2026-07-01T00:00:00Z\n";
const A: &str = "format = \"csv\"\nfiles = \"a.csv\"\n[columns]\nid = { type = \"text\", key = true }\n\
    cl = { type = \"text\" }\nsev = { type = \"text\" }\nt = { type = \"timestamp\" }\n\
    e = { type = \"timestamp\" }\nok = { type = \"boolean\" }\nn = { type = \"integer\" }\n\
    tags = { type = \"text[]\" }\n";
const B: &str = "format = \"csv\"\nfiles = \"b.csv\"\n[columns]\nid = { type = \"text\", key = true }\n\
    x = { type = \"integer\" }\ny = { type = \"integer\" }\n";

fn metric(sql: &str) -> String {
    format!(
        "title = \"M\"\nunit = \"count\"\ndirection = \"lower\"\n[population]\nsubject = \"id\"\n\
         sql = '''\n{sql}\n'''\n[measure]\nkind = \"count\"\n"
    )
}

/// Binds a project with sources `a` and `b`, derived sources, and a metric `m` that counts.
fn bound(derived: &[(&str, &str)], sql: &str, cache: &Cache) -> (BoundProject, String) {
    bound_metric(derived, &metric(sql), cache)
}

fn bound_metric(derived: &[(&str, &str)], metric: &str, cache: &Cache) -> (BoundProject, String) {
    let folder = tempfile::tempdir().unwrap();
    let fixed = [
        ("goodhart.toml", PROJECT),
        ("sources/a.toml", A),
        ("sources/b.toml", B),
        ("metrics/m.toml", metric),
    ];
    support::write(folder.path(), &fixed);
    for (id, sql) in derived {
        let text = format!("format = \"derived\"\nsql = '''\n{sql}\n'''\n");
        support::write(folder.path(), &[(&format!("sources/{id}.toml"), &text)]);
    }
    let parser = Parser::within();
    let opened = check::load(folder.path(), &parser).unwrap();
    let catalog = opened.catalog.unwrap();
    let (bound, found) = bind(&catalog, &opened.files, cache, &parser).unwrap();
    let mut diagnostics = Diagnostics::default();
    diagnostics.extend(found);
    (bound, render(&diagnostics, &opened.files, false))
}

fn lineage(sql: &str) -> String {
    let (bound, said) = bound(&[], sql, &Cache::default());
    assert_eq!(said, "", "{sql}");
    let population = &bound.metrics["m"].population;
    let columns = population.columns.iter().map(|column| {
        let from = column.origin.columns.iter();
        let from: Vec<String> = from.map(|c| format!("{}.{}", c.source, c.column)).collect();
        format!("{} <- {}", column.name, from.join(" "))
    });
    let valued: BTreeSet<_> = population.columns.iter().flat_map(|c| &c.origin.columns).collect();
    let also = population.reads.iter().filter(|read| !valued.contains(read));
    let also: Vec<String> = also.map(|c| format!("{}.{}", c.source, c.column)).collect();
    columns.chain([format!("also {}", also.join(" "))]).collect::<Vec<_>>().join("\n")
}

#[test]
fn lineage_follows_every_kind_of_query() {
    let cases = [
        ("plain", "select id, cl as client, n + 1 as more from a where sev = 'x'"),
        (
            "aggregate",
            "select cl as id, count(*) as c, sum(n) filter (where ok) as s from a group by cl having max(t) > '2020-01-01'",
        ),
        ("join", "select a.id, b.y from a join b on a.id = b.id and a.n < b.x"),
        ("left join using", "select id, a.cl, b.y from a left join b using (id)"),
        ("asof join", "select a.id, b.y from a asof join b on a.id = b.id and a.n >= b.x"),
        ("window", "select id, row_number() over (partition by cl order by t) as r from a"),
        ("qualify", "select id from a qualify row_number() over (partition by cl order by t) = 1"),
        ("union", "select id, n from a union all select id, x from b"),
        ("unnest", "select id, unnest(tags) as tag from a"),
        ("lateral", "select a.id, u.tag from a, unnest(a.tags) as u(tag)"),
        ("correlated", "select id, (select max(y) from b where b.id = a.id) as m from a"),
        ("exists", "select id from a where exists (from b where b.id = a.id and y > 2)"),
        ("in", "select id from a where cl in (select id from b)"),
        (
            "cte",
            "with q as (select id, n + 1 as n1, cl from a) select l.id, l.n1 from q as l join q as r using (id)",
        ),
        (
            "recursive",
            "with recursive r(i) as (select 1 union all select i + 1 from r where i < 5) select a.id, i from r join a on a.n = r.i",
        ),
        ("distinct on", "select distinct on (cl) id, sev from a order by cl, t desc"),
        ("limit", "select id, cl from a order by t limit 3"),
        ("case", "select id, case when ok then sev else cl end as c from a"),
        ("star", "select * exclude (tags) from a"),
        (
            "grouping sets",
            "select coalesce(cl, sev) as id, count(*) as c from a group by grouping sets ((cl), (sev))",
        ),
        ("lambda", "select id, list_filter(tags, lambda x: x = cl) as l from a"),
        ("range", "select a.id, r.range as day from range(5) as r, a"),
        ("values", "select a.id, v.w from (values ('x', 1)) as v(k, w) join a on a.sev = v.k"),
        (
            "pivot",
            "select * from (pivot (select id, sev, n from a) on sev in ('x', 'y') using sum(n))",
        ),
    ];
    let text: Vec<String> =
        cases.iter().map(|(name, sql)| format!("{name}\n{}\n", lineage(sql))).collect();
    insta::assert_snapshot!("lineage", text.join("\n"));
}

#[test]
fn a_measure_of_conditions_has_its_own_columns() {
    let share = "kind = \"share\"\nwhere = \"n > 3 and sev = 'x'\"\namong = \"n in (1, 5)\"";
    let metric = metric("select id, n, sev, cl from a")
        .replace("\"count\"\ndirection", "\"ratio\"\ndirection")
        .replace("kind = \"count\"", share);
    let (bound, said) = bound_metric(&[], &metric, &Cache::default());
    assert_eq!(said, "");
    let uses: Vec<Vec<&str>> = bound.metrics["m"]
        .expressions
        .iter()
        .map(|expression| expression.uses.iter().map(String::as_str).collect())
        .collect();
    assert_eq!(uses, [vec!["n", "sev"], vec!["n"]]);
}

#[test]
fn roots_are_followed_through_derived_sources() {
    let derived = [
        ("d", "select id, n * 2 as twice, cl from a where e is not null"),
        ("dd", "select id, avg(twice) as mean_twice from d group by id"),
    ];
    let (bound, said) = bound(&derived, "select id, mean_twice from dd", &Cache::default());
    assert_eq!(said, "");
    let column = bound.metrics["m"].population.column("mean_twice").unwrap();
    let roots: Vec<String> =
        bound.roots(&column.origin).iter().map(|c| format!("{}.{}", c.source, c.column)).collect();
    assert_eq!(roots, ["a.n"]);
    assert!(bound.averaged(&column.origin));
    let below: Vec<&str> = bound.below(&bound.metrics["m"].population.reads).into_iter().collect();
    assert_eq!(below, ["a", "d", "dd"]);
}

#[test]
fn an_elapsed_time_has_a_start_and_an_end_however_it_is_written() {
    for elapsed in [
        "e - t",
        "age(e, t)",
        "date_sub('minute', t, e)",
        "epoch(e) - epoch(t)",
        "(epoch(e) - epoch(t)) / 3600",
        "epoch_ms(e)::double - epoch_ms(t)::double",
        "epoch(e - t)",
        "business_seconds(t, e, 'office')",
    ] {
        let (bound, _) =
            bound(&[], &format!("select id, {elapsed} as x from a"), &Cache::default());
        let found: Vec<(&str, &str)> = bound.metrics["m"]
            .population
            .elapsed
            .iter()
            .map(|one| {
                let [start, end] = [&one.start, &one.end].map(|o| o.columns.first().unwrap());
                (start.column.as_str(), end.column.as_str())
            })
            .collect();
        assert_eq!(found, [("t", "e")], "{elapsed}");
    }
    let (bound, _) = bound(&[], "select id, epoch(e) - n as x from a", &Cache::default());
    assert_eq!(bound.metrics["m"].population.elapsed, []);
}

#[test]
fn a_plan_that_is_too_deep_to_read_may_depend_on_everything() {
    // Flat to the parser, and one projection over the other to the planner.
    let steps: Vec<String> = (1..100)
        .map(|step| format!("c{step} as (select id, abs(x) as x from c{})", step - 1))
        .collect();
    let derived = format!(
        "with c0 as (select id, n as x from a), {} select id, x from c99",
        steps.join(", ")
    );
    let (bound, said) = bound(&[("d", &derived)], "select id, x from d", &Cache::default());
    assert_eq!(said, "");
    let column = bound.metrics["m"].population.column("x").unwrap();
    let roots: Vec<String> = bound.roots(&column.origin).into_iter().map(|c| c.column).collect();
    assert_eq!(roots, ["cl", "e", "id", "n", "ok", "sev", "t", "tags"]);
}

#[test]
fn what_takes_too_long_costs_its_neighbours_no_lineage() {
    let folder = tempfile::tempdir().unwrap();
    // A chain of names, each twice the one before.
    let chain = (1..40).map(|at| format!(", a{0} + a{0} as a{at}", at - 1)).collect::<String>();
    let slow = metric(&format!("select id from (select *, 1 as a0{chain} from a) where a39 > 0"));
    support::write(
        folder.path(),
        &[
            ("goodhart.toml", &format!("{PROJECT}[limits]\ntime = \"1s\"\n")),
            ("sources/a.toml", A),
            ("metrics/m.toml", &metric("select id, cl as client from a where ok")),
            ("metrics/slow.toml", &slow),
        ],
    );
    let protection = Protection::full(env!("CARGO_BIN_EXE_goodhart").into());
    let parser = Parser::new(protection, Purpose::Binding);
    let opened = check::load(folder.path(), &parser).unwrap();
    let catalog = opened.catalog.unwrap();
    let (bound, found) = bind(&catalog, &opened.files, &Cache::default(), &parser).unwrap();
    let said: Vec<&str> = found.iter().map(|diagnostic| diagnostic.message.as_str()).collect();
    assert_eq!(said, ["only to understand this takes longer than 1 s"]);
    let client = bound.metrics["m"].population.column("client").unwrap();
    let from: Vec<&str> = client.origin.columns.iter().map(|c| c.column.as_str()).collect();
    assert_eq!(from, ["cl"]);
}

fn cache(folder: &Path) -> Cache {
    Cache::new(
        folder.to_owned(),
        1 << 24,
        &std::env::current_exe().unwrap(),
        SystemTime::UNIX_EPOCH,
    )
}

#[test]
fn a_cached_answer_changes_nothing_that_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let cache = cache(folder.path());
    let derived = [("d", "select id, n from a")];
    let first = bound(&derived, "select id, n from d", &cache);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    assert_eq!(bound(&derived, "select id, n from d", &cache), first);
    // A derived source that loses a column breaks its reader, which did not change itself.
    let (_, said) = bound(&[("d", "select id from a")], "select id, n from d", &cache);
    assert!(said.contains("there is no column `n` here"), "{said}");
    // What is wrong is said again and again.
    let (_, again) = bound(&[("d", "select id from a")], "select id, n from d", &cache);
    assert_eq!(said, again);
}

#[test]
fn the_whole_shipped_project_is_bound_from_the_cache() {
    let folder = tempfile::tempdir().unwrap();
    let cache = cache(folder.path());
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let opened = check::load(root, &Parser::within()).unwrap();
    let catalog = opened.catalog.unwrap();
    let (first, found) = bind(&catalog, &opened.files, &cache, &Parser::within()).unwrap();
    assert!(found.is_empty());
    // An engine would have to be started, and this one is no program.
    let protection = Protection::full("no such program".into());
    let parser = Parser::new(protection, Purpose::Binding);
    let (again, _) = bind(&catalog, &opened.files, &cache, &parser).unwrap();
    assert_eq!(first, again);
}
