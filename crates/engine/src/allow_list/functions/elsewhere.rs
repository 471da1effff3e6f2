//! Functions of other databases, and what is written here instead.

/// What a call of a function that is not known here could become.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Suggestion {
    /// The same under another name.
    Name(&'static str),
    /// Something else, in words.
    Words(&'static str),
}

use Suggestion::{Name, Words};

const CLOCK: Suggestion = Words("use `as_of()`, the one clock of a definition");
const LATER: Suggestion = Words("`x + interval 1 day` is a day later");
const CAST: Suggestion =
    Words("`x::varchar` makes a text of `x`, `try_cast(x as integer)` null of what is no number");
const FORMATTED: Suggestion = Words("`strftime(x, '%Y-%m')` writes a date or timestamp as a text");
const PARSED: Suggestion =
    Words("`x::date` or `strptime(x, '%d.%m.%Y')` makes a date or timestamp of a text");
const ELAPSED: Suggestion = Words("`epoch(b) - epoch(a)` is the seconds from `a` to `b`");
const FOUND: Suggestion = Words("`strpos(text, part)` is the position of a part in a text");
const EPOCH: Suggestion = Words("`epoch_ms(1000 * x)` is the instant `x` seconds after 1970-01-01");
const CHANCE: Suggestion = Words("it would give another answer on every run");
const QUANTILE: Suggestion = Words("`quantile_cont(x, 0.9)` is a quantile of `x`");

const ELSEWHERE: &[(&[&str], Suggestion)] = &[
    (&["nvl", "zeroifnull"], Name("coalesce")),
    (&["iif"], Name("if")),
    (&["lowercase"], Name("lower")),
    (&["uppercase"], Name("upper")),
    (&["eomonth"], Name("last_day")),
    (&["rlike", "regexp_like", "regexp_contains"], Name("regexp_matches")),
    (&["regexp_substr"], Name("regexp_extract")),
    (&["get_json_object"], Name("json_extract_string")),
    (&["array_size", "size"], Name("len")),
    (&["array_collect", "collect_list"], Name("list")),
    (&["truncate"], Name("trunc")),
    (
        &["isnull"],
        Words("`x is null` is the condition, and `coalesce(x, y)` takes `y` where `x` is null"),
    ),
    (&["nvl2"], Words("use `case when x is not null then y else z end`")),
    (&["collect_set"], Words("`list(distinct x)` is the list of all different values")),
    (&["sumif", "sum_if"], Words("`sum(x) filter (where condition)` adds up some of the rows")),
    (&["countdistinct", "count_distinct"], Words("`count(distinct x)` counts different values")),
    (&["convert", "safe_cast", "to_number", "to_varchar", "try_convert"], CAST),
    (&["date_format", "format_date", "to_char"], FORMATTED),
    (
        &[
            "parse_date",
            "parse_datetime",
            "parse_timestamp",
            "str_to_date",
            "to_date",
            "to_datetime",
        ],
        PARSED,
    ),
    (&["add_months", "adddate", "dateadd", "timestampadd"], LATER),
    (&["timestamp_diff", "timestampdiff"], ELAPSED),
    (&["charindex", "locate"], FOUND),
    (&["from_unixtime", "timestamp_seconds"], EPOCH),
    (
        &[
            "curdate",
            "current_datetime",
            "getdate",
            "getutcdate",
            "sysdate",
            "sysdatetime",
            "sysdatetimeoffset",
            "sysutcdatetime",
            "unix_timestamp",
            "utc_timestamp",
        ],
        CLOCK,
    ),
    (&["generate_uuid", "newid", "rand", "uuid_generate_v4", "uuid_string"], CHANCE),
    (&["approx_percentile", "percentile", "percentile_approx"], QUANTILE),
    // Operators that are written the other way round.
    (&["=!"], Name("!=")),
    (&["=>"], Name(">=")),
    (&["=<"], Name("<=")),
];

/// What stands for a function of another database; its name in lower case.
pub fn instead_of(name: &str) -> Option<Suggestion> {
    ELSEWHERE.iter().find(|(names, _)| names.contains(&name)).map(|(_, instead)| *instead)
}

#[cfg(test)]
mod tests {
    use super::super::{is_allowed, why_refused};
    use super::*;

    #[test]
    fn what_is_known_here_has_no_other_name() {
        for (names, instead) in ELSEWHERE {
            for name in *names {
                assert!(!is_allowed(name) && why_refused(name).is_none(), "{name}");
            }
            if let Name(name) = instead {
                assert!(is_allowed(name), "{name}");
            }
        }
    }
}
