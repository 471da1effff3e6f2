//! What each metric and source may take, and what it has taken.

use std::time::Duration;

use super::Run;
use crate::{Allowance, Answer};
use goodhart_core::diagnostic::Diagnostic;
use goodhart_core::plan::Scan;

impl Run<'_> {
    /// The statements that follow make a source ready.
    pub(super) fn grant_source(&self) {
        let limits = &self.catalog.settings.limits;
        self.engine.grant(Allowance::new(limits.time, Answer::OWN));
    }

    /// Runs something for the metrics of a scan in the time that is left to each of them.
    ///
    /// Several metrics together have what is left to the poorest; what they spend in vain is not
    /// held against them, since each is tried alone then: one that takes too long must not use up
    /// the time of those with which it shares a scan.
    pub(super) fn charged<T, E>(
        &self,
        scan: &Scan,
        run: impl FnOnce() -> Result<T, E>,
    ) -> Result<T, E> {
        let limits = scan.metrics.iter().filter_map(|part| {
            let metric = self.catalog.metrics.get(&part.id)?;
            Some((part.id.as_str(), metric.limits(&self.catalog.settings)))
        });
        let mut time = Duration::MAX;
        let mut left = Duration::MAX;
        let mut answer = Answer { rows: 0, bytes: 0 };
        for (id, limits) in limits {
            let spent = self.spent.borrow().get(id).copied().unwrap_or_default();
            if limits.time.saturating_sub(spent) < left {
                (time, left) = (limits.time, limits.time.saturating_sub(spent));
            }
            answer.rows = answer.rows.saturating_add(limits.result_rows);
            answer.bytes = answer.bytes.saturating_add(limits.result_size);
        }
        self.engine.grant(Allowance { left, ..Allowance::new(time, answer) });
        let outcome = run();
        if outcome.is_ok() || scan.metrics.len() == 1 {
            let used = left.saturating_sub(self.engine.time_left());
            let mut spent = self.spent.borrow_mut();
            for part in &scan.metrics {
                *spent.entry(part.id.clone()).or_default() += used;
            }
        }
        outcome
    }

    /// A metric gets no results.
    pub(super) fn give_up(&mut self, id: &str, reason: &str, why: Vec<Diagnostic>) {
        self.diagnostics.extend(why);
        self.skipped.insert(id.to_owned(), reason.to_owned());
    }
}
