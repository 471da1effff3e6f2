//! What changed of one metric.

use console::Style;

use super::super::change::{self, Assessment, ValueTexts, because, leading};
use super::{TextOptions, WIDEST, WIDEST_LINE, values};
use crate::escape::terminal;
use crate::project::definition::metric::Direction;
use crate::report::table::label;
use crate::result::diff::{AffectedSubjects, FieldChange, MetricDiff, Presence};
use crate::result::{Group, date_text};

/// Groups shown of a metric unless all are asked for.
const SHOWN: usize = 10;
/// Groups named in a line.
const NAMED: usize = 5;

pub fn block(metric: &MetricDiff, options: TextOptions) -> String {
    let mut lines = Vec::new();
    lines.extend(presence(metric));
    lines.extend(headline(metric, options));
    lines.extend(metric.missing.as_ref().map(|why| format!("not compared: {}", long(why))));
    lines.extend(verdicts(metric));
    lines.extend(metric.mixes.iter().map(|mix| {
        let segment = terminal::short(&mix.segment, WIDEST);
        let period = date_text(mix.period.start);
        format!("{segment}: the total {} ({period})", change::mix(&metric.unit, mix))
    }));
    lines.extend(metric.definition.iter().map(field));
    lines.extend(metric.affected_subjects.as_ref().map(affected_subjects));
    lines.extend(groups("new", &metric.appeared));
    lines.extend(groups("gone", &metric.vanished));
    let mut text = title(metric, options);
    for line in lines {
        text.push_str(&format!("  {line}\n"));
    }
    text.push_str(&table(metric, options));
    text
}

fn title(metric: &MetricDiff, options: TextOptions) -> String {
    let bold = Style::new().bold().force_styling(options.styled);
    let mut parts = vec![format!(
        "{}: {}",
        bold.apply_to(terminal::short(&metric.metric, WIDEST)),
        terminal::short(&metric.title, WIDEST_LINE)
    )];
    parts.extend(metric.owner.as_ref().map(|o| format!("owner {}", terminal::short(o, WIDEST))));
    match metric.direction {
        Direction::Higher => parts.push("higher is better".to_owned()),
        Direction::Lower => parts.push("lower is better".to_owned()),
        Direction::Band | Direction::Neutral => {}
    }
    format!("{}\n", parts.join(" · "))
}

fn presence(metric: &MetricDiff) -> Option<String> {
    Some(match &metric.presence {
        Presence::Both => return None,
        Presence::Added => "new: the base does not have it".to_owned(),
        Presence::Removed => "gone: only the base has it".to_owned(),
        Presence::Renamed { from } => {
            format!("renamed: the base calls it {}", terminal::short(from, WIDEST))
        }
    })
}

/// The change that stands for the metric, and its cause.
fn headline(metric: &MetricDiff, options: TextOptions) -> Vec<String> {
    let Some(series) = leading(metric) else { return Vec::new() };
    let Some(change) = series.headline() else { return Vec::new() };
    let told = ValueTexts::of(metric, change);
    let colour = match told.sure() {
        Some(Assessment::Worse) => Style::new().red(),
        Some(Assessment::Better) => Style::new().green(),
        None => Style::new(),
    };
    let judgement = colour.force_styling(options.styled).apply_to(told.judgement());
    let value = format!("{} → {}", told.old, told.new);
    let parts = [
        terminal::short(&value, WIDEST_LINE),
        terminal::short(&told.size(), WIDEST),
        judgement.to_string(),
        date_text(change.period.start),
        label(&series.group),
    ];
    let parts: Vec<String> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    let why = match &told.unknown {
        Some(why) => format!("why it changed cannot be told: {}", long(why)),
        None => format!("{}{}", because(metric, change), interaction(&told)),
    };
    vec![parts.join(" · "), why]
}

/// What the words for the cause leave out.
fn interaction(told: &ValueTexts) -> String {
    match told.interaction.as_deref() {
        Some(interaction) => {
            format!("; {interaction} of the definition effect comes from both changes together")
        }
        None => String::new(),
    }
}

fn verdicts(metric: &MetricDiff) -> Vec<String> {
    let group = |of: &Group, values: &str| format!("{} {values}", label(of));
    change::verdicts(metric, NAMED, group, |what, groups| format!("{what}: {groups}"))
}

fn field(change: &FieldChange) -> String {
    let text = |text: &Option<String>| {
        text.as_ref().map_or("nothing".to_owned(), |text| terminal::short(text, WIDEST))
    };
    let field = terminal::short(&change.field, WIDEST);
    let bearing = change::bearing(change);
    match (&change.old, &change.new) {
        (None, None) => format!("{field}: changed, {bearing}"),
        (old, new) => format!("{field}: {} → {}, {bearing}", text(old), text(new)),
    }
}

fn affected_subjects(affected_subjects: &Result<AffectedSubjects, String>) -> String {
    match affected_subjects {
        Ok(affected_subjects) => {
            change::affected_subjects(affected_subjects, |name| terminal::short(name, WIDEST))
        }
        Err(why) => format!("subjects not compared: {}", long(why)),
    }
}

fn groups(what: &str, groups: &[Group]) -> Option<String> {
    change::groups(what, groups, NAMED, label)
}

/// The changed groups; not where the headline says all of it.
fn table(metric: &MetricDiff, options: TextOptions) -> String {
    if metric.changed_values() < 2 {
        return String::new();
    }
    if options.all {
        let rows = metric
            .series
            .iter()
            .flat_map(|series| series.values.iter().rev().map(move |change| (series, change)));
        return values::table(metric, rows, options.styled);
    }
    let shown = metric.series.len().min(SHOWN);
    let mut text = String::new();
    if shown > 1 {
        let rows = metric.series.iter().take(SHOWN);
        let rows = rows.filter_map(|series| Some((series, series.headline()?)));
        text = values::table(metric, rows, options.styled);
    }
    let (groups, values) = (metric.series.len() - shown, metric.changed_values() - shown);
    let more = match (groups, values) {
        (_, 0) => return text,
        (0, 1) => "1 more change in another period".to_owned(),
        (0, values) => format!("{values} more changes in other periods"),
        (groups, values) => format!("{values} more changes, also in {groups} more groups"),
    };
    text.push_str(&format!("  … {more} (--all)\n"));
    text
}

fn long(text: &str) -> String {
    terminal::short(text, WIDEST_LINE)
}
