//! The values of a metric over time, and the commit that a value comes from.

mod blame;
mod csv;
mod json;
mod text;

pub use blame::{BlameReport, blame_json, blame_text};
pub use csv::csv;
pub use json::{json, ndjson};
pub use text::text;
