//! `--format text`: what a person reads on a terminal.

use crate::diff::{Diff, MetricDiff, SeriesChange};

/// How much is shown.
#[derive(Debug, Clone, Copy)]
pub struct TextOptions {
    /// All groups instead of the ten that changed most.
    pub all: bool,
    pub styled: bool,
}

/// The whole comparison, ending with a line break; safe for a terminal. Findings are not in it:
/// [`crate::diagnostic::render`] draws them.
pub fn text(diff: &Diff, options: TextOptions) -> String {
    let _ = (diff, options);
    String::new()
}

/// The block of one metric, ending with a line break.
pub fn metric(metric: &MetricDiff, options: TextOptions) -> String {
    let _ = (metric, options);
    String::new()
}

/// The changed values of one group, a line for each period, newest first, ending with a line
/// break: old, new, change and cause.
pub fn series(metric: &MetricDiff, series: &SeriesChange, options: TextOptions) -> String {
    let _ = (metric, series, options);
    String::new()
}
