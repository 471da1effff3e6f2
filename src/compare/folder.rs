//! A folder of snapshots: results without definitions.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use super::ProjectRevision;
use goodhart_core::diagnostic::{Diagnostics, Files};
use goodhart_core::error::Error;
use goodhart_core::project::catalog::is_id;
use goodhart_core::project::real::{self, Content};
use goodhart_core::result::MetricResults;
use goodhart_core::result::diff::Provenance;
use goodhart_core::result::snapshot::{INPUTS, InputsFile, LARGEST, read};

/// Opens a folder of snapshots. What cannot be read is among its diagnostics.
///
/// # Errors
/// A folder that cannot be read.
pub fn folder(path: &Path, name: &str) -> Result<ProjectRevision, Error> {
    let (mut files, mut diagnostics) = (Files::default(), Diagnostics::default());
    let (results, inputs) = snapshots(path, &mut files, &mut diagnostics)?;
    Ok(ProjectRevision {
        provenance: Provenance { name: name.to_owned(), commit: None, inputs },
        files,
        catalog: None,
        diagnostics,
        results,
        data: Vec::new(),
        _held: None,
    })
}

/// Reads the snapshots in a folder; one that is not there has none.
pub(super) fn snapshots(
    path: &Path,
    files: &mut Files,
    diagnostics: &mut Diagnostics,
) -> Result<(BTreeMap<String, MetricResults>, Option<InputsFile>), Error> {
    let mut results = BTreeMap::new();
    let mut inputs = None;
    if !path.is_dir() {
        return Ok((results, inputs));
    }
    let mut names = Vec::new();
    for entry in fs::read_dir(path).map_err(Error::reading(path))? {
        let name = entry.map_err(Error::reading(path))?.file_name();
        let name = name.to_string_lossy();
        names.extend(name.strip_suffix(".toml").filter(|stem| is_id(stem)).map(str::to_owned));
    }
    names.sort();
    for name in names {
        let Content::Bytes(bytes) = real::read(&path.join(format!("{name}.toml")), LARGEST)? else {
            continue;
        };
        let text = String::from_utf8_lossy(&bytes).replace("\r\n", "\n");
        if name == INPUTS {
            inputs = InputsFile::parse(&text);
            continue;
        }
        let file = files.add(format!("snapshots/{name}.toml"), text);
        let (snapshot, found) = read(files, file, &name);
        diagnostics.extend(found);
        results.extend(snapshot.map(|snapshot| (name, snapshot.results())));
    }
    Ok((results, inputs))
}
