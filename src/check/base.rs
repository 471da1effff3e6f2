//! The metrics of another revision.

use std::collections::BTreeMap;
use std::path::Path;

use crate::git;
use goodhart_core::diagnostic::Files;
use goodhart_core::error::Error;
use goodhart_core::project::definition::metric::MetricFile;
use goodhart_core::project::definition::read::Reader;
use goodhart_core::project::is_below;

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
