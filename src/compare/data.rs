//! Whether the data of a state is still there.

use std::path::{Path, PathBuf};

use super::ProjectRevision;
use crate::session::Session;
use goodhart_core::project::catalog::Catalog;
use goodhart_core::project::{Locations, data_files, fingerprint};

/// Whether a path of a project may be data of one of its sources.
pub fn is_data(catalog: &Catalog, path: &str) -> bool {
    let sources = catalog.sources.values().filter(|source| source.is_from_files());
    let mut patterns = sources
        .filter(|source| source.definition.root.is_none())
        .flat_map(|source| &source.definition.files.0);
    patterns.any(|pattern| {
        // Up to the first wildcard, a pattern is a path.
        let literal = pattern.find(['*', '?', '[', '{', '$']).map_or(pattern.len(), |at| at);
        pattern
            .get(..literal)
            .is_some_and(|prefix| path.starts_with(prefix.trim_start_matches("./")))
    })
}

/// The folder in which the data is from which the results of a state were computed.
///
/// # Errors
/// Why it is not there any more.
pub fn of<'s>(state: &'s ProjectRevision, session: &Session<'_>) -> Result<&'s Path, String> {
    let name = &state.provenance.name;
    let Some(catalog) = &state.catalog else {
        return Err(format!("{name} has no definitions that say where its data is"));
    };
    let mut gone = None;
    for root in &state.data {
        match first_difference(state, catalog, root, session) {
            None => return Ok(root),
            Some(source) => gone = gone.or(Some(source)),
        }
    }
    let what = gone.map_or_else(String::new, |source| format!(": `{source}` is another one now"));
    Err(format!("the data of {name} is not there any more{what}"))
}

/// The first source whose files are not what the results were computed from.
fn first_difference(
    state: &ProjectRevision,
    catalog: &Catalog,
    root: &PathBuf,
    session: &Session<'_>,
) -> Option<String> {
    let locations = Locations {
        project: root,
        roots: &catalog.settings.roots,
        environment: session.environment.variables,
    };
    let inputs = state.provenance.inputs.as_ref()?;
    let differs = |id: &&String| {
        let Some(source) = catalog.sources.get(*id).filter(|source| source.is_from_files()) else {
            return true;
        };
        let files = data_files(&source.definition, &locations).ok();
        let now = files.and_then(|files| fingerprint(&files).ok());
        now.as_ref() != inputs.sources.get(*id).map(|input| &input.fingerprint)
    };
    inputs.sources.keys().find(differs).cloned()
}
