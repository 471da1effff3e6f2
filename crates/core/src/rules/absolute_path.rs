//! `absolute-path`: a path that exists on one machine makes a definition that works on one machine.

use super::Project;
use crate::diagnostic::{Applicability, Diagnostic, Files, codes};
use crate::project::definition::read::{Sql, Text};
use crate::sql::ParsedSql;

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
        for sql in definition.sql.iter().chain(expects) {
            in_sql(sql, catalog.sql.query(sql.as_str()), files, found);
        }
        for sql in selects {
            in_sql(sql, catalog.sql.expression(sql.as_str()), files, found);
        }
    }
    for metric in catalog.metrics.values() {
        if let Some(population) = &metric.definition.population {
            in_sql(&population.sql, catalog.sql.query(population.sql.as_str()), files, found);
        }
        for sql in metric.definition.measure.expressions() {
            in_sql(sql, catalog.sql.expression(sql.as_str()), files, found);
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
fn in_sql(sql: &Sql, parsed: Option<&ParsedSql>, files: &Files, found: &mut Vec<Diagnostic>) {
    let Some(parsed) = parsed else { return };
    let texts = parsed.texts.iter().filter_map(|text| {
        let read = text.argument_of.as_deref().is_some_and(reads_files);
        let path = text.text.as_str();
        let wrong = (read && is_absolute(path)) || (is_personal(path) && !path.contains('%'));
        wrong.then_some((path, text.place))
    });
    let relations = parsed.relations.iter().filter(|relation| is_absolute(&relation.name));
    let relations = relations.map(|relation| (relation.name.as_str(), relation.place));
    for (path, place) in texts.chain(relations) {
        found.push(machine(path).at(sql.place(place, files), "an absolute path").help(
            "declare the file as a source, with a folder from [roots] \
             such as \"${GOODHART_NAME}\", and read that",
        ));
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
