//! `--format text`: what a person reads on a terminal.

mod metric;
mod values;

use console::Style;

use super::sentence::sentence;
use crate::escape::terminal;
use crate::result::diff::{Diff, MetricDiff, Provenance, SeriesChange, SourceChange};

/// How much is shown.
#[derive(Debug, Clone, Copy)]
pub struct TextOptions {
    /// Every changed value instead of the newest one of the ten groups that changed most.
    pub all: bool,
    pub styled: bool,
}

/// Longer names and values are cut; JSON has them whole.
const WIDEST: usize = 60;
const WIDEST_LINE: usize = 300;
/// Digits of a commit.
const COMMIT: usize = 10;

/// The whole comparison, ending with a line break; safe for a terminal. Findings are not in it:
/// [`crate::diagnostic::render`] draws them.
pub fn text(diff: &Diff, options: TextOptions) -> String {
    let bold = Style::new().bold().force_styling(options.styled);
    let verdict = terminal::short(&sentence(diff), WIDEST_LINE);
    let mut text = format!(
        "{}\n{} → {}\n",
        bold.apply_to(verdict),
        provenance(&diff.base),
        provenance(&diff.head)
    );
    for source in &diff.sources {
        text.push_str(&format!("data of {}\n", source_change(source)));
    }
    for changed in &diff.metrics {
        text.push('\n');
        text.push_str(&metric::block(changed, options));
    }
    terminal::page(&text)
}

/// The block of one metric, ending with a line break.
pub fn metric(metric: &MetricDiff, options: TextOptions) -> String {
    terminal::page(&metric::block(metric, options))
}

/// The changed values of one group, a line for each period, newest first, ending with a line
/// break: old, new, change and cause.
pub fn series(metric: &MetricDiff, series: &SeriesChange, options: TextOptions) -> String {
    let rows = series.values.iter().rev().map(|change| (series, change));
    terminal::page(&values::table(metric, rows, options.styled))
}

/// `main (0123456789, as of 2026-07-01T00:00:00Z)`
fn provenance(side: &Provenance) -> String {
    let commit = side.commit.as_deref().map(|commit| commit.get(..COMMIT).unwrap_or(commit));
    let commit = commit.filter(|commit| !side.name.starts_with(commit));
    let commit = commit.map(|commit| terminal::short(commit, COMMIT));
    let inputs = side.inputs.as_ref();
    let as_of = inputs.map(|inputs| format!("as of {}", terminal::short(&inputs.as_of, WIDEST)));
    let known: Vec<String> = commit.into_iter().chain(as_of).collect();
    let name = terminal::short(&side.name, WIDEST);
    if known.is_empty() { name } else { format!("{name} ({})", known.join(", ")) }
}

/// `alerts: 1203 → 1250 rows, 2 → 3 files`
fn source_change(change: &SourceChange) -> String {
    let name = terminal::short(&change.source, WIDEST);
    match (&change.old, &change.new) {
        (Some(old), Some(new)) if old.rows == new.rows && old.files == new.files => {
            format!("{name}: {} rows, other content", new.rows)
        }
        (Some(old), Some(new)) if old.files == new.files => {
            format!("{name}: {} → {} rows", old.rows, new.rows)
        }
        (Some(old), Some(new)) => {
            format!("{name}: {} → {} rows, {} → {} files", old.rows, new.rows, old.files, new.files)
        }
        (None, Some(new)) => format!("{name}: new, {} rows", new.rows),
        (_, None) => format!("{name}: no longer read"),
    }
}
