//! A project to work with.

use std::collections::BTreeSet;
use std::path::PathBuf;

use crate::check::LoadedProject;
use goodhart_core::diagnostic::{Diagnostics, Files, render};
use goodhart_core::project::catalog::Catalog;

/// A project whose definitions are free of errors.
pub struct Project {
    pub root: PathBuf,
    pub files: Files,
    pub catalog: Catalog,
    /// What was found so far, with the project's levels.
    pub diagnostics: Diagnostics,
}

impl Project {
    /// The ids of all metrics.
    pub fn metric_ids(&self) -> BTreeSet<String> {
        self.catalog.metrics.keys().cloned().collect()
    }
}

/// Definitions with errors, and what they are.
pub struct Rejection {
    pub files: Files,
    pub diagnostics: Diagnostics,
}

impl Rejection {
    /// The diagnostics as text without colours.
    pub fn text(&self) -> String {
        render(&self.diagnostics, &self.files, false)
    }
}

impl TryFrom<LoadedProject> for Project {
    type Error = Rejection;

    fn try_from(loaded: LoadedProject) -> Result<Self, Rejection> {
        let LoadedProject { root, files, catalog, diagnostics } = loaded;
        match catalog {
            Some(catalog) if !diagnostics.has_errors() => {
                Ok(Self { root, files, catalog, diagnostics })
            }
            _ => Err(Rejection { files, diagnostics }),
        }
    }
}
