//! DuckDB in a process of its own, which can do little, and be ended.

mod client;
mod journal;
mod protocol;
mod serve;
mod system;
mod timer;

pub use client::{Client, Program, WorkerError};
pub use protocol::Limits;
pub use serve::{ARGUMENT, serve};
pub use system::files as system_files;
