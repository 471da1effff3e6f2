//! The report for a pull request: the comparison, and below it what came of the stages.

use super::{Outcome, Run, Stale};
use crate::diagnostic::{Diagnostic, Severity};
use crate::escape::markdown as escape;
use crate::report::diff::{self, MarkdownOptions, marker};

/// Findings that are listed where there is no comparison to list them.
const LISTED: usize = 50;

/// How many names of snapshots are listed.
const NAMED: usize = 20;

/// The report, with the hidden line of its key first and no longer than the limit.
pub fn markdown(run: &Run<'_>, options: &MarkdownOptions<'_>) -> String {
    let stages = stages(run);
    let limit = options.limit.saturating_sub(stages.len() + 1);
    let options = MarkdownOptions { limit, ..*options };
    let report = match run.diff {
        Some(diff) => diff::markdown(diff, &run.findings, &options),
        None => alone(run, &options),
    };
    format!("{}\n\n{stages}", report.trim_end())
}

/// What there is to say without a comparison.
fn alone(run: &Run<'_>, options: &MarkdownOptions<'_>) -> String {
    let mut text = format!("{}\n### {}\n", marker(options.key), escape::message(&run.sentence()));
    let found = run.findings.diagnostics.sorted(run.findings.files);
    let mut left = found.len();
    for diagnostic in found.into_iter().take(LISTED) {
        let line = format!("- {}\n", line(run, diagnostic));
        if text.len() + line.len() + 100 > options.limit {
            break;
        }
        if !text.contains("\n- ") {
            text.push('\n');
        }
        text.push_str(&line);
        left -= 1;
    }
    if left > 0 {
        text.push_str(&format!("\n{left} more are in findings.json.\n"));
    }
    text
}

fn line(run: &Run<'_>, diagnostic: &Diagnostic) -> String {
    let sign = match diagnostic.severity {
        Severity::Error => "❌",
        Severity::Warn => "⚠️",
        Severity::Note | Severity::Allow => "ℹ️",
    };
    let place = diagnostic.labels.first().map(|label| {
        let files = run.findings.files;
        let path = format!("{}{}", run.findings.prefix, files.path(label.span.file));
        format!(" ({})", escape::code(&format!("{path}:{}", files.position(label.span).0)))
    });
    let message = escape::message(&diagnostic.message);
    let code = escape::code(diagnostic.code.name);
    format!("{sign} {code} {message}{}", place.unwrap_or_default())
}

/// A row per stage, folded where all passed.
fn stages(run: &Run<'_>) -> String {
    let mut table = String::from("| stage | | |\n| --- | --- | --- |\n");
    for stage in run.stages {
        let sign = match stage.outcome {
            Outcome::Passed(_) => "✅ passed",
            Outcome::Found(_) => "🔎 findings",
            Outcome::Stale(_) => "🕰️ stale",
            Outcome::Failed(_) => "💥 failed",
            Outcome::Skipped(_) => "➖ skipped",
        };
        let says = escape::message(stage.outcome.says());
        table.push_str(&format!("| {} | {sign} | {says} |\n", stage.name.name()));
    }
    let stale = run.stale.map(outdated).unwrap_or_default();
    let passed = run.stages.iter().all(|stage| matches!(stage.outcome, Outcome::Passed(_)));
    if passed {
        return format!("<details><summary>All stages passed</summary>\n\n{table}\n</details>\n");
    }
    format!("{stale}{table}")
}

fn outdated(stale: &Stale) -> String {
    let list = |names: &[String]| {
        let shown: Vec<String> = names.iter().take(NAMED).map(|name| escape::code(name)).collect();
        let more = names.len().saturating_sub(NAMED);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        format!("{}{more}", shown.join(", "))
    };
    let mut text = String::new();
    if !stale.changed.is_empty() {
        let names = list(&stale.changed);
        text.push_str(&format!(
            "**Snapshots are out of date:** {names}. Run `goodhart eval`, then `goodhart review`.\n\n"
        ));
    }
    if !stale.orphaned.is_empty() {
        let names = list(&stale.orphaned);
        text.push_str(&format!("**Snapshots without a metric:** {names}.\n\n"));
    }
    text
}
