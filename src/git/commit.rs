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
    pub(super) fn new(commit: &git2::Commit<'_>) -> Self {
        let lossy = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Self {
            id: commit.id().to_string(),
            author: lossy(commit.author().name_bytes()),
            time: Timestamp::from_second(commit.time().seconds()).unwrap_or(Timestamp::UNIX_EPOCH),
            summary: lossy(commit.summary_bytes().unwrap_or_default()),
        }
    }

    /// The hash as people write it.
    pub fn short(&self) -> &str {
        self.id.get(..10).unwrap_or(&self.id)
    }
}
