//! Results: what an evaluation yields, and the canonical text of numbers and times.
//!
//! A leaf: snapshots, reports and comparisons are pure functions over these types.

pub mod diff;
pub mod fixtures;
pub mod history;
mod inputs;
mod number;
mod period;
pub mod privacy;
pub mod review;
mod row;
pub mod snapshot;
pub mod threshold;
mod words;

pub use inputs::{Inputs, SourceInput};
pub use number::{DECIMALS, canonical, from_f64, to_f64};
pub use period::{Period, date_text, instant_text};
pub use row::{Group, MetricResults, Results, Row, Status};
pub use words::{group_text, listed};
