//! DuckDB's words, and those in which the same is said here.
//!
//! Messages that are not in the table are shown as they are: to leave one out costs nothing but
//! its wording.

use super::types::described;

/// What is said instead of a message of DuckDB.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Wording {
    pub message: String,
    /// How to mend it; empty where the message says it.
    pub help: String,
    /// What is underlined where DuckDB names no place; empty where it does.
    pub about: String,
}

/// What DuckDB says, with `{}` for what varies; the message and the help, with `{0}` for what
/// stood there and `{0:type}` for the type of that name; what is underlined.
type Row = (&'static str, &'static str, &'static str, &'static str);

const GROUPED: &str = "`group by all` groups by every column that is not aggregated";
const FIRST: &str = "aggregate in a common table first, with `with name as (…)`, and read that";
const INSTANT: &str = "write it as `timestamp '2026-01-31 08:00:00'` or `date '2026-01-31'`";

#[rustfmt::skip]
const ROWS: &[Row] = &[
    // Grouping, aggregates and windows.
    ("column \"{}\" must appear in the GROUP BY clause{}", "`{0}` is neither grouped nor aggregated", GROUPED, ""),
    ("column {} must appear in the GROUP BY clause{}", "`{0}` is neither grouped nor aggregated", GROUPED, ""),
    ("WHERE clause cannot contain aggregates{}", "`where` looks at one row and cannot aggregate", "`having` chooses groups by an aggregate", ""),
    ("WHERE clause cannot contain window functions{}", "`where` cannot look at a window", "`qualify` chooses rows by a window function", ""),
    ("HAVING clause cannot contain window functions{}", "`having` cannot look at a window", "`qualify` chooses rows by a window function", ""),
    ("GROUP BY clause cannot contain aggregates{}", "`group by` cannot aggregate", FIRST, ""),
    ("aggregate function calls cannot be nested{}", "an aggregate of an aggregate", FIRST, ""),
    ("window function calls cannot be nested{}", "a window in a window", "compute the inner one in a common table, with `with name as (…)`", ""),
    ("aggregate function calls cannot contain window function calls{}", "an aggregate of a window", "compute the window in a common table, with `with name as (…)`", ""),
    ("window functions are not supported here{}", "a window function without its window, or where there is none", "write `over (…)` behind it", ""),
    ("at least one window function must appear in the SELECT column or QUALIFY clause{}", "`qualify` without a window function", "`where` chooses rows by their values", "qualify"),
    ("{} is not an aggregate function{}", "`{0}` is no aggregate, and has no window", "leave `over (…)` out", ""),
    ("Function \"{}\" is a Scalar Function{}", "`{0}` is no aggregate", "`distinct`, `filter` and `order by` belong to aggregates", "{0}"),
    ("window \"{}\" does not exist{}", "there is no window `{0}`", "declare it with `window {0} as (…)`", "{0}"),
    ("GROUP BY term out of range - should be between 1 and {}", "`group by` counts the selected columns, and there are {0}", "name the column", "group"),
    ("ORDER term out of range - should be between 1 and {}", "`order by` counts the selected columns, and there are {0}", "name the column", ""),

    // Names.
    ("Ambiguous reference to column name \"{}\" (use: {})", "`{0}` is in more than one of the tables", "write {1:names}", ""),
    ("column \"{}\" does not exist on {} side of join{}", "`{0}` is not on the {1} side of the join", "`on` compares columns that have different names", "using({0}|{0}"),
    ("No columns found to join on in NATURAL JOIN{}", "the two sides of `natural join` share no column", "say with `on` what belongs together", ""),
    ("Column \"{}\" in EXCLUDE list not found{}", "there is no column `{0}` to leave out", "", "{0}"),
    ("Column \"{}\" in REPLACE list not found{}", "there is no column `{0}` to replace", "", "{0}"),
    ("Duplicate CTE name \"{}\"", "two common tables are called `{0}`", "", "{0}"),
    ("Duplicate alias \"{}\" in query{}", "two tables are called `{0}`", "give each its own name, as in `alerts as a`", "{0}"),
    ("table \"{}\" has {} columns available but {} columns specified", "`{0}` has {1} columns, and {2} names are given to them", "", "{0}"),
    ("Could not find key \"{}\" in struct{}", "the struct has no field `{0}`", "", "{0}"),
    ("Cannot extract field '{}' from expression \"{}\" because it is not a struct{}", "`{1}` has no fields: it is no struct", "", "{1}.{0}"),
    ("No matching columns found that match regex \"{}\"", "no column is called like `{0}`", "", ""),
    ("* expression without FROM clause{}", "`*` without anything to read", "say with `from` what is read", "*"),

    // Queries in queries and beside each other.
    ("Subquery returns 1 columns - expected {}", "this query returns one column where {0} belong", "", ""),
    ("Subquery returns {} columns - expected 1", "this query returns {0} columns where one value belongs", "select one column", ""),
    ("Subquery returns {} columns - expected {}", "this query returns {0} columns where {1} belong", "", ""),
    ("Set operations can only apply to expressions with the same number of result columns", "the two queries return different numbers of columns", "select as many columns on both sides, in the same order", "union|intersect|except"),
    ("VALUES lists must all be the same length, expected {} {} but found a list with {} {}", "a row of {2} where the first one has {0}", "", ""),

    // Types.
    ("Cannot compare values of type {} and type {} - {}", "{0:type} is compared with {1:type}", "compare values of one type: {0:literal}", ""),
    ("Cannot mix values of type {} and {} in {} operator - {}", "{0:type} and {1:type} in one `{2:lower}`", "give all of them one type", ""),
    ("Cannot mix values of type {} and {} in BETWEEN clause - {}", "{0:type} is compared with {1:type}", "compare values of one type: {0:literal}", ""),
    ("Cannot mix values of type {} and {} in {} - {}", "{0:type} and {1:type} where one type belongs", "give all of them one type", ""),
    ("Cannot combine types of {} and {} - {}", "{0:type} and {1:type} where one type belongs", "give all of them one type", ""),
    ("Unimplemented type for cast ({} -> {})", "{0:type} cannot become {1:type}", "", ""),
    ("Could not convert string '{}' to {} when casting from source column {}", "`{0}` in `{2}` is not {1:type}", "`try_cast` makes null of what cannot be read", ""),
    ("Could not convert string '{}' to {}", "`{0}` is not {1:type}", "", ""),
    ("timestamp field value out of range: \"{}\"{}", "there is no timestamp `{0}`", "", ""),
    ("date field value out of range: \"{}\"{}", "there is no date `{0}`", "", ""),
    ("invalid timestamp field format: \"{}\"{} when casting from source column {}", "`{0}` in `{2}` is no timestamp", INSTANT, ""),
    ("invalid timestamp field format: \"{}\"{}", "`{0}` is no timestamp", INSTANT, ""),
    ("invalid date field format: \"{}\"{} when casting from source column {}", "`{0}` in `{2}` is no date", INSTANT, ""),
    ("invalid date field format: \"{}\"{}", "`{0}` is no date", INSTANT, ""),
    ("UNNEST() can only be applied to lists, structs and NULL, not {}", "{0:type} where a list belongs", "", "any"),
    ("UNNEST not supported here{}", "`unnest` makes rows, and stands in the select list or behind `from`", "`list_contains(list, value)` looks into a list", ""),
    ("Nested UNNEST calls are not supported{}", "`unnest` of what `unnest` makes", "`unnest(x, recursive := true)` does all levels at once", ""),
    ("extract specifier \"{}\" not recognized", "a date or timestamp has no part `{0}`", "parts are 'year', 'quarter', 'month', 'week', 'day', 'hour', 'minute' and 'second'", "'{0}'|{0}"),
    ("LIMIT/OFFSET cannot be negative", "`limit` and `offset` count rows, and cannot be negative", "", ""),
    ("QUANTILE can only take parameters in the range [-1, 1]", "a quantile is from 0 to 1: 0.9 leaves a tenth above it", "", "quantile_cont|quantile_disc|quantile"),
    ("The \"{}\" argument in function \"{}\" must be a constant expression", "`{1}` wants a value for `{0}` that is the same for all rows", "", ""),
    ("Macro {}() does not support the supplied arguments{}", "`{0}` does not take these arguments", "docs/definitions.md lists the functions; `x + interval 1 day` is a day later", ""),

    ("DECIMAL type width must be between 1 and 38{}", "a decimal has 1 to 38 digits", "", ""),
    ("DECIMAL type scale cannot be greater than width{}", "a decimal has no more digits behind the point than digits at all", "", ""),
    ("Failed to parse format specifier {}: {}", "`{0}` is no format of a time", "`%Y-%m-%d %H:%M:%S` has the parts of a timestamp", "'{0}'"),
    ("{} expects a function with {} arguments", "the lambda of `{0}` has {1} parameters", "", "{0}"),
    ("This lambda function only supports up to {} lambda parameters", "this lambda has {0} parameters at most", "", "lambda"),

    // Syntax.
    ("SELECT clause without selection list", "`select` without columns", "name the columns, or write `*` for all of them", "select"),
    ("unterminated string literal{}", "a text begins here and does not end", "a quote in a text is written twice: `'it''s'`", ""),
    ("unterminated quoted identifier{}", "a name in double quotes begins here and does not end", "text is in single quotes: `'high'`", ""),
    ("unterminated /* comment{}", "a comment begins here and does not end", "`*/` ends it", ""),
    ("Chained comparisons are not supported, use AND to combine comparisons", "a comparison of a comparison", "`and` joins two conditions, as in `a < b and b < c`", "&&"),
    ("Deprecated lambda arrow{}", "a lambda is written in another way", "write `lambda x: …` for `x -> …`", "->"),
    ("DISTINCT requires at least one argument", "`distinct` of nothing", "", "distinct"),
];

/// What is said instead of a message of DuckDB, if it is in the table.
pub fn worded(said: &str) -> Option<Wording> {
    let said = said.lines().next().unwrap_or("").trim_end_matches(['!', '.', ' ']);
    ROWS.iter().find_map(|(pattern, message, help, about)| {
        let parts = captured(pattern, said)?;
        let filled = |text: &str| fill(text, &parts);
        Some(Wording { message: filled(message), help: filled(help), about: filled(about) })
    })
}

/// What stands in `said` where `pattern` has holes. Case counts for nothing: DuckDB begins some
/// messages in lower case.
fn captured<'a>(pattern: &str, said: &'a str) -> Option<Vec<&'a str>> {
    let mut literals = pattern.split("{}");
    let start = literals.next()?;
    let mut rest = said.get(start.len()..)?;
    if !said.get(..start.len())?.eq_ignore_ascii_case(start) {
        return None;
    }
    let mut parts = Vec::new();
    for literal in literals {
        let end = if literal.is_empty() { rest.len() } else { rest.find(literal)? };
        parts.push(rest.get(..end)?);
        rest = rest.get(end + literal.len()..)?;
    }
    rest.is_empty().then_some(parts)
}

fn fill(text: &str, parts: &[&str]) -> String {
    let mut filled = text.to_owned();
    for (index, part) in parts.iter().enumerate() {
        let ways = [
            (format!("{{{index}}}"), (*part).to_owned()),
            (format!("{{{index}:type}}"), described(part)),
            (format!("{{{index}:literal}}"), example(part).to_owned()),
            (format!("{{{index}:names}}"), part.replace('\'', "`")),
            (format!("{{{index}:lower}}"), part.to_lowercase()),
        ];
        for (hole, value) in ways {
            filled = filled.replace(&hole, &value);
        }
    }
    filled
}

/// A value of a type, as it is written.
fn example(type_name: &str) -> &'static str {
    match type_name {
        "VARCHAR" => "texts are in single quotes, as in `'5'`",
        "DATE" => "a date is written `date '2026-01-31'`",
        name if name.starts_with("TIMESTAMP") => {
            "a timestamp is written `timestamp '2026-01-31 08:00:00'`"
        }
        "INTERVAL" => "an interval is written `interval 3 day`",
        _ => "a cast such as `x::integer` makes one of another",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn holes_take_what_stands_between_the_words() {
        assert_eq!(captured("a \"{}\" b{}", "A \"x\" b, c"), Some(vec!["x", ", c"]));
        assert_eq!(captured("a {} b", "a x c"), None);
        assert_eq!(captured("a", "ab"), None);
        assert_eq!(captured("ä{}", "a"), None);
    }

    #[test]
    fn types_and_names_are_put_into_words() {
        let worded = |said: &str| worded(said).unwrap_or_default();
        assert_eq!(
            worded("Cannot compare values of type TIMESTAMP and type INTEGER_LITERAL - an explicit cast is required")
                .message,
            "a timestamp is compared with a whole number"
        );
        assert_eq!(
            worded("Ambiguous reference to column name \"id\" (use: 'a.id' or 'b.id')").help,
            "write `a.id` or `b.id`"
        );
        assert_eq!(worded("something new"), Wording::default());
    }
}
