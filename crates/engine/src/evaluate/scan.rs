//! Running the scans of a plan.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::Run;
use super::prepare::PreparedScan;
use super::rows::{self, Figures};
use crate::SqlFailure;
use goodhart_core::diagnostic::{Diagnostic, codes};
use goodhart_core::error::Error;
use goodhart_core::plan::{Columns, MappedSql, Scan, Timeline, forced, statement};
use goodhart_core::result::Period;

impl Run<'_> {
    /// Runs all scans at all their instants. Metrics whose scan cannot run are skipped.
    pub(super) fn scan_all(
        &mut self,
        timeline: &Timeline,
    ) -> Result<BTreeMap<String, Figures>, Error> {
        let plan = self.plan;
        let mut prepared = Vec::new();
        for scan in &plan.scans {
            prepared.extend(self.prepare_sound(scan, timeline)?);
        }
        let mut jobs: Vec<(Timestamp, usize, Option<Period>)> = Vec::new();
        for (index, scan) in prepared.iter().enumerate() {
            if scan.scan.is_stock() {
                jobs.extend(
                    scan.timeline
                        .periods
                        .iter()
                        .map(|period| (period.end.min(timeline.as_of), index, Some(*period))),
                );
            } else {
                jobs.push((timeline.as_of, index, None));
            }
        }
        // By instant, so that what depends on the as-of is built once for each.
        jobs.sort();
        let mut figures: BTreeMap<String, Figures> = BTreeMap::new();
        let mut broken: BTreeSet<usize> = BTreeSet::new();
        let mut now = Some(timeline.as_of);
        for (done, (instant, index, period)) in jobs.iter().enumerate() {
            if now != Some(*instant) {
                self.engine.set_as_of(*instant, timeline.grain)?;
                let reads = jobs
                    .iter()
                    .filter(|(at, ..)| at == instant)
                    .flat_map(|(_, index, _)| prepared[*index].scan.reads.iter());
                let needed = self.catalog.with_inputs(reads.map(String::as_str));
                let needed = needed.into_iter().map(str::to_owned).collect();
                self.rebuild(&needed);
                now = Some(*instant);
            }
            if broken.contains(index) {
                continue;
            }
            let scan = &prepared[*index];
            let names: Vec<&str> = scan.scan.metrics.iter().map(|m| m.id.as_str()).collect();
            let what = format!("evaluating {}", names.join(", "));
            self.request.progress.step(&what, done, jobs.len());
            if self.engine.is_exhausted() {
                broken.insert(*index);
                for name in names.into_iter().map(str::to_owned).collect::<Vec<_>>() {
                    figures.remove(&name);
                    self.give_up(&name, "the time of the run was up", Vec::new());
                }
                continue;
            }
            match (self.run_scan(scan, *period, &mut figures), names.as_slice()) {
                (Ok(()), _) => continue,
                (Err(diagnostics), [only]) => {
                    let only = (*only).to_owned();
                    figures.remove(&only);
                    self.give_up(&only, "its SQL failed", diagnostics);
                    broken.insert(*index);
                    continue;
                }
                (Err(_), _) => {}
            }
            match self.without_failing(scan, *period, timeline, &mut figures)? {
                Some(rest) => prepared[*index] = rest,
                None => drop(broken.insert(*index)),
            }
        }
        for scan in &prepared {
            for metric in &scan.scan.metrics {
                if !self.skipped.contains_key(&metric.id) {
                    figures.entry(metric.id.clone()).or_default();
                }
            }
        }
        Ok(figures)
    }

    /// The statements of the scans; of a stock, the one of its last period.
    pub(super) fn explain_scans(
        &mut self,
        timeline: &Timeline,
    ) -> Result<Vec<super::ScanExplanation>, Error> {
        let plan = self.plan;
        let mut explained = Vec::new();
        for scan in &plan.scans {
            let Some(prepared) = self.prepare_sound(scan, timeline)? else {
                continue;
            };
            let scan = &prepared.scan;
            let last = prepared.timeline.periods.last().copied();
            let stock = last.filter(|_| scan.is_stock());
            let what = if scan.is_stock() {
                match prepared.timeline.periods.len() {
                    1 => "stock: at one instant".to_owned(),
                    count => format!("stock: at each of {count} instants"),
                }
            } else {
                "flow: once".to_owned()
            };
            let (sql, _) =
                statement(scan, &prepared.columns, &prepared.kinds, &prepared.timeline, stock);
            let metrics = scan.metrics.iter().map(|metric| metric.id.clone()).collect();
            explained.push((metrics, what, sql.text().to_owned()));
        }
        Ok(explained)
    }

    /// After a scan failed on the rows: runs each of its metrics alone, reports those that fail,
    /// and returns the scan of the others.
    fn without_failing(
        &mut self,
        failed: &PreparedScan,
        stock: Option<Period>,
        timeline: &Timeline,
        figures: &mut BTreeMap<String, Figures>,
    ) -> Result<Option<PreparedScan>, Error> {
        let mut sound = BTreeSet::new();
        for metric in &failed.scan.metrics {
            let alone =
                self.prepare(failed.scan.part(self.catalog, |id| id == metric.id), timeline)?;
            let run = alone.map_err(|(_, diagnostics)| diagnostics);
            match run.and_then(|alone| self.run_scan(&alone, stock, figures)) {
                Ok(()) => drop(sound.insert(metric.id.clone())),
                Err(diagnostics) => {
                    figures.remove(&metric.id);
                    self.give_up(&metric.id, "its SQL failed", diagnostics);
                }
            }
        }
        if sound.is_empty() {
            return Ok(None);
        }
        Ok(self.prepare(failed.scan.part(self.catalog, |id| sound.contains(id)), timeline)?.ok())
    }

    fn run_scan(
        &self,
        prepared: &PreparedScan,
        stock: Option<Period>,
        figures: &mut BTreeMap<String, Figures>,
    ) -> Result<(), Vec<Diagnostic>> {
        let scan = &prepared.scan;
        let (sql, shape) =
            statement(scan, &prepared.columns, &prepared.kinds, &prepared.timeline, stock);
        let result = self
            .charged(scan, || self.engine.query(sql.text()))
            .map_err(|failure| vec![self.blame(scan, &prepared.columns, &sql, &failure)])?;
        rows::collect(self.catalog, scan, &shape, &prepared.timeline, &result, figures)
    }

    /// A failure on the rows, at the piece of SQL that fails alone where the engine names none:
    /// the population, an expression, or the measure that aggregates them.
    fn blame(
        &self,
        scan: &Scan,
        columns: &Columns,
        whole: &MappedSql,
        failure: &SqlFailure,
    ) -> Diagnostic {
        let guarded = self.is_guarded(scan);
        let failure = failure.clone().discreet(guarded);
        let place = failure.place.and_then(|(at, length)| whole.locate(self.files, at, length));
        if place.is_some() || failure.stop().is_some() {
            return failure.diagnostic(
                &codes::SQL_ERROR,
                whole,
                self.files,
                scan.population.sql.span,
            );
        }
        let pieces = std::iter::once((Columns::default(), scan.population.sql.span))
            .chain(columns.expressions().iter().map(|e| (Columns::single(e), e.span)));
        for (columns, span) in pieces {
            let sql = forced(scan, &columns);
            if let Err(failure) = self.engine.query(sql.text()) {
                let failure = failure.discreet(guarded);
                return failure.diagnostic(&codes::SQL_ERROR, &sql, self.files, span);
            }
        }
        let metric = scan.metrics.first().and_then(|metric| self.catalog.metrics.get(&metric.id));
        let (id, span) = metric.map_or(("", scan.population.sql.span), |metric| {
            (metric.id.as_str(), metric.definition.measure.span())
        });
        // What follows names a column of the generated statement.
        let message = failure.message.split(" when casting from").next().unwrap_or_default();
        Diagnostic::new(&codes::NOT_COMPUTABLE, format!("metric `{id}`: {message}"))
            .at(span, "aggregated here")
            .help("a number beyond any ceiling is usually a wrong unit or a wrong join")
    }
}
