//! The metrics of another revision.

use std::collections::BTreeMap;
use std::path::Path;

use crate::definition::metric::MetricFile;
use crate::definition::read::Reader;
use crate::diagnostic::Files;
use crate::error::Error;
use crate::git;
use crate::project::is_below;

/// The metrics of a project at a revision, by id. One that could not be read then has nothing to
/// be compared with.
///
/// # Errors
/// A project that is in no repository, or a revision that is not there.
pub fn metrics_at(root: &Path, revision: &str) -> Result<BTreeMap<String, MetricFile>, Error> {
    let mut files = Files::default();
    let mut metrics = BTreeMap::new();
    let project = git::Project::open(root)?;
    let commit = project.resolve(revision)?;
    let wanted = |path: &str| is_below(path, "metrics/");
    project.files(&commit, &wanted, &mut |path, content| {
        let id = Path::new(path).file_stem().map(|stem| stem.to_string_lossy().into_owned());
        let file = files.add(path, String::from_utf8_lossy(content));
        if let (Some(id), (Some(metric), _)) = (id, Reader::read::<MetricFile>(&files, file)) {
            metrics.insert(id, metric);
        }
        Ok(())
    })?;
    Ok(metrics)
}
