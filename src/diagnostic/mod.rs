//! One model of everything that can be wrong, and how it reaches a person.
//!
//! A user's mistake is a [`Diagnostic`] with a place in a file; an `Error` (see [`crate::error`])
//! means that the tool could not go on. Stages push what they find into [`Diagnostics`], which
//! alone applies the levels that a project sets.

mod code;
mod diagnostics;
mod files;
mod render;
mod visible;

pub use code::{CODES, Class, Code, Severity, codes};
pub use diagnostics::{
    Applicability, Diagnostic, Diagnostics, Edit, Excerpt, Fix, Label, Levels, closest,
};
pub use files::{FileId, Files, Span};
pub use render::render;
pub use visible::visible;
