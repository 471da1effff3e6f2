//! Why the pending values are other ones.

use std::collections::{BTreeMap, BTreeSet};

use super::Pending;
use crate::cli::Global;
use crate::cli::revisions::Repository;
use crate::compare::{ProjectRevision, compare, folder};
use crate::session::{Project, Session};
use goodhart_core::error::Error;
use goodhart_core::project::catalog::Metric;
use goodhart_core::result::diff::{Cause, Definitions, MetricDiff, SeriesChange};
use goodhart_core::result::snapshot::Store;
use goodhart_core::result::{Group, MetricResults, Row};

/// What is known of them.
pub struct Causes {
    base: ProjectRevision,
    head: ProjectRevision,
    changed: BTreeMap<String, MetricDiff>,
}

impl Causes {
    /// What changed of a metric; nothing where only counts did.
    pub fn of(&self, metric: &str) -> Option<&MetricDiff> {
        self.changed.get(metric)
    }

    /// A metric as it is defined now.
    pub fn metric(&self, metric: &str) -> Option<&Metric> {
        self.head.catalog.as_ref()?.metrics.get(metric)
    }

    /// The definitions of the base, as far as there are any, and those of what is pending.
    pub fn definitions(&self) -> (Option<Definitions<'_>>, Option<Definitions<'_>>) {
        fn of(state: &ProjectRevision) -> Option<Definitions<'_>> {
            Some(Definitions { catalog: state.catalog.as_ref()?, files: &state.files })
        }
        (of(&self.base), of(&self.head))
    }
}

/// Compares what is pending with what is committed. The definitions of the base are those with which
/// the committed values were accepted, as long as they are still those of that commit.
///
/// # Errors
/// A commit that cannot be read, or an engine failure.
pub fn causes(
    global: &Global,
    session: &Session<'_>,
    project: Project,
    store: &Store,
    pending: &Pending,
) -> Result<Causes, Error> {
    let snapshots = project.root.join("snapshots");
    let mut base = match Repository::find(global)?.accepted(session.parser()) {
        Ok(base) => base,
        Err(Error::NoRepository { .. } | Error::Revision { .. }) => {
            folder(&snapshots, "a project without a commit")?
        }
        Err(error) => return Err(error),
    };
    // Groups whose committed values are not those of the last commit.
    let mut accepted: BTreeSet<(String, Group)> = BTreeSet::new();
    let results = pending.keys().filter_map(|name| {
        let committed = store.committed(name).ok().flatten()?.results();
        let before = base.results.get(name);
        let before: BTreeMap<&Group, &[Row]> = before
            .into_iter()
            .flat_map(MetricResults::series)
            .filter_map(|rows| Some((&rows.first()?.group, rows)))
            .collect();
        for rows in committed.series() {
            let Some(first) = rows.first() else { continue };
            if before.get(&first.group) != Some(&rows) {
                accepted.insert((name.clone(), first.group.clone()));
            }
        }
        Some((name.clone(), committed))
    });
    base.results = results.collect();
    let results = pending.values().flatten().map(|new| (new.metric.clone(), new.results()));
    let Project { root, files, catalog, .. } = project;
    let inputs = store.newest_inputs()?;
    let definitions = (files, Some(catalog));
    let head =
        ProjectRevision::here("what is pending", &root, definitions, results.collect(), inputs);
    let mut diff = compare(&base, &head, session)?;
    diff.metrics.retain(|changed| pending.contains_key(&changed.metric));
    for changed in &mut diff.metrics {
        let metric = &changed.metric;
        let of =
            |series: &&mut SeriesChange| accepted.contains(&(metric.clone(), series.group.clone()));
        for value in changed.series.iter_mut().filter(of).flat_map(|series| &mut series.values) {
            let why = "other values were accepted since the last commit".to_owned();
            value.cause = Cause::NotAttributable(why);
        }
    }
    let changed = diff.metrics.into_iter().map(|changed| (changed.metric.clone(), changed));
    let changed = changed.collect();
    Ok(Causes { base, head, changed })
}
