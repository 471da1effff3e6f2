//! One of the two states that are compared.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use tempfile::TempDir;

use crate::session::Project;
use goodhart_core::diagnostic::{Diagnostics, Files};
use goodhart_core::error::Error;
use goodhart_core::project::catalog::Catalog;
use goodhart_core::result::MetricResults;
use goodhart_core::result::diff::{Definitions, Provenance, Revision};
use goodhart_core::result::snapshot::InputsFile;
use goodhart_engine::evaluate::Evaluation;

/// A state of a project.
pub struct ProjectRevision {
    pub provenance: Provenance,
    /// What there is to be read of definitions; a state without a catalog has results only.
    pub files: Files,
    pub catalog: Option<Catalog>,
    /// Why there is no catalog, or which snapshots cannot be used.
    pub diagnostics: Diagnostics,
    pub results: BTreeMap<String, MetricResults>,
    /// Where its data may be, the likeliest first.
    pub(super) data: Vec<PathBuf>,
    /// What was written for it goes with it.
    pub(super) _held: Option<TempDir>,
}

impl ProjectRevision {
    /// The project at `root` as it is on the disk, with `results` of it that were computed from
    /// `inputs`.
    pub fn here(
        name: &str,
        root: &Path,
        (files, catalog): (Files, Option<Catalog>),
        results: BTreeMap<String, MetricResults>,
        inputs: Option<InputsFile>,
    ) -> Self {
        Self {
            provenance: Provenance { name: name.to_owned(), commit: None, inputs },
            files,
            catalog,
            diagnostics: Diagnostics::default(),
            results,
            data: vec![root.to_owned()],
            _held: None,
        }
    }

    /// The working tree of a project, evaluated.
    pub fn working_tree(project: Project, evaluation: Evaluation) -> (Self, Diagnostics) {
        let inputs = InputsFile::new(&evaluation.inputs, env!("CARGO_PKG_VERSION"), None);
        let results = evaluation.results.metrics.into_iter();
        let results = results.map(|results| (results.metric.clone(), results)).collect();
        let Project { root, files, catalog, diagnostics } = project;
        let definitions = (files, Some(catalog));
        (Self::here("working tree", &root, definitions, results, Some(inputs)), diagnostics)
    }

    /// As the comparison sees it.
    pub fn view(&self) -> Revision<'_> {
        Revision {
            provenance: self.provenance.clone(),
            definitions: self
                .catalog
                .as_ref()
                .map(|catalog| Definitions { catalog, files: &self.files }),
            results: self.results.clone(),
        }
    }

    /// The definitions, where they can be evaluated.
    pub(super) fn definitions(&self) -> Option<(&Catalog, &Files)> {
        let catalog = self.catalog.as_ref().filter(|_| !self.diagnostics.has_errors())?;
        Some((catalog, &self.files))
    }

    /// The instant for which its results were computed.
    pub(super) fn as_of(&self) -> Option<Timestamp> {
        self.provenance.inputs.as_ref()?.as_of.parse().ok()
    }

    /// A folder for what belongs to this state and goes with it.
    pub(super) fn hold() -> Result<TempDir, Error> {
        tempfile::tempdir().map_err(Error::writing(&std::env::temp_dir()))
    }
}
