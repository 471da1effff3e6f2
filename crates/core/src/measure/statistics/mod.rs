//! Statistics a metric needs besides counting and averaging.
//!
//! * [`wilson_interval`]: how far a rate can be trusted, given how few items it rests on.
//! * [`SurvivalCurve`]: durations of a population in which some items are still open.
//!
//! Everything here is a pure function of its arguments. Floating point is limited to `+ - * /` and
//! the square root, which IEEE 754 rounds correctly, so every machine gives the same bits.

mod fraction;
mod kaplan_meier;
#[cfg(test)]
mod properties;
mod stretch;
mod wilson;

pub use kaplan_meier::{Observation, SurvivalCurve};
pub use wilson::{Interval, wilson_interval};
