//! Results for people and for machines, a file per format; what is wrong for machines.

mod csv;
pub mod diagnostics;
pub mod diff;
mod explain;
mod json;
pub mod lineage;
mod table;
pub mod tests;

pub use csv::csv;
pub use explain::explain;
pub use json::{json, ndjson};
pub use table::{TableOptions, table};
