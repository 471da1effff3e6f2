//! A project on disk: where it is, which files define it, which files its sources read.

mod data;
mod files;
pub mod real;
mod root;
pub mod write;

pub use data::{DataFile, Locations, data_files, fingerprint};
pub use files::{ProjectFiles, list};
pub use root::{PROJECT_FILE, find};
