//! Names of DuckDB's types, as DuckDB says them.
//!
//! What is cached stands in a file that anybody could have written, and types are the one
//! thing in it that becomes SQL as it is. So a text that is more than a type is not believed; of
//! one that is missing here the source is only bound again.

/// Types without arguments.
const PLAIN: &[&str] = &[
    "BIGINT",
    "BIGNUM",
    "BIT",
    "BLOB",
    "BOOLEAN",
    "DATE",
    "DOUBLE",
    "FLOAT",
    "HUGEINT",
    "INTEGER",
    "INTERVAL",
    "JSON",
    "SMALLINT",
    "TIME",
    "TIME WITH TIME ZONE",
    "TIMESTAMP",
    "TIMESTAMP WITH TIME ZONE",
    "TIMESTAMP_MS",
    "TIMESTAMP_NS",
    "TIMESTAMP_S",
    "TIME_NS",
    "TINYINT",
    "UBIGINT",
    "UHUGEINT",
    "UINTEGER",
    "USMALLINT",
    "UTINYINT",
    "UUID",
    "VARCHAR",
];

/// The type of `null`.
const NULL: &str = "\"NULL\"";

/// How deep types may stand in one another.
const DEEPEST: usize = 32;

/// Whether a text is the name of a type, and nothing besides.
pub fn is_type(text: &str) -> bool {
    one(text, 0) == Some("")
}

/// What is left of a text behind a type.
fn one(text: &str, depth: usize) -> Option<&str> {
    if depth > DEEPEST {
        return None;
    }
    let mut rest = if let Some(rest) = text.strip_prefix(NULL) {
        rest
    } else {
        let of_name = |c: char| c.is_ascii_alphabetic() || c == '_' || c == ' ';
        let rest = text.trim_start_matches(of_name);
        // DuckDB's own are in capitals, those of declared columns are not.
        let name = text.strip_suffix(rest)?.to_ascii_uppercase();
        match name.as_str() {
            "DECIMAL" => several(rest, digits)?,
            "ENUM" => several(rest, |text| quoted(text, '\''))?,
            "MAP" => several(rest, |text| one(text, depth + 1))?,
            "STRUCT" | "UNION" => several(rest, |text| field(text, depth + 1))?,
            _ => PLAIN.contains(&name.as_str()).then_some(rest)?,
        }
    };
    // Lists, and those of a fixed size.
    while let Some(inner) = rest.strip_prefix('[') {
        rest = inner.trim_start_matches(|c: char| c.is_ascii_digit()).strip_prefix(']')?;
    }
    Some(rest)
}

/// One thing or more between parentheses.
fn several<'t>(text: &'t str, one: impl Fn(&'t str) -> Option<&'t str>) -> Option<&'t str> {
    let mut rest = one(text.strip_prefix('(')?)?;
    while let Some(next) = rest.strip_prefix(',') {
        rest = one(next.strip_prefix(' ').unwrap_or(next))?;
    }
    rest.strip_prefix(')')
}

/// A name and a type.
fn field(text: &str, depth: usize) -> Option<&str> {
    let rest = if text.starts_with('"') {
        quoted(text, '"')?
    } else {
        let rest = text.trim_start_matches(|c: char| c.is_ascii_alphanumeric() || c == '_');
        (rest.len() < text.len()).then_some(rest)?
    };
    one(rest.strip_prefix(' ')?, depth)
}

fn digits(text: &str) -> Option<&str> {
    let rest = text.trim_start_matches(|c: char| c.is_ascii_digit());
    (rest.len() < text.len()).then_some(rest)
}

/// A text in quotes; a doubled quote does not close it.
fn quoted(text: &str, quote: char) -> Option<&str> {
    let mut rest = text.strip_prefix(quote)?;
    loop {
        let (_, behind) = rest.split_once(quote)?;
        match behind.strip_prefix(quote) {
            Some(more) => rest = more,
            None => return Some(behind),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_are_believed() {
        for text in [
            "VARCHAR",
            "VARCHAR[]",
            "INTEGER[3][]",
            "DECIMAL(38,6)",
            "decimal(38, 6)",
            "timestamp",
            "TIMESTAMP WITH TIME ZONE",
            "\"NULL\"",
            "STRUCT(a INTEGER, \"b \"\"c, d\" VARCHAR[])[]",
            "MAP(VARCHAR, STRUCT(x DOUBLE))",
            "UNION(num INTEGER, str VARCHAR)",
            "ENUM('it''s', ');', '')",
            "ENUM('a''); drop table x; --')",
        ] {
            assert!(is_type(text), "{text}");
        }
    }

    #[test]
    fn what_is_more_than_a_type_is_not() {
        for text in [
            "",
            "INTEGER ",
            "INTEGER, b INTEGER",
            "INTEGER); drop table loaded.alerts; --",
            "INTEGER) as select * from read_text('/etc/passwd') --",
            "INTEGER DEFAULT (random())",
            "INTEGER CHECK (true)",
            "INTEGER AS (1)",
            "DECIMAL(38,6",
            "DECIMAL((select 1))",
            "ENUM()",
            "ENUM(select 'a')",
            "ENUM('a' 'b')",
            "STRUCT(INTEGER)",
            "STRUCT(a INTEGER b INTEGER)",
            "STRUCT(a.b INTEGER)",
            "VARCHAR[length('x')]",
            "VARCHAR[]]",
            "main.VARCHAR",
            "MOOD",
        ] {
            assert!(!is_type(text), "{text}");
        }
        let deep = format!("{}INTEGER{}", "MAP(".repeat(1_000), ")".repeat(1_000));
        assert!(!is_type(&deep));
    }
}
