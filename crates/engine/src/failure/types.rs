//! DuckDB's types and the calls of its functions in the words of a definition.

use std::collections::BTreeSet;

use goodhart_core::sql::TypeKind;

/// A value of a type of DuckDB, in words.
pub fn described(type_name: &str) -> String {
    match declared(type_name).as_str() {
        "text" => "a text",
        "integer" => "a whole number",
        "decimal" | "double" => "a number",
        "boolean" => "true or false",
        "timestamp" => "a timestamp",
        "date" => "a date",
        "time" => "a time of day",
        "interval" => "an interval",
        "null" => "null",
        "struct" => "a struct",
        list if list.ends_with("[]") => "a list",
        other => return format!("a value of type `{other}`"),
    }
    .to_owned()
}

/// A type of DuckDB by the name that a definition has for it.
pub fn declared(type_name: &str) -> String {
    if let Some(element) = type_name.strip_suffix("[]") {
        return format!("{}[]", declared(element));
    }
    let name = type_name.split('(').next().unwrap_or(type_name).trim();
    match (name, TypeKind::of(name)) {
        ("STRING_LITERAL", _) | (_, TypeKind::Text) => "text",
        // What messages call physical types, and numbers that stand in the SQL.
        (
            "INTEGER_LITERAL" | "INT8" | "INT16" | "INT32" | "INT64" | "INT128" | "UINT8"
            | "UINT16" | "UINT32" | "UINT64",
            _,
        )
        | (_, TypeKind::Integer | TypeKind::HugeInteger) => "integer",
        (_, TypeKind::Decimal) => "decimal",
        (_, TypeKind::Double) => "double",
        ("BOOL", _) | (_, TypeKind::Boolean) => "boolean",
        (_, TypeKind::Timestamp) => "timestamp",
        ("STRUCT" | "TUPLE", _) => "struct",
        ("SQLNULL" | "\"NULL\"" | "NULL", _) => "null",
        // One letter stands for any type.
        (name, _) if name.len() < 2 => name,
        (name, _) => return name.to_lowercase(),
    }
    .to_owned()
}

/// Arguments by their types, such as `a text and a date`, of `VARCHAR, DATE)`; empty where there
/// are none.
pub fn arguments(types: &str) -> String {
    let types = split(types.trim_end_matches(')'));
    let words: Vec<String> = types.iter().map(|name| described(name)).collect();
    match words.split_last() {
        None => String::new(),
        Some((one, [])) => one.clone(),
        Some((last, others)) => format!("{} and {last}", others.join(", ")),
    }
}

/// At its commas, but for those in parentheses.
fn split(types: &str) -> Vec<&str> {
    let mut depth = 0_usize;
    let mut pieces = types.split(|character: char| {
        match character {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        character == ',' && depth == 0
    });
    pieces.by_ref().map(str::trim).filter(|piece| !piece.is_empty()).collect()
}

/// The calls that a function takes, from DuckDB's message; only the first of many.
pub fn signatures(text: &str) -> Vec<String> {
    const SHOWN: usize = 3;
    let listed = text.lines().map(str::trim).filter_map(|line| line.split_once(") -> "));
    let mut known = BTreeSet::new();
    let calls = listed.filter_map(|(call, _)| {
        let (name, parameters) = call.split_once('(')?;
        // The slash ends the parameters that have no name.
        let parameters = split(parameters).into_iter().filter(|parameter| *parameter != "/");
        let parameters: Vec<String> = parameters.map(parameter).collect();
        Some(format!("it takes `{name}({})`", parameters.join(", ")))
    });
    // Types that DuckDB tells apart, such as those of integers, are one here.
    calls.filter(|call| known.insert(call.clone())).take(SHOWN).collect()
}

/// A parameter, such as `part VARCHAR`. Those of functions from outside have numbers for names,
/// which say nothing.
fn parameter(text: &str) -> String {
    match text.split_once(' ') {
        Some((name, type_name)) if !name.starts_with("col") => {
            format!("{} {}", name.trim_matches('"'), declared(type_name))
        }
        Some((_, type_name)) => declared(type_name),
        None => declared(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_have_the_names_of_declarations() {
        assert_eq!(described("DECIMAL(18,3)"), "a number");
        assert_eq!(described("TIMESTAMP WITH TIME ZONE"), "a timestamp");
        assert_eq!(described("VARCHAR[]"), "a list");
        assert_eq!(declared("VARCHAR[]"), "text[]");
        assert_eq!(described("BLOB"), "a value of type `blob`");
        assert_eq!(
            arguments("STRUCT(a INTEGER, b DATE), DECIMAL(2,1), VARCHAR)"),
            "a struct, a number and a text"
        );
        assert_eq!(arguments(")"), "");
    }

    #[test]
    fn calls_that_differ_in_what_is_one_here_are_one() {
        let text = "No function matches…\n\
                    \tround(x TINYINT) -> TINYINT\n\tround(x BIGINT) -> BIGINT\n\
                    \tround(x DECIMAL, /, \"precision\" INTEGER) -> DECIMAL\n\
                    \tround(col0 DATE) -> DATE\n";
        assert_eq!(
            signatures(text),
            [
                "it takes `round(x integer)`",
                "it takes `round(x decimal, precision integer)`",
                "it takes `round(date)`"
            ]
        );
    }
}
