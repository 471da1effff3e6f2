//! What all benchmarks do alike: processes that are measured, and the table of what was found.

pub mod child;
pub mod process;
pub mod table;
