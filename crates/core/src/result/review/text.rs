//! Items and what has to be known about them, as lines that are safe for a terminal.

use crate::escape::terminal;
use crate::project::catalog::Metric;
use crate::project::definition::display::DisplayUnit;
use crate::report::diff::{self as report, TextOptions};
use crate::result::diff::{Cause, MetricDiff, SeriesChange};
use crate::result::{Group, Row, date_text, listed};

use super::item::{CountChanges, Item, PendingChange};

/// Changed values of a group that are shown unless all are asked for, the newest ones.
const SHOWN: usize = 4;
/// Longer names and values are cut.
const WIDEST: usize = 60;
const WIDEST_LINE: usize = 200;

/// What stands above the items of a metric: its title, what of its definition changed, which
/// verdicts did. Its values stand below the items.
pub fn heading(
    name: &str,
    metric: Option<&Metric>,
    changed: Option<&MetricDiff>,
    styled: bool,
) -> String {
    let Some(changed) = changed else {
        let title = metric.map_or(String::new(), |metric| {
            format!(": {}", terminal::short(metric.definition.title.as_str(), WIDEST_LINE))
        });
        return terminal::page(&format!("{}{title}\n", terminal::short(name, WIDEST)));
    };
    let mut above = changed.clone();
    above.series.clear();
    above.appeared.clear();
    above.vanished.clear();
    report::metric(&above, TextOptions { all: false, styled })
}

/// An item: the group, and what of it changed.
pub fn item(
    item: &Item,
    metric: Option<&Metric>,
    changed: Option<&MetricDiff>,
    options: TextOptions,
) -> String {
    let unit = metric.map_or_else(DisplayUnit::plain, |m| DisplayUnit::of(&m.definition));
    let value =
        |row: &Row| row.value.map_or(row.status.name().to_owned(), |value| unit.show(value));
    let text = match &item.what {
        PendingChange::Whole(why) => format!("  {}\n", terminal::short(why, WIDEST_LINE)),
        PendingChange::Group { group, old: Some(old), new: Some(new) } => {
            let series = changed
                .and_then(|changed| changed.series.iter().find(|series| series.group == *group));
            // A table names the group in its first column.
            let mut text = match (changed, series) {
                (Some(changed), Some(series)) => values(changed, series, options),
                _ => format!("  {}\n", name(group)),
            };
            text.push_str(&series.map(unknown).unwrap_or_default());
            let told = |row: &Row| {
                series.is_some_and(|series| series.values.iter().any(|v| v.period == row.period))
            };
            let others = CountChanges::of(old, new, told);
            text.push_str(&periods("new", &others.came, &value, options.all));
            text.push_str(&periods("no longer there", &others.went, &value, options.all));
            text.push_str(&beside(&others, options.all));
            text
        }
        PendingChange::Group { group, old, new } => {
            let (says, rows) = match (old, new) {
                (None, Some(new)) => ("this group is new", &new.rows),
                (Some(old), _) => ("this group is gone", &old.rows),
                (None, None) => return String::new(),
            };
            let rows: Vec<&Row> = rows.iter().collect();
            let list = periods("its", &rows, &value, options.all);
            format!("  {}: {says}\n{list}", name(group))
        }
    };
    terminal::page(&text)
}

/// The changed values, all or the newest.
fn values(changed: &MetricDiff, series: &SeriesChange, options: TextOptions) -> String {
    let more = series.values.len().saturating_sub(SHOWN);
    if options.all || more == 0 {
        return report::series(changed, series, options);
    }
    let newest = series.values.iter().skip(more).cloned().collect();
    let newest = SeriesChange { values: newest, ..series.clone() };
    let text = report::series(changed, &newest, options);
    format!("{text}  … {more} older values changed too\n")
}

/// Why there is no cause, where there is none.
fn unknown(series: &SeriesChange) -> String {
    let why = series.values.iter().find_map(|change| match &change.cause {
        Cause::NotAttributable(why) => Some(why),
        _ => None,
    });
    why.map_or_else(String::new, |why| {
        format!("  why it changed cannot be told: {}\n", terminal::short(why, WIDEST_LINE))
    })
}

/// `2 periods are new: 2026-07-06 91 %, 2026-07-13 92 %`
fn periods(what: &str, rows: &[&Row], value: &dyn Fn(&Row) -> String, all: bool) -> String {
    if rows.is_empty() {
        return String::new();
    }
    let count = rows.len();
    let shown = if all { count } else { SHOWN };
    // The newest first, which are the ones that somebody knows.
    let newest =
        rows.iter().rev().map(|row| format!("{} {}", date_text(row.period.start), value(row)));
    let list = listed(newest, shown);
    let (plural, are) = if count == 1 { ("period", "is") } else { ("periods", "are") };
    match what {
        "its" => format!("  {count} {plural}: {}\n", list.join(", ")),
        what => format!("  {count} {plural} {are} {what}: {}\n", list.join(", ")),
    }
}

/// The rows whose value is the same and something else is not.
fn beside(others: &CountChanges<'_>, all: bool) -> String {
    let count = others.beside.len();
    if count == 0 {
        return String::new();
    }
    let shown = if all { count } else { SHOWN };
    let list = listed(others.beside.iter().rev().map(|(old, new)| counts(old, new)), shown);
    let (values, are) = if count == 1 { ("value is", "is") } else { ("values are", "are") };
    format!("  {count} {values} the same and {are} based otherwise: {}\n", list.join(", "))
}

/// `2026-07-06 (n 12 → 13)`
fn counts(old: &Row, new: &Row) -> String {
    let mut parts = Vec::new();
    let text = |n: Option<String>| n.unwrap_or("none".to_owned());
    let mut part = |what: &str, old: Option<String>, new: Option<String>| {
        if old != new {
            parts.push(format!("{what} {} → {}", text(old), text(new)));
        }
    };
    part("n", old.n.map(|n| n.to_string()), new.n.map(|n| n.to_string()));
    part("open", old.n_open.map(|n| n.to_string()), new.n_open.map(|n| n.to_string()));
    let status = |row: &Row| Some(row.status.name().to_owned());
    part("status", status(old), status(new));
    if parts.is_empty() {
        parts.push("its parts or interval".to_owned());
    }
    format!("{} ({})", date_text(new.period.start), parts.join(", "))
}

/// A group as people read it.
pub fn name(group: &Group) -> String {
    if group.is_empty() {
        return "total".to_owned();
    }
    let short = |text: &str| terminal::short(text, WIDEST);
    let values = group.iter().map(|(segment, value)| {
        let value = value.as_deref().map_or("(null)".to_owned(), short);
        format!("{} {value}", short(segment))
    });
    values.collect::<Vec<_>>().join(" · ")
}
