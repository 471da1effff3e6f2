//! A commit, as far as reports name it.

use jiff::Timestamp;

/// A commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Commit {
    /// The whole hash, in hexadecimal.
    pub id: String,
    /// The name of whoever wrote the change.
    pub author: String,
    /// When it was committed.
    pub time: Timestamp,
    /// The first line of its message.
    pub summary: String,
}

impl Commit {
    /// The hash as people write it.
    pub fn short(&self) -> &str {
        self.id.get(..10).unwrap_or(&self.id)
    }
}
