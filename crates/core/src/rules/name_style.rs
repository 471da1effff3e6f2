//! `name-style`: names are read more often than anything else in a project; one that says what the
//! folder says already, or that another has too, costs every reader.

use std::collections::{BTreeMap, BTreeSet};

use super::Project;
use crate::diagnostic::{Diagnostic, FileId, Files, Span, codes};
use crate::project::catalog::Metric;
use crate::project::definition::read::Text;

/// What every metric is.
const SAID_ALREADY: [&str; 2] = ["metric", "kpi"];
/// Longer ids do not fit beside a number.
const LONGEST: usize = 60;

pub fn check(project: &Project<'_>, found: &mut Vec<Diagnostic>) {
    let metrics = || project.catalog.metrics.values();
    for metric in metrics() {
        found.extend(said_already(metric));
    }
    let ids = metrics().map(|metric| (metric.id.as_str(), metric.file));
    let sources = project.catalog.sources.values().map(|source| (source.id.as_str(), source.file));
    let all: Vec<(&str, FileId)> = ids.chain(sources).collect();
    for (id, file) in &all {
        if id.len() > LONGEST {
            found.push(
                style(format!("`{id}` is {} characters long", id.len()))
                    .at(name_of(*file), format!("more than {LONGEST}"))
                    .help("rename the file; the title may be as long as it needs"),
            );
        }
    }
    folders(all.into_iter().map(|(_, file)| file), project.files, found);
    titles(metrics(), found);
}

fn style(message: String) -> Diagnostic {
    Diagnostic::new(&codes::NAME_STYLE, message)
}

/// An id is the file's name: it has no place in the file but its beginning.
fn name_of(file: FileId) -> Span {
    Span::new(file, 0..0)
}

fn said_already(metric: &Metric) -> Option<Diagnostic> {
    let words: Vec<&str> = metric.id.split('_').collect();
    let word = [words.first(), words.last()]
        .into_iter()
        .flatten()
        .find(|word| words.len() > 1 && SAID_ALREADY.contains(word))?;
    let rest: Vec<&str> = words.iter().filter(|other| *other != word).copied().collect();
    Some(
        style(format!("`{}` says `{word}`: every metric is one", metric.id))
            .at(name_of(metric.file), "the id is the file's name")
            .help(format!("rename the file to `{}.toml`", rest.join("_"))),
    )
}

/// Folders are for people, and for systems that tell `Response` and `response` apart or do not.
fn folders(files: impl Iterator<Item = FileId>, names: &Files, found: &mut Vec<Diagnostic>) {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    let mut said = BTreeSet::new();
    for file in files {
        let path = names.path(file);
        let Some((folder, _)) = path.rsplit_once('/') else {
            continue;
        };
        for name in folder.split('/').filter(|name| !name.chars().all(plain)) {
            if said.insert(name) {
                found.push(
                    style(format!("the folder `{name}` is not in lower snake case"))
                        .at(name_of(file), "a file in it")
                        .help("rename it: lower-case letters, digits and underscores"),
                );
            }
        }
    }
}

fn titles<'a>(metrics: impl Iterator<Item = &'a Metric>, found: &mut Vec<Diagnostic>) {
    let mut known: BTreeMap<String, &Text> = BTreeMap::new();
    for metric in metrics {
        let title = &metric.definition.title;
        let words: Vec<String> = title.split_whitespace().map(str::to_lowercase).collect();
        let first = *known.entry(words.join(" ")).or_insert(title);
        if first != title {
            found.push(
                style(format!("two metrics are called `{}`", title.as_str()))
                    .at(title.span, "this title")
                    .at(first.span, "and this one")
                    .help("say in the title how they differ"),
            );
        }
    }
}
