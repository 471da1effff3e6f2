//! What all benchmarks do alike: processes that are measured, and the table of what was found.

#[allow(dead_code, reason = "only one of the benchmarks has results")]
pub mod cache;
pub mod child;
pub mod process;
pub mod table;
