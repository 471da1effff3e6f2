//! Types that a cast may name.

/// Left out: fixed-size arrays (their size is memory before there is a row), enums and unions,
/// geometry, and types that somebody would have had to create.
const TYPES: &[&str] = &[
    "bigint",
    "bit",
    "blob",
    "bool",
    "boolean",
    "bpchar",
    "bytea",
    "char",
    "date",
    "datetime",
    "dec",
    "decimal",
    "double",
    "float",
    "float4",
    "float8",
    "hugeint",
    "int",
    "int1",
    "int128",
    "int16",
    "int2",
    "int32",
    "int4",
    "int64",
    "int8",
    "integer",
    "integral",
    "interval",
    "json",
    "list",
    "long",
    "map",
    "null",
    "numeric",
    "real",
    "row",
    "short",
    "signed",
    "smallint",
    "string",
    "struct",
    "text",
    "time",
    "time with time zone",
    "timestamp",
    "timestamp with time zone",
    "timestamp_ms",
    "timestamp_ns",
    "timestamp_s",
    "timestamp_us",
    "timestamptz",
    "timetz",
    "tinyint",
    "ubigint",
    "uhugeint",
    "uint128",
    "uint16",
    "uint32",
    "uint64",
    "uint8",
    "uinteger",
    "usmallint",
    "utinyint",
    "uuid",
    "varchar",
];

/// How texts may be compared; parts are joined by points.
pub const COLLATIONS: &[&str] = &["binary", "c", "nfc", "noaccent", "nocase", "posix"];

pub fn allowed(name: &str) -> bool {
    TYPES.iter().any(|known| known.eq_ignore_ascii_case(name))
}

pub fn collation_allowed(name: &str) -> bool {
    name.split('.').all(|part| COLLATIONS.iter().any(|known| known.eq_ignore_ascii_case(part)))
}

pub fn all() -> &'static [&'static str] {
    TYPES
}
