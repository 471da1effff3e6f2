//! All that is known of each metric, folded.

use similar::TextDiff;

use super::super::change::{self, ValueTexts};
use super::summary::{cells, field, folded, group, line};
use super::{WIDEST, WIDEST_LINE};
use crate::escape::{markdown as md, terminal};
use crate::result::diff::{AffectedSubjects, Diff, MetricDiff};
use crate::result::{Group, date_text};

/// Groups in a table; JSON has all.
const GROUPS: usize = 50;
/// Groups named in a line.
const NAMED: usize = 10;

pub fn all(diff: &Diff) -> String {
    diff.metrics.iter().filter_map(one).collect()
}

fn one(metric: &MetricDiff) -> Option<String> {
    let mut lines = verdicts(metric);
    lines.extend(metric.mixes.iter().map(|mix| {
        let segment = md::prose(&terminal::short(&mix.segment, WIDEST));
        let says = md::prose(&change::mix(&metric.unit, mix));
        format!("by {segment}, the total {says} ({})", date_text(mix.period.start))
    }));
    lines.extend(metric.definition.iter().map(field));
    lines.extend(metric.affected_subjects.as_ref().map(affected_subjects));
    lines.extend(groups("new", &metric.appeared));
    lines.extend(groups("gone", &metric.vanished));
    let mut parts: Vec<String> = Vec::new();
    if !lines.is_empty() {
        parts.push(lines.into_iter().map(|line| format!("- {line}\n")).collect());
    }
    parts.extend(table(metric));
    parts.extend(metric.text.as_ref().map(|(old, new)| unified(old, new)));
    let name = md::code(&terminal::short(&metric.metric, WIDEST));
    let title = md::prose(&terminal::short(&metric.title, WIDEST_LINE));
    let owner = metric
        .owner
        .as_ref()
        .map(|owner| format!(" · {}", md::prose(&terminal::short(owner, WIDEST))));
    let summary = format!("{name} {title}{}{}", owner.unwrap_or_default(), contents(metric));
    (!parts.is_empty()).then(|| folded(&summary, &parts.join("\n")))
}

/// What there is to unfold: `: 12 changes, definition, subjects`.
fn contents(metric: &MetricDiff) -> String {
    let mut contents = Vec::new();
    match metric.changed_values() {
        0 => {}
        1 => contents.push("1 value".to_owned()),
        many => contents.push(format!("{many} values")),
    }
    if !metric.definition.is_empty() {
        contents.push("definition".to_owned());
    }
    if metric.affected_subjects.is_some() {
        contents.push("subjects".to_owned());
    }
    if contents.is_empty() { String::new() } else { format!(": {}", contents.join(", ")) }
}

/// Ceilings and targets that are newly broken or newly met.
pub fn verdicts(metric: &MetricDiff) -> Vec<String> {
    let group = |of: &Group, values: &str| format!("{} {}", group(of), md::prose(values));
    change::verdicts(metric, NAMED, group, |what, groups| format!("**{what}**: {groups}"))
}

fn affected_subjects(affected_subjects: &Result<AffectedSubjects, String>) -> String {
    match affected_subjects {
        Ok(affected_subjects) => change::affected_subjects(affected_subjects, |name| {
            md::code(&terminal::short(name, WIDEST))
        }),
        Err(why) => format!("subjects not compared: {}", line(why)),
    }
}

/// `new groups: client a; client b`
pub fn groups(what: &str, groups: &[Group]) -> Option<String> {
    change::groups(what, groups, NAMED, group)
}

/// The change that stands for each group.
fn table(metric: &MetricDiff) -> Option<String> {
    if metric.changed_values() < 2 {
        // It stands in the summary.
        return None;
    }
    let rows: String = metric
        .series
        .iter()
        .take(GROUPS)
        .filter_map(|series| {
            let change = series.headline()?;
            let period = match series.values.len() - 1 {
                0 => date_text(change.period.start),
                more => format!("{}, {more} more", date_text(change.period.start)),
            };
            let n = change.new.n.map(|n| n.to_string()).unwrap_or_default();
            let cells = cells(&ValueTexts::of(metric, change), &period);
            Some(format!("| {} | {cells} {n} |\n", group(&series.group)))
        })
        .collect();
    let unknown = metric.series.iter().flat_map(|series| &series.values);
    let why = unknown
        .map(|change| ValueTexts::of(metric, change).unknown)
        .find_map(|why| why)
        .map(|why| format!("\nNot attributable: {}\n", line(&why)));
    let more = metric.series.len().saturating_sub(GROUPS);
    let more = if more > 0 { format!("\n… and {more} more groups.\n") } else { String::new() };
    Some(format!(
        "| group | period | old | new | change | relative | | cause | n |\n\
         | :-- | :-- | --: | --: | --: | --: | :-- | :-- | --: |\n{rows}{more}{}",
        why.unwrap_or_default()
    ))
}

/// The lines of a definition that changed, with those around them.
fn unified(old: &str, new: &str) -> String {
    let diff = TextDiff::from_lines(old, new);
    md::fence("diff", &diff.unified_diff().context_radius(2).to_string())
}
