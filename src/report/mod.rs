//! Results for people and for machines, a file per format.

mod csv;
mod explain;
mod json;
mod safe;
mod table;

pub use csv::csv;
pub use explain::explain;
pub use json::{json, ndjson};
pub use safe::visible;
pub use table::{TableOptions, table};
