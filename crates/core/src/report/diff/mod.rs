//! What changed between two sides and why, for people, for machines and for the comment on a pull
//! request: a file per format.

mod change;
mod json;
mod markdown;
mod sentence;
mod text;

pub use json::{json, schema};
pub use markdown::{COMMENT, MarkdownOptions, markdown, marker};
pub use sentence::sentence;
pub use text::{TextOptions, metric, series, text};
