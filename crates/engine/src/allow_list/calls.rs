//! Whether a function may be called, and with what.

use super::functions::{self, instead_of, is_allowed, why_refused};
use crate::SqlFailure;
use goodhart_core::project::definition::project::Grain;
use goodhart_core::sql::Tree;

/// A call as it is written.
pub struct Call<'t, 'a> {
    pub name: &'t str,
    pub arguments: &'t [Tree<'a>],
    /// Whether it stands behind `from`.
    pub table: bool,
}

/// What may stand behind `from` with arguments.
const TABLE_FUNCTIONS: &[&str] = &["generate_series", "range", "unnest"];

/// The most characters to fill up to, elements to count to, and characters of a format.
const MOST: u64 = 10_000;

/// Why a call is not allowed, if it is not.
pub fn refusal(call: &Call<'_, '_>) -> Option<SqlFailure> {
    let name = call.name.to_ascii_lowercase();
    if call.table {
        return table_function(&name);
    }
    if !is_allowed(&name) {
        return Some(unknown(&name));
    }
    match name.as_str() {
        "lpad" | "rpad" => filled(call),
        "format" | "printf" => formatted(call),
        "range" | "generate_series" => counted(call),
        "aggregate" | "array_aggr" | "array_aggregate" | "list_aggr" | "list_aggregate" => {
            aggregated(call)
        }
        "period_start" => of_a_unit(call),
        // With one argument, the other one is today.
        "age" if call.arguments.len() != 2 => Some(SqlFailure::refused(
            "`age` of one instant gives another answer on every run",
            "not the same for the same data",
            "use `age(as_of(), instant)`",
        )),
        _ => None,
    }
}

fn table_function(name: &str) -> Option<SqlFailure> {
    if TABLE_FUNCTIONS.contains(&name) {
        return None;
    }
    Some(if name.starts_with("read_") || name.ends_with("_scan") || name == "glob" {
        SqlFailure::refused(
            "a query cannot read files of its own",
            "not possible here",
            "declare the file as a source, and read that",
        )
    } else if is_allowed(name) || why_refused(name).is_some() {
        SqlFailure::refused(
            &format!("`{name}` is no relation that a definition may read"),
            "not possible here",
            "of functions, `range`, `generate_series` and `unnest` can be read",
        )
    } else {
        SqlFailure::unknown("function", name, TABLE_FUNCTIONS)
    })
}

fn unknown(name: &str) -> SqlFailure {
    match (why_refused(name), instead_of(name)) {
        (Some(why), _) => SqlFailure::refused(
            &format!("`{name}` is not among the functions that a definition may call"),
            why,
            "docs/definitions.md lists what SQL may do",
        ),
        (None, Some(instead)) => SqlFailure::foreign(name, instead),
        (None, None) => {
            let known: Vec<&str> = functions::names().collect();
            SqlFailure::unknown("function", name, &known)
        }
    }
}

/// Where its period begins must be known before any row is read.
fn of_a_unit(call: &Call<'_, '_>) -> Option<SqlFailure> {
    let known = match call.arguments {
        [] => true,
        [_] => argument(call, 0).and_then(text).is_some_and(|unit| Grain::NAMES.contains(&unit)),
        _ => false,
    };
    (!known).then(|| {
        SqlFailure::refused(
            "`period_start` wants the name of a period as a text, or nothing",
            "no name of a period",
            "it may be 'day', 'week', 'month', 'quarter' or 'year'; `period_start()` is the first \
             instant of the period that is evaluated",
        )
    })
}

/// A text that is filled up is as long as the number says, whatever the engine's memory limit.
fn filled(call: &Call<'_, '_>) -> Option<SqlFailure> {
    let bounded = argument(call, 1).and_then(whole_number).is_some_and(|length| length <= MOST);
    (!bounded).then(|| {
        SqlFailure::refused(
            &format!("`{}` fills up to a length that is no number up to {MOST}", call.name),
            "may become very long",
            "write the length as a number",
        )
    })
}

/// A width in a format fills up as well.
fn formatted(call: &Call<'_, '_>) -> Option<SqlFailure> {
    let plain = argument(call, 0).and_then(text).is_some_and(|format| {
        let mut widths = format.split(|character: char| !character.is_ascii_digit());
        !format.contains('*') && !nested(format) && widths.all(|width| width.len() < 4)
    });
    (!plain).then(|| {
        SqlFailure::refused(
            &format!("`{}` fills up to a width that its format does not say or bound", call.name),
            "may become very long",
            "write the format as a text, with widths up to 999",
        )
    })
}

/// Whether braces stand in braces, which take a width from the data.
fn nested(format: &str) -> bool {
    let mut open = false;
    let pairs = format.replace("{{", "").replace("}}", "");
    for character in pairs.chars() {
        match character {
            '{' if open => return true,
            '{' => open = true,
            '}' => open = false,
            _ => {}
        }
    }
    false
}

/// As a value, the whole list is made at once; behind `from` rows are made as they are read.
fn counted(call: &Call<'_, '_>) -> Option<SqlFailure> {
    let number = |tree: &Tree<'_>| whole_number(tree).is_some_and(|number| number <= MOST);
    let arguments: Vec<&Tree<'_>> =
        call.arguments.iter().filter_map(|argument| argument.field("expression")).collect();
    let numbers = !arguments.is_empty() && arguments.iter().all(|tree| number(tree));
    let stepped = arguments.len() == 3 && arguments.get(2).is_some_and(|step| long_step(step));
    (!(numbers || stepped)).then(|| {
        SqlFailure::refused(
            &format!("`{}` makes a list as long as its arguments say", call.name),
            "may become very long",
            "read it behind `from`, where rows are made one by one: `from alerts, range(n) as t(i)`",
        )
    })
}

/// An interval of an hour or more, written as one: `interval 1 day`.
fn long_step(step: &Tree<'_>) -> bool {
    const STEPS: &[&str] =
        &["to_hours", "to_days", "to_weeks", "to_months", "to_quarters", "to_years"];
    let mut inner = step;
    // DuckDB writes `interval 1 day` as to_days(trunc(1::double)::integer).
    let unit = step.text_of("function_name").filter(|name| STEPS.contains(name));
    if unit.is_none() {
        let written = step.text_of("class") == Some("CAST") && interval_type(step);
        return written && step.field("child").and_then(text).is_some_and(long_words);
    }
    loop {
        inner = match (inner.list_of("arguments"), inner.field("child")) {
            ([one], _) => match one.field("expression") {
                Some(expression) => expression,
                None => return false,
            },
            (_, Some(child)) => child,
            _ => return whole_number(inner).is_some_and(|number| number > 0),
        };
    }
}

fn interval_type(cast: &Tree<'_>) -> bool {
    let name = cast.field("type_expr").and_then(|name| name.text_of("type_name"));
    name.is_some_and(|name| name.eq_ignore_ascii_case("interval"))
}

/// `1 day`, `2 hours`: one whole number and a unit of an hour or more.
fn long_words(words: &str) -> bool {
    const UNITS: &[&str] = &["hour", "day", "week", "month", "quarter", "year"];
    let mut words = words.split_whitespace();
    let (number, unit) = (words.next().unwrap_or(""), words.next().unwrap_or(""));
    let unit = unit.to_ascii_lowercase();
    words.next().is_none()
        && number.parse::<u32>().is_ok_and(|number| number > 0)
        && UNITS.contains(&unit.trim_end_matches('s'))
}

/// The aggregate of a list is named by a text.
fn aggregated(call: &Call<'_, '_>) -> Option<SqlFailure> {
    let known = argument(call, 1)
        .and_then(text)
        .is_some_and(|name| functions::is_aggregate(&name.to_ascii_lowercase()));
    (!known).then(|| {
        SqlFailure::refused(
            &format!("`{}` wants the name of an allowed aggregate as a text", call.name),
            "nobody sees what it calls",
            "`list_sum`, `list_avg`, `list_max` and their kin say it themselves",
        )
    })
}

fn argument<'t, 'a>(call: &Call<'t, 'a>, index: usize) -> Option<&'t Tree<'a>> {
    call.arguments.get(index)?.field("expression")
}

fn whole_number(tree: &Tree<'_>) -> Option<u64> {
    let literal = tree.field("literal")?;
    (literal.text_of("kind")? == "INTEGER").then(|| literal.text_of("text")?.parse().ok())?
}

fn text<'t>(tree: &'t Tree<'_>) -> Option<&'t str> {
    let literal = tree.field("literal")?;
    (literal.text_of("kind")? == "STRING").then(|| literal.text_of("text"))?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_of_an_hour_or_more_are_long() {
        assert!(long_words("1 day") && long_words("12 Hours"));
        assert!(!long_words("1 second") && !long_words("0 day") && !long_words("1 day 1 second"));
    }

    #[test]
    fn widths_from_the_data_are_seen() {
        assert!(nested("{:{}}") && !nested("{} {:.2f} {{x}}"));
    }
}
