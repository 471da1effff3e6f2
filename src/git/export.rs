//! A revision of a project as a folder.

use std::fs;
use std::path::Path;

use super::{Commit, Project};
use goodhart_core::error::Error;

impl Project {
    /// Writes the files of a commit that are `wanted` below `into`. What could lead elsewhere
    /// (links, submodules, hidden files) is left out.
    ///
    /// # Errors
    /// An object that is missing, or a file that cannot be written.
    pub fn export(
        &self,
        commit: &Commit,
        into: &Path,
        wanted: &dyn Fn(&str) -> bool,
    ) -> Result<(), Error> {
        self.files(commit, wanted, &mut |path, content| {
            let target = into.join(path);
            if let Some(folder) = target.parent() {
                fs::create_dir_all(folder).map_err(Error::writing(folder))?;
            }
            fs::write(&target, content).map_err(Error::writing(&target))
        })
    }
}
