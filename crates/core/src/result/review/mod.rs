//! What is pending → items to decide about, one per metric and group, as text and as commands.
//!
//! Everything here is a pure function; `cli/review.rs` asks and writes.

pub mod command;
mod definition;
pub mod group;
mod item;
mod steps;
pub mod text;

pub use definition::definition;
pub use item::{CommittedState, CountChanges, Item, PendingChange, items};
pub use steps::{Answer, Key, StepOutcome, Steps};
