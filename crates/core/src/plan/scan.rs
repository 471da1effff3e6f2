//! A scan: one population, read once for all the metrics that measure it.

use crate::measure::{Aggregate, aggregates};
use crate::project::catalog::{Catalog, Metric};
use crate::project::definition::metric::PopulationTable;

/// A metric's part in a scan.
#[derive(Debug, Clone)]
pub struct ScanMetric {
    pub id: String,
    /// The metric's sets of segments, as indices into [`Scan::sets`].
    pub sets: Vec<usize>,
}

/// One population and everything that is computed from it in one statement.
#[derive(Debug, Clone)]
pub struct Scan {
    pub population: PopulationTable,
    pub metrics: Vec<ScanMetric>,
    /// The segments that any metric breaks down by.
    pub segments: Vec<String>,
    /// Distinct sets of segments, as ascending indices into `segments`.
    pub sets: Vec<Vec<usize>>,
    pub aggregates: Vec<Aggregate>,
    /// How many periods before the window are needed too.
    pub lookback: u32,
    /// The sources that the population and the measures read.
    pub reads: Vec<String>,
}

impl Scan {
    pub fn new(population: &PopulationTable) -> Self {
        Self {
            population: population.clone(),
            metrics: Vec::new(),
            segments: Vec::new(),
            sets: Vec::new(),
            aggregates: Vec::new(),
            lookback: 0,
            reads: Vec::new(),
        }
    }

    /// A population without `at` is a stock: it is evaluated at the end of every period.
    pub fn is_stock(&self) -> bool {
        self.population.at.is_none()
    }

    /// What makes two populations the same: the SQL and what it is said to yield. The segments
    /// do not matter, a scan has all of them.
    pub fn key(population: &PopulationTable) -> (String, String, Option<String>) {
        (
            population.sql.as_str().trim().to_owned(),
            population.subject.to_string(),
            population.at.as_ref().map(ToString::to_string),
        )
    }

    /// Adds what a metric wants to know of the population, for `lookback` more periods.
    pub fn add(&mut self, metric: &Metric, aggregates: Vec<Aggregate>, lookback: u32) {
        let sets = metric.breakdown.iter().map(|set| self.set(set)).collect();
        self.reads.extend(metric.reads.iter().cloned());
        self.reads.sort();
        self.reads.dedup();
        for aggregate in aggregates {
            if !self.aggregates.iter().any(|known| known.same(&aggregate)) {
                self.aggregates.push(aggregate);
            }
        }
        self.lookback = self.lookback.max(lookback);
        self.metrics.push(ScanMetric { id: metric.id.clone(), sets });
    }

    /// The scan of some of its metrics, over as many periods.
    pub fn part(&self, catalog: &Catalog, is_in: impl Fn(&str) -> bool) -> Self {
        let metrics: Vec<&Metric> = self
            .metrics
            .iter()
            .filter(|metric| is_in(&metric.id))
            .filter_map(|metric| catalog.metrics.get(&metric.id))
            .collect();
        // Of the first metric, so that what is wrong with the population is shown in its file.
        let first = metrics.first().and_then(|metric| metric.definition.population.as_ref());
        let mut part = Self::new(first.unwrap_or(&self.population));
        for metric in metrics {
            part.add(metric, aggregates(&metric.definition.measure), self.lookback);
        }
        part
    }

    fn set(&mut self, names: &[String]) -> usize {
        let mut indices: Vec<usize> = names
            .iter()
            .map(|name| {
                self.segments.iter().position(|known| known == name).unwrap_or_else(|| {
                    self.segments.push(name.clone());
                    self.segments.len() - 1
                })
            })
            .collect();
        indices.sort_unstable();
        self.sets.iter().position(|known| *known == indices).unwrap_or_else(|| {
            self.sets.push(indices);
            self.sets.len() - 1
        })
    }
}
