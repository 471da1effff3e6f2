//! How the rows of a test differ, cell by cell.

use comfy_table::{ContentArrangement, Table, presets};

use super::compare::{Actual, Pair, cell, equal};
use super::head;
use crate::definition::read::Value;
use crate::definition::test::{GivenRow, TestTable};
use crate::diagnostic::{Applicability, Diagnostic, Edit, Files, Fix, codes};
use crate::escape::terminal;

/// Differing rows that are shown, and places that are underlined.
const SHOWN: usize = 12;

/// Longer texts are cut where they are shown.
const WIDEST: usize = 40;

/// What differs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    pub columns: Vec<String>,
    pub rows: Vec<Change>,
}

/// A row that is not as expected: values as TOML, `None` where nothing is said about a column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    pub expected: Option<Vec<Option<String>>>,
    pub actual: Option<Vec<Option<String>>>,
}

/// A null as it is written in `expect`.
const NULL: &str = "[]";

fn written(value: Option<&Value>) -> String {
    value.map_or(NULL.to_owned(), ToString::to_string)
}

impl Difference {
    /// What differs between pairs of rows; `None` where nothing does.
    pub fn of(
        columns: &[&str],
        expected: &[GivenRow],
        actual: &[Actual],
        pairs: &[Pair],
    ) -> Option<Self> {
        let rows: Vec<Change> = pairs
            .iter()
            .filter_map(|(index, at)| {
                let row = index.and_then(|index| expected.get(index));
                let found = at.and_then(|at| actual.get(at));
                if let (Some(row), Some(found)) = (row, found)
                    && wrong(row, found).next().is_none()
                {
                    return None;
                }
                let of_row = |row: &GivenRow| {
                    let cells = columns.iter().map(|column| row.value.get(column));
                    cells.map(|cell| cell.map(|cell| cell.value.to_string())).collect()
                };
                let of_found = |found: &Actual| {
                    columns.iter().map(|column| Some(written(cell(found, column)))).collect()
                };
                Some(Change { expected: row.map(of_row), actual: found.map(of_found) })
            })
            .collect();
        let columns = columns.iter().map(|column| (*column).to_owned()).collect();
        (!rows.is_empty()).then_some(Self { columns, rows })
    }

    /// Lines in columns: of each row what was expected and what it is, marked where they differ.
    pub fn table(&self) -> String {
        let mut table = Table::new();
        table.load_style(presets::NOTHING);
        table.set_content_arrangement(ContentArrangement::Disabled);
        table.force_no_tty();
        let mut header = vec![String::new()];
        header.extend(self.columns.iter().map(|column| short(column)));
        table.set_header(header);
        for Change { expected, actual } in self.rows.iter().take(SHOWN) {
            match (expected, actual) {
                (Some(expected), Some(actual)) => {
                    table.add_row(line("expected", expected.iter().map(plain)));
                    let cells = expected.iter().zip(actual);
                    table.add_row(line(
                        "actual",
                        cells.map(|(expected, actual)| marked(expected.as_ref(), actual.as_ref())),
                    ));
                }
                (Some(expected), None) => {
                    table.add_row(line("missing", expected.iter().map(plain)));
                }
                (None, Some(actual)) => {
                    table.add_row(line("unexpected", actual.iter().map(plain)));
                }
                (None, None) => {}
            }
        }
        let mut lines: Vec<String> = table.lines().map(|line| line.trim_end().to_owned()).collect();
        if self.rows.len() > SHOWN {
            lines.push(format!("and {} more rows", self.rows.len() - SHOWN));
        }
        lines.join("\n")
    }

    fn count(&self, is: impl Fn(&Change) -> bool) -> usize {
        self.rows.iter().filter(|row| is(row)).count()
    }

    /// `1 row differs, 2 are missing`
    fn summary(&self) -> String {
        let changed = self.count(|row| row.expected.is_some() && row.actual.is_some());
        let missing = self.count(|row| row.actual.is_none());
        let unexpected = self.count(|row| row.expected.is_none());
        let mut parts: Vec<String> = Vec::new();
        let mut say = |count: usize, one: &str, many: &str| {
            let rows = match (parts.is_empty(), count) {
                (_, 0) => return,
                (true, 1) => "1 row",
                (true, _) => &format!("{count} rows"),
                (false, _) => &count.to_string(),
            };
            parts.push(format!("{rows} {}", if count == 1 { one } else { many }));
        };
        say(changed, "differs", "differ");
        say(missing, "is missing", "are missing");
        say(unexpected, "is unexpected", "are unexpected");
        parts.join(", ")
    }
}

fn line(mark: &str, cells: impl Iterator<Item = String>) -> Vec<String> {
    std::iter::once(mark.to_owned()).chain(cells).collect()
}

fn plain(text: &Option<String>) -> String {
    text.as_deref().map_or(String::new(), short)
}

fn marked(expected: Option<&String>, actual: Option<&String>) -> String {
    let text = actual.map_or(String::new(), |text| short(text));
    // Nothing is said about a column that is not expected, so that nothing is wrong with it.
    match expected {
        Some(expected) if Some(expected) != actual => format!("{text} <"),
        _ => text,
    }
}

fn short(text: &str) -> String {
    terminal::short(text, WIDEST)
}

/// The columns of an expected row that are another value, with that value.
fn wrong<'a>(
    row: &'a GivenRow,
    found: &'a Actual,
) -> impl Iterator<Item = (&'a crate::definition::read::Literal, Option<&'a Value>)> {
    row.value
        .iter()
        .map(|(name, literal)| (literal, cell(found, name)))
        .filter(|(literal, value)| !equal(&literal.value, *value))
}

/// The diagnostic of a test whose rows differ.
pub fn diagnostic(
    files: &Files,
    what: &str,
    test: &TestTable,
    actual: &[Actual],
    pairs: &[Pair],
    difference: &Difference,
) -> Diagnostic {
    let message = format!("{what}: \"{}\": {}", test.name.as_str(), difference.summary());
    let mut labels = Vec::new();
    let mut edits = Vec::new();
    for (index, at) in pairs {
        let Some(row) = index.and_then(|index| test.expect.value.get(index)) else {
            continue;
        };
        let Some(found) = at.and_then(|at| actual.get(at)) else {
            labels.push((head(files, row.span), "there is no such row".to_owned()));
            continue;
        };
        for (literal, value) in wrong(row, found) {
            let text = written(value);
            labels.push((literal.span, format!("is {}", short(&text))));
            edits.push(Edit { span: literal.span, text });
        }
    }
    let unexpected = difference.count(|row| row.expected.is_none());
    if labels.is_empty() {
        let rows = if unexpected == 1 { "a row" } else { "rows" };
        let label = format!("there is {rows} that is not expected here");
        let label = if unexpected == 1 { label } else { label.replace(" is ", " are ") };
        labels.push((head(files, test.expect.span), label));
    }
    let mut diagnostic = Diagnostic::new(&codes::TEST_FAILED, message);
    for (span, label) in labels.into_iter().take(SHOWN) {
        diagnostic = diagnostic.at(span, label);
    }
    diagnostic = diagnostic.table(difference.table());
    if !edits.is_empty() {
        let says = "expect what the definition yields now".to_owned();
        diagnostic.fix = Some(Fix { says, edits, applicability: Applicability::Suggested });
    }
    diagnostic.help("correct the SQL, or if the result is what it should be, what is expected")
}
