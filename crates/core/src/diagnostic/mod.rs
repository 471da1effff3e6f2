//! One model of everything that can be wrong, and how it reaches a person.
//!
//! A user's mistake is a [`Diagnostic`] with a place in a file; an `Error` (see [`crate::error`])
//! means that the tool could not go on. Stages push what they find into [`Diagnostics`], which
//! alone applies the levels that a project sets.

mod code;
mod diagnostics;
mod files;
mod fix;
mod near;
mod render;

pub use code::{CODES, Class, Code, Severity, codes};
pub use diagnostics::{Diagnostic, Diagnostics, Excerpt, Label, Levels};
pub use files::{FileId, Files, Span};
pub use fix::{Applicability, Edit, Fix, FixedFiles, apply};
use near::slip;
pub use near::{closest, misspelt};
pub use render::{render, render_one};
