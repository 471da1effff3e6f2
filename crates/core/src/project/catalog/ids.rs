//! Ids: the stems of files.

use crate::diagnostic::{Diagnostic, FileId, Files, Span, codes};

/// The name of a definition file without folders and extension.
pub fn stem(path: &str) -> &str {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.strip_suffix(".toml").unwrap_or(name)
}

/// The id of a definition is its file's stem.
fn id(files: &Files, file: FileId, taken: &[&str], found: &mut Vec<Diagnostic>) -> Option<String> {
    let stem = stem(files.path(file));
    if taken.contains(&stem) {
        found.push(
            Diagnostic::new(&codes::INVALID_NAME, format!("`{stem}` is taken by goodhart itself"))
                .at(Span::new(file, 0..0), "the id is the file's name")
                .help("rename the file"),
        );
        return None;
    }
    if is_id(stem) {
        return Some(stem.to_owned());
    }
    found.push(
        Diagnostic::new(&codes::INVALID_NAME, format!("`{stem}` cannot be an id"))
            .at(Span::new(file, 0..0), "the id is the file's name")
            .note("an id is lower-case letters, digits and underscores, beginning with a letter")
            .help(match nearest_id(stem) {
                Some(near) => format!("rename the file, for example to `{near}.toml`"),
                None => "rename the file".to_owned(),
            }),
    );
    None
}

/// What a name becomes as an id, where enough of it is left.
pub fn nearest_id(name: &str) -> Option<String> {
    let id: String = name
        .to_lowercase()
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() { c } else { '_' })
        .collect();
    let id = id.trim_matches('_').to_owned();
    is_id(&id).then_some(id)
}

/// Ids that no metric may have: `snapshots/inputs.toml` is about all of them.
const TAKEN_METRICS: &[&str] = &["inputs"];
/// Ids that no source may have: generated SQL calls its own tables so.
const TAKEN_SOURCES: &[&str] = &["population", "measured"];

/// Like [`id`], for a metric.
pub fn metric_id(files: &Files, file: FileId, found: &mut Vec<Diagnostic>) -> Option<String> {
    id(files, file, TAKEN_METRICS, found)
}

/// Like [`id`], for a source.
pub fn source_id(files: &Files, file: FileId, found: &mut Vec<Diagnostic>) -> Option<String> {
    id(files, file, TAKEN_SOURCES, found)
}

/// Whether a name can be used in SQL without quotes and as a file name everywhere.
pub fn is_id(name: &str) -> bool {
    name.len() <= 64
        && name.starts_with(|c: char| c.is_ascii_lowercase())
        && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
}

pub fn duplicate(files: &Files, id: &str, first: FileId, second: FileId) -> Diagnostic {
    Diagnostic::new(&codes::DUPLICATE_ID, format!("`{id}` is defined twice"))
        .at(Span::new(second, 0..0), "the id is the file's name")
        .note(format!("also defined in {}", files.path(first)))
        .help("rename one of the files")
}
