//! Text of strangers (values, names, file names, messages of the engine), made safe for where it
//! goes: a file per kind of place. Writers call it last; nothing before them changes a value.
//!
//! It knows nothing of the rest of the crate.

pub mod command;
pub mod comment;
pub mod csv;
mod hidden;
pub mod json;
pub mod markdown;
pub mod mermaid;
pub mod sarif;
pub mod terminal;
pub mod toml;

use hidden::is_hidden;

/// Whether a `[` behind `before` begins a command of a CI system: `##[group]` of GitHub Actions
/// and Azure Pipelines, `##vso[…]` of Azure Pipelines, `##teamcity[…]`. They look for it anywhere
/// in a line.
fn begins_command(before: &str) -> bool {
    before.trim_end_matches(|c: char| c.is_ascii_alphabetic()).ends_with("##")
}
