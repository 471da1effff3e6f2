//! `--format text`: a table per metric that a person can read.

use std::collections::{BTreeMap, BTreeSet};

use comfy_table::{Attribute, Cell, CellAlignment, Color, ContentArrangement, Table, presets};

use super::sparkline::sparkline;
use crate::escape::terminal;
use crate::project::catalog::{Catalog, Metric};
use crate::project::definition::display::DisplayUnit;
use crate::project::definition::metric::Direction;
use crate::project::definition::read::Number;
use crate::result::{
    Group, MetricResults, Period, Results, Row, Status, date_text, instant_text, to_f64,
};

/// How much is shown.
#[derive(Debug, Clone, Copy)]
pub struct TableOptions {
    /// All groups instead of the worst few.
    pub all: bool,
    pub styled: bool,
}

/// Groups shown of a metric unless all are asked for.
const SHOWN: usize = 10;

/// Longer values and names are cut; machine formats have them whole.
const WIDEST: usize = 60;
const WIDEST_TITLE: usize = 120;

/// The results as text, ending with a line break.
pub fn table(catalog: &Catalog, results: &Results, options: TableOptions) -> String {
    let mut text = format!(
        "{} as of {}, by {}\n",
        terminal::short(&catalog.settings.name, WIDEST_TITLE),
        instant_text(results.as_of),
        results.grain.name()
    );
    for metric_results in &results.metrics {
        if let Some(metric) = catalog.metrics.get(&metric_results.metric) {
            text.push('\n');
            let complete = metric_results.newest_complete_period(results.as_of);
            let least = catalog.settings.min_group;
            text.push_str(&one(metric, metric_results, complete, least, options));
        }
    }
    terminal::page(&text)
}

fn one(
    metric: &Metric,
    results: &MetricResults,
    complete: Option<Period>,
    least: u32,
    options: TableOptions,
) -> String {
    let unit = DisplayUnit::of(&metric.definition);
    let mut series: Vec<&[Row]> = results.series().collect();
    let total = series.len();
    if !options.all && total > SHOWN {
        worst_first(metric.definition.direction, complete, &mut series);
        series.truncate(SHOWN);
    }
    let companions = companions(results);
    let periods: BTreeSet<Period> = results.rows.iter().map(|row| row.period).collect();
    let mut header = vec!["", "period", "value", "target", "n", "open", "95 % interval"];
    header.extend(companions.iter().map(String::as_str));
    header.push("trend");
    let lines = series.iter();
    let lines = lines.map(|rows| line(metric, rows, &periods, complete, &unit, &companions));
    let numbers = 2..header.len() - 1;
    let mut text = heading(metric, &unit) + &columns(&header, lines, numbers, options.styled);
    if series.len() < total {
        text.push_str(&format!("  … {} more groups (--all)\n", total - series.len()));
    }
    let mut shown = series.iter().filter_map(|rows| newest(rows, complete));
    if shown.any(|row| row.status == Status::Suppressed) {
        text.push_str(&why_suppressed(metric, least));
    }
    text
}

/// What a reader should know who sees groups without numbers.
fn why_suppressed(metric: &Metric, least: u32) -> String {
    if metric.definition.measure.is_composed() {
        return "  suppressed: computed from groups that are suppressed\n".to_owned();
    }
    let own = metric.definition.population.as_ref().and_then(|p| p.min_group);
    let least = own.unwrap_or(least);
    format!("  suppressed: groups of fewer than {least}, and what would reveal them\n")
}

fn heading(metric: &Metric, unit: &DisplayUnit) -> String {
    let definition = &metric.definition;
    let mut parts =
        vec![format!("{}: {}", metric.id, terminal::short(&definition.title, WIDEST_TITLE))];
    if let Some(owner) = &definition.owner {
        parts.push(format!("owner {}", terminal::short(owner, WIDEST)));
    }
    match definition.direction {
        Direction::Higher => parts.push("higher is better".to_owned()),
        Direction::Lower => parts.push("lower is better".to_owned()),
        Direction::Band | Direction::Neutral => {}
    }
    if let Some(target) = &definition.target {
        parts.extend(bounds("target", target.at_least.as_ref(), target.at_most.as_ref(), unit));
    }
    if let Some(ceiling) = &definition.ceiling {
        parts.extend(bounds("ceiling", ceiling.min.as_ref(), ceiling.max.as_ref(), unit));
    }
    format!("{}\n", parts.join(" · "))
}

/// `target at least 93 %`
fn bounds(
    what: &str,
    low: Option<&Number>,
    high: Option<&Number>,
    unit: &DisplayUnit,
) -> Option<String> {
    let show = |bound: &Number| unit.show(bound.value);
    Some(match (low, high) {
        (Some(low), Some(high)) => format!("{what} {} to {}", show(low), show(high)),
        (Some(low), None) => format!("{what} at least {}", show(low)),
        (None, Some(high)) => format!("{what} at most {}", show(high)),
        (None, None) => return None,
    })
}

/// The row whose value stands for the series: of the newest complete period, else the newest.
fn newest(rows: &[Row], complete: Option<Period>) -> Option<&Row> {
    rows.iter().find(|row| Some(row.period) == complete).or(rows.last())
}

fn worst_first(direction: Direction, complete: Option<Period>, series: &mut [&[Row]]) {
    series.sort_by(|a, b| {
        let key = |rows: &[Row]| {
            let row = newest(rows, complete);
            let total = row.is_some_and(|row| row.group.is_empty());
            let sure = row.is_some_and(|row| row.status == Status::Final);
            (!total, !sure)
        };
        let value = |rows: &[Row]| newest(rows, complete).and_then(|row| row.value);
        let by_value = match direction {
            Direction::Higher => value(a).cmp(&value(b)),
            Direction::Lower | Direction::Band | Direction::Neutral => value(b).cmp(&value(a)),
        };
        key(a).cmp(&key(b)).then(by_value)
    });
}

fn companions(results: &MetricResults) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for (name, _) in results.rows.iter().flat_map(|row| &row.companions) {
        if !names.contains(name) {
            names.push(name.clone());
        }
    }
    names
}

fn line(
    metric: &Metric,
    rows: &[Row],
    periods: &BTreeSet<Period>,
    complete: Option<Period>,
    unit: &DisplayUnit,
    companions: &[String],
) -> Vec<Cell> {
    let Some(row) = newest(rows, complete) else {
        return Vec::new();
    };
    let verdict = verdict(metric, row);
    let value = value(row, unit);
    let value = match verdict {
        Some(false) => Cell::new(value).fg(Color::Red),
        _ => Cell::new(value),
    };
    let count = |count: Option<u64>| count.map(|count| count.to_string()).unwrap_or_default();
    let interval = match (row.ci_low, row.ci_high) {
        (Some(low), Some(high)) => format!("{} to {}", unit.show(low), unit.show(high)),
        _ => String::new(),
    };
    let mut cells = vec![
        Cell::new(label(&row.group)),
        Cell::new(date_text(row.period.start)),
        value,
        match verdict {
            Some(true) => Cell::new("met"),
            Some(false) => Cell::new("missed").fg(Color::Red),
            None => Cell::new(""),
        },
        Cell::new(count(row.n)),
        Cell::new(count(row.n_open)),
        Cell::new(interval),
    ];
    for name in companions {
        let found = row.companions.iter().find(|(known, _)| known == name);
        let mut text = found.map_or(String::new(), |(_, value)| unit.show(*value));
        if row.smallest.as_ref() == Some(name) {
            text.push_str(" (smallest)");
        }
        cells.push(Cell::new(text));
    }
    cells.push(Cell::new(trend(rows, periods)));
    cells
}

fn verdict(metric: &Metric, row: &Row) -> Option<bool> {
    let target = metric.definition.target.as_ref()?;
    let value = row.value.filter(|_| row.status == Status::Final)?;
    let low = target.at_least.as_ref().is_none_or(|bound| value >= bound.value);
    let high = target.at_most.as_ref().is_none_or(|bound| value <= bound.value);
    Some(low && high)
}

/// The values of one group in all periods of the metric, as bars.
fn trend(rows: &[Row], periods: &BTreeSet<Period>) -> String {
    let values: BTreeMap<Period, f64> =
        rows.iter().filter_map(|row| row.value.map(|value| (row.period, to_f64(value)))).collect();
    sparkline(&periods.iter().map(|period| values.get(period).copied()).collect::<Vec<_>>())
}

/// A group on one line.
pub fn label(group: &Group) -> String {
    if group.is_empty() {
        return "total".to_owned();
    }
    let values: Vec<String> = group
        .iter()
        .map(|(segment, value)| {
            let value = value.as_deref().map_or("(null)".to_owned(), short);
            format!("{} {value}", short(segment))
        })
        .collect();
    values.join(" · ")
}

fn short(text: &str) -> String {
    terminal::short(text, WIDEST)
}

/// Rows without lines between them, and an indent: the header is dim, `numbers` are columns of
/// numbers. Columns that say nothing (no open rows, no intervals) only cost width.
pub(super) fn columns(
    header: &[&str],
    rows: impl Iterator<Item = Vec<Cell>>,
    numbers: impl IntoIterator<Item = usize>,
    styled: bool,
) -> String {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table.set_content_arrangement(ContentArrangement::Disabled);
    if styled {
        table.enforce_styling();
    } else {
        table.force_no_tty();
    }
    table.set_header(header.iter().map(|name| Cell::new(name).add_attribute(Attribute::Dim)));
    table.add_rows(rows);
    for index in numbers {
        if let Some(column) = table.column_mut(index) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    for index in 0..table.column_count() {
        let empty = table.column(index).is_some_and(|_| {
            table
                .row_iter()
                .all(|row| row.cell_iter().nth(index).is_none_or(|cell| cell.content().is_empty()))
        });
        if empty && let Some(column) = table.column_mut(index) {
            column.set_constraint(comfy_table::ColumnConstraint::Hidden);
        }
    }
    table.lines().map(|line| format!("  {}\n", line.trim_end())).collect()
}

/// The value with what is to be known of it.
pub fn value(row: &Row, unit: &DisplayUnit) -> String {
    let absent = match row.status {
        Status::Suppressed => "suppressed",
        _ => "undefined",
    };
    let mut text = row.value.map_or(absent.to_owned(), |value| unit.show(value));
    match row.status {
        Status::Provisional => text.push_str(" (provisional)"),
        Status::Insufficient => text.push_str(" (few)"),
        Status::Final | Status::Undefined | Status::Suppressed => {}
    }
    text
}
