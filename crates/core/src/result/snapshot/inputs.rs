//! `snapshots/inputs.toml`: what identifies the inputs of the committed results.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::format::FORMAT;
use super::read::{conflicted, unreadable};
use crate::diagnostic::{Diagnostic, FileId, Files, Span};
use crate::result::{Inputs, SourceInput, instant_text};

/// The file; it stands once for all snapshots.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InputsFile {
    pub format: u32,
    /// The version of the tool.
    pub goodhart: String,
    pub as_of: String,
    /// Tells whether pseudonyms were made with the same key, and nothing else about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pseudonym_key: Option<String>,
    #[serde(default)]
    pub sources: BTreeMap<String, SourceInput>,
}

impl InputsFile {
    /// The file for an evaluation. `before` keeps the sources that a partial evaluation did not
    /// read; a whole one has none.
    pub fn new(inputs: &Inputs, tool_version: &str, before: Option<&Self>) -> Self {
        let mut sources = before.map_or_else(BTreeMap::new, |before| before.sources.clone());
        sources.extend(inputs.sources.clone());
        Self {
            format: FORMAT,
            goodhart: tool_version.to_owned(),
            as_of: instant_text(inputs.as_of),
            pseudonym_key: inputs
                .pseudonym_key
                .clone()
                .or_else(|| before.and_then(|before| before.pseudonym_key.clone())),
            sources,
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        toml::from_str(text).ok()
    }

    /// Reads the file as it is found.
    pub fn read(files: &Files, file: FileId) -> (Option<Self>, Vec<Diagnostic>) {
        const WHAT: &str = "`snapshots/inputs.toml`";
        if let Some(conflicted) = conflicted(files, file, WHAT) {
            return (None, vec![conflicted]);
        }
        match toml::from_str::<Self>(files.text(file)) {
            Ok(inputs) if inputs.format == FORMAT => (Some(inputs), Vec::new()),
            Ok(_) => {
                let says = format!("this goodhart reads format {FORMAT}");
                (None, vec![unreadable(WHAT, Span::new(file, 0..0), &says)])
            }
            Err(error) => {
                let span = Span::new(file, error.span().unwrap_or(0..0));
                let diagnostic = unreadable(WHAT, span, "goodhart did not write this");
                (None, vec![diagnostic.note(error.message())])
            }
        }
    }

    pub fn render(&self) -> String {
        let body = toml::to_string(self).unwrap_or_default();
        format!("# Written by `goodhart accept`: what the snapshots were computed from.\n{body}")
    }
}
