//! `sources/**.toml`: a declared table.

use super::fixture::TestTable;
use super::read::{At, Character, Duration, OneOrMany, Sql, Table, Text, choice, record};

record! {
    /// A source: where its rows come from and what they must look like.
    pub struct SourceFile {
        /// What reports call the source.
        title: Option<Text>,
        /// What the rows are.
        description: Option<Text>,
        /// Who answers for the data.
        owner: Option<Text>,
        /// How the rows are stored, or `derived` for SQL over other sources.
        format: At<Format>,
        /// A path or glob, or a list of them, below the project root or below `root`; `.gz` and
        /// `.zst` are read.
        files: OneOrMany,
        /// A name from `[roots]` of `goodhart.toml`.
        root: Option<Text>,
        /// The query of a derived source.
        sql: Option<Sql>,
        /// How a CSV file is written.
        csv: Option<CsvTable>,
        /// Where the records are in a JSON file.
        json: Option<JsonTable>,
        /// Texts that mean null in every column; `[""]` where it is absent.
        null: Option<Vec<Text>>,
        /// Dates that stand for "no date".
        null_dates: Vec<At<NullDate>>,
        /// The column that says when a row became known: later rows are invisible at an as-of.
        known_at: Option<Text>,
        /// How old the newest row may be at the as-of.
        freshness: Option<FreshnessTable>,
        /// The columns, by name; what is declared is verified when the source is loaded.
        columns: Table<ColumnTable>,
        /// Invariants: queries whose rows are violations.
        expect: Vec<ExpectTable>,
        /// What a derived source must yield for rows that are given.
        test: Vec<TestTable>,
    }
}

choice! {
    /// How the rows are stored.
    pub enum Format {
        /// Separated values with a header.
        Csv = "csv",
        /// One JSON document with a list of records.
        Json = "json",
        /// A JSON record per line.
        Ndjson = "ndjson",
        Parquet = "parquet",
        /// SQL over other sources.
        Derived = "derived",
    }
}

record! {
    /// How a CSV file is written.
    pub struct CsvTable {
        /// What separates the fields; a comma where it is absent.
        delimiter: Option<At<Character>>,
        /// What stands around a field; a double quote where it is absent.
        quote: Option<At<Character>>,
    }
}

record! {
    /// Where the records are in a JSON file.
    pub struct JsonTable {
        /// The JSON path of the records, such as `$.value[*]`; the default is a top-level array.
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
        /// The column with the time of a row.
        column: Text,
        /// How long before the as-of the newest time may be, such as "2d".
        within: Duration,
    }
}

record! {
    /// A declared column.
    pub struct ColumnTable {
        /// The type that the values must have.
        r#type: At<Type>,
        /// Part of the key: never null, and unique together with the other key columns.
        key: bool,
        /// Whether nulls are allowed; by default, they are not.
        nullable: bool,
        /// The only values that may occur; empty for any.
        values: Vec<Text>,
        /// Whether the values say who somebody is: results have pseudonyms for them, also where they
        /// were renamed or computed from this column. `false` for a column of a derived source ends
        /// that: it is computed from sensitive values and tells nothing of anybody.
        sensitive: Option<bool>,
        /// What a reader of a metric must know about the column.
        meaning: Option<Text>,
        /// A SQL expression over the raw columns; the default is the raw column of the same name.
        select: Option<Sql>,
        /// The JSON path of the value; the default is `$.<name>`.
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
    /// The unit of numbers since 1970.
    pub enum Epoch {
        /// Seconds.
        Seconds = "s",
        /// Milliseconds.
        Milliseconds = "ms",
    }
}

record! {
    /// An invariant: a query whose rows are violations.
    pub struct ExpectTable {
        /// What diagnostics call the invariant.
        name: Text,
        /// A query whose rows are violations.
        sql: Sql,
        /// Whether violations fail the run: `hard`, the default, or `soft`.
        level: Option<ExpectLevel>,
        /// Why it must hold.
        why: Option<Text>,
    }
}

choice! {
    /// What violations of an invariant do.
    pub enum ExpectLevel {
        /// Violations fail the run.
        Hard = "hard",
        /// Violations are counted and shown.
        Soft = "soft",
    }
}
