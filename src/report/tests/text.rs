//! `goodhart test`: how many passed, and what no test reaches.

use super::place;
use crate::diagnostic::Files;
use crate::escape::terminal;
use crate::fixtures::{Coverage, Kind, Report, Unreached};

/// Longer pieces of SQL are cut.
const WIDEST: usize = 80;

/// The counts, and the coverage where it was asked for.
pub fn text(files: &Files, report: &Report) -> String {
    let mut text = String::new();
    if let Some(coverage) = &report.coverage {
        text.push_str(&self::coverage(files, coverage));
        text.push('\n');
    }
    match report.outcomes.len() {
        0 => text.push_str("no tests\n"),
        _ => {
            text.push_str(&format!("{} passed, {} failed\n", report.passed(), report.failed()));
        }
    }
    terminal::page(&text)
}

fn coverage(files: &Files, coverage: &Coverage) -> String {
    let mut text = String::new();
    for (kind, what) in [(Kind::Metric, "metrics"), (Kind::Source, "derived sources")] {
        let without: Vec<&str> = coverage
            .untested
            .iter()
            .filter(|(known, _)| *known == kind)
            .map(|(_, id)| id.as_str())
            .collect();
        if !without.is_empty() {
            text.push_str(&format!("{what} without a test: {}\n", without.join(", ")));
        }
    }
    let (known, untold): (Vec<&Unreached>, Vec<&Unreached>) =
        coverage.unreached.iter().partition(|gap| gap.gap.is_known());
    for gap in known.iter().chain(&untold) {
        let place = place(files, gap.span);
        text.push_str(&format!("{place}: {}: {}\n", gap.gap.describe(), short(&gap.sql)));
    }
    text.push_str(&format!(
        "{} of {} outcomes of conditions and branches are reached",
        coverage.reached, coverage.total
    ));
    match untold.len() {
        0 => text.push('\n'),
        count => text.push_str(&format!(", of {count} it cannot be told\n")),
    }
    text
}

/// A piece of SQL on one line.
fn short(sql: &str) -> String {
    terminal::short(&sql.split_whitespace().collect::<Vec<_>>().join(" "), WIDEST)
}
