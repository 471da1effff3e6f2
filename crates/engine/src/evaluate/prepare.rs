//! Getting a scan ready: its SQL is bound, its types are what the measures need, its subjects are
//! unique. What is wrong with one metric does not keep the others of its scan from running.

use std::collections::BTreeSet;

use super::Run;
use crate::bind::Binder;
use goodhart_core::cache::Key;
use goodhart_core::diagnostic::{Diagnostic, codes};
use goodhart_core::error::Error;
use goodhart_core::measure::Cell;
use goodhart_core::plan::{Columns, Scan, Timeline, subject_repeats, subject_unique};
use goodhart_core::project::definition::source::Format;
use goodhart_core::sql::TypeKind;

/// A scan that was checked and can run.
pub(super) struct PreparedScan {
    pub scan: Scan,
    pub columns: Columns,
    pub kinds: Vec<TypeKind>,
    /// With the lookback of its metrics.
    pub timeline: Timeline,
}

impl Run<'_> {
    /// Prepares a scan of those of its metrics that are right. Several metrics share a scan, and
    /// one that is wrong must not take the others with it, nor be blamed on them.
    pub(super) fn prepare_sound(
        &mut self,
        scan: &Scan,
        timeline: &Timeline,
    ) -> Result<Option<PreparedScan>, Error> {
        match (self.prepare(scan.clone(), timeline)?, scan.metrics.as_slice()) {
            (Ok(prepared), _) => return Ok(Some(prepared)),
            (Err((reason, diagnostics)), [only]) => {
                self.give_up(&only.id, &reason, diagnostics);
                return Ok(None);
            }
            (Err(_), _) => {}
        }
        let mut sound = BTreeSet::new();
        for metric in &scan.metrics {
            match self.prepare(scan.part(self.catalog, |id| id == metric.id), timeline)? {
                Ok(_) => drop(sound.insert(metric.id.clone())),
                Err((reason, diagnostics)) => self.give_up(&metric.id, &reason, diagnostics),
            }
        }
        if sound.is_empty() {
            return Ok(None);
        }
        Ok(self.prepare(scan.part(self.catalog, |id| sound.contains(id)), timeline)?.ok())
    }

    pub(super) fn prepare(
        &self,
        scan: Scan,
        timeline: &Timeline,
    ) -> Result<Result<PreparedScan, (String, Vec<Diagnostic>)>, Error> {
        if let Some(source) = scan.reads.iter().find(|read| self.failed.contains(*read)) {
            return Ok(Err((format!("its source `{source}` has errors"), Vec::new())));
        }
        let columns = Columns::of(&scan);
        let timeline =
            timeline.extended(scan.lookback).map_err(|error| Error::Usage(error.to_string()))?;
        let checked = self.charged(&scan, || {
            let kinds = self.binder().kinds(&scan, &columns);
            let kinds = kinds.map_err(|wrong| ("its SQL is wrong".to_owned(), wrong))?;
            match self.check_subjects(&scan) {
                Some((reason, diagnostic)) => Err((reason.to_owned(), vec![diagnostic])),
                None => Ok(kinds),
            }
        });
        Ok(checked.map(|kinds| PreparedScan { scan, columns, kinds, timeline }))
    }

    pub(super) fn binder(&self) -> Binder<'_> {
        Binder { engine: self.engine, sources: &self.catalog.sources, files: self.files }
    }

    /// A subject that is counted twice makes every number wrong. Cached by content.
    fn check_subjects(&self, scan: &Scan) -> Option<(&'static str, Diagnostic)> {
        let key = self.subjects_key(scan);
        if self.request.cache.get(&key).is_some() {
            return None;
        }
        let span = scan.population.subject.span;
        let sql = subject_unique(scan);
        let counts = match self.engine.query(sql.text()) {
            Ok(counts) => counts,
            Err(failure) => {
                let span = scan.population.sql.span;
                let failure = failure.discreet(self.is_guarded(scan));
                let diagnostic = failure.diagnostic(&codes::SQL_ERROR, &sql, self.files, span);
                return Some(("its SQL failed", diagnostic));
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
            self.request.cache.put(&key, &[]);
            return None;
        }
        let subject = scan.population.subject.as_str();
        let shown: Vec<String> = repeats
            .iter()
            .filter_map(|row| match (row.first(), row.get(1)) {
                (Some(Cell::Text(subject)), Some(Cell::Integer(times))) => {
                    Some(format!("`{subject}` ({times}×)"))
                }
                _ => None,
            })
            .collect();
        let message = if nulls > 0 {
            format!("the subject `{subject}` is null in {nulls} of {rows} rows")
        } else {
            format!("the population has {rows} rows for {distinct} different `{subject}`")
        };
        let mut diagnostic = Diagnostic::new(&codes::SUBJECT_NOT_UNIQUE, message)
            .at(span, "must be unique per row and never null");
        if !shown.is_empty() {
            if !self.is_guarded(scan) {
                diagnostic = diagnostic.note(format!("repeated: {}", shown.join(", ")));
            }
            diagnostic = diagnostic.help(
                "a join may multiply rows: aggregate before joining, or choose another subject",
            );
        }
        if nulls > 0 {
            diagnostic = diagnostic.help(format!("leave those rows out: `{subject} is not null`"));
        }
        Some(("its subjects are not unique", diagnostic))
    }

    /// Whether the rows of a scan may hold sensitive values.
    pub(super) fn is_guarded(&self, scan: &Scan) -> bool {
        let mut metrics = scan.metrics.iter().filter_map(|part| self.catalog.metrics.get(&part.id));
        metrics.any(|metric| metric.is_guarded(&self.catalog.sources))
    }

    /// Everything that the rows of a population depend on.
    fn subjects_key(&self, scan: &Scan) -> Key {
        let mut parts: Vec<String> =
            vec![scan.population.sql.as_str().to_owned(), scan.population.subject.to_string()];
        let query = self.catalog.sql.query(scan.population.sql.as_str());
        let mut clocked = query.is_none_or(|query| query.uses_clock());
        for id in self.catalog.with_inputs(scan.reads.iter().map(String::as_str)) {
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
            let grain = self.request.grain.unwrap_or(self.catalog.settings.grain);
            parts.push(format!("{:?} by {}", self.as_of().ok().flatten(), grain.name()));
        }
        Key::new("subjects", parts.iter().map(String::as_str))
    }
}
