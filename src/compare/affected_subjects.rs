//! The subjects that a change of a definition touched: those of the old and of the new definition
//! over the new data, side by side.

use std::collections::{BTreeMap, BTreeSet};

use super::counterfactual::ChangedMetrics;
use super::{ProjectRevision, data};
use crate::session::Session;
use goodhart_core::error::Error;
use goodhart_core::plan;
use goodhart_core::project::catalog::{Catalog, Metric};
use goodhart_core::result::diff::{AffectedSubjects, Subjects};
use goodhart_engine::evaluate::{Contributions, subjects};

/// How many subjects of a kind are named.
const NAMED: usize = 5;

/// The affected_subjects of every metric whose definition moved, by its id in the head; or why there are
/// none. Composed metrics have no subjects of their own.
pub fn affected_subjects(
    base: &ProjectRevision,
    head: &ProjectRevision,
    wanted: &ChangedMetrics,
    session: &Session<'_>,
) -> Result<BTreeMap<String, Result<AffectedSubjects, String>>, Error> {
    let mut found = BTreeMap::new();
    let (Some((before, old_files)), Some((after, new_files))) =
        (base.definitions(), head.definitions())
    else {
        return Ok(found);
    };
    let pairs: Vec<(&Metric, &Metric)> = wanted
        .definition
        .iter()
        .filter_map(|(old, new)| Some((before.metrics.get(old)?, after.metrics.get(new)?)))
        .filter(|(old, new)| {
            old.definition.population.is_some() && new.definition.population.is_some()
        })
        .collect();
    if pairs.is_empty() {
        return Ok(found);
    }
    let root = match data::of(head, session) {
        Ok(root) => root,
        Err(why) => {
            return Ok(pairs
                .into_iter()
                .map(|(_, new)| (new.id.clone(), Err(why.clone())))
                .collect());
        }
    };
    let deep = pairs.iter().filter(|(old, new)| is_comparable(old, new));
    let deep: (BTreeSet<String>, BTreeSet<String>) =
        deep.map(|(old, new)| (old.id.clone(), new.id.clone())).unzip();
    let ask = |catalog: &Catalog, files, ids: BTreeSet<String>, deep| {
        let plan = plan::build(catalog, &ids);
        let mut request = session.request(root);
        request.as_of = head.as_of();
        subjects(catalog, &plan, files, &request, deep)
    };
    let old = pairs.iter().map(|(old, _)| old.id.clone()).collect();
    let new = pairs.iter().map(|(_, new)| new.id.clone()).collect();
    let mut old = ask(before, old_files, old, &deep.0)?;
    let mut new = ask(after, new_files, new, &deep.1)?;
    for (before_metric, metric) in pairs {
        let missing = || Err("its subjects cannot be told".to_owned());
        let pair = old
            .remove(&before_metric.id)
            .unwrap_or_else(missing)
            .and_then(|old| Ok((old, new.remove(&metric.id).unwrap_or_else(missing)?)));
        let guarded =
            before_metric.is_guarded(&before.sources) || metric.is_guarded(&after.sources);
        let affected_subjects = pair.map(|(old, new)| {
            let name = |subject: &str| match (&session.environment.pseudonym_key, guarded) {
                (_, false) => Some(subject.to_owned()),
                (Ok(key), true) => Some(format!("subject-{}", key.digits("subject", subject, 10))),
                (Err(_), true) => None,
            };
            between(&old, &new, &name)
        });
        found.insert(metric.id.clone(), affected_subjects);
    }
    Ok(found)
}

/// Whether groups and values of the two definitions mean the same things.
fn is_comparable(old: &Metric, new: &Metric) -> bool {
    let (before, after) = (&old.definition.measure, &new.definition.measure);
    before.kind() == after.kind()
        && before.expressions().len() == after.expressions().len()
        && old.segments() == new.segments()
}

fn between(
    old: &Contributions,
    new: &Contributions,
    name: &dyn Fn(&str) -> Option<String>,
) -> AffectedSubjects {
    let only = |these: &Contributions, those: &Contributions| {
        these.keys().filter(|subject| !those.contains_key(*subject)).cloned().collect()
    };
    let changed =
        new.iter().filter(|(subject, now)| old.get(*subject).is_some_and(|before| before != *now));
    let changed = changed.map(|(subject, _)| subject.clone()).collect();
    AffectedSubjects {
        entered: some(only(new, old), name),
        left: some(only(old, new), name),
        changed: some(changed, name),
    }
}

fn some(subjects: Vec<String>, name: &dyn Fn(&str) -> Option<String>) -> Subjects {
    let count = subjects.len() as u64;
    let mut first: Vec<String> = subjects.iter().filter_map(|subject| name(subject)).collect();
    // An order by what is hidden would tell something of it.
    first.sort();
    first.truncate(NAMED);
    Subjects { count, first }
}
