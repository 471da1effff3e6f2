//! The allow-list: every function of the bundled engine is decided about, what is not allowed is refused
//! wherever it hides, and docs/definitions.md lists what is allowed.

use crate::support;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use goodhart::check;
use goodhart_core::measure::Cell;
use goodhart_core::project::catalog::Source;
use goodhart_engine::allow_list::{THEMES, why_refused};
use goodhart_engine::{Engine, Options, Parser, Protection, Readable};

fn engine(allow_list: bool) -> Engine {
    let protection = Protection { allow_list, ..Protection::within() };
    let options = Options { threads: Some(1), protection, ..Options::default() };
    Engine::open(&options, &BTreeMap::new()).unwrap()
}

fn sources() -> BTreeMap<String, Source> {
    const A: &str =
        "format = \"csv\"\nfiles = \"a.csv\"\n[columns]\nid = { type = \"text\", key = true }\n";
    let folder = tempfile::tempdir().unwrap();
    let files = [
        ("goodhart.toml", "name = \"p\"\nas_of = 2026-07-01T00:00:00Z\n"),
        ("sources/alerts.toml", A),
        ("sources/hosts.toml", A),
    ];
    support::write(folder.path(), &files);
    check::load(folder.path(), &Parser::within()).unwrap().catalog.unwrap().sources
}

/// What is said about a query; nothing where it is allowed.
fn said(engine: &Engine, sources: &BTreeMap<String, Source>, sql: &str) -> Vec<String> {
    let checked = engine.check_query(sql, Readable::sources(sources));
    checked.err().into_iter().flatten().map(|failure| failure.message).collect()
}

fn functions() -> BTreeSet<String> {
    let rows = engine(true)
        .query("select distinct lower(function_name) from duckdb_functions() where function_type <> 'pragma'")
        .unwrap();
    let names = rows.into_iter().map(|row| match row.into_iter().next() {
        Some(Cell::Text(name)) => name,
        other => panic!("{other:?} is no name"),
    });
    names.collect()
}

#[test]
fn every_function_of_the_engine_is_decided_about() {
    let allowed: BTreeSet<&str> = THEMES.iter().flat_map(|theme| theme.names).copied().collect();
    let functions = functions();
    assert!(functions.len() > 500, "{}", functions.len());
    let undecided: Vec<&String> = functions
        .iter()
        .filter(|name| !allowed.contains(name.as_str()) && why_refused(name).is_none())
        .collect();
    assert!(undecided.is_empty(), "allow or refuse them: {undecided:?}");
}

#[test]
fn no_function_is_allowed_twice_or_refused_besides() {
    let mut seen = BTreeSet::new();
    for name in THEMES.iter().flat_map(|theme| theme.names) {
        assert!(seen.insert(name), "{name} is listed twice");
        assert_eq!(why_refused(name), None, "{name} is allowed and refused");
        assert_eq!(*name, name.to_lowercase());
    }
}

#[test]
fn the_list_names_nothing_that_the_engine_does_not_have() {
    // What the parser makes of syntax, and DuckDB makes something else of.
    const SYNTAX: &[&str] = &["->", "as_of", "coalesce", "ifnull", "period_start"];
    let functions = functions();
    let themes = THEMES.iter().flat_map(|theme| theme.names);
    let gone: Vec<_> =
        themes.filter(|name| !functions.contains(**name) && !SYNTAX.contains(name)).collect();
    assert!(gone.is_empty(), "{gone:?}");
}

#[test]
fn what_a_metric_needs_is_allowed() {
    let (engine, sources) = (engine(true), sources());
    for sql in ALLOWED {
        assert_eq!(said(&engine, &sources, sql), [""; 0], "{sql}");
    }
}

const ALLOWED: &[&str] = &[
    "select a.id, count(*) filter (where x > 3) from Alerts a where t > as_of() - interval 3 day group by all",
    "with a as (select 1 as x), b(y) as materialized (from a) select x + y from a, b",
    "with recursive r as (select 1 as x union all select x + 1 from r where x < 3) select * from r",
    "select * from range(10) t(i), generate_series(1, i) u(j), unnest([1, 2]) with ordinality",
    "select unnest(generate_series(a, b, interval 1 day)), unnest(generate_series(a, b, interval '1 hour')), range(10) from alerts",
    "select list_filter(l, lambda x: x > 1), [x for x in l if x > 1], l[1], l[1:2], {'a': 1}, map {'a': 1}, (s).y from alerts",
    "from (values (1), (2)) as v(x)",
    "select x::decimal(38, 6), x::varchar collate nocase, x::struct(a int, b text[]), try_cast(x as timestamp with time zone) from alerts",
    "from alerts unpivot (v for n in (x, y))",
    "from alerts pivot (sum(y) for x in ('a', 'b') group by z)",
    "select * exclude (a) replace (b as c) rename (d as e), columns('x.*') from alerts order by all desc nulls last limit 10 offset 3",
    "select row_number() over w, lag(x, 1, 2 ignore nulls) over w, sum(distinct x) filter (where y) over (partition by a order by b rows between 1 preceding and current row exclude ties) from alerts window w as (order by a)",
    "select x in (1, 2), x not in (select id from hosts), case x when 1 then y end, x between 1 and 2, exists (from hosts h where h.id = a.id), coalesce(x, y), x is distinct from y, try(x), not x, x is not null, #1 from alerts a",
    "select distinct on (a) b from alerts union all by name (select 3 order by 1) intersect select 4 except select 5",
    "from alerts select a group by grouping sets ((a), (b)) having count(*) > 1 qualify true",
    "from alerts a asof left join hosts h on a.t >= h.t semi join hosts g using (id) positional join hosts p",
    "from alerts a, lateral (select a.x + 1 as y) b",
    "select lpad(id, 3, '0'), format('{:.2f} {}', x, y), printf('%05d', n), list_aggregate(l, 'sum'), age(a, b), j -> '$.a', j ->> 'b' from alerts",
    "select (name).lower(), extract(year from t), t at time zone 'UTC', substring(x from 1 for 2), trim(leading 'a' from b), x like 'a' escape 'b', x similar to 'y', x ilike 'z', x glob 'w' from alerts",
];

#[test]
fn everything_else_is_refused() {
    let (engine, sources) = (engine(true), sources());
    for sql in REFUSED {
        assert!(!said(&engine, &sources, sql).is_empty(), "{sql}");
    }
    // The same, where less is looked at: in a subquery, in an argument, beside a common table.
    // Nothing in parentheses is an empty row, so it stays out.
    for sql in REFUSED.iter().filter(|sql| !sql.is_empty() && !sql.contains(';')) {
        for around in [
            "select * from (SQL)",
            "select (SQL)",
            "with c as (SQL) from c",
            "select list_filter([1], lambda x: x in (SQL))",
            "from alerts order by (SQL)",
            "from alerts limit (SQL)",
            "from range((SQL))",
            "select sum(id order by (SQL)) over (partition by (SQL)) from alerts",
            "select * replace ((SQL) as id) from alerts",
        ] {
            let sql = around.replace("SQL", sql);
            assert!(!said(&engine, &sources, &sql).is_empty(), "{sql}");
        }
    }
}

const REFUSED: &[&str] = &[
    "",
    "select 1; select 2",
    "drop table alerts",
    "alter table alerts rename to others",
    "create table x as select 1",
    "create macro m() as 1",
    "create or replace view alerts as select 1",
    "delete from alerts",
    "insert into alerts values (1)",
    "update alerts set id = 1",
    "truncate alerts",
    "merge into alerts using hosts using (id) when matched then delete",
    "copy alerts to 'x'",
    "export database 'x'",
    "attach 'x'",
    "use x",
    "install x",
    "load 'x'",
    "set threads = 1",
    "pragma database_list",
    "create secret s (type http, bearer_token 'x')",
    "begin transaction",
    "prepare p as select 1",
    "explain select 1",
    "call pragma_version()",
    "describe alerts",
    "summarize alerts",
    "from (describe alerts)",
    "show tables",
    "with d as (delete from alerts returning *) from d",
    "with d as (insert into alerts values (1) returning *) from d",
    "with d as (update alerts set id = 1 returning *) from d",
    "with d as (copy alerts to 'x') from d",
    "from 'x.csv'",
    "from \"/etc/passwd\"",
    "from read_csv('x.csv')",
    "from read_text('/etc/passwd')",
    "from glob('/*')",
    "from loaded.alerts",
    "from main.alerts",
    "from memory.main.alerts",
    "from information_schema.tables",
    "from pg_catalog.pg_tables",
    "from pg_tables",
    "from sqlite_master",
    "from duckdb_settings",
    "from duckdb_settings()",
    "from duckdb_views()",
    "from duckdb_logs()",
    "from duckdb_external_file_cache()",
    "from enable_logging('QueryLog')",
    "from sniff_csv('x.csv')",
    "from (show all tables)",
    "from pragma_table_info('alerts')",
    // A common table of that name somewhere else.
    "with pg_tables as (from pg_tables) from pg_tables",
    "select (with pg_tables as (select 1) from pg_tables) from pg_tables",
    "with a as (from pg_tables), pg_tables as (select 1) from a, pg_tables",
    "from (with pg_tables as (select 1) from pg_tables), pg_tables",
    "with recursive pg_tables as (from pg_tables union all from pg_tables) from pg_tables",
    "select 1 union all (with pg_tables as (select 1) from pg_tables) union all from pg_tables",
    "with recursive r using key (a) as (select 1 as a union select a + 1 from recurring.r) from r",
    "from alerts at (version => 3)",
    "from alerts tablesample 10%",
    "from alerts using sample 3",
    "from query('select 1')",
    "from query_table('pg_tables')",
    "from alerts pivot (sum(y) for x in some_enum)",
    "select read_text('x')",
    "select main.lower('x')",
    "select system.main.lower('x')",
    "select getvariable('x')",
    "select current_setting('threads')",
    "select current_query()",
    "select getenv('HOME')",
    "select whole_number(1.0)",
    "select $1",
    "select ?",
    "select default",
    "select x::array_of_something",
    "select x::int[3]",
    "select x::main.int",
    "select 'a' collate de",
    "select repeat('x', 10)",
    "select lpad('x', 10001, 'y')",
    "select lpad('x', n, 'y') from alerts",
    "select rpad('x', 1 + 1, 'y')",
    "select format('{:>1000}', 1)",
    "select format('{:{}}', 1, 3)",
    "select printf('%*d', 3, 1)",
    "select printf(id, 1) from alerts",
    "select range(10001)",
    "select generate_series(1, n) from alerts",
    "select generate_series(a, b, interval 59 minutes) from alerts",
    "select unnest(range(length(id))) from alerts",
    "select list_aggregate([1], 'approx_quantile')",
    "select list_aggregate([1], id) from alerts",
    "select levenshtein(id, id) from alerts",
    "select regexp_extract_all(id, 'x') from alerts",
    "select sleep_ms(1)",
    "select write_log('x')",
    "select nextval('x')",
    "select random()",
    "select NOW()",
    "select \"Random\"()",
    "select age(id) from alerts",
    "select json_execute_serialized_sql('x')",
    "select count(*) over (order by random())",
    "select not_a_function(1)",
    "select pg_sleep(1)",
    "select columns(x -> random() > 1) from alerts",
];

#[test]
fn names_are_seen_where_they_are_and_nowhere_else() {
    let (engine, sources) = (engine(true), sources());
    assert_eq!(said(&engine, &sources, "from population").len(), 1);
    let expression = "(select count(*) from population) + (select max(id) from hosts)";
    let readable = Readable::sources(&sources);
    assert!(engine.check_expression(expression, readable).is_err());
    assert!(engine.check_expression(expression, readable.and_population()).is_ok());
    assert!(engine.check_expression("(from hosts)", Readable::NOTHING).is_err());
}

#[test]
fn all_mistakes_are_found_at_their_places() {
    let sql = "select random(), repeat(id, 3) from hots, 'x.csv'";
    let checked = engine(true).check_query(sql, Readable::sources(&sources()));
    let failures = checked.unwrap_err();
    let places = failures.iter().map(|failure| failure.place.unwrap());
    let written: Vec<&str> = places.map(|(at, length)| &sql[at..at + length]).collect();
    assert_eq!(written, ["random", "repeat", "hots", "'x.csv'"]);
}

#[test]
fn what_is_large_or_deep_is_refused_before_it_is_bound() {
    let (engine, sources) = (engine(true), sources());
    let long = format!("select '{}'", "x".repeat(70_000));
    let deep = format!("select 1{}", " + 1".repeat(70));
    let nested = format!("select {}1{}", "[".repeat(60), "]".repeat(60));
    let joined = format!("from alerts{}", " join hosts using (id)".repeat(130));
    let queries = format!("{}select 1{}", "select * from (".repeat(60), ")".repeat(60));
    for sql in [long, deep, nested, joined, queries] {
        assert_eq!(said(&engine, &sources, &sql).len(), 1, "{}", &sql[..40]);
    }
    let wide = vec!["id = 'x'"; 2_000].join(" or ");
    assert_eq!(said(&engine, &sources, &format!("from alerts where {wide}")), [""; 0]);
}

#[test]
fn other_layers_can_be_tested_without_it() {
    let checked = engine(false).check_query("drop table x", Readable::NOTHING);
    assert!(checked.is_ok());
}

#[test]
fn the_documentation_lists_what_is_allowed() {
    const BEGIN: &str = "<!-- functions: begin -->\n";
    const END: &str = "<!-- functions: end -->";
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/definitions.md");
    let page = std::fs::read_to_string(&path).unwrap();
    let mut table = "| theme | functions |\n| --- | --- |\n".to_owned();
    for theme in THEMES {
        let names = theme.names.iter().map(|name| format!("`{}`", name.replace('|', "\\|")));
        table.push_str(&format!("| {} | {} |\n", theme.title, names.collect::<Vec<_>>().join(" ")));
    }
    let (before, rest) = page.split_once(BEGIN).unwrap();
    let (now, after) = rest.split_once(END).unwrap();
    if now != table && std::env::var_os("GOODHART_UPDATE_DOCS").is_some() {
        std::fs::write(&path, format!("{before}{BEGIN}{table}{END}{after}")).unwrap();
        return;
    }
    assert_eq!(now, table, "GOODHART_UPDATE_DOCS=1 writes it anew");
}
