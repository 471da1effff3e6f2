//! Definitions → [`Catalog`].

use super::Catalog;
use super::metrics::metrics;
use super::settings::settings;
use super::sources::{check_newest, sources};
use crate::definition::metric::MetricFile;
use crate::definition::project::{AsOf, ProjectFile};
use crate::definition::read::Reader;
use crate::definition::source::SourceFile;
use crate::diagnostic::{Diagnostic, FileId, Files};
use crate::project::ProjectFiles;

/// The files of a project as they were read; what could not be read is absent.
#[derive(Debug)]
pub struct Definitions {
    pub project: Option<ProjectFile>,
    pub sources: Vec<(FileId, SourceFile)>,
    pub metrics: Vec<(FileId, MetricFile)>,
}

impl Definitions {
    /// Reads all files; every problem of every file is returned.
    pub fn read(files: &Files, listed: &ProjectFiles) -> (Self, Vec<Diagnostic>) {
        let mut found = Vec::new();
        let (project, mut diagnostics) = Reader::read(files, listed.project);
        found.append(&mut diagnostics);
        let mut definitions = Self { project, sources: Vec::new(), metrics: Vec::new() };
        for &file in &listed.sources {
            let (source, mut diagnostics) = Reader::read(files, file);
            found.append(&mut diagnostics);
            definitions.sources.extend(source.map(|source| (file, source)));
        }
        for &file in &listed.metrics {
            let (metric, mut diagnostics) = Reader::read(files, file);
            found.append(&mut diagnostics);
            definitions.metrics.extend(metric.map(|metric| (file, metric)));
        }
        (definitions, found)
    }
}

/// Merges and resolves definitions. The catalog is there when `goodhart.toml` could be read; it
/// is fit for evaluation when there is no error among the diagnostics.
pub fn build(
    files: &Files,
    definitions: Definitions,
    tool_version: &str,
) -> (Option<Catalog>, Vec<Diagnostic>) {
    let mut found = Vec::new();
    let sources = sources(files, definitions.sources, &mut found);
    let metrics = metrics(files, definitions.metrics, &sources, &mut found);
    let Some(project) = definitions.project else {
        return (None, found);
    };
    let (settings, mut diagnostics) = settings(&project, tool_version);
    found.append(&mut diagnostics);
    if let AsOf::Newest { source, column } = &settings.as_of {
        check_newest(source, column, &sources, &mut found);
    }
    let catalog = Catalog { settings, sources, metrics };
    (Some(catalog), found)
}
