//! `[[test]]` of metrics and derived sources: rows that are given, and what must come of them.

use jiff::Timestamp;

use super::read::{At, Literal, Table, Text, record};

/// A row by column. A column that is not there is null in rows that are given, and is not looked
/// at in rows that are expected.
pub type GivenRow = At<Table<Literal>>;

record! {
    /// Rows of sources, and what becomes of them.
    pub struct TestTable {
        /// What the test shows, as a sentence.
        name: Text,
        /// The instant of knowledge; the project's where that is fixed.
        as_of: Option<At<Timestamp>>,
        /// Rows by source. Sources that are not there are empty, or derived from the others.
        given: Table<Vec<GivenRow>>,
        /// The rows of the result.
        expect: At<Vec<GivenRow>>,
    }
}
