//! What a branch is compared with: the commit at which it left the other one.

use std::path::Path;

use crate::git::Project;
use goodhart_core::error::Error;
use goodhart_core::result::history::Commit;

/// Where nobody says what a branch is to be merged into.
const USUAL: [&str; 3] = ["origin/HEAD", "main", "master"];

/// The base of a comparison.
pub struct Base {
    pub git: Project,
    pub commit: Commit,
    /// The revision by which it was found.
    pub name: String,
}

/// Finds the base from a revision that is `asked` for, else from a usual one; `None` and why where
/// there is none of those.
///
/// # Errors
/// A revision that is asked for and not there, or whose common history is missing.
pub fn find(root: &Path, asked: Option<&str>) -> Result<Result<Base, String>, Error> {
    let git = match (Project::open(root), asked) {
        (Ok(git), _) => git,
        (Err(error), Some(_)) => return Err(error),
        (Err(_), None) => return Ok(Err("the project is in no git repository".to_owned())),
    };
    let usual = || USUAL.into_iter().find(|name| git.resolve(name).is_ok());
    let Some(name) = asked.or_else(usual) else {
        let usual = USUAL.map(|name| format!("`{name}`")).join(", ");
        return Ok(Err(format!("there is none of {usual}: name the base with `--base`")));
    };
    let (commit, name) = (git.merge_base(name, "HEAD")?, name.to_owned());
    Ok(Ok(Base { git, commit, name }))
}
