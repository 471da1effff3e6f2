//! Figures → the results of all metrics, whatever else is evaluated with them.

use std::collections::{BTreeMap, BTreeSet};

use super::{Run, compose, rows};
use goodhart_core::error::Error;
use goodhart_core::plan::{Plan, Timeline, reach};
use goodhart_core::project::catalog::Catalog;
use goodhart_core::result::MetricResults;

impl Run<'_> {
    /// Runs the scans, and turns what they yield into the results of all metrics of the plan, with
    /// the periods before the window that were needed.
    pub(super) fn results(
        &mut self,
        timeline: &Timeline,
    ) -> Result<BTreeMap<String, MetricResults>, Error> {
        let (catalog, plan) = (self.catalog, self.plan);
        let mut figures = self.scan_all(timeline)?;
        self.refuse_changed(&mut figures);
        // By metric and by how far back it is looked at. Which groups a metric has depends on that,
        // so it must not be further than for this metric alone.
        let mut found: BTreeMap<(&str, u32), MetricResults> = BTreeMap::new();
        let depths = depths(catalog, plan);
        for (id, depths) in plan.metrics.iter().zip(depths) {
            let Some(metric) = catalog.metrics.get(id) else { continue };
            let mut own = figures.remove(id);
            for depth in depths.into_iter().rev() {
                let figures = if metric.definition.measure.is_composed() {
                    let below = depth.saturating_add(reach(metric));
                    match compose::compose(metric, |part| found.get(&(part, below)), timeline) {
                        Ok(figures) => figures,
                        Err(reason) => {
                            self.skipped.insert(id.clone(), reason);
                            break;
                        }
                    }
                } else if let Some(own) = &mut own {
                    let reached = timeline.extended(depth);
                    let reached = reached.map_err(|error| Error::Usage(error.to_string()))?;
                    let first = reached.periods.first().map(|period| period.start);
                    own.retain(|(period, ..)| Some(period.start) >= first);
                    own.clone()
                } else {
                    break;
                };
                let min_n = catalog.settings.min_n;
                found.insert((id, depth), rows::finish(metric, figures, timeline, min_n));
            }
        }
        Ok(with_lookback(found, timeline))
    }
}

/// How many periods before the window each metric of a plan is looked at: not at all for itself, and
/// further for those that look back.
fn depths(catalog: &Catalog, plan: &Plan) -> Vec<BTreeSet<u32>> {
    let mut depths: BTreeMap<&str, BTreeSet<u32>> =
        plan.metrics.iter().map(|id| (id.as_str(), BTreeSet::from([0]))).collect();
    for id in plan.metrics.iter().rev() {
        let Some(metric) = catalog.metrics.get(id) else { continue };
        let own = depths.get(id.as_str()).cloned().unwrap_or_default();
        for part in &metric.parts {
            if let Some(depths) = depths.get_mut(part.as_str()) {
                depths.extend(own.iter().map(|depth| depth.saturating_add(reach(metric))));
            }
        }
    }
    plan.metrics.iter().map(|id| depths.remove(id.as_str()).unwrap_or_default()).collect()
}

/// The results of each metric for itself, with the rows before the window that others looked at.
fn with_lookback(
    found: BTreeMap<(&str, u32), MetricResults>,
    timeline: &Timeline,
) -> BTreeMap<String, MetricResults> {
    let first = timeline.periods.first().map(|period| period.start);
    let mut metrics: BTreeMap<String, MetricResults> = BTreeMap::new();
    // The deepest comes last of its metric.
    for ((id, depth), mut results) in found {
        if depth > 0 {
            results.rows.retain(|row| Some(row.period.start) < first);
        }
        match metrics.get_mut(id) {
            None => drop(metrics.insert(id.to_owned(), results)),
            Some(known) => {
                known.rows.retain(|row| Some(row.period.start) >= first);
                known.rows.extend(results.rows);
                known.sort();
            }
        }
    }
    metrics
}
