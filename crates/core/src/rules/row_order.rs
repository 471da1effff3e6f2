//! `row-order`: rows have no order of their own, so that a choice among rows that nothing tells
//! apart is another one with other threads, files or versions.

use std::collections::{BTreeMap, BTreeSet};

use super::Project;
use super::queries::{DefinitionQuery, queries};
use crate::diagnostic::{Diagnostic, Span, codes};
use crate::project::definition::source::ExpectLevel;
use crate::sql::facts::{BoundProject, Row, RowChoice};

/// Columns that no two rows of a source share.
#[derive(Debug, Default)]
struct Key {
    columns: BTreeSet<String>,
    /// Those that must not be null for it.
    present: BTreeSet<String>,
}

/// The keys of the sources: the declared ones first.
type Keys = BTreeMap<String, Vec<Key>>;

pub fn check(project: &Project<'_>, bound: &BoundProject, found: &mut Vec<Diagnostic>) {
    let keys = keys(project, bound);
    for written in queries(project.catalog, bound) {
        let mut taken = BTreeSet::new();
        for choice in &written.query.choices {
            let span = place(project, written, choice, &mut taken);
            let Some(open) = undetermined(project, &keys, choice) else {
                continue;
            };
            found.push(diagnostic(&keys, written, choice, &open, span));
        }
    }
}

/// What is declared to be unique, by source.
fn keys(project: &Project<'_>, bound: &BoundProject) -> Keys {
    let mut keys = Keys::new();
    for (id, source) in &project.catalog.sources {
        let columns = source.definition.columns.iter();
        let key = columns.filter(|(_, column)| column.key).map(|(name, _)| name.to_string());
        let columns: BTreeSet<String> = key.collect();
        if !columns.is_empty() {
            keys.entry(id.clone()).or_default().push(Key { columns, ..Key::default() });
        }
    }
    for (id, source) in &bound.sources {
        let Some(declared) = project.catalog.sources.get(id) else {
            continue;
        };
        for (expect, query) in declared.definition.expect.iter().zip(&source.expectations) {
            if let (Some(unique), ExpectLevel::Hard) =
                (&query.unique, expect.level.unwrap_or(ExpectLevel::Hard))
            {
                keys.entry(unique.source.clone())
                    .or_default()
                    .push(Key { columns: unique.columns.clone(), present: unique.present.clone() });
            }
        }
    }
    keys
}

/// The rows that nothing tells apart, of a choice that needs it.
fn undetermined<'c>(
    project: &Project<'_>,
    keys: &Keys,
    choice: &'c RowChoice,
) -> Option<(Vec<&'c Row>, BTreeSet<usize>)> {
    let mut known: BTreeSet<usize> = choice.by.iter().copied().collect();
    let mut open: Vec<&Row> = choice.rows.iter().collect();
    loop {
        let before = (known.len(), open.len());
        for dependency in &choice.dependencies {
            if dependency.on.iter().all(|column| known.contains(column)) {
                known.insert(dependency.column);
            }
        }
        open.retain(|row| {
            let one = told_apart(project, keys, choice, row, &known);
            if let (true, Row::Scan { columns, .. }) = (one, row) {
                known.extend(columns.values());
            }
            !one
        });
        if (known.len(), open.len()) == before {
            break;
        }
    }
    let all = |columns: &[usize]| columns.iter().all(|column| known.contains(column));
    // Rows that agree in everything that is read of them are as good as one.
    let same = open.is_empty()
        || all(&choice.columns)
        || choice.values.as_ref().is_some_and(|values| all(values));
    (!same).then_some((open, known))
}

/// Whether there is one such row for what is `known`.
fn told_apart(
    project: &Project<'_>,
    keys: &Keys,
    choice: &RowChoice,
    row: &Row,
    known: &BTreeSet<usize>,
) -> bool {
    let (source, columns) = match row {
        Row::Group(columns) => return columns.iter().all(|column| known.contains(column)),
        Row::Scan { source, columns } => (source, columns),
    };
    let declared = project.catalog.sources.get(source).map(|source| &source.definition.columns);
    let never_null = |name: &String| {
        let column = declared.and_then(|columns| {
            columns.iter().find(|(declared, _)| declared.as_str() == name).map(|(_, column)| column)
        });
        column.is_some_and(|column| !column.nullable)
            || columns.get(name).is_some_and(|column| choice.present.contains(column))
    };
    keys.get(source).into_iter().flatten().any(|key| {
        let is_known = |name| columns.get(name).is_some_and(|column| known.contains(column));
        key.columns.iter().all(is_known) && key.present.iter().all(never_null)
    })
}

fn diagnostic(
    keys: &Keys,
    written: DefinitionQuery<'_>,
    choice: &RowChoice,
    (open, known): &(Vec<&Row>, BTreeSet<usize>),
    span: Span,
) -> Diagnostic {
    let without: Vec<&str> = open
        .iter()
        .filter_map(|row| match row {
            Row::Scan { source, .. } if !keys.contains_key(source) => Some(source.as_str()),
            _ => None,
        })
        .collect();
    let chooser = &choice.chooser;
    let code = match without.is_empty() || !written.counts {
        true => &codes::ROW_ORDER,
        false => &codes::ROW_ORDER_WITHOUT_KEY,
    };
    let why = if choice.order.is_empty() && choice.by.is_empty() {
        "rows have no order of their own"
    } else {
        "rows that are the same in this come in any order"
    };
    let mut diagnostic =
        Diagnostic::new(code, format!("`{chooser}` depends on the order in which rows come"))
            .at(span, why);
    let added = added(keys, choice, open, known);
    if let Some(help) = mended(choice, &added) {
        diagnostic = diagnostic.help(help);
    }
    for source in without.iter().collect::<BTreeSet<_>>() {
        diagnostic = diagnostic.help(format!(
            "`{source}` declares no key: say with `key = true` which of its columns are unique \
             together"
        ));
    }
    diagnostic
}

/// The columns that would tell the rows apart.
fn added(keys: &Keys, choice: &RowChoice, open: &[&Row], known: &BTreeSet<usize>) -> Vec<String> {
    let mut added: Vec<String> = Vec::new();
    for row in open {
        let columns: Vec<&String> = match row {
            Row::Scan { source, columns } => {
                let key = keys.get(source).and_then(|keys| keys.first());
                let key = key.into_iter().flat_map(|key| &key.columns);
                key.filter(|name| columns.get(*name).is_none_or(|number| !known.contains(number)))
                    .collect()
            }
            Row::Group(columns) => {
                let open = columns.iter().filter(|column| !known.contains(column));
                open.filter_map(|column| choice.names.get(column)).collect()
            }
        };
        for column in columns {
            if !added.contains(column) {
                added.push(column.clone());
            }
        }
    }
    added
}

/// How the choice is written so that it is always the same.
fn mended(choice: &RowChoice, added: &[String]) -> Option<String> {
    let chooser = choice.chooser.as_str();
    let argument = choice.arguments.first();
    let order = |own: &[String]| {
        let terms: Vec<&str> = own.iter().chain(added).map(String::as_str).collect();
        terms.join(", ")
    };
    match (chooser, argument) {
        ("mode", Some(of)) => Some(format!(
            "`mode({of} order by {of})` takes the smallest of the values that are equally frequent"
        )),
        ("list" | "array_agg" | "string_agg" | "group_concat" | "listagg", Some(of)) => {
            let order: Vec<&str> = choice.order.iter().chain([of]).map(String::as_str).collect();
            let (arguments, order) = (choice.arguments.join(", "), order.join(", "));
            Some(format!("order the values: `{chooser}({arguments} order by {order})`"))
        }
        ("first" | "last" | "any_value" | "arbitrary", Some(of)) if added.is_empty() => {
            Some(format!("say which: `min({of})`, or an order with `{chooser}({of} order by …)`"))
        }
        ("first" | "last" | "any_value" | "arbitrary", Some(of)) => {
            Some(format!("say which: `{chooser}({of} order by {})`", order(&choice.order)))
        }
        ("limit" | "row_number" | "ntile" | "lead" | "lag" | "distinct on", _)
            if added.is_empty() =>
        {
            Some("order by everything that is read of the rows".to_owned())
        }
        ("asof join", _) => Some(
            "the joined rows must be unique in the columns of the condition: choose one of them \
             first"
                .to_owned(),
        ),
        (_, Some(of)) if chooser.starts_with("arg") || chooser.ends_with("_by") => {
            let by = choice.arguments.get(1)?;
            let next = if added.is_empty() { of.clone() } else { added.join(", ") };
            Some(format!(
                "order rows that are the same in it too: `{chooser}({of}, ({by}, {next}))`"
            ))
        }
        _ if added.is_empty() => None,
        _ => Some(format!("let the order end in the key: `order by {}`", order(&choice.order))),
    }
}

/// Where the choice stands. DuckDB does not say it of aggregates and windows: the first place that
/// is not `taken` and has the name and the argument.
fn place(
    project: &Project<'_>,
    written: DefinitionQuery<'_>,
    choice: &RowChoice,
    taken: &mut BTreeSet<usize>,
) -> Span {
    let sql = written.sql.as_str();
    let lower = sql.to_ascii_lowercase();
    let word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let chooser = choice.chooser.as_str();
    let mut candidates: Vec<usize> = lower
        .match_indices(chooser)
        .map(|(at, _)| at)
        .filter(|at| {
            let before = lower.get(..*at).and_then(|text| text.chars().next_back());
            let after = lower.get(at + chooser.len()..).and_then(|t| t.chars().next());
            !before.is_some_and(word) && !after.is_some_and(word) && !taken.contains(at)
        })
        .collect();
    let argument = choice.arguments.first().map(|argument| argument.to_ascii_lowercase());
    let behind = |at: &usize| {
        let call = lower.get(at + chooser.len()..).unwrap_or_default();
        let call = call.split(')').next().unwrap_or_default();
        argument.as_ref().is_some_and(|argument| call.contains(argument.as_str()))
    };
    let exact = candidates.iter().copied().find(behind);
    candidates.truncate(1);
    match exact.or_else(|| candidates.first().copied()) {
        Some(at) => {
            taken.insert(at);
            written.sql.locate(project.files, at, chooser.len())
        }
        None => written.sql.span,
    }
}
