//! Results: what an evaluation yields, and the canonical text of numbers and times.
//!
//! A leaf: snapshots, reports and comparisons are pure functions over these types.

mod inputs;
mod number;
mod period;
mod row;

pub use inputs::{Inputs, SourceInput};
pub use number::{DECIMALS, canonical, from_f64, to_f64};
pub use period::{Period, date_text, instant_text};
pub use row::{Group, MetricResults, Results, Row, Status};
