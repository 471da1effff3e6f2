//! Running the scans of a plan.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::Run;
use super::rows::{self, Figures};
use crate::definition::read::Sql;
use crate::definition::source::Format;
use crate::diagnostic::{Diagnostic, codes};
use crate::engine::{SqlFailure, Verified, column_kind};
use crate::error::Error;
use crate::measure::{Aggregate, Cell};
use crate::plan::{
    ColumnKind, Columns, Composed, Scan, Timeline, probe, statement, subject_repeats,
    subject_unique,
};
use crate::result::Period;

/// A scan that was checked and can run.
struct Prepared<'a> {
    scan: &'a Scan,
    columns: Columns,
    kinds: Vec<ColumnKind>,
    /// With the lookback of its metrics.
    timeline: Timeline,
}

impl Run<'_> {
    /// Runs all scans at all their instants. Metrics whose scan cannot run are skipped.
    pub(super) fn scan_all(
        &mut self,
        timeline: &Timeline,
    ) -> Result<BTreeMap<String, Figures>, Error> {
        let plan = self.plan;
        let mut prepared = Vec::new();
        for scan in &plan.scans {
            match self.prepare(scan, timeline)? {
                Ok(scan) => prepared.push(scan),
                Err((reason, diagnostics)) => {
                    self.diagnostics.extend(diagnostics);
                    for metric in &scan.metrics {
                        self.skipped.insert(metric.id.clone(), reason.clone());
                    }
                }
            }
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
                self.engine.set_as_of(*instant)?;
                let reads = jobs
                    .iter()
                    .filter(|(at, ..)| at == instant)
                    .flat_map(|(_, index, _)| prepared[*index].scan.reads.iter());
                let needed: BTreeSet<String> = self
                    .with_inputs(reads.map(String::as_str))
                    .into_iter()
                    .map(str::to_owned)
                    .collect();
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
            if let Err(diagnostics) = self.run_scan(scan, *period, &mut figures) {
                broken.insert(*index);
                self.diagnostics.extend(diagnostics);
                for metric in &scan.scan.metrics {
                    figures.remove(&metric.id);
                    self.skipped.insert(metric.id.clone(), "its SQL failed".to_owned());
                }
            }
        }
        self.engine.set_as_of(timeline.as_of)?;
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
    ) -> Result<Vec<super::Explained>, Error> {
        let plan = self.plan;
        let mut explained = Vec::new();
        for scan in &plan.scans {
            let prepared = match self.prepare(scan, timeline)? {
                Ok(prepared) => prepared,
                Err((_, diagnostics)) => {
                    self.diagnostics.extend(diagnostics);
                    continue;
                }
            };
            let last = prepared.timeline.periods.last().copied();
            let stock = last.filter(|_| scan.is_stock());
            let what = if scan.is_stock() {
                format!("stock: once for each of {} instants", prepared.timeline.periods.len())
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

    fn prepare<'s>(
        &self,
        scan: &'s Scan,
        timeline: &Timeline,
    ) -> Result<Result<Prepared<'s>, (String, Vec<Diagnostic>)>, Error> {
        if let Some(source) = scan.reads.iter().find(|read| self.failed.contains(*read)) {
            return Ok(Err((format!("source `{source}` is not to be had"), Vec::new())));
        }
        let columns = Columns::of(scan);
        let timeline =
            timeline.extended(scan.lookback).map_err(|error| Error::Usage(error.to_string()))?;
        let checked = self.check_types(scan, &columns);
        Ok(match checked {
            Ok(kinds) => match self.check_subjects(scan) {
                Some(diagnostic) => Err(("subjects repeat".to_owned(), vec![diagnostic])),
                None => Ok(Prepared { scan, columns, kinds, timeline }),
            },
            Err(diagnostics) => Err(("its SQL is wrong".to_owned(), diagnostics)),
        })
    }

    /// Binds the population and every expression, and checks what their types must be.
    fn check_types(
        &self,
        scan: &Scan,
        columns: &Columns,
    ) -> Result<Vec<ColumnKind>, Vec<Diagnostic>> {
        let population = &scan.population;
        self.gate(&population.sql, population.sql.as_str(), 0)?;
        for expression in columns.expressions() {
            let query = format!("select ({}\n)", expression.as_str());
            self.gate(expression, &query, "select (".len())?;
        }
        let sql = probe(scan, columns);
        let described = match self.engine.describe(sql.text()) {
            Ok(described) => described,
            Err(failure) => return Err(self.bind_errors(scan, columns, &sql, &failure)),
        };
        let (own, expressions) =
            described.split_at(described.len().saturating_sub(columns.expressions().len()));
        let mut found = Vec::new();
        let mut named = vec![&population.subject];
        named.extend(&population.segments);
        named.extend(&population.at);
        for name in named {
            let column = own.iter().find(|(known, _)| known == name.as_str());
            let Some((_, type_name)) = column else {
                found.push(
                    Diagnostic::new(
                        &codes::UNKNOWN_COLUMN,
                        format!("the population yields no column `{}`", name.as_str()),
                    )
                    .at(name.span, "not in the select list")
                    .did_you_mean(name, own.iter().map(|(known, _)| known.as_str())),
                );
                continue;
            };
            if population.at.as_ref() == Some(name) && column_kind(type_name) != ColumnKind::Time {
                found.push(
                    Diagnostic::new(
                        &codes::WRONG_TYPE,
                        format!("`at` must be an instant, `{}` is {type_name}", name.as_str()),
                    )
                    .at(name.span, "decides the period"),
                );
            }
        }
        let kinds: Vec<ColumnKind> =
            expressions.iter().map(|(_, type_name)| column_kind(type_name)).collect();
        for (expression, (_, type_name)) in columns.expressions().iter().zip(expressions) {
            found.extend(wrong_expression(scan, expression, type_name));
        }
        if found.is_empty() { Ok(kinds) } else { Err(found) }
    }

    /// One query and nothing else: it is about to be put between parentheses.
    fn gate(&self, sql: &Sql, query: &str, prefix: usize) -> Result<(), Vec<Diagnostic>> {
        self.engine.check_query(query).map_err(|failure| {
            let mut alone = Composed::default();
            alone.push_sql(sql);
            let failure = failure.shifted(prefix);
            vec![failure.diagnostic(&codes::SQL_ERROR, &alone, self.files, sql.span)]
        })
    }

    /// DuckDB reports the first error of a statement; each piece alone shows all of them.
    fn bind_errors(
        &self,
        scan: &Scan,
        columns: &Columns,
        whole: &Composed,
        first: &SqlFailure,
    ) -> Vec<Diagnostic> {
        let span = scan.population.sql.span;
        let mut found = Vec::new();
        let alone = probe(scan, &Columns::default());
        if let Err(failure) = self.engine.describe(alone.text()) {
            return vec![failure.diagnostic(&codes::SQL_ERROR, &alone, self.files, span)];
        }
        for expression in columns.expressions() {
            let one = probe(scan, &Columns::single(expression));
            if let Err(failure) = self.engine.describe(one.text()) {
                let span = expression.span;
                found.push(failure.diagnostic(&codes::SQL_ERROR, &one, self.files, span));
            }
        }
        if found.is_empty() {
            found.push(first.diagnostic(&codes::SQL_ERROR, whole, self.files, span));
        }
        found
    }

    /// A subject that is counted twice makes every number wrong. Remembered by content.
    fn check_subjects(&self, scan: &Scan) -> Option<Diagnostic> {
        let key = self.subjects_key(scan);
        if self.verified.rows(&key).is_some() {
            return None;
        }
        let span = scan.population.subject.span;
        let sql = subject_unique(scan);
        let counts = match self.engine.query(sql.text()) {
            Ok(counts) => counts,
            Err(failure) => {
                let span = scan.population.sql.span;
                return Some(failure.diagnostic(&codes::SQL_ERROR, &sql, self.files, span));
            }
        };
        let count = |column: usize| {
            let cell = counts.first().and_then(|row| row.get(column));
            cell.and_then(|cell| cell.count().ok()).unwrap_or(0)
        };
        let (rows, nulls, distinct) = (count(0), count(1), count(2));
        let repeats = if nulls > 0 || distinct < rows {
            self.engine.query(subject_repeats(scan).text()).unwrap_or_default()
        } else {
            Vec::new()
        };
        if repeats.is_empty() {
            self.verified.remember(&key, rows);
            return None;
        }
        let shown: Vec<String> = repeats
            .iter()
            .map(|row| match (row.first(), row.get(1)) {
                (Some(Cell::Text(subject)), Some(Cell::Integer(times))) => {
                    format!("`{subject}` ({times}×)")
                }
                (_, Some(Cell::Integer(times))) => format!("null ({times}×)"),
                _ => String::new(),
            })
            .collect();
        Some(
            Diagnostic::new(
                &codes::SUBJECT_NOT_UNIQUE,
                format!(
                    "the population has {rows} rows but not as many different `{}`",
                    scan.population.subject.as_str()
                ),
            )
            .at(span, "must be unique per row and never null")
            .note(format!("repeated: {}", shown.join(", ")))
            .help("a join may multiply rows: aggregate before joining, or choose another subject"),
        )
    }

    /// Everything that the rows of a population depend on.
    fn subjects_key(&self, scan: &Scan) -> crate::engine::VerifiedKey {
        let mut parts: Vec<String> = vec![
            "subjects".to_owned(),
            scan.population.sql.as_str().to_owned(),
            scan.population.subject.to_string(),
        ];
        let mut clocked = !crate::catalog::clock_offsets(scan.population.sql.as_str()).is_empty();
        for id in self.with_inputs(scan.reads.iter().map(String::as_str)) {
            let Some(source) = self.catalog.sources.get(id) else {
                continue;
            };
            clocked |= source.clocked;
            parts.push(self.files.text(source.file).to_owned());
            if source.definition.format.value != Format::Derived {
                let fingerprint = self.loaded.get(id).map(|source| source.fingerprint.clone());
                parts.push(fingerprint.unwrap_or_default());
            }
        }
        if clocked {
            parts.push(format!("{:?}", self.as_of().ok().flatten()));
        }
        Verified::key(parts.iter().map(String::as_str))
    }

    fn run_scan(
        &self,
        prepared: &Prepared<'_>,
        stock: Option<Period>,
        figures: &mut BTreeMap<String, Figures>,
    ) -> Result<(), Vec<Diagnostic>> {
        let scan = prepared.scan;
        let (sql, shape) =
            statement(scan, &prepared.columns, &prepared.kinds, &prepared.timeline, stock);
        let span = scan.population.sql.span;
        let result = self.engine.query(sql.text()).map_err(|failure| {
            vec![failure.diagnostic(&codes::SQL_ERROR, &sql, self.files, span)]
        })?;
        rows::collect(self.catalog, scan, &shape, &prepared.timeline, &result, figures)
    }
}

/// A condition must be true or false, anything that is added or ordered a number.
fn wrong_expression(scan: &Scan, expression: &Sql, type_name: &str) -> Option<Diagnostic> {
    let is = |sql: &Sql| sql.as_str().trim() == expression.as_str().trim();
    let mut condition = false;
    let mut number = false;
    for aggregate in &scan.aggregates {
        match aggregate {
            Aggregate::Rows => {}
            Aggregate::CountWhere(conditions) => condition |= conditions.iter().any(is),
            Aggregate::Sum(of) => number |= is(of),
            Aggregate::Ended(sample, _) | Aggregate::OpenValues(sample) => {
                number |= is(&sample.of);
                condition |= sample.open.as_ref().is_some_and(is);
            }
        }
    }
    let kind = column_kind(type_name);
    let expected = if condition && kind != ColumnKind::Boolean {
        "a condition: true or false"
    } else if number && matches!(kind, ColumnKind::Time | ColumnKind::Other) {
        "a number"
    } else {
        return None;
    };
    Some(
        Diagnostic::new(
            &codes::WRONG_TYPE,
            format!("`{}` is {type_name}", expression.as_str().trim()),
        )
        .at(expression.span, format!("must be {expected}")),
    )
}
