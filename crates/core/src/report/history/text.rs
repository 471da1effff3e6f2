//! `--format text`: a line of bars, and a table with the newest value last.

use comfy_table::{Cell, Color};

use crate::escape::terminal;
use crate::project::catalog::Metric;
use crate::project::definition::display::DisplayUnit;
use crate::report::sparkline::sparkline;
use crate::report::table::{columns, label, value};
use crate::result::history::{Origin, Point, Series};
use crate::result::{date_text, instant_text, to_f64};

/// Longer values are cut; machine formats have them whole.
const WIDEST: usize = 60;
const WIDEST_TITLE: usize = 120;

/// The series of a metric as text, ending with a line break.
pub fn text(metric: &Metric, series: &Series, styled: bool) -> String {
    let unit = DisplayUnit::of(&metric.definition);
    let title = terminal::short(&metric.definition.title, WIDEST_TITLE);
    let mut text = format!("{}: {title} · {}\n", metric.id, label(&series.group));
    let value = |point: &Point| point.row.as_ref().ok().and_then(|row| row.value);
    let values: Vec<_> = series.points.iter().map(value).collect();
    let known: Vec<_> = values.iter().flatten().copied().collect();
    let bars = sparkline(&values.iter().map(|value| value.map(to_f64)).collect::<Vec<_>>());
    if let ([first, .., last], false) = (known.as_slice(), bars.is_empty()) {
        text.push_str(&format!("  {bars}  {} → {}\n", unit.show(*first), unit.show(*last)));
    }
    text.push('\n');
    text.push_str(&table(series, &unit, styled));
    terminal::page(&text)
}

fn table(series: &Series, unit: &DisplayUnit, styled: bool) -> String {
    let committed = series.points.iter().any(|point| point.origin.is_some());
    let mut header = vec!["as of", "period", "value", "n"];
    if committed {
        header.extend(["commit", "author", "cause", "reason"]);
    }
    header.push("");
    columns(&header, series.points.iter().map(|point| line(point, unit)), [2, 3], styled)
}

fn line(point: &Point, unit: &DisplayUnit) -> Vec<Cell> {
    let row = point.row.as_ref().ok();
    let mut cells = vec![
        Cell::new(point.as_of.map(instant_text).unwrap_or_default()),
        Cell::new(row.map(|row| date_text(row.period.start)).unwrap_or_default()),
        Cell::new(row.map_or("–".to_owned(), |row| value(row, unit))),
        Cell::new(row.and_then(|row| row.n).map(|n| n.to_string()).unwrap_or_default()),
    ];
    if let Some(origin) = &point.origin {
        cells.extend([
            Cell::new(origin.commit.short()),
            Cell::new(terminal::short(&origin.commit.author, WIDEST)),
            cause(origin),
            Cell::new(terminal::short(origin.reason.as_deref().unwrap_or_default(), WIDEST)),
        ]);
    }
    let note = point.note().unwrap_or_default();
    cells.push(Cell::new(terminal::short(&note, WIDEST_TITLE)));
    cells
}

/// A moved definition is what a reader should see: the number is another one since.
fn cause(origin: &Origin) -> Cell {
    let name = origin.cause.name();
    let cell = Cell::new(name);
    if matches!(name, "definition" | "both") { cell.fg(Color::Yellow) } else { cell }
}
