//! Why a command ends before it is done.

use goodhart_core::error::Error;

/// Ends a command.
pub enum Stop {
    /// Everything was shown; the exit code.
    Shown(u8),
    /// The tool could not do its work.
    Failed(Error),
}

impl From<Error> for Stop {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}
