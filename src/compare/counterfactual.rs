//! The definitions of one state over the data of the other.

use std::collections::{BTreeMap, BTreeSet};

use super::{ProjectRevision, data};
use crate::session::Session;
use goodhart_core::error::Error;
use goodhart_core::plan;
use goodhart_core::result::MetricResults;
use goodhart_core::result::diff::{ChangedInput, Diff, Presence, Revision, moved};
use goodhart_engine::evaluate::{Evaluation, evaluate};

/// What is to be evaluated.
#[derive(Debug, Default)]
pub struct ChangedMetrics {
    /// Metrics whose values changed and whose definition and data moved, by their ids in the base
    /// and in the head.
    pub both: BTreeMap<String, String>,
    /// Metrics whose values and definition changed, whatever the data did.
    pub definition: BTreeMap<String, String>,
}

impl ChangedMetrics {
    pub fn is_empty(&self) -> bool {
        self.definition.is_empty()
    }
}

/// Results by metric, or why there are none.
type Results = BTreeMap<String, Result<MetricResults, String>>;

/// What a comparison needs to know about causes.
pub fn wanted(plain: &Diff, base: &Revision<'_>, head: &Revision<'_>) -> ChangedMetrics {
    let mut wanted = ChangedMetrics::default();
    for metric in plain.metrics.iter().filter(|metric| !metric.is_unmoved()) {
        let new = &metric.metric;
        let old = match &metric.presence {
            Presence::Renamed { from } => from,
            Presence::Both => new,
            Presence::Added | Presence::Removed => continue,
        };
        let moved = moved(base, head, old, new);
        if moved == ChangedInput::Both {
            wanted.both.insert(old.clone(), new.clone());
        }
        if matches!(moved, ChangedInput::Both | ChangedInput::Definition) {
            wanted.definition.insert(old.clone(), new.clone());
        }
    }
    wanted
}

/// V(old, new), by the id in the base.
pub fn old_over_new(
    base: &ProjectRevision,
    head: &ProjectRevision,
    wanted: &ChangedMetrics,
    session: &Session<'_>,
) -> Result<Results, Error> {
    let ids = wanted.both.keys().cloned().collect();
    over(base, head, ids, session)
}

/// V(new, old), by the id in the base.
pub fn new_over_old(
    base: &ProjectRevision,
    head: &ProjectRevision,
    wanted: &ChangedMetrics,
    session: &Session<'_>,
) -> Result<Results, Error> {
    let ids = wanted.both.values().cloned().collect();
    let mut found = over(head, base, ids, session)?;
    let by_old = wanted.both.iter();
    Ok(by_old.filter_map(|(old, new)| Some((old.clone(), found.remove(new)?))).collect())
}

/// The definitions of one state over the data of another, at its as-of.
fn over(
    definitions: &ProjectRevision,
    data: &ProjectRevision,
    ids: BTreeSet<String>,
    session: &Session<'_>,
) -> Result<Results, Error> {
    if ids.is_empty() {
        return Ok(Results::new());
    }
    let all =
        |why: String| -> Results { ids.iter().map(|id| (id.clone(), Err(why.clone()))).collect() };
    let Some((catalog, files)) = definitions.definitions() else {
        let name = &definitions.provenance.name;
        return Ok(all(format!("the definitions of {name} have errors")));
    };
    let root = match data::of(data, session) {
        Ok(root) => root,
        Err(why) => return Ok(all(why)),
    };
    let plan = plan::build(catalog, &ids);
    let mut request = session.request(root);
    request.as_of = data.as_of();
    let Evaluation { results, skipped, .. } = evaluate(catalog, &plan, files, &request)?;
    let mut found: Results =
        results.metrics.into_iter().map(|results| (results.metric.clone(), Ok(results))).collect();
    let (by, over) = (&definitions.provenance.name, &data.provenance.name);
    for id in ids {
        found.entry(id.clone()).or_insert_with(|| {
            let why = skipped.get(&id).map_or("it has no results", String::as_str);
            Err(format!(
                "the definition of {by} cannot be evaluated over the data of {over}: {why}"
            ))
        });
    }
    Ok(found)
}
