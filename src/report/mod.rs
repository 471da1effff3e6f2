//! Results for people and for machines, a file per format.

mod csv;
mod explain;
mod json;
pub mod lineage;
mod table;

pub use crate::diagnostic::visible;
pub use csv::csv;
pub use explain::explain;
pub use json::{json, ndjson};
pub use table::{TableOptions, table};
