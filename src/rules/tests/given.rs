//! What is given: sources that are read, columns that they have, values that the columns hold.

use std::collections::BTreeSet;

use super::{nearest, unknown_column, wrong_type};
use crate::catalog::{Catalog, Source};
use crate::definition::read::{Literal, Text, Value};
use crate::definition::source::Format;
use crate::definition::test::TestTable;
use crate::diagnostic::{Diagnostic, codes};
use crate::facts::Bound;
use crate::plan::Slot;

/// Checks the rows that a test gives to `what`, which reads `reads`.
pub fn check(
    catalog: &Catalog,
    bound: &Bound,
    what: &str,
    reads: &BTreeSet<&str>,
    test: &TestTable,
    found: &mut Vec<Diagnostic>,
) {
    let all = below(catalog, reads, &BTreeSet::new());
    let given: BTreeSet<&str> = test.given.names().collect();
    let reached = below(catalog, reads, &given);
    for (name, rows) in test.given.iter() {
        let Some(source) = catalog.sources.get(name.as_str()) else {
            if !catalog.unread.contains(name.as_str()) {
                let diagnostic = Diagnostic::new(
                    &codes::UNKNOWN_SOURCE,
                    format!("there is no source called `{}`", name.as_str()),
                )
                .at(name.span, "not in sources/");
                found.push(nearest(diagnostic, name, name.span, all.iter().copied()));
            }
            continue;
        };
        if !reached.contains(name.as_str()) {
            found.push(not_read(what, name, &all));
            continue;
        }
        for row in rows {
            for (column, cell) in row.value.iter() {
                found.extend(one(bound, source, column, cell));
            }
        }
    }
}

/// The sources that are read, directly or through derived ones; what is given is not computed,
/// so that nothing below it is read.
fn below<'a>(
    catalog: &'a Catalog,
    reads: &BTreeSet<&'a str>,
    given: &BTreeSet<&str>,
) -> BTreeSet<&'a str> {
    let mut seen = BTreeSet::new();
    let mut pending: Vec<&str> = reads.iter().copied().collect();
    while let Some(id) = pending.pop() {
        if let Some((id, source)) = catalog.sources.get_key_value(id)
            && seen.insert(id.as_str())
            && !given.contains(id.as_str())
        {
            pending.extend(source.reads.iter().map(String::as_str));
        }
    }
    seen
}

fn not_read(what: &str, name: &Text, all: &BTreeSet<&str>) -> Diagnostic {
    if all.contains(name.as_str()) {
        return Diagnostic::new(
            &codes::CONFLICTING_KEYS,
            format!("nothing reads the rows of `{}`", name.as_str()),
        )
        .at(name.span, "only sources that are given too are computed from it")
        .help("remove these rows, or the rows that stand for what is derived from them");
    }
    let known: Vec<&str> = all.iter().copied().collect();
    let diagnostic = Diagnostic::new(
        &codes::INVALID_VALUE,
        format!("{what} does not read source `{}`", name.as_str()),
    )
    .at(name.span, "not read, neither directly nor through derived sources")
    .note(format!("it reads: {}", known.join(", ")));
    nearest(diagnostic, name, name.span, known)
}

fn one(bound: &Bound, source: &Source, name: &Text, cell: &Literal) -> Option<Diagnostic> {
    // A source that does not bind has a diagnostic of its own.
    let columns = &bound.sources.get(&source.id)?.query.columns;
    let Some(column) = columns.iter().find(|column| column.name == name.as_str()) else {
        let how = if source.definition.format.value == Format::Derived {
            "the query of"
        } else {
            "the declaration of"
        };
        let message = format!("{how} `{}` has no column `{}`", source.id, name.as_str());
        return Some(unknown_column(name, message, columns.iter().map(|c| c.name.as_str())));
    };
    let slot = Slot::of(&column.type_name);
    if !slot.takes(&cell.value) {
        let what = format!("column `{}` of `{}`", name.as_str(), source.id);
        return Some(wrong_type(&what, cell, slot));
    }
    let values = &source.definition.columns.get(name)?.values;
    let texts: &[String] = match &cell.value {
        Value::Text(text) => std::slice::from_ref(text),
        Value::List(texts) => texts,
        _ => &[],
    };
    let wrong = texts.iter().find(|text| {
        !values.is_empty() && !values.iter().any(|value| value.as_str() == text.as_str())
    })?;
    let listed: Vec<&str> = values.iter().map(|value| value.as_str()).collect();
    let diagnostic = Diagnostic::new(
        &codes::VALUE_NOT_ALLOWED,
        format!("`{wrong}` is no value of column `{}` of `{}`", name.as_str(), source.id),
    )
    .at(cell.span, "not in `values`")
    .note(format!("allowed: {}", listed.join(", ")));
    Some(diagnostic.did_you_mean(wrong, listed))
}
