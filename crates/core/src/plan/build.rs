//! Catalog and selection → [`Plan`].

use std::collections::{BTreeMap, BTreeSet};

use super::scan::Scan;
use crate::graph::topological_order;
use crate::measure;
use crate::project::catalog::{Catalog, Metric};
use crate::project::definition::measure::MeasureTable;
use crate::project::definition::project::AsOf;
use crate::project::definition::source::Format;

/// What is done in which order.
#[derive(Debug, Clone)]
pub struct Plan {
    /// The metrics that were asked for.
    pub chosen: BTreeSet<String>,
    /// The chosen metrics and their parts; a metric comes after its parts.
    pub metrics: Vec<String>,
    /// Sources in an order in which each comes after what it reads.
    pub sources: Vec<SourceStep>,
    pub scans: Vec<Scan>,
}

/// A source that is needed, and how it is made ready.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceStep {
    pub id: String,
    pub materialise: Materialise,
    /// How many scans and derived sources read it.
    pub readers: usize,
}

/// How a source is made ready for queries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Materialise {
    /// Read from its files once, typed.
    Load,
    /// Parquet: scanned by each query, which reads only the columns it needs.
    Lazy,
    /// Derived with one reader: part of that reader's query.
    Inline,
    /// Derived with several readers: built once.
    Once,
    /// Derived with several readers and dependent on the as-of: built once per instant.
    PerInstant,
}

impl Materialise {
    pub fn describe(self) -> &'static str {
        match self {
            Self::Load => "loaded once, typed",
            Self::Lazy => "scanned lazily",
            Self::Inline => "inlined into its one reader",
            Self::Once => "built once",
            Self::PerInstant => "built once per instant",
        }
    }
}

/// Plans the evaluation of `chosen`, which must be ids of the catalog.
pub fn build(catalog: &Catalog, chosen: &BTreeSet<String>) -> Plan {
    let metrics = with_parts(catalog, chosen);
    let lookback = lookback(catalog, &metrics);
    let scans = scans(catalog, &metrics, &lookback);
    let as_of = match &catalog.settings.as_of {
        AsOf::Newest { source, .. } => Some(source.as_str()),
        AsOf::Fixed(_) => None,
    };
    let sources = sources(catalog, &scans, as_of);
    Plan { chosen: chosen.clone(), metrics, sources, scans }
}

impl Plan {
    /// The part of the plan for some of the `chosen` metrics, at an as-of that is known, with some
    /// of the `sources` whether these metrics read them or not. All of it is in the order that it
    /// had, and scans go as far back.
    pub fn part(
        &self,
        catalog: &Catalog,
        chosen: &BTreeSet<String>,
        sources: &BTreeSet<String>,
    ) -> Self {
        let needed: BTreeSet<String> = with_parts(catalog, chosen).into_iter().collect();
        let scans = self.scans.iter().map(|scan| scan.part(catalog, |id| needed.contains(id)));
        let scans: Vec<Scan> = scans.filter(|scan| !scan.metrics.is_empty()).collect();
        let mut read: BTreeMap<String, SourceStep> = self::sources(catalog, &scans, None)
            .into_iter()
            .map(|step| (step.id.clone(), step))
            .collect();
        let steps = self.sources.iter().filter_map(|step| {
            let read = read.remove(&step.id);
            if sources.contains(&step.id) { Some(step.clone()) } else { read }
        });
        Self {
            chosen: chosen.clone(),
            metrics: self.metrics.iter().filter(|id| needed.contains(*id)).cloned().collect(),
            sources: steps.collect(),
            scans,
        }
    }

    /// Whether nothing is to be done.
    pub fn is_empty(&self) -> bool {
        self.metrics.is_empty() && self.sources.is_empty()
    }
}

/// The chosen metrics and everything that they are computed from, parts first.
fn with_parts(catalog: &Catalog, chosen: &BTreeSet<String>) -> Vec<String> {
    let chosen = chosen.iter().map(String::as_str);
    let (sorted, _) = topological_order(chosen, |id| catalog.parts(id));
    sorted.into_iter().map(str::to_owned).collect()
}

/// How many periods before its own a metric looks at its parts.
pub fn reach(metric: &Metric) -> u32 {
    match &metric.definition.measure {
        MeasureTable::Change(change) => change.periods.map_or(1, |periods| periods.value),
        _ => 0,
    }
}

/// How many periods before the window each metric is needed for.
fn lookback<'a>(catalog: &Catalog, metrics: &'a [String]) -> BTreeMap<&'a str, u32> {
    let mut lookback: BTreeMap<&str, u32> = metrics.iter().map(|id| (id.as_str(), 0)).collect();
    for id in metrics.iter().rev() {
        let Some(metric) = catalog.metrics.get(id) else {
            continue;
        };
        let own = lookback[id.as_str()];
        let back = reach(metric);
        for part in &metric.parts {
            if let Some(needed) = lookback.get_mut(part.as_str()) {
                *needed = (*needed).max(own.saturating_add(back));
            }
        }
    }
    lookback
}

fn scans(catalog: &Catalog, metrics: &[String], lookback: &BTreeMap<&str, u32>) -> Vec<Scan> {
    let mut scans: Vec<Scan> = Vec::new();
    let mut by_key = BTreeMap::new();
    for id in metrics {
        let Some(metric) = catalog.metrics.get(id) else {
            continue;
        };
        let Some(population) = &metric.definition.population else {
            continue;
        };
        let index = *by_key.entry(Scan::key(population)).or_insert_with(|| {
            scans.push(Scan::new(population));
            scans.len() - 1
        });
        scans[index].add(
            metric,
            measure::aggregates(&metric.definition.measure),
            lookback.get(id.as_str()).copied().unwrap_or(0),
        );
    }
    scans
}

/// The sources that the scans need, directly or through derived sources, and the one that the
/// `as_of` comes from.
fn sources<'a>(catalog: &'a Catalog, scans: &'a [Scan], as_of: Option<&'a str>) -> Vec<SourceStep> {
    let mut readers: BTreeMap<&str, usize> = BTreeMap::new();
    let mut roots: Vec<&str> = as_of.into_iter().collect();
    for scan in scans {
        for source in &scan.reads {
            *readers.entry(source).or_default() += 1;
            roots.push(source);
        }
    }
    let (sorted, _) = topological_order(roots, |id| catalog.reads(id));
    for read in sorted.iter().flat_map(|id| catalog.reads(id)) {
        *readers.entry(read).or_default() += 1;
    }
    sorted
        .into_iter()
        .filter_map(|id| {
            let source = catalog.sources.get(id)?;
            let readers = readers.get(id).copied().unwrap_or(0);
            let materialise = match source.definition.format.value {
                Format::Parquet => Materialise::Lazy,
                Format::Csv | Format::Json | Format::Ndjson => Materialise::Load,
                Format::Derived if readers <= 1 => Materialise::Inline,
                Format::Derived if source.clocked => Materialise::PerInstant,
                Format::Derived => Materialise::Once,
            };
            Some(SourceStep { id: id.to_owned(), materialise, readers })
        })
        .collect()
}
