//! What is seen without unfolding anything: findings, changed values, other changes.

use super::super::change::{self, Assessment, ValueTexts, leading};
use super::{WIDEST, WIDEST_LINE, details};
use crate::diagnostic::{Diagnostic, Severity};
use crate::escape::{markdown as md, terminal};
use crate::report::diagnostics::Findings;
use crate::result::diff::{ChangeScope, Diff, FieldChange, MetricDiff, Presence};
use crate::result::{Group, date_text};

/// Findings that are not folded.
const UNFOLDED: usize = 10;

/// Lines in the order in which they matter.
pub struct Summary {
    findings: Vec<String>,
    rows: Vec<String>,
    others: Vec<String>,
}

impl Summary {
    pub fn of(diff: &Diff, findings: &Findings<'_>) -> Self {
        let mut found = findings.list();
        found.sort_by_key(|diagnostic| std::cmp::Reverse(diagnostic.severity));
        Self {
            findings: found.into_iter().map(|one| finding(findings, one)).collect(),
            rows: diff.metrics.iter().filter_map(row).collect(),
            others: diff.metrics.iter().filter_map(other).collect(),
        }
    }

    /// All of it.
    pub fn whole(&self) -> String {
        let (first, rest) = self.findings.split_at(self.findings.len().min(UNFOLDED));
        let mut text = block("", first, 0, "");
        if !rest.is_empty() {
            text.push_str(&folded(&format!("{} more findings", rest.len()), &rest.concat()));
        }
        text + &self.changes(&self.rows, 0) + &self.other_changes(&self.others, 0)
    }

    /// As much of it as fits into some bytes, and how much does not.
    pub fn within(&self, room: usize) -> String {
        // What stands around the lines, and what says how many are missing.
        let room = room.saturating_sub(HEADER.len() + 300);
        let findings = fitting(&self.findings, room / 2);
        let room = room.saturating_sub(size(findings));
        let rows = fitting(&self.rows, room);
        let others = fitting(&self.others, room.saturating_sub(size(rows)));
        let left = self.findings.len() - findings.len();
        block("", findings, left, "findings")
            + &self.changes(rows, self.rows.len() - rows.len())
            + &self.other_changes(others, self.others.len() - others.len())
    }

    fn changes(&self, rows: &[String], left: usize) -> String {
        if self.rows.is_empty() { String::new() } else { block(HEADER, rows, left, "metrics") }
    }

    fn other_changes(&self, others: &[String], left: usize) -> String {
        block("", others, left, "changes of definitions")
    }
}

const HEADER: &str = "\
| metric | period | old | new | change | relative | | cause |
| :-- | :-- | --: | --: | --: | --: | :-- | :-- |
";

/// Lines with an empty line before them, and how many are left out.
fn block(header: &str, lines: &[String], left: usize, what: &str) -> String {
    if lines.is_empty() && left == 0 {
        return String::new();
    }
    let more = if left > 0 { format!("\n… and {left} more {what}.\n") } else { String::new() };
    format!("\n{header}{}{more}", lines.concat())
}

/// Markdown behind a line that unfolds it; `summary` is HTML.
pub fn folded(summary: &str, content: &str) -> String {
    format!("\n<details><summary>{summary}</summary>\n\n{content}\n</details>\n")
}

/// The first lines that take at most some bytes together.
fn fitting(lines: &[String], room: usize) -> &[String] {
    let mut taken = 0;
    let count = lines.iter().take_while(|line| {
        taken += line.len();
        taken <= room
    });
    lines.get(..count.count()).unwrap_or(lines)
}

fn size(lines: &[String]) -> usize {
    lines.iter().map(String::len).sum()
}

fn finding(findings: &Findings<'_>, diagnostic: &Diagnostic) -> String {
    // The selector is written as a reference, because a reader of the source does not see it.
    let sign = match diagnostic.severity {
        Severity::Error => "❌",
        Severity::Warn => "⚠&#xFE0F;",
        Severity::Note | Severity::Allow => "ℹ&#xFE0F;",
    };
    let message = md::message(&terminal::short(&diagnostic.message, WIDEST_LINE));
    let notes: String = diagnostic
        .notes
        .iter()
        .map(|note| format!("<br>{}", md::message(&terminal::short(note, WIDEST_LINE))))
        .collect();
    let place = findings.places(diagnostic).into_iter().next().map(|(place, _)| {
        let path = terminal::short(&place.path, 2 * WIDEST);
        format!(" ({})", md::code(&format!("{path}:{}", place.line)))
    });
    let place = place.unwrap_or_default();
    format!("- {sign} **{}**: {message}{place}{notes}\n", diagnostic.code.name)
}

/// The changed value that stands for a metric.
fn row(metric: &MetricDiff) -> Option<String> {
    let series = leading(metric)?;
    let change = series.headline()?;
    let told = ValueTexts::of(metric, change);
    let mut name = md::code(&terminal::short(&metric.metric, WIDEST));
    if !series.group.is_empty() {
        name.push_str(&format!("<br>{}", group(&series.group)));
    }
    Some(format!("| {name} | {}\n", cells(&told, &date_text(change.period.start))))
}

/// The cells of a changed value, from the period on.
pub fn cells(told: &ValueTexts, period: &str) -> String {
    let mut cause = md::prose(&told.cause);
    if let Some(interaction) = &told.interaction {
        cause.push_str(&format!("<br>interaction {}", number(interaction)));
    }
    let cells = [
        number(period),
        number(&told.old),
        number(&told.new),
        number(&told.delta),
        number(&told.relative),
        course(told),
        cause,
    ];
    format!("{} |", cells.join(" | "))
}

/// A number that is not broken into lines.
fn number(text: &str) -> String {
    md::prose(&terminal::short(text, WIDEST)).replace(' ', "&nbsp;")
}

fn course(told: &ValueTexts) -> String {
    let sign = match told.sure() {
        Some(Assessment::Worse) => "🔴 ",
        Some(Assessment::Better) => "🟢 ",
        None => "",
    };
    format!("{sign}{}", told.judgement())
}

/// What else changed of a metric, and all that did where it is not in the table.
fn other(metric: &MetricDiff) -> Option<String> {
    let name = md::code(&terminal::short(&metric.metric, WIDEST));
    let in_table = leading(metric).is_some();
    let mut says = Vec::new();
    match &metric.presence {
        Presence::Both => {}
        Presence::Added => says.push("new".to_owned()),
        Presence::Removed => says.push("gone".to_owned()),
        Presence::Renamed { from } => {
            says.push(format!("renamed from {}", md::code(&terminal::short(from, WIDEST))));
        }
    }
    let why = metric.missing.as_ref();
    says.extend(why.map(|why| format!("not compared: {}", line(why))));
    // What is loosened is among the findings.
    let judged = |change: &&FieldChange| {
        !in_table || matches!(change.bearing, ChangeScope::Tightened | ChangeScope::Judgement)
    };
    says.extend(metric.definition.iter().filter(judged).map(field));
    if !in_table {
        says.extend(details::verdicts(metric));
        says.extend(details::groups("new", &metric.appeared));
        says.extend(details::groups("gone", &metric.vanished));
    }
    (!says.is_empty()).then(|| format!("- {name}: {}\n", says.join("; ")))
}

/// `target.at_least 93 % → 85 %, loosened`
pub fn field(change: &FieldChange) -> String {
    let text = |text: &Option<String>| {
        text.as_ref().map_or("nothing".to_owned(), |text| md::prose(&terminal::short(text, WIDEST)))
    };
    let name = md::code(&terminal::short(&change.field, WIDEST));
    let bearing = change::bearing(change);
    let bearing = match change.bearing {
        ChangeScope::Loosened => format!("**{bearing}**"),
        _ => bearing.to_owned(),
    };
    match (&change.old, &change.new) {
        (None, None) => format!("{name} changed, {bearing}"),
        (old, new) => format!("{name} {} → {}, {bearing}", text(old), text(new)),
    }
}

/// A group as people read it.
pub fn group(group: &Group) -> String {
    if group.is_empty() {
        return "total".to_owned();
    }
    let short = |text: &str| terminal::short(text, WIDEST);
    let values: Vec<String> = group
        .iter()
        .map(|(segment, value)| match value {
            Some(value) => format!("{} {}", md::prose(&short(segment)), md::code(&short(value))),
            None => format!("{} (null)", md::prose(&short(segment))),
        })
        .collect();
    values.join(" · ")
}

/// A sentence of somebody else.
pub fn line(text: &str) -> String {
    md::message(&terminal::short(text, WIDEST_LINE))
}
