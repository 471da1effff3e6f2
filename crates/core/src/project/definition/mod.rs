//! What the files of a project say, as typed definitions with spans.
//!
//! Reading is pure: text in, a value and its problems out. Whether the definitions fit together
//! is the [`crate::project::catalog`]'s question.

pub mod alert;
pub mod aspects;
pub mod display;
pub mod fixture;
pub mod limits;
pub mod lints;
pub mod location;
pub mod measure;
pub mod metric;
pub mod project;
pub mod read;
pub mod schema;
pub mod source;
