//! DuckDB's types, by the names that it has for them.

/// What the values of a type are, as far as goodhart cares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TypeKind {
    Boolean,
    Integer,
    /// An integer that may not fit into 64 bits with a sign.
    HugeInteger,
    Decimal,
    Double,
    Text,
    Enum,
    Date,
    Timestamp,
    TextList,
    /// A type that sources do not declare.
    Other,
}

impl TypeKind {
    /// The kind of a type by its name, as DuckDB says it or as sources declare it.
    pub fn of(type_name: &str) -> Self {
        match type_name.to_ascii_uppercase().as_str() {
            "TEXT" => Self::Text,
            "TEXT[]" | "VARCHAR[]" => Self::TextList,
            list if list.ends_with(']') => Self::Other,
            name if name.starts_with("DECIMAL") => Self::Decimal,
            name if name.starts_with("ENUM") => Self::Enum,
            name => plain(name).unwrap_or(Self::Other),
        }
    }

    /// Whether values are whole numbers.
    pub fn is_integer(self) -> bool {
        matches!(self, Self::Integer | Self::HugeInteger)
    }

    /// Whether values are numbers.
    pub fn is_number(self) -> bool {
        self.is_integer() || matches!(self, Self::Decimal | Self::Double)
    }

    /// Whether values are dates or timestamps.
    pub fn is_instant(self) -> bool {
        matches!(self, Self::Date | Self::Timestamp)
    }

    /// Whether values are texts.
    pub fn is_text(self) -> bool {
        matches!(self, Self::Text | Self::Enum)
    }
}

/// The kind of a type without arguments.
fn plain(name: &str) -> Option<TypeKind> {
    Some(match name {
        "BOOLEAN" => TypeKind::Boolean,
        "TINYINT" | "SMALLINT" | "INTEGER" | "BIGINT" | "UTINYINT" | "USMALLINT" | "UINTEGER" => {
            TypeKind::Integer
        }
        "UBIGINT" | "HUGEINT" | "UHUGEINT" => TypeKind::HugeInteger,
        "FLOAT" | "DOUBLE" => TypeKind::Double,
        "VARCHAR" => TypeKind::Text,
        "DATE" => TypeKind::Date,
        "TIMESTAMP"
        | "TIMESTAMP_S"
        | "TIMESTAMP_MS"
        | "TIMESTAMP_NS"
        | "TIMESTAMPTZ_NS"
        | "TIMESTAMP WITH TIME ZONE" => TypeKind::Timestamp,
        "BIGNUM"
        | "BIT"
        | "BLOB"
        | "INTERVAL"
        | "JSON"
        | "TIME"
        | "TIME_NS"
        | "TIME WITH TIME ZONE"
        | "UUID" => TypeKind::Other,
        _ => return None,
    })
}

/// The type of `null`.
const NULL: &str = "\"NULL\"";

/// How deep types may stand in one another.
const DEEPEST: usize = 32;

/// Whether a text is the name of a type, and nothing besides.
///
/// What is cached stands in a file that anybody could have written, and types are the one
/// thing in it that becomes SQL as it is. So a text that is more than a type is not believed; of
/// one that is missing here the source is only bound again.
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
            name => plain(name).map(|_| rest)?,
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
    fn kinds_are_those_of_whole_names() {
        assert_eq!(TypeKind::of("decimal(38, 6)"), TypeKind::Decimal);
        assert_eq!(TypeKind::of("DECIMAL(38,6)[]"), TypeKind::Other);
        assert_eq!(TypeKind::of("TIMESTAMP WITH TIME ZONE"), TypeKind::Timestamp);
        assert_eq!(TypeKind::of("ENUM('a', 'b')"), TypeKind::Enum);
        assert_eq!(TypeKind::of("text[]"), TypeKind::TextList);
    }

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
