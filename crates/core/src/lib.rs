//! What goodhart knows without DuckDB: definitions, the rules over them, plans, results and reports.

// No input may make the library panic, and only the command line writes to the terminal.
#![cfg_attr(
    not(test),
    deny(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::print_stdout,
        clippy::print_stderr
    )
)]

pub mod cache;
pub mod diagnostic;
pub mod error;
pub mod escape;
pub mod graph;
pub mod measure;
pub mod parallel;
pub mod plan;
pub mod project;
pub mod report;
pub mod result;
pub mod rules;
pub mod sql;
