//! The definitions of a commit.

use std::path::PathBuf;

use super::LoadedProject;
use crate::git::Project;
use goodhart_core::diagnostic::Files;
use goodhart_core::error::Error;
use goodhart_core::project::catalog::{Parse, definition_size};
use goodhart_core::project::{PROJECT_FILE, ProjectFiles, is_definition};
use goodhart_core::result::history::Commit;

/// The definition files of a commit, as text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Texts(Vec<(String, String)>);

impl Texts {
    /// Reads goodhart.toml and what stands below `sources` and `metrics`.
    ///
    /// # Errors
    /// An object that is missing in a partial clone.
    pub fn at(project: &Project, commit: &Commit) -> Result<Self, Error> {
        let mut texts = Vec::new();
        project.files(commit, &is_definition, &mut |path, content| {
            // One that is not UTF-8 is one that says something else.
            texts.push((path.to_owned(), String::from_utf8_lossy(content).into_owned()));
            Ok(())
        })?;
        Ok(Self(texts))
    }

    /// Resolves them; what is wrong with them is among the diagnostics.
    ///
    /// # Errors
    /// Only an engine failure.
    pub fn load(&self, parser: &dyn Parse) -> Result<LoadedProject, Error> {
        let mut files = Files::default();
        let mut listed = ProjectFiles {
            project: None,
            sources: Vec::new(),
            metrics: Vec::new(),
            unreadable: Vec::new(),
        };
        let mut most = u64::MAX;
        for (path, text) in &self.0 {
            if text.len() as u64 > most {
                listed.unreadable.push(files.add(path.as_str(), ""));
                continue;
            }
            let file = files.add(path.as_str(), text.as_str());
            if path == PROJECT_FILE {
                // It stands first, and says how large the others may be.
                most = definition_size(&files, file);
                listed.project = Some(file);
            } else if path.starts_with("sources/") {
                listed.sources.push(file);
            } else {
                listed.metrics.push(file);
            }
        }
        LoadedProject::read(PathBuf::new(), files, &listed, Vec::new(), parser)
    }
}
