//! goodhart: metrics as code, with ceilings, owners and an honest answer to gaming.

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

pub mod check;
pub mod cli;
pub mod compare;
pub mod git;
pub mod publish;
pub mod session;
