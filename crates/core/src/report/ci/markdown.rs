//! The report for a pull request: the comparison, and below it what came of the stages.

use super::{Outcome, Run, Stale};
use crate::diagnostic::{Diagnostic, Severity};
use crate::escape::{markdown as escape, terminal};
use crate::report::diagnostics::Findings;
use crate::report::diff::{self, MarkdownOptions, marker};

/// How many findings are listed here; those of a change are listed with it.
const LISTED: usize = 50;

/// How many names of snapshots are listed.
const NAMED: usize = 20;

/// The report, with the hidden line of its key first and no longer than the limit.
pub fn markdown(run: &Run<'_>, options: &MarkdownOptions<'_>) -> String {
    let Some(diff) = run.diff else {
        let stages = stages(run);
        let limit = options.limit.saturating_sub(stages.len() + 1);
        let report = alone(run, &MarkdownOptions { limit, ..*options });
        return format!("{}\n\n{stages}", report.trim_end());
    };
    let rest = format!("{}{}", standing(run, options.limit / 4), stages(run));
    let limit = options.limit.saturating_sub(rest.len() + 1);
    let diagnostics = run.findings.diagnostics.filtered(|found| run.is_of_change(found));
    let findings = Findings { diagnostics: &diagnostics, ..run.findings };
    let report = diff::markdown(diff, &findings, &MarkdownOptions { limit, ..*options });
    format!("{}\n\n{rest}", report.trim_end())
}

/// What was found and stood there before, folded, in no more bytes than these.
fn standing(run: &Run<'_>, most: usize) -> String {
    let found = run.findings.diagnostics.filtered(|found| !run.is_of_change(found));
    let found = found.sorted(run.findings.files);
    if found.is_empty() {
        return String::new();
    }
    let summary = match found.len() {
        1 => "1 finding that this change does not touch".to_owned(),
        count => format!("{count} findings that this change does not touch"),
    };
    let list = list(run, &found, most);
    format!("<details><summary>{summary}</summary>\n\n{list}\n</details>\n\n")
}

/// A line each, in no more bytes than these.
fn list(run: &Run<'_>, found: &[&Diagnostic], most: usize) -> String {
    let (mut text, mut listed) = (String::new(), 0);
    for diagnostic in found.iter().take(LISTED) {
        let line = format!("- {}\n", line(run, diagnostic));
        if text.len() + line.len() > most {
            break;
        }
        text.push_str(&line);
        listed += 1;
    }
    match found.len() - listed {
        0 => text,
        left => text + &format!("\n{left} more are in findings.json.\n"),
    }
}

/// What there is to say without a comparison.
fn alone(run: &Run<'_>, options: &MarkdownOptions<'_>) -> String {
    let head = format!("{}\n### {}\n", marker(options.key), brief(&run.sentence()));
    let found = run.findings.diagnostics.sorted(run.findings.files);
    let most = options.limit.saturating_sub(head.len() + 100);
    format!("{head}\n{}", list(run, &found, most))
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

/// Words that may hold a message of the system, and so may be long.
fn brief(says: &str) -> String {
    escape::message(&terminal::short(says, 400))
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
        let says = brief(stage.outcome.says());
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

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use super::*;
    use crate::diagnostic::{Diagnostics, Files, Span, codes};
    use crate::report::ci::{FailOn, Stage, StageName};
    use crate::report::diff::COMMENT;

    #[test]
    fn however_much_is_found_it_is_a_comment() {
        let mut files = Files::default();
        let file = files.add("metrics/x.toml", "x".repeat(10_000));
        let mut diagnostics = Diagnostics::default();
        for at in 0..5_000 {
            let says = format!("{at} <img src=x> {}", "| @team ".repeat(500));
            let span = Span::new(file, at..at + 1);
            diagnostics.push(Diagnostic::new(&codes::UNKNOWN_KEY, says).at(span, ""));
        }
        let why = "no base\n\n# <b>".repeat(10_000);
        let stages = [Stage { name: StageName::Diff, outcome: Outcome::Skipped(why) }];
        let names: Vec<String> = (0..1_000).map(|at| format!("metric_{at}")).collect();
        let stale = Stale { changed: names.clone(), orphaned: names };
        let run = Run {
            stages: &stages,
            findings: Findings { diagnostics: &diagnostics, files: &files, prefix: "" },
            tests: None,
            diff: None,
            stale: Some(&stale),
            touched: &BTreeSet::new(),
            skipped: &BTreeMap::new(),
            fail_on: FailOn::Error,
            exit: 1,
        };
        let options = MarkdownOptions { key: "k", limit: COMMENT, whole: None };
        let text = markdown(&run, &options);
        assert!(text.len() <= COMMENT && text.len() > COMMENT / 2, "{}", text.len());
        assert!(text.starts_with("<!-- goodhart:diff:k -->\n### "));
        assert!(text.contains("more are in findings.json") && text.contains("and 980 more"));
        assert!(!text.contains("<img") && !text.contains("<b>") && !text.contains("\n# "));
        assert!(!text.contains("@team"));
    }
}
