//! `[[test]]` tables: whether what is given and what is expected can be at all.

mod expected;
mod given;

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::Project;
use crate::catalog::{Catalog, Metric, Source};
use crate::definition::project::AsOf;
use crate::definition::read::{Literal, Text};
use crate::definition::test::TestTable;
use crate::diagnostic::{Applicability, Diagnostic, Span, codes};
use crate::facts::Bound;
use crate::plan::Slot;

pub fn check(project: &Project<'_>, bound: &Bound, found: &mut Vec<Diagnostic>) {
    let catalog = project.catalog;
    for metric in catalog.metrics.values() {
        for test in &metric.definition.test {
            found.extend(of_metric(catalog, bound, metric, test));
        }
    }
    for source in catalog.sources.values() {
        for test in &source.definition.test {
            found.extend(of_source(catalog, bound, source, test));
        }
    }
}

/// What is wrong with a test of a metric, apart from what it will yield.
pub fn of_metric(
    catalog: &Catalog,
    bound: &Bound,
    metric: &Metric,
    test: &TestTable,
) -> Vec<Diagnostic> {
    let mut found: Vec<Diagnostic> = repeated(&metric.definition.test, test).into_iter().collect();
    let reads = with_parts(catalog, metric);
    let what = format!("metric `{}`", metric.id);
    given::check(catalog, bound, &what, &reads, test, &mut found);
    match as_of(catalog, test) {
        Some(as_of) => expected::of_metric(catalog, metric, test, as_of, &mut found),
        None => found.push(no_as_of(test)),
    }
    found
}

/// What is wrong with a test of a derived source, apart from what it will yield.
pub fn of_source(
    catalog: &Catalog,
    bound: &Bound,
    source: &Source,
    test: &TestTable,
) -> Vec<Diagnostic> {
    let mut found: Vec<Diagnostic> = repeated(&source.definition.test, test).into_iter().collect();
    let reads: BTreeSet<&str> = source.reads.iter().map(String::as_str).collect();
    let what = format!("source `{}`", source.id);
    given::check(catalog, bound, &what, &reads, test, &mut found);
    if as_of(catalog, test).is_none() {
        found.push(no_as_of(test));
    }
    expected::of_source(bound, source, test, &mut found);
    found
}

/// The instant of knowledge of a test: its own, or the project's where that is fixed.
pub fn as_of(catalog: &Catalog, test: &TestTable) -> Option<Timestamp> {
    match (&test.as_of, &catalog.settings.as_of) {
        (Some(as_of), _) => Some(as_of.value),
        (None, AsOf::Fixed(instant)) => Some(*instant),
        (None, AsOf::Newest { .. }) => None,
    }
}

fn no_as_of(test: &TestTable) -> Diagnostic {
    Diagnostic::new(&codes::MISSING_KEY, "`as_of` is missing")
        .at(test.name.span, "as of which instant?")
        .note("the project takes its as-of from the data, and a test has none")
        .help("add `as_of = 2026-07-01T00:00:00Z`, the instant at which the rows are looked at")
}

/// Two tests of one name cannot be told apart in a report.
fn repeated(tests: &[TestTable], test: &TestTable) -> Option<Diagnostic> {
    let first = tests.iter().find(|first| *first.name == *test.name)?;
    (first.name.span != test.name.span).then(|| {
        Diagnostic::new(&codes::INVALID_VALUE, "two tests have the same name")
            .at(test.name.span, "the second one")
            .at(first.name.span, "the first one")
            .help("say what this one shows and the other does not")
    })
}

/// What the populations of a metric and of its parts read.
fn with_parts<'a>(catalog: &'a Catalog, metric: &'a Metric) -> BTreeSet<&'a str> {
    let mut reads = BTreeSet::new();
    let mut seen = BTreeSet::new();
    let mut pending = vec![metric];
    while let Some(metric) = pending.pop() {
        if seen.insert(metric.id.as_str()) {
            reads.extend(metric.reads.iter().map(String::as_str));
            pending.extend(metric.parts.iter().filter_map(|part| catalog.metrics.get(part)));
        }
    }
    reads
}

/// A value of another type than its column.
fn wrong_type(what: &str, cell: &Literal, slot: Slot) -> Diagnostic {
    let expected = slot.expected();
    let diagnostic = Diagnostic::new(
        &codes::WRONG_TYPE,
        format!("{what} is of type {}, and this is {}", slot.name(), cell.value.kind()),
    )
    .at(cell.span, format!("expected {expected}"));
    match rewritten(cell, slot) {
        Some(text) => {
            let says = format!("write {text}");
            diagnostic.replace(cell.span, text, says, Applicability::Suggested)
        }
        None => diagnostic,
    }
}

/// The value with quotes or without them, where that is all that is wrong with it.
fn rewritten(cell: &Literal, slot: Slot) -> Option<String> {
    use crate::definition::read::Value;
    match (&cell.value, slot) {
        (Value::List(_), _) => None,
        (Value::Text(text), Slot::Integer) => text.parse::<i64>().ok().map(|n| n.to_string()),
        (Value::Text(text), Slot::Number) => {
            text.parse::<rust_decimal::Decimal>().ok().map(|number| number.to_string())
        }
        (Value::Text(text), Slot::Boolean) => text.parse::<bool>().ok().map(|b| b.to_string()),
        (Value::Text(text), Slot::Timestamp) => {
            text.parse::<Timestamp>().ok().map(|instant| instant.to_string())
        }
        (Value::Text(text), Slot::Date) => {
            text.parse::<jiff::civil::Date>().ok().map(|date| date.to_string())
        }
        (Value::Text(text), Slot::TextList) => Some(Value::List(vec![text.clone()]).to_string()),
        (value, Slot::Text) => Some(Value::Text(value.to_string()).to_string()),
        _ => None,
    }
}

fn unknown_column<'a>(
    name: &Text,
    message: String,
    known: impl Iterator<Item = &'a str> + Clone,
) -> Diagnostic {
    let diagnostic =
        Diagnostic::new(&codes::UNKNOWN_COLUMN, message).at(name.span, "there is no such column");
    let listed: Vec<&str> = known.clone().collect();
    nearest(diagnostic.note(format!("it has: {}", listed.join(", "))), name, name.span, known)
}

/// Adds what was probably meant, as a help and as a change.
fn nearest<'a>(
    diagnostic: Diagnostic,
    name: &str,
    span: Span,
    known: impl IntoIterator<Item = &'a str>,
) -> Diagnostic {
    match crate::diagnostic::closest(name, known) {
        Some(near) => diagnostic.replace(
            span,
            near,
            format!("replace `{name}` by `{near}`"),
            Applicability::Suggested,
        ),
        None => diagnostic,
    }
}
