//! DuckDB does what docs/duckdb.md says. A version that does something else must not pass unseen:
//! somebody's number would change with it, and what the page tells to write instead with it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use duckdb::Connection;
use goodhart_core::diagnostic::Code;
use goodhart_core::measure::Cell;
use goodhart_engine::{Engine, Options, Readable};

/// A row of the page by its anchor, what is selected, and the row that it yields. An error is a
/// part of what DuckDB says. For each row of the page the surprise comes first, and behind it what
/// the page tells to write instead.
#[rustfmt::skip]
const FACTS: &[(&str, &str, &str)] = &[
    // Nulls and no rows.
    ("sum-of-nothing", "sum(x), avg(x), max(x), bool_and(x > 0), string_agg(x::varchar, ','), list(x) from (select 1 as x where false)", "null, null, null, null, null, null"),
    ("sum-of-nothing", "coalesce(sum(x), 0) from (select 1 as x where false)", "0"),
    ("count-if-of-nothing", "count_if(x) from (select true as x where false)", "null"),
    ("count-if-of-nothing", "count_if(x) from (values (null::boolean)) as t(x)", "null"),
    ("count-if-of-nothing", "count_if(x) from (values (null), (false)) as t(x)", "0"),
    ("count-if-of-nothing", "count(*) filter (where x) from (values (null::boolean)) as t(x)", "0"),
    ("count-of-a-condition", "count(x > 5), count(*) filter (where x > 5) from (values (1), (9), (null)) as t(x)", "2, 1"),
    ("not-in-null", "2 not in (1, null), 1 not in (1, null)", "null, false"),
    ("not-in-null", "2 not in (select x from (values (1), (null)) as t(x))", "null"),
    ("not-in-null", "2 not in (select x from (values (1), (null)) as t(x) where x is not null)", "true"),
    ("in-a-list-with-null", "2 in [1, null], 2 in (1, null), list_contains([1, null], null)", "false, null, null"),
    ("greatest-skips-null", "greatest(1, null), least(null, 5), greatest(null, null::integer)", "1, 5, null"),
    ("greatest-skips-null", "case when x is not null then least(x, 5) end from (values (null::integer)) as t(x)", "null"),
    ("concat-skips-null", "concat('a', null), concat_ws('-', 'a', null, 'b'), 'a' || x from (values (null::varchar)) as t(x)", "'a', 'a-b', null"),
    ("arg-max-skips-null", "arg_max(a, b), arg_max_null(a, b) from (values ('x', 1), (null, 2)) as t(a, b)", "'x', null"),
    ("arg-max-skips-null", "arg_max(a, b) from (values ('x', null), ('y', 1)) as t(a, b)", "'y'"),
    ("first-takes-null", "first(x), last(x), any_value(x) from (values (null), (1), (null)) as t(x)", "null, null, 1"),
    ("first-takes-null", "mode(x) from (values (null), (null), (1)) as t(x)", "1"),
    ("list-keeps-null", "list(x), string_agg(x, ','), histogram(x)::varchar, list_distinct(['a', null]) from (values ('a'), (null)) as t(x)", "['a', null], 'a', '{a=1}', ['a']"),
    ("list-keeps-null", "list(x) filter (where x is not null) from (values ('a'), (null)) as t(x)", "['a']"),
    ("null-inside", "[null] = [null], {'a': null} = {'a': null}, (1, null) = (1, null), (null, null) is null", "true, true, true, false"),

    // Numbers.
    ("division-by-zero", "1 / 0, -1 / 0, 0 / 0", "inf, -inf, NaN"),
    ("division-by-zero", "1 // 0", "error: by zero"),
    ("division-by-zero", "1 % 0", "error: by zero"),
    ("division-by-zero", "1 / nullif(0, 0), 1 // nullif(0, 0)", "null, null"),
    ("integer-division", "7 / 2, 7 // 2, -7 // 2, 5.5 // 2, divide(7, 2)", "3.5, 3, -3, 2.75, 3"),
    ("integer-division", "floor(-7 / 2), floor(5.5 / 2)", "-4.0, 2.0"),
    ("power-of-a-negative", "-2 ** 2, -(2 ** 2)", "4.0, -4.0"),
    ("rounding-half", "round(2.5), 2.5::integer, 3.5::integer, 2.5::double::integer, 3.5::double::integer", "3, 3, 4, 2, 4"),
    ("rounding-half", "round(2.5::double)::integer, round_even(2.5, 0)::integer", "3, 2"),
    ("text-as-integer", "'12.5'::integer, '1e3'::integer, '0x1F'::integer, ' 12 '::integer", "13, 1000, 31, 12"),
    ("median-of-decimals", "median(x), quantile_cont(x, 0.5) from (values (0.5), (1.0)) as t(x)", "0.7, 0.7"),
    ("median-of-decimals", "quantile_cont(x::decimal(38, 6), 0.9) from range(1, 11) as t(x)", "9.099999"),
    ("median-of-decimals", "median(x::double), quantile_cont(x::double, 0.5) from (values (0.5), (1.0)) as t(x)", "0.75, 0.75"),
    ("quantile-is-discrete", "quantile(x, 0.5), quantile_disc(x, 0.5), median(x), quantile_cont(x, 0.5) from (values (1), (2)) as t(x)", "1, 1, 1.5, 1.5"),
    ("division-of-decimals", "typeof(1.5 / 1), typeof(avg(1.5)), typeof(1.5 * 1), typeof(sum(1.5))", "'DOUBLE', 'DOUBLE', 'DECIMAL(12,1)', 'DECIMAL(38,1)'"),
    ("division-of-decimals", "avg(x), avg(x)::decimal(38, 6) from (values (0.1), (0.2), (0.3)) as t(x)", "0.19999999999999998, 0.200000"),
    ("literals-are-decimals", "typeof(0.1), 0.1 + 0.2 = 0.3, 0.1::double + 0.2 = 0.3", "'DECIMAL(2,1)', true, false"),
    ("literals-are-decimals", "round(0.1::double + 0.2, 6) = 0.3", "true"),
    ("nan-is-greatest", "x = x, x > 2, x > 'inf'::double, greatest(x, 1), least(x, 1) from (values ('nan'::double)) as t(x)", "true, true, true, NaN, 1.0"),
    ("nan-is-greatest", "max(x), min(x), count(distinct x) from (values (1), ('nan'::double), ('nan'::double)) as t(x)", "NaN, 1.0, 2"),
    ("nan-is-greatest", "x > 2 and not isnan(x) from (values ('nan'::double)) as t(x)", "false"),

    // Time.
    ("date-diff-counts-boundaries", "date_diff('second', timestamp '2026-01-01 10:00:00.9', timestamp '2026-01-01 10:00:01.1'), date_diff('hour', timestamp '2026-01-01 10:59:00', timestamp '2026-01-01 11:01:00'), date_diff('year', date '2025-12-31', date '2026-01-01')", "1, 1, 1"),
    ("date-diff-counts-boundaries", "round(epoch(timestamp '2026-01-01 10:00:01.1') - epoch(timestamp '2026-01-01 10:00:00.9'), 6), date_sub('hour', timestamp '2026-01-01 10:59:00', timestamp '2026-01-01 11:01:00')", "0.2, 0"),
    ("date-diff-counts-boundaries", "date_diff('day', a::date, b::date) from (values (timestamp '2026-01-01 23:59:00', timestamp '2026-01-02 00:01:00')) as t(a, b)", "1"),
    ("epoch-is-a-double", "typeof(epoch(a)), epoch(b) - epoch(a) = 0.2, epoch_us(b) - epoch_us(a) from (values (timestamp '2026-01-01 10:00:00.9', timestamp '2026-01-01 10:00:01.1')) as t(a, b)", "'DOUBLE', false, 200000"),
    ("epoch-is-a-double", "(epoch(b) - epoch(a))::decimal(38, 6) from (values (timestamp '2026-01-01 10:00:00.9', timestamp '2026-01-01 10:00:01.1')) as t(a, b)", "0.200000"),
    ("text-with-an-offset", "'2026-01-01T10:00:00+02:00'::timestamp::varchar, '2026-01-01T10:00:00+02:00' > timestamp '2026-01-01 09:00:00'", "'2026-01-01 10:00:00', true"),
    ("text-with-an-offset", "'2026-01-01T10:00:00+02:00'::timestamptz::timestamp::varchar", "'2026-01-01 08:00:00'"),
    ("part-of-an-interval", "date_part('hour', b - a), date_part('day', b - a), (b - a)::varchar, (epoch(b) - epoch(a)) / 3600 from (values (timestamp '2026-01-01 10:00:00', timestamp '2026-01-02 12:00:00')) as t(a, b)", "2, 1, '1 day 02:00:00', 26.0"),
    ("part-of-an-interval", "date_part('hour', interval 90 minute), date_part('minute', interval 90 minute), date_part('day', interval 36 hour)", "1, 30, 0"),
    ("part-of-a-second", "second(t), millisecond(t), microsecond(t), epoch(t) from (values (timestamp '2026-01-01 00:00:59.75')) as t(t)", "59, 59750, 59750000, 1767225659.75"),
    ("months-are-30-days", "interval 1 month = interval 30 days, interval 1 year = interval 360 days, epoch(interval 1 month) / 86400, epoch(interval 1 year) / 86400", "true, true, 30.0, 365.25"),
    ("age-has-months", "age(b, a)::varchar, epoch(age(b, a)) / 86400, (epoch(b) - epoch(a)) / 86400, epoch(b - a) / 86400 from (values (timestamp '2026-01-31', timestamp '2026-03-01')) as t(a, b)", "'1 month 1 day', 31.0, 29.0, 29.0"),
    ("end-of-a-month", "(date '2026-01-31' + interval 1 month)::varchar, (date '2026-01-31' + interval 1 month + interval 1 month)::varchar, (date '2026-01-31' + interval 2 months)::varchar", "'2026-02-28 00:00:00', '2026-03-28 00:00:00', '2026-03-31 00:00:00'"),
    ("end-of-a-month", "last_day(date '2026-02-03')::varchar", "'2026-02-28'"),
    ("interval-with-a-fraction", "(interval 1.5 hour)::varchar, (interval '1.5 hours')::varchar, (interval 90 minutes)::varchar", "'01:00:00', '01:30:00', '01:30:00'"),
    ("date-becomes-timestamp", "date '2026-03-01' - date '2026-02-01', typeof(date '2026-01-01' + 1), typeof(date '2026-01-01' + interval 1 day), typeof(date_trunc('month', date '2026-01-01'))", "28, 'DATE', 'TIMESTAMP', 'TIMESTAMP'"),
    ("date-becomes-timestamp", "typeof(date_trunc('month', date '2026-01-01')::date)", "'DATE'"),
    ("between-two-days", "t between date '2026-01-01' and date '2026-01-31', t >= date '2026-01-01' and t < date '2026-02-01' from (values (timestamp '2026-01-31 10:00:00')) as t(t)", "false, true"),
    ("between-two-days", "t between date '2026-01-01' and date '2026-01-31' from (values (timestamp '2026-01-31 00:00:00')) as t(t)", "true"),
    ("date-of-a-text", "d = '2026-01-31 10:00', d < '2026-01-31 10:00' from (values (date '2026-01-31')) as t(d)", "true, false"),
    ("first-day-of-the-week", "dayname(date_trunc('week', date '2026-01-04')), dayofweek(date '2026-01-04'), isodow(date '2026-01-04'), dayname(date '2026-01-04')", "'Monday', 0, 7, 'Sunday'"),
    ("year-of-a-week", "week(d), year(d), isoyear(d), yearweek(d), strftime(d, '%Y-%W'), date_trunc('week', d)::date::varchar from (values (date '2027-01-01')) as t(d)", "53, 2027, 2026, 202653, '2027-00', '2026-12-28'"),
    ("year-of-two-digits", "year(strptime('03.02.69', '%d.%m.%y')), year(strptime('03.02.68', '%d.%m.%y')), year('26-02-03'::date)", "1969, 2068, 26"),

    // Text.
    ("order-of-texts", "'Z' < 'a', 'é' > 'z', '10' < '9', max(x) from (values ('10'), ('9')) as t(x)", "true, true, true, '9'"),
    ("order-of-texts", "max(x::integer), lower('Z') > 'a' from (values ('10'), ('9')) as t(x)", "10, true"),
    ("wildcards-of-like", r"'user1' like 'user_', 'user_1' like 'user\_1'", "true, false"),
    ("wildcards-of-like", r"'user_1' like 'user\_%' escape '\', 'user1' like 'user\_%' escape '\', starts_with('user1', 'user_')", "true, false, false"),
    ("patterns-match-within", "regexp_matches('abc', 'b'), 'abc' ~ 'b', 'abc' similar to 'b', regexp_full_match('abc', 'b'), regexp_matches('abc', '^b$')", "true, true, false, false, false"),
    ("no-match-is-empty", r"regexp_extract('abc', '\d+'), split_part('a,b', ',', 3), nullif(regexp_extract('abc', '\d+'), '')", "'', '', null"),
    ("replace-the-first", "regexp_replace('a-b-c', '-', '.'), regexp_replace('a-b-c', '-', '.', 'g')", "'a.b-c', 'a.b.c'"),
    ("split-of-empty", "split('', ','), len(split('', ','))", "[''], 1"),
    ("split-of-empty", "len(case when x = '' then [] else split(x, ',') end) from (values ('')) as t(x)", "0"),
    ("trim-of-a-tab", r"trim(e' a\t') = e'a\t', trim('xyax', 'xy'), trim(e' a\t\r\n', e' \t\r\n')", "true, 'a', 'a'"),
    ("length-of-a-text", "length('é'), strlen('é'), length('e' || chr(769)), 'é' = 'e' || chr(769), 'é' = nfc_normalize('e' || chr(769))", "1, 2, 2, false, true"),
    ("text-against-number", "x = 9 from (values ('09')) as t(x)", "true"),
    ("text-against-number", "x = 9 from (values ('n/a')) as t(x)", "error: n/a"),
    ("text-against-number", "x > 9 from (values ('10')) as t(x)", "error: a text is compared"),
    ("text-against-number", "x = '9', try_cast(x as integer) > 9 from (values ('10')) as t(x)", "false, true"),
    ("union-of-number-and-text", "typeof(max(x)), max(x) from (select 9 as x union all select '10')", "'VARCHAR', '9'"),
    ("union-of-number-and-text", "max(x) from (select 9 as x union all select '10'::integer)", "10"),
    ("union-of-number-and-text", "case when true then x else 0 end from (values ('a')) as t(x)", "error: one type belongs"),

    // Lists and JSON.
    ("sum-of-an-empty-list", "list_sum([]::integer[]), list_avg([]::integer[]), len([]), len(null::integer[]), coalesce(list_sum([]::integer[]), 0)", "null, null, 0, null, 0"),
    ("unnest-drops-rows", "list(id order by id) from (select id, unnest(tags) from (values (1, ['a']), (2, []), (3, null)) as t(id, tags))", "[1]"),
    ("unnest-drops-rows", "list(id order by id) from (values (1, ['a']), (2, []), (3, null)) as t(id, tags), unnest(tags) as u(tag)", "[1]"),
    ("unnest-drops-rows", "list(id order by id), list(tag order by id) from (values (1, ['a']), (2, []), (3, null)) as t(id, tags) left join unnest(tags) as u(tag) on true", "[1, 2, 3], ['a', null, null]"),
    ("two-unnests", "list(a || coalesce(b, '-')) from (select unnest(['x', 'y']) as a, unnest(['1']) as b)", "['x1', 'y-']"),
    ("two-unnests", "list(a || b order by a, b) from unnest(['x', 'y']) as t(a), unnest(['1', '2']) as u(b)", "['x1', 'x2', 'y1', 'y2']"),
    ("end-of-a-range", "range(1, 3), generate_series(1, 3)", "[1, 2], [1, 2, 3]"),
    ("null-in-json", "(j -> 'a') is null, (j -> 'b') is null, (j ->> 'a') is null from (values ('{\"a\": null}'::json)) as t(j)", "false, true, true"),
    ("quotes-in-json", "(j -> 'a')::varchar, j ->> 'a' from (values ('{\"a\": \"x\"}'::json)) as t(j)", "'\"x\"', 'x'"),

    // Order.
    ("nulls-are-last", "list(x order by x), list(x order by x desc), list(x order by x desc nulls first) from (values (1), (null), (2)) as t(x)", "[1, 2, null], [2, 1, null], [null, 2, 1]"),
    ("nulls-are-last", "list(x) from (select x from (values (1), (null), (2)) as t(x) order by x desc limit 1)", "[2]"),
    ("first-of-many", "first(x), any_value(x), list(x), string_agg(x, '') from (values ('b'), ('a')) as t(x)", "'b', 'b', ['b', 'a'], 'ba'"),
    ("first-of-many", "first(x order by x), any_value(x order by x), list(x order by x) from (values ('b'), ('a')) as t(x)", "'a', 'a', ['a', 'b']"),
    ("ties-of-arg-max", "arg_max(a, b), mode(a) from (values ('b', 1), ('a', 1)) as t(a, b)", "'b', 'b'"),
    ("ties-of-arg-max", "arg_max(a, b), mode(a) from (values ('a', 1), ('b', 1)) as t(a, b)", "'a', 'a'"),
    ("ties-of-arg-max", "arg_max(a, b order by a) from (values ('b', 1), ('a', 1)) as t(a, b)", "'a'"),
    ("ties-of-row-number", "list(n order by id) from (select id, row_number() over (order by day) as n from (values ('b', 1), ('a', 1)) as t(id, day))", "[2, 1]"),
    ("ties-of-row-number", "list(n order by id) from (select id, row_number() over (order by day, id) as n from (values ('b', 1), ('a', 1)) as t(id, day))", "[1, 2]"),
    ("running-sum-over-ties", "list(n order by day, n) from (select day, sum(x) over (order by day) as n from (values (1, 1), (1, 2), (2, 3)) as t(day, x))", "[3, 3, 6]"),
    ("running-sum-over-ties", "list(n order by day, n) from (select day, sum(x) over (order by day, x rows unbounded preceding) as n from (values (1, 1), (1, 2), (2, 3)) as t(day, x))", "[1, 3, 6]"),
    ("last-value-is-the-current", "list(n order by x) from (select x, last_value(x) over (order by x) as n from range(3) as t(x))", "[0, 1, 2]"),
    ("last-value-is-the-current", "list(n order by x) from (select x, last_value(x) over (order by x rows between unbounded preceding and unbounded following) as n from range(3) as t(x))", "[2, 2, 2]"),
    ("sum-of-doubles", "sum(x) from (values (1e16), (1e0), (-1e16)) as t(x)", "0.0"),
    ("sum-of-doubles", "sum(x) from (values (1e16), (-1e16), (1e0)) as t(x)", "1.0"),
    ("sum-of-doubles", "sum(x::decimal(38, 6)) from (values (1e16), (1e0), (-1e16)) as t(x)", "1.000000"),

    // Names.
    ("group-by-a-column", "list(s order by s) from (select lower(s) as s, count(*) from (values ('A'), ('a')) as t(s) group by s)", "['a', 'a']"),
    ("group-by-a-column", "list(s order by s) from (select lower(s) as s, count(*) from (values ('A'), ('a')) as t(s) group by all)", "['a']"),
    ("where-takes-the-column", "list(s) from (select lower(s) as s from (values ('A'), ('a')) as t(s) where s = 'A')", "['a']"),
    ("where-takes-the-column", "list(s) from (select lower(s) as lowered, s from (values ('A'), ('b')) as t(s) where lowered = 'a')", "['A']"),
    ("where-takes-the-column", "list(n) from (select -n as n from (values (1), (2)) as t(n) order by n limit 1)", "[-2]"),
    ("two-columns-of-a-name", "s, s_1 from (select 'first' as s, 'second' as s)", "'first', 'second'"),
    ("table-of-a-source", "count(*) from (with t as (select 1 as x union all select 2), u as (with t as (select * from t where x > 1) select * from t) select * from u)", "1"),
    ("union-by-position", "list(a order by a) from (select 1 as a, 2 as b union all select 3 as b, 4 as a)", "[1, 3]"),
    ("union-by-position", "list(a order by a) from (select 1 as a, 2 as b union all by name select 3 as b, 4 as a)", "[1, 4]"),
];

/// The row of the page that is about files; its test is `nan_in_parquet`.
const ABOUT_FILES: &str = "nan-in-parquet";

fn engine() -> Engine {
    Engine::open(&Options { threads: Some(1), ..Options::default() }, &BTreeMap::new()).unwrap()
}

fn page() -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/duckdb.md");
    std::fs::read_to_string(path).unwrap()
}

/// The rows of the page's tables: anchor, and the cells behind it.
fn rows(page: &str) -> Vec<(&str, Vec<&str>)> {
    let rows = page.lines().filter_map(|line| line.strip_prefix("| <a id=\""));
    rows.map(|row| {
        let (anchor, rest) = row.split_once("\"></a>").unwrap();
        let cells = rest.strip_suffix('|').unwrap().split(" |").map(str::trim).collect();
        (anchor, cells)
    })
    .collect()
}

fn shown(cell: &Cell) -> String {
    match cell {
        Cell::Null => "null".to_owned(),
        Cell::Boolean(value) => value.to_string(),
        Cell::Integer(number) => number.to_string(),
        Cell::Decimal(number) => number.to_string(),
        Cell::Double(number) => format!("{number:?}"),
        Cell::Text(text) => format!("'{text}'"),
        Cell::List(cells) => format!("[{}]", joined(cells)),
        other => format!("{other:?}"),
    }
}

fn joined(cells: &[Cell]) -> String {
    cells.iter().map(shown).collect::<Vec<_>>().join(", ")
}

#[test]
fn duckdb_does_what_the_page_says() {
    let engine = engine();
    let mut wrong = Vec::new();
    for (anchor, selected, expected) in FACTS {
        let found = match engine.query(&format!("select {selected}")) {
            Ok(rows) => rows.iter().map(|row| joined(row)).collect::<Vec<_>>().join("; "),
            Err(failure) => format!("error: {}", failure.message),
        };
        let same = match expected.strip_prefix("error: ") {
            Some(part) => found.starts_with("error: ") && found.contains(part),
            None => found == *expected,
        };
        if !same {
            wrong.push(format!("{anchor}: {selected}\n  {found} instead of {expected}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What no definition may say surprises nobody.
#[test]
fn definitions_may_say_it() {
    let engine = engine();
    let sources = BTreeMap::new();
    for (anchor, selected, _) in FACTS {
        let checked =
            engine.check_query(&format!("select {selected}"), Readable::sources(&sources));
        let refused: Vec<String> =
            checked.err().into_iter().flatten().map(|failure| failure.message).collect();
        assert!(refused.is_empty(), "{anchor}: {selected}\n  {refused:?}");
    }
}

#[test]
fn every_row_has_a_test_and_every_test_a_row() {
    let page = page();
    let rows = rows(&page);
    let anchors: BTreeSet<&str> = rows.iter().map(|(anchor, _)| *anchor).collect();
    assert_eq!(anchors.len(), rows.len(), "an anchor stands twice");
    let mut tested: BTreeSet<&str> = FACTS.iter().map(|(anchor, ..)| *anchor).collect();
    tested.insert(ABOUT_FILES);
    assert_eq!(anchors, tested);
    // In one order, so that page and tests can be read side by side.
    let mut order: Vec<&str> = FACTS.iter().map(|(anchor, ..)| *anchor).collect();
    order.dedup();
    let on_page: Vec<&str> =
        rows.iter().map(|(anchor, _)| *anchor).filter(|anchor| *anchor != ABOUT_FILES).collect();
    assert_eq!(on_page, order);
}

#[test]
fn what_finds_it_exists() {
    let page = page();
    for (anchor, cells) in rows(&page) {
        assert_eq!(cells.len(), 3, "{anchor}: {cells:?}");
        for code in cells[2].split(", ").filter(|code| !code.is_empty()) {
            let name = code.trim_start_matches("[`").split('`').next().unwrap();
            assert_eq!(code, format!("[`{name}`](codes/{name}.md)"), "{anchor}");
            assert!(Code::named(name).is_some(), "{anchor}: {name}");
        }
    }
}

#[test]
fn the_page_is_about_this_version() {
    let rows = engine().query("select version()").unwrap();
    let Some(Cell::Text(version)) = rows.first().and_then(|row| row.first()) else {
        panic!("{rows:?}");
    };
    let version = version.trim_start_matches('v');
    assert!(page().contains(&format!("DuckDB {version},")), "{version}");
}

/// A file whose statistics leave NaN out, as those of most programs do.
#[test]
fn nan_in_parquet() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("scores.parquet");
    let file = path.display();
    let duckdb = Connection::open_in_memory().unwrap();
    duckdb
        .execute_batch(&format!(
            "copy (from (values (1.5::double), (0.75), (0.5)) as t(x)) to '{file}' \
             (format parquet, compression uncompressed)"
        ))
        .unwrap();
    let mut bytes = std::fs::read(&path).unwrap();
    let place = bytes.windows(8).position(|window| window == 0.75f64.to_le_bytes()).unwrap();
    bytes[place..place + 8].copy_from_slice(&f64::NAN.to_le_bytes());
    std::fs::write(&path, bytes).unwrap();
    let count = |condition: &str, from: &str| -> i64 {
        let sql = format!("select count(*) from {from} where {condition}");
        duckdb.query_row(&sql, [], |row| row.get(0)).unwrap()
    };
    let scanned = format!("'{file}'");
    let looked_at = format!("(select try(x) as x from '{file}')");
    duckdb.execute_batch(&format!("create table loaded as from '{file}'")).unwrap();
    for condition in ["isnan(x)", "x > 2"] {
        assert_eq!(count(condition, "loaded"), 1, "{condition}");
        assert_eq!(count(condition, &scanned), 0, "{condition}");
        assert_eq!(count(condition, &looked_at), 1, "{condition}");
    }
}

/// On its way into DuckDB the crate makes zero of a null interval; goodhart takes only the other way.
#[test]
fn a_null_interval_comes_out_as_null() {
    let rows = engine().query("select x from (values (interval 1 hour), (null)) as t(x)").unwrap();
    assert!(matches!(rows[0][0], Cell::Other(_)), "{rows:?}");
    assert_eq!(rows[1], [Cell::Null]);
}
