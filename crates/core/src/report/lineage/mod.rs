//! What depends on what, a file per format.

mod json;
mod mermaid;
mod text;

pub use json::json;
pub use mermaid::mermaid;
pub use text::{downstream, upstream};
