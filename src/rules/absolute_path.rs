//! `absolute-path`: a path that exists on one machine makes a definition that works on one machine.

use super::Project;
use crate::catalog::{Token, tokens};
use crate::definition::read::{Sql, Text};
use crate::diagnostic::{Applicability, Diagnostic, Files, codes};

pub fn check(project: &Project<'_>, found: &mut Vec<Diagnostic>) {
    let Project { catalog, files, .. } = *project;
    for (name, path) in &catalog.settings.roots {
        if is_foreign(path) {
            found.push(root(name, path));
        }
    }
    for source in catalog.sources.values() {
        let definition = &source.definition;
        for path in definition.files.0.iter().filter(|path| is_foreign(path)) {
            found.push(machine(path).at(path.span, "an absolute path").help(
                "name the folder in [roots] of goodhart.toml as \"${GOODHART_NAME}\", \
                     set `root` and begin the path there",
            ));
        }
        let selects = definition.columns.iter().filter_map(|(_, column)| column.select.as_ref());
        let expects = definition.expect.iter().map(|expect| &expect.sql);
        for sql in definition.sql.iter().chain(selects).chain(expects) {
            in_sql(sql, files, found);
        }
    }
    for metric in catalog.metrics.values() {
        let population = metric.definition.population.iter().map(|population| &population.sql);
        for sql in population.chain(metric.definition.measure.expressions()) {
            in_sql(sql, files, found);
        }
    }
}

fn machine(path: &str) -> Diagnostic {
    Diagnostic::new(&codes::ABSOLUTE_PATH, format!("`{path}` is a path of one machine"))
}

fn root(name: &str, path: &Text) -> Diagnostic {
    let variable = format!("\"${{GOODHART_{}}}\"", name.to_uppercase());
    machine(path)
        .at(path.span, "an absolute path")
        .help(format!("write {name} = {variable} and let the environment say where it is"))
        .replace(path.span, variable.clone(), format!("write {variable}"), Applicability::Suggested)
}

/// Data may well be about paths, so a text counts only where SQL reads a file, or where it lies in
/// somebody's own folder.
fn in_sql(sql: &Sql, files: &Files, found: &mut Vec<Diagnostic>) {
    let tokens = tokens(sql.as_str());
    for (index, (token, range)) in tokens.iter().enumerate() {
        let Token::Text(text) = token else { continue };
        let before = |back: usize| index.checked_sub(back).and_then(|at| tokens.get(at));
        let read = match before(1) {
            Some((Token::Word(word), _)) => matches!(word.as_ref(), "from" | "join"),
            Some((Token::Symbol('(' | '['), _)) => (2..4).any(
                |back| matches!(before(back), Some((Token::Word(word), _)) if reads_files(word)),
            ),
            _ => false,
        };
        if (read && is_absolute(text)) || (is_personal(text) && !text.contains('%')) {
            found.push(
                machine(text)
                    .at(sql.locate(files, range.start, range.len()), "an absolute path")
                    .help(
                        "declare the file as a source, with a folder from [roots] \
                         such as \"${GOODHART_NAME}\", and read that",
                    ),
            );
        }
    }
}

/// Whether a function of DuckDB takes a path.
fn reads_files(function: &str) -> bool {
    function.starts_with("read_") || function.ends_with("_scan") || function == "glob"
}

fn is_absolute(path: &str) -> bool {
    path.starts_with(['/', '~']) || path.starts_with("\\\\") || behind_drive(path).is_some()
}

/// An absolute path that is none here; one that is cannot be read at all, which the catalog says.
fn is_foreign(path: &str) -> bool {
    is_absolute(path) && !path.starts_with('/')
}

/// What is behind a drive letter.
fn behind_drive(path: &str) -> Option<&str> {
    let (drive, rest) = path.split_once(':')?;
    let letter = drive.len() == 1 && drive.chars().all(|c| c.is_ascii_alphabetic());
    (letter && rest.starts_with(['\\', '/'])).then_some(rest)
}

/// Whether a path leads into the folder of a person.
fn is_personal(path: &str) -> bool {
    let path = behind_drive(path).unwrap_or(path).replace('\\', "/");
    ["/home/", "/Users/"]
        .iter()
        .any(|homes| path.strip_prefix(homes).is_some_and(|rest| rest.contains('/')))
        || path.starts_with("~/")
}
