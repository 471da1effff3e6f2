//! The commit that made a value what it is.

use serde::Serialize;
use serde_json::value::RawValue;

use super::json::{Object, object};
use crate::escape::{self, terminal};
use crate::project::catalog::Metric;
use crate::project::definition::display::DisplayUnit;
use crate::report::json::number;
use crate::report::table::{label, value};
use crate::result::history::{LastChange, Series};
use crate::result::{date_text, instant_text};

/// Longer words are cut.
const WIDEST: usize = 120;

/// A value and the change that it comes from.
pub struct BlameReport<'a> {
    pub metric: &'a Metric,
    /// The values of one period at all commits.
    pub series: &'a Series,
    pub change: LastChange<'a>,
}

/// What changed, who did it, when and why, a line each.
pub fn blame_text(blamed: &BlameReport<'_>) -> String {
    let BlameReport { metric, series, change } = blamed;
    let unit = DisplayUnit::of(&metric.definition);
    let (Ok(row), Some(origin)) = (&change.point.row, &change.point.origin) else {
        return String::new();
    };
    let short = |text: &str| terminal::short(text, WIDEST);
    let mut text = format!(
        "{}: {} · {} · {}\n",
        metric.id,
        short(&metric.definition.title),
        label(&series.group),
        date_text(row.period.start)
    );
    let moved = match change.before {
        Some(before) => format!("{} → {}", value(before, &unit), value(row, &unit)),
        None => format!("{}, the first value that is known", value(row, &unit)),
    };
    let cause = match change.point.note() {
        Some(note) => format!("{} ({})", origin.cause.name(), short(&note)),
        None => origin.cause.name().to_owned(),
    };
    let mut lines = vec![
        ("value", moved),
        ("commit", origin.commit.id.clone()),
        ("author", short(&origin.commit.author)),
        ("date", instant_text(origin.commit.time)),
        ("summary", short(&origin.commit.summary)),
        ("cause", cause),
        ("reason", origin.reason.as_deref().map_or("none was given".to_owned(), short)),
    ];
    if change.unread > 0 {
        lines.push(("unread", format!("{} commits between cannot be read", change.unread)));
    }
    for (name, says) in lines {
        text.push_str(&format!("  {name:<8} {says}\n"));
    }
    terminal::page(&text)
}

/// A point, with the value before it.
#[derive(Serialize)]
struct BlameObject<'a> {
    #[serde(flatten)]
    point: Object<'a>,
    /// Null where it is the first that is known.
    before: Option<Box<RawValue>>,
    /// How many commits between the two cannot be read.
    unread: usize,
}

/// The same as one object.
pub fn blame_json(blamed: &BlameReport<'_>) -> String {
    let object = BlameObject {
        point: object(blamed.series, blamed.change.point),
        before: number(blamed.change.before.and_then(|row| row.value)),
        unread: blamed.change.unread,
    };
    escape::json::document(&serde_json::to_string(&object).unwrap_or_default()) + "\n"
}
