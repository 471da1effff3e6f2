//! The single subjects of metrics, for telling which of them a change of a definition touched.

use std::collections::{BTreeMap, BTreeSet};

use super::{Request, Run, open, sources};
use goodhart_core::diagnostic::Files;
use goodhart_core::error::Error;
use goodhart_core::measure::Cell;
use goodhart_core::plan::{Columns, Plan, Scan, Timeline, contributions};
use goodhart_core::project::catalog::Catalog;

/// What each subject of a metric contributes, as a hash; equal ones contribute the same.
pub type Contributions = BTreeMap<String, String>;

/// The subjects of every metric over rows in a plan, by metric; or why they cannot be told. Of those
/// that are `deep`, groups and values count too, and not only the time.
///
/// # Errors
/// As [`evaluate`](super::evaluate).
pub fn subjects(
    catalog: &Catalog,
    plan: &Plan,
    files: &Files,
    request: &Request<'_>,
    deep: &BTreeSet<String>,
) -> Result<BTreeMap<String, Result<Contributions, String>>, Error> {
    let data = sources::locate(catalog, plan, request);
    let engine = open(catalog, request, &data)?;
    let mut run = Run::start(catalog, plan, files, request, &engine, data)?;
    let mut found = BTreeMap::new();
    let Some(timeline) = run.timeline()? else {
        return Ok(found);
    };
    run.build_derived(true);
    for scan in &plan.scans {
        let Some(prepared) = run.prepare_sound(scan, &timeline)? else {
            continue;
        };
        for metric in &prepared.scan.metrics {
            let alone = prepared.scan.part(catalog, |id| id == metric.id);
            let contributions = run.contributions(&alone, &timeline, deep.contains(&metric.id));
            found.insert(metric.id.clone(), contributions);
        }
    }
    for (id, why) in run.skipped {
        found.entry(id).or_insert(Err(why));
    }
    Ok(found)
}

impl Run<'_> {
    fn contributions(
        &self,
        scan: &Scan,
        timeline: &Timeline,
        deep: bool,
    ) -> Result<Contributions, String> {
        let sql = contributions(scan, &Columns::of(scan), timeline, deep);
        let rows = self.charged(scan, || self.engine.query(sql.text()));
        // The message of a query over sensitive rows may show one.
        let rows = rows.map_err(|failure| failure.discreet(self.is_guarded(scan)).message)?;
        let pair = |row: &Vec<Cell>| match (row.first(), row.get(1)) {
            (Some(Cell::Text(subject)), Some(Cell::Text(hash))) => {
                Some((subject.clone(), hash.clone()))
            }
            _ => None,
        };
        Ok(rows.iter().filter_map(pair).collect())
    }
}
