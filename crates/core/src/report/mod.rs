//! Results for people and for machines, a file per format; what is wrong for machines.

pub mod ci;
mod csv;
pub mod diagnostics;
pub mod diff;
mod explain;
pub mod fixtures;
pub mod history;
mod json;
pub mod lineage;
mod sparkline;
mod table;

pub use csv::csv;
pub use explain::explain;
pub use json::{json, ndjson};
pub use table::{TableOptions, label as group_label, table};
