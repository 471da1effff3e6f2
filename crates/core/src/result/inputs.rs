//! What identifies the inputs of an evaluation.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// The inputs of an evaluation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inputs {
    pub as_of: Timestamp,
    /// Sources that were read from files.
    pub sources: BTreeMap<String, SourceInput>,
    /// The check value of the key of the pseudonyms in the results, where there are any.
    pub pseudonym_key: Option<String>,
}

/// A source that was read from files.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceInput {
    pub files: usize,
    pub rows: u64,
    /// A hash over the names and contents of the files.
    pub fingerprint: String,
}
