//! What came of `[[test]]` tables, as text, JSON and JUnit.

mod json;
mod junit;
mod text;

pub use json::json;
pub use junit::{junit, suites};
pub use text::text;

use crate::diagnostic::{Files, Span};
use crate::escape::terminal;

/// `metrics/x.toml:12:7`
fn place(files: &Files, span: Span) -> String {
    let (line, column) = files.position(span);
    format!("{}:{line}:{column}", terminal::line(files.path(span.file)))
}
