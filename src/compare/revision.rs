//! A revision: its definitions and snapshots, and its data where git has it.

use std::path::{Path, PathBuf};

use super::folder::snapshots;
use super::{ProjectRevision, data};
use crate::check::{self, LoadedProject};
use crate::git::Project;
use goodhart_core::diagnostic::Diagnostics;
use goodhart_core::error::Error;
use goodhart_core::project::catalog::Parse;
use goodhart_core::project::{PROJECT_FILE, is_below, is_definition};
use goodhart_core::result::diff::Provenance;
use goodhart_core::result::history::Commit;

/// Opens a commit of a project. `here` is the folder of the project on the disk, whose data may
/// still be those of the commit.
///
/// # Errors
/// A commit that cannot be read, or a temporary folder that cannot be written.
pub fn revision(
    project: &Project,
    commit: &Commit,
    name: &str,
    here: Option<&Path>,
    parser: &dyn Parse,
) -> Result<ProjectRevision, Error> {
    let held = ProjectRevision::hold()?;
    let root = held.path();
    let wanted = |path: &str| is_definition(path) || is_below(path, "snapshots/");
    project.export(commit, root, &wanted)?;
    let provenance =
        |inputs| Provenance { name: name.to_owned(), commit: Some(commit.id.clone()), inputs };
    if !root.join(PROJECT_FILE).is_file() {
        // There was no project yet: everything is new.
        return Ok(ProjectRevision {
            provenance: provenance(None),
            files: Default::default(),
            catalog: None,
            diagnostics: Diagnostics::default(),
            results: Default::default(),
            data: Vec::new(),
            _held: Some(held),
        });
    }
    let LoadedProject { mut files, catalog, mut diagnostics, .. } = check::load(root, parser)?;
    let (results, inputs) = snapshots(&root.join("snapshots"), &mut files, &mut diagnostics)?;
    if let Some(catalog) = &catalog {
        project.export(commit, root, &|path| data::is_data(catalog, path))?;
    }
    let data: Vec<PathBuf> =
        std::iter::once(root.to_owned()).chain(here.map(Path::to_owned)).collect();
    Ok(ProjectRevision {
        provenance: provenance(inputs),
        files,
        catalog,
        diagnostics,
        results,
        data,
        _held: Some(held),
    })
}
