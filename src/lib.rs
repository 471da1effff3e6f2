//! goodhart: metrics as code, with ceilings, owners and an honest answer to gaming.
//!
//! ```text
//! goodhart.toml, sources/, metrics/
//!   → definition   typed, spanned                 (a value and its problems)
//!   → catalog      merged, resolved, immutable
//!   → bind         SQL without data: types, lineage          → rules, lineage
//!   → plan         which sources, which scans, which SQL
//!   → engine       DuckDB
//!   → evaluate     aggregates → results
//!   → judge        results against ceilings and targets
//!   → privacy      pseudonyms, suppressed groups
//!   → test         the same for the rows of [[test]] tables
//!   → compare      two states, and what of one is evaluated over the other
//!   → diff         results × results → what changed, and why
//!   → snapshot, report                            (pure functions over results)
//! ```

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

pub mod bind;
pub mod calendar;
pub mod catalog;
pub mod check;
pub mod cli;
pub mod compare;
pub mod confinement;
pub mod definition;
pub mod diagnostic;
pub mod diff;
pub mod engine;
pub mod error;
pub mod escape;
pub mod evaluate;
pub mod facts;
pub mod fixtures;
pub mod formula;
pub mod framework;
pub mod git;
pub mod history;
pub mod judge;
pub mod lineage;
pub mod measure;
pub mod parallel;
pub mod plan;
pub mod privacy;
pub mod project;
pub mod publish;
pub mod report;
pub mod result;
pub mod review;
pub mod rules;
pub mod snapshot;
pub mod sql;
pub mod statistics;
pub mod test;
