//! Changed values in columns.

use comfy_table::{Cell, Color};

use super::super::change::{Assessment, ValueTexts};
use super::WIDEST;
use crate::escape::terminal;
use crate::report::table::{columns, label};
use crate::result::date_text;
use crate::result::diff::{MetricDiff, SeriesChange, ValueChange};

const HEADER: [&str; 9] = ["", "period", "old", "new", "change", "relative", "", "cause", "n"];
/// Columns of numbers.
const NUMBERS: [usize; 5] = [2, 3, 4, 5, 8];

/// A line for each changed value.
pub fn table<'a>(
    metric: &MetricDiff,
    rows: impl Iterator<Item = (&'a SeriesChange, &'a ValueChange)>,
    styled: bool,
) -> String {
    columns(&HEADER, rows.map(|(series, change)| line(metric, series, change)), NUMBERS, styled)
}

fn line(metric: &MetricDiff, series: &SeriesChange, change: &ValueChange) -> Vec<Cell> {
    let told = ValueTexts::of(metric, change);
    let judgement = Cell::new(told.judgement());
    let judgement = match told.sure() {
        Some(Assessment::Worse) => judgement.fg(Color::Red),
        Some(Assessment::Better) => judgement.fg(Color::Green),
        None => judgement,
    };
    vec![
        Cell::new(label(&series.group)),
        Cell::new(date_text(change.period.start)),
        Cell::new(terminal::short(&told.old, WIDEST)),
        Cell::new(terminal::short(&told.new, WIDEST)),
        Cell::new(terminal::short(&told.delta, WIDEST)),
        Cell::new(told.relative),
        judgement,
        Cell::new(terminal::short(&told.cause, 2 * WIDEST)),
        Cell::new(change.new.n.map(|n| n.to_string()).unwrap_or_default()),
    ]
}
