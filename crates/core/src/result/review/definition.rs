//! The text of a definition before and after, line by line.

use console::Style;
use similar::TextDiff;

use crate::escape::terminal;
use crate::result::diff::{Definitions, MetricDiff};

/// Longer lines are cut.
const WIDEST: usize = 200;
/// Lines shown of a difference unless all are asked for.
const SHOWN: usize = 24;

/// How the definition of a metric and of the sources that it reads differ from those of the base.
pub fn definition(
    changed: &MetricDiff,
    base: Option<Definitions<'_>>,
    head: Definitions<'_>,
    all: bool,
    styled: bool,
) -> String {
    let mut text = String::new();
    if let (Some((old, new)), Some(metric)) =
        (&changed.text, head.catalog.metrics.get(&changed.metric))
    {
        text.push_str(&unified(head.files.path(metric.file), old, new, all, styled));
    }
    let sources =
        changed.definition.iter().filter_map(|change| change.field.strip_prefix("source "));
    for id in sources {
        let of = |side: Definitions<'_>| {
            let source = side.catalog.sources.get(id)?;
            Some((side.files.path(source.file).to_owned(), side.files.text(source.file).to_owned()))
        };
        if let (Some((_, old)), Some((path, new))) = (base.and_then(of), of(head)) {
            text.push_str(&unified(&path, &old, &new, all, styled));
        }
    }
    text
}

fn unified(path: &str, old: &str, new: &str, all: bool, styled: bool) -> String {
    let path = terminal::short(path, WIDEST);
    let difference = TextDiff::from_lines(old, new);
    let difference = difference
        .unified_diff()
        .context_radius(2)
        .header(&format!("{path} (committed)"), &path)
        .missing_newline_hint(false)
        .to_string();
    let lines: Vec<&str> = difference.lines().collect();
    let shown = if all { lines.len() } else { SHOWN };
    let mut text = String::new();
    for line in lines.iter().take(shown) {
        let style = match line.chars().next() {
            Some('+') => Style::new().green(),
            Some('-') => Style::new().red(),
            _ => Style::new(),
        };
        let line = style.force_styling(styled).apply_to(terminal::short(line, WIDEST)).to_string();
        text.push_str(&format!("  {line}\n"));
    }
    if lines.len() > shown {
        text.push_str(&format!("  … {} more lines\n", lines.len() - shown));
    }
    text
}
