//! Results as text in git: the format, where it is kept, and what is pending.

mod format;
mod inputs;
mod store;

pub use format::render;
pub use inputs::InputsFile;
pub use store::{Accepted, INPUTS, Settled, Store, settle};
