//! A project on disk: where it is, which files define it, which files its sources read.

pub mod catalog;
mod content;
mod data;
pub mod definition;
mod files;
mod inside;
mod matching;
pub mod real;
mod root;
pub mod write;

pub use content::{Stamp, changed, fingerprint, stamps};
pub use data::{DataFile, Locations, data_files};
pub use files::{ProjectFiles, list};
pub use root::{PROJECT_FILE, find, is_below, is_definition};
