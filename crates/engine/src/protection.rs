//! Which layers keep SQL of strangers from doing harm.

use std::path::PathBuf;

/// The layers around SQL. Tests switch some of them off to see another one by itself; whoever
/// evaluates leaves them on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Protection {
    /// Only what is on a list may stand in SQL: relations, functions, kinds of queries.
    pub allow_list: bool,
    /// DuckDB's own settings: the listed files and no others, nothing outside, one statement.
    pub settings: bool,
    /// The program that runs SQL in a process of its own when it is called with the argument
    /// [`WORKER`](super::WORKER); without it, SQL runs in this process, and the two layers below
    /// are not to be had.
    pub worker: Option<PathBuf>,
    /// Limits of that process, and the end of what takes too long.
    pub limits: bool,
    /// Landlock, no new privileges, and a list of system calls.
    pub sandbox: bool,
    /// Whether to refuse to work where a layer is not to be had.
    pub required: bool,
}

impl Protection {
    /// All that is possible in this process alone.
    pub fn within() -> Self {
        Self {
            allow_list: true,
            settings: true,
            worker: None,
            limits: true,
            sandbox: true,
            required: false,
        }
    }

    /// All layers, with `program` as the worker.
    pub fn full(program: PathBuf) -> Self {
        Self { worker: Some(program), ..Self::within() }
    }
}

impl Default for Protection {
    fn default() -> Self {
        Self::within()
    }
}
