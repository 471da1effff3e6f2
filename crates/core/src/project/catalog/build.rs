//! Definitions → [`Catalog`].

use std::collections::BTreeSet;
use std::path::Path;

use super::alerts;
use super::ids::stem;
use super::limits;
use super::metrics::metrics;
use super::parse::{Parse, ParseContext, pieces_of_metric, pieces_of_source};
use super::paths;
use super::settings::{lints, settings};
use super::sources::{check_depth, check_newest, sources};
use super::{Catalog, Settings};
use crate::diagnostic::{Diagnostic, FileId, Files};
use crate::error::Error;
use crate::parallel;
use crate::project::ProjectFiles;
use crate::project::definition::metric::MetricFile;
use crate::project::definition::project::{AsOf, ProjectFile};
use crate::project::definition::read::{FromToml, Reader};
use crate::project::definition::source::SourceFile;
use crate::sql::ParsedPieces;

/// The files of a project as they were read; what could not be read is absent.
#[derive(Debug)]
pub struct Definitions {
    pub project: Option<ProjectFile>,
    pub sources: Vec<(FileId, SourceFile)>,
    pub metrics: Vec<(FileId, MetricFile)>,
    /// Files that could not be read.
    pub unread: Vec<FileId>,
}

impl Definitions {
    /// Reads all files; every problem of every file is returned.
    pub fn read(files: &Files, listed: &ProjectFiles) -> (Self, Vec<Diagnostic>) {
        let mut found = Vec::new();
        let mut definitions = Self {
            project: None,
            sources: Vec::new(),
            metrics: Vec::new(),
            unread: listed.unreadable.clone(),
        };
        if let Some(file) = listed.project {
            let (project, mut diagnostics) = Reader::read(files, file);
            found.append(&mut diagnostics);
            definitions.project = project;
        }
        let Self { sources, metrics, unread, .. } = &mut definitions;
        read_all(files, &listed.sources, sources, unread, &mut found);
        read_all(files, &listed.metrics, metrics, unread, &mut found);
        (definitions, found)
    }
}

/// Reads the files of one kind.
fn read_all<T: FromToml + Send>(
    files: &Files,
    listed: &[FileId],
    definitions: &mut Vec<(FileId, T)>,
    unread: &mut Vec<FileId>,
    found: &mut Vec<Diagnostic>,
) {
    const WORTH_A_THREAD: usize = 100;
    let read = parallel::map(listed, WORTH_A_THREAD, |file| Reader::read(files, *file));
    for (&file, (definition, diagnostics)) in listed.iter().zip(read) {
        found.extend(diagnostics);
        match definition {
            Some(definition) => definitions.push((file, definition)),
            None => unread.push(file),
        }
    }
}

/// Merges and resolves definitions. The catalog is there when `goodhart.toml` could be read; it
/// is fit for evaluation when there is no error among the diagnostics.
///
/// # Errors
/// Only an engine failure while SQL is parsed.
pub fn build(
    files: &Files,
    definitions: Definitions,
    root: &Path,
    parser: &dyn Parse,
    tool_version: &str,
) -> Result<(Option<Catalog>, Vec<Diagnostic>), Error> {
    let mut found = Vec::new();
    let settings = definitions.project.as_ref().map(|project| settings(project, tool_version));
    let sql = match &settings {
        Some((settings, _)) => parse(&definitions, root, settings, parser)?,
        None => ParsedPieces::default(),
    };
    let unread: BTreeSet<String> =
        definitions.unread.iter().map(|file| stem(files.path(*file)).to_owned()).collect();
    let sources = sources(files, definitions.sources, &sql, &mut found);
    let metrics = metrics(files, definitions.metrics, &sources, &sql, &unread, &mut found);
    let (Some(project), Some((mut settings, mut diagnostics))) = (definitions.project, settings)
    else {
        return Ok((None, found));
    };
    found.append(&mut diagnostics);
    for metric in metrics.values() {
        lints(&metric.definition.lints, &mut found, |code, severity| {
            settings.levels.set_in(metric.file, code, severity);
        });
    }
    for metric in metrics.values() {
        alerts::check(metric, settings.grain, &mut found);
    }
    for (name, path) in &settings.roots {
        paths::check_root(name, path, &mut found);
    }
    for source in sources.values() {
        paths::check_source(source, &mut found);
    }
    for metric in metrics.values() {
        if let Some(own) = &metric.definition.limits {
            limits::check_metric(own, project.limits.as_ref(), &settings.limits, &mut found);
        }
    }
    check_depth(files, &sources, &sql, settings.limits.depth, &mut found);
    if let AsOf::Newest { source, column } = &settings.as_of {
        check_newest(source, column, &sources, &unread, &mut found);
    }
    let catalog = Catalog { settings, sources, metrics, sql, unread };
    Ok((Some(catalog), found))
}

/// Parses all SQL of the definitions.
fn parse(
    definitions: &Definitions,
    root: &Path,
    settings: &Settings,
    parser: &dyn Parse,
) -> Result<ParsedPieces, Error> {
    let sources: Vec<&SourceFile> = definitions.sources.iter().map(|(_, source)| source).collect();
    let metrics = definitions.metrics.iter().map(|(_, metric)| metric);
    let pieces = sources.iter().copied().flat_map(pieces_of_source);
    let pieces = pieces.chain(metrics.flat_map(pieces_of_metric)).collect();
    parser.parse(&pieces, &ParseContext { root, settings, sources: &sources })
}
