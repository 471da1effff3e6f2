//! `sources/**.toml`: a declared table.

use super::read::{At, Character, Duration, OneOrMany, Sql, Table, Text, choice, record};

record! {
    /// A source: where its rows come from and what they must look like.
    pub struct SourceFile {
        title: Option<Text>,
        description: Option<Text>,
        owner: Option<Text>,
        /// How the rows are stored, or `derived` for SQL over other sources.
        format: At<Format>,
        /// Paths or globs below the project root, or below `root`.
        files: OneOrMany,
        /// The name of a root of `goodhart.toml`.
        root: Option<Text>,
        /// The query of a derived source.
        sql: Option<Sql>,
        csv: Option<CsvTable>,
        json: Option<JsonTable>,
        /// Texts that mean null in every column; `[""]` where it is absent.
        null: Option<Vec<Text>>,
        /// Dates that stand for "no date".
        null_dates: Vec<At<NullDate>>,
        /// The column that says when a row became known.
        known_at: Option<Text>,
        freshness: Option<FreshnessTable>,
        columns: Table<ColumnTable>,
        expect: Vec<ExpectTable>,
    }
}

choice! {
    pub enum Format {
        Csv = "csv",
        Json = "json",
        Ndjson = "ndjson",
        Parquet = "parquet",
        Derived = "derived",
    }
}

record! {
    pub struct CsvTable {
        /// A comma where it is absent.
        delimiter: Option<At<Character>>,
        /// A double quote where it is absent.
        quote: Option<At<Character>>,
    }
}

record! {
    pub struct JsonTable {
        /// The JSON path of the records, such as `$.value[*]`; a top-level array where absent.
        records: Option<Text>,
    }
}

choice! {
    /// A date that a tool writes where it has none.
    pub enum NullDate {
        /// Any instant in year 1.
        Year1 = "year-1",
        /// 1970-01-01T00:00:00Z.
        Epoch0 = "epoch-0",
    }
}

record! {
    /// How old the newest row may be at the as-of.
    pub struct FreshnessTable {
        column: Text,
        within: Duration,
    }
}

record! {
    /// A declared column.
    pub struct ColumnTable {
        r#type: At<Type>,
        /// Part of the key: never null, and unique together with the other key columns.
        key: bool,
        /// Whether nulls are allowed.
        nullable: bool,
        /// The only values that may occur; empty for any.
        values: Vec<Text>,
        /// What a reader of a metric must know about the column.
        meaning: Option<Text>,
        /// A SQL expression over the raw columns; the raw column of the same name where absent.
        select: Option<Sql>,
        /// The JSON path of the value; `$.<name>` where absent.
        path: Option<Text>,
        /// A strptime format for dates and timestamps that are not ISO 8601.
        format: Option<Text>,
        /// The unit of timestamps that are numbers since 1970.
        epoch: Option<At<Epoch>>,
        /// What separates the elements of a list in a text column.
        separator: Option<Text>,
    }
}

choice! {
    /// The type of a column.
    pub enum Type {
        Text = "text",
        /// 64-bit.
        Integer = "integer",
        /// Exact, with 6 digits behind the point.
        Decimal = "decimal",
        /// A 64-bit float.
        Double = "double",
        Boolean = "boolean",
        /// An instant in UTC, to the microsecond.
        Timestamp = "timestamp",
        Date = "date",
        /// A list of texts.
        TextList = "text[]",
    }
}

choice! {
    pub enum Epoch {
        Seconds = "s",
        Milliseconds = "ms",
    }
}

record! {
    /// An invariant: a query whose rows are violations.
    pub struct ExpectTable {
        name: Text,
        sql: Sql,
        level: Option<ExpectLevel>,
        why: Option<Text>,
    }
}

choice! {
    pub enum ExpectLevel {
        /// Violations fail the run.
        Hard = "hard",
        /// Violations are counted and shown.
        Soft = "soft",
    }
}
