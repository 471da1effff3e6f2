//! What other tools call the words of a definition.
//!
//! A word of another tool is often spelt like one that means something else here: `count_distinct`
//! like `count`, `jsonl` like `json`. So it is known by itself, and is not compared by its spelling.

use crate::diagnostic::Diagnostic;

/// Words of others, the word that is used here, and what has to be said with it. Where nothing has,
/// one takes the place of the other. The first line counts whose word is known where it is asked for.
const SYNONYMS: &[(&[&str], &str, &str)] = &[
    // Kinds of measures.
    (&["average", "avg"], "mean", ""),
    (&["p50"], "median", ""),
    (&["percentage", "percent", "proportion", "fraction"], "share", ""),
    (&["kaplan_meier", "km"], "survival", ""),
    (&["expression", "arithmetic", "calculation", "derived"], "formula", ""),
    (&["delta", "difference"], "change", ""),
    (&["composite", "index"], "score", ""),
    (
        &[
            "cardinality",
            "count_distinct",
            "count_unique",
            "distinct",
            "distinct_count",
            "nunique",
            "unique",
            "unique_count",
        ],
        "count",
        "`count` counts the rows of the population: make it return one row for each thing that is \
         counted, with its key as the `subject`",
    ),
    (
        &["percentile", "p75", "p80", "p90", "p95", "p98", "p99"],
        "quantile",
        "a percentile is a `quantile`: with `q = 0.95` it is the 95th",
    ),
    (&["rate"], "share", "a rate of rows is a `share`, and one of two sums is a `ratio`"),
    (&["total"], "sum", "`sum` adds a value of each row up, and `count` counts the rows"),
    (
        &["max", "maximum", "min", "minimum"],
        "quantile",
        "the largest value is the `quantile` with `q = 1`, and the smallest the one with `q = 0`",
    ),
    (&["growth", "growth_rate"], "change", "growth is a `change` with `relative = true`"),
    (&["histogram"], "distribution", "`distribution` is the share of each value of a segment"),
    // Grains.
    (&["daily", "d"], "day", ""),
    (&["weekly", "w"], "week", ""),
    (&["monthly", "m"], "month", ""),
    (&["quarterly", "q"], "quarter", ""),
    (&["annual", "annually", "yearly", "y"], "year", ""),
    (&["hour", "hourly"], "day", "a `day` is the shortest period"),
    // Units in which values are shown, and those that they have.
    (&["%", "percentage"], "percent", ""),
    (&["h", "hour", "hrs"], "hours", ""),
    (&["min", "mins", "minute"], "minutes", ""),
    (
        &["%", "percent", "percentage"],
        "ratio",
        "the unit of a share is `ratio`, and `display = \"percent\"` shows it in percent",
    ),
    (
        &["h", "hour", "hours", "min", "minute", "minutes"],
        "seconds",
        "durations are in `seconds` or `days`, and `display = \"hours\"` shows them in hours",
    ),
    (&["s", "sec", "secs", "second"], "seconds", ""),
    (&["d", "day"], "days", ""),
    (&["items", "number", "rows"], "count", ""),
    (&["points"], "score", ""),
    // Directions.
    (
        &[
            "asc",
            "bigger",
            "high",
            "higher_is_better",
            "increase",
            "increasing",
            "max",
            "maximise",
            "maximize",
            "more",
            "up",
        ],
        "higher",
        "",
    ),
    (
        &[
            "decrease",
            "decreasing",
            "desc",
            "down",
            "less",
            "low",
            "lower_is_better",
            "min",
            "minimise",
            "minimize",
            "smaller",
        ],
        "lower",
        "",
    ),
    (&["between", "both", "inside", "range", "within"], "band", ""),
    (&["any", "info", "none"], "neutral", ""),
    // Formats of files.
    (&["json_lines", "jsonl", "jsonlines", "ldjson"], "ndjson", ""),
    (&["pq"], "parquet", ""),
    (&["query", "select", "sql", "view"], "derived", ""),
    (
        &["psv", "tab", "text", "tsv", "txt"],
        "csv",
        "text with another delimiter is `csv`, with the `delimiter` under [csv]",
    ),
    (&["excel", "xls", "xlsx"], "csv", "save the sheet as `csv`"),
    // Types of columns.
    (&["char", "str", "string", "varchar"], "text", ""),
    (&["bigint", "int", "int32", "int64", "long", "smallint"], "integer", ""),
    (&["money", "numeric"], "decimal", ""),
    (&["float", "float64", "real"], "double", ""),
    (&["bool"], "boolean", ""),
    (&["datetime", "instant", "timestamptz"], "timestamp", ""),
    (&["array", "list", "string[]", "text_list", "varchar[]"], "text[]", ""),
    (&["number"], "decimal", "`integer` is for whole numbers, `decimal` for all others"),
    // Units of an epoch.
    (&["sec", "second", "seconds"], "s", ""),
    (&["millis", "millisecond", "milliseconds"], "ms", ""),
    // Levels.
    (&["error", "fail"], "hard", ""),
    (&["warn", "warning"], "soft", ""),
];

/// Says which of `words` is meant by `written`, as far as that is known.
pub fn explain(diagnostic: Diagnostic, written: &str, words: &[&str]) -> Diagnostic {
    let known = written.to_lowercase().replace('-', "_");
    let found = SYNONYMS
        .iter()
        .find(|(others, word, _)| words.contains(word) && others.contains(&known.as_str()));
    match found {
        Some((_, word, "")) => diagnostic.ask(written, word, false),
        Some((_, _, help)) => diagnostic.help(*help),
        None => diagnostic.misspells(written, words.iter().copied()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::codes;
    use crate::project::definition::measure::Kind;
    use crate::project::definition::metric::{Direction, Display};
    use crate::project::definition::project::Grain;
    use crate::project::definition::source::{Epoch, ExpectLevel, Format, Type};

    const UNITS: &[&str] = &["ratio", "seconds", "days", "count", "score"];

    const LANGUAGES: &[&[&str]] = &[
        Kind::NAMES,
        Grain::NAMES,
        UNITS,
        Display::NAMES,
        Direction::NAMES,
        Format::NAMES,
        Type::NAMES,
        Epoch::NAMES,
        ExpectLevel::NAMES,
    ];

    fn help(written: &str, words: &[&str]) -> Vec<String> {
        explain(Diagnostic::new(&codes::INVALID_VALUE, "not possible"), written, words).help
    }

    #[test]
    fn a_synonym_stands_for_a_word_that_there_is() {
        for (others, word, _) in SYNONYMS {
            assert!(LANGUAGES.iter().any(|words| words.contains(word)), "{word}");
            assert!(!others.contains(word), "{word}");
        }
    }

    #[test]
    fn nothing_is_asked_that_computes_something_else() {
        let asked = |written: &str| help(written, Kind::NAMES).concat();
        assert_eq!(asked("avg"), "did you mean `mean`?");
        assert_eq!(asked("medain"), "did you mean `median`?");
        for written in ["count_distinct", "count-distinct", "Distinct", "p95", "rate", "total"] {
            let help = asked(written);
            assert!(!help.is_empty() && !help.contains("did you mean"), "{written}: {help}");
        }
        for written in ["mode", "stddev", "variance", "first", "running_total"] {
            assert_eq!(asked(written), "", "{written}");
        }
        assert_eq!(help("jsonl", Format::NAMES), ["did you mean `ndjson`?"]);
        assert_eq!(help("datetime", Type::NAMES), ["did you mean `timestamp`?"]);
    }
}
