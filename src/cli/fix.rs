//! `--fix`: the safe fixes of a check, written to the files.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use super::{output, session};
use crate::check::LoadedProject;
use goodhart_core::diagnostic::{FixedFiles, apply};
use goodhart_core::error::Error;
use goodhart_core::result::snapshot::Writer;

/// How often a mended project is looked at again: a fix may wait for another, or uncover one.
const ROUNDS: usize = 5;

/// Looks, mends and looks again while there is something to mend; returns the last look.
///
/// # Errors
/// What stops a look, and a file that cannot be written.
pub fn rounds(look: impl Fn() -> Result<LoadedProject, Error>) -> Result<LoadedProject, Error> {
    let (mut count, mut changed, mut writer) = (0, BTreeSet::new(), None);
    let mut project = look()?;
    for _ in 0..ROUNDS {
        let fixed = apply(&project.diagnostics, &project.files);
        if fixed.texts.is_empty() {
            break;
        }
        count += fixed.count;
        let writer = match &mut writer {
            Some(writer) => writer,
            none => none.insert(session::writer(&project.root, "check --fix")?),
        };
        write(writer, &project, &fixed, &mut changed)?;
        project = look()?;
    }
    if count > 0 {
        output::say(&format!(
            "fixed {} in {}",
            output::counted(count, "problem", "problems"),
            output::counted(changed.len(), "file", "files"),
        ));
    }
    Ok(project)
}

fn write(
    writer: &Writer,
    project: &LoadedProject,
    fixed: &FixedFiles,
    changed: &mut BTreeSet<PathBuf>,
) -> Result<(), Error> {
    let targets = fixed.texts.iter().map(|(file, text)| {
        let path = project.root.join(project.files.path(*file));
        Ok((target(&project.root, &path, project.files.text(*file))?, text))
    });
    // All of them are looked at before the first is written.
    for (path, text) in targets.collect::<Result<Vec<_>, Error>>()? {
        writer.write(&path, text)?;
        changed.insert(path);
    }
    Ok(())
}

/// The file that is written for `path`: a link is followed, but not out of the project, and a
/// file that somebody changed since it was read keeps that change.
fn target(root: &Path, path: &Path, text: &str) -> Result<PathBuf, Error> {
    let found = path.canonicalize().map_err(Error::reading(path))?;
    let root = root.canonicalize().map_err(Error::reading(root))?;
    let refused = |why: &str| Error::Usage(format!("{} {why}: nothing is fixed", path.display()));
    if !found.starts_with(&root) {
        return Err(refused("is a link out of the project"));
    }
    let now = fs::read(&found).map_err(Error::reading(path))?;
    if now != text.as_bytes() {
        return Err(refused("changed while it was checked"));
    }
    Ok(found)
}
