//! A project's folder → its catalog and everything that is wrong with its definitions.

mod open;

pub use open::{Opened, open};
