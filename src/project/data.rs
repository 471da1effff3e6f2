//! The data files of a source: which they are, and what identifies their content.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Component, Path, PathBuf};

use crate::definition::read::Text;
use crate::definition::source::SourceFile;
use crate::diagnostic::{Diagnostic, closest, codes};

/// A file that a source reads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DataFile {
    pub path: PathBuf,
    /// How the project names it: below the project root or the named root, with `/`.
    pub name: String,
}

/// Where paths begin, and what `${NAME}` stands for.
pub struct Locations<'a> {
    pub project: &'a Path,
    pub roots: &'a BTreeMap<String, Text>,
    pub environment: &'a dyn Fn(&str) -> Option<String>,
}

/// Expands the paths and globs of a source into existing files, sorted by name.
///
/// # Errors
/// Every path that leaves its root, names an unset variable, or matches nothing.
pub fn data_files(
    source: &SourceFile,
    locations: &Locations<'_>,
) -> Result<Vec<DataFile>, Vec<Diagnostic>> {
    let mut found = Vec::new();
    let mut files = Vec::new();
    if let Some(base) = base(source, locations, &mut found) {
        for pattern in &source.files.0 {
            expand(pattern, &base, locations, &mut files, &mut found);
        }
    }
    if !found.is_empty() {
        return Err(found);
    }
    files.sort_by(|a, b| a.name.cmp(&b.name));
    files.dedup();
    Ok(files)
}

fn base(
    source: &SourceFile,
    locations: &Locations<'_>,
    found: &mut Vec<Diagnostic>,
) -> Option<PathBuf> {
    let Some(name) = &source.root else {
        return Some(locations.project.to_path_buf());
    };
    let Some(root) = locations.roots.get(name.as_str()) else {
        found.push(
            Diagnostic::new(
                &codes::OUTSIDE_PROJECT,
                format!("goodhart.toml names no root `{}`", name.as_str()),
            )
            .at(name.span, "not in [roots]")
            .did_you_mean(name, locations.roots.keys().map(String::as_str))
            .help("add it to [roots] in goodhart.toml"),
        );
        return None;
    };
    let path = locations.project.join(substitute(root, locations, found)?);
    if !path.is_dir() {
        let mut diagnostic = Diagnostic::new(
            &codes::UNREADABLE_SOURCE,
            format!("the root `{}` is not a folder", name.as_str()),
        )
        .at(root.span, "there is no such folder");
        if root.contains("${") {
            diagnostic = diagnostic.help("check what the environment sets");
        }
        found.push(diagnostic);
        return None;
    }
    Some(path)
}

fn expand(
    pattern: &Text,
    base: &Path,
    locations: &Locations<'_>,
    files: &mut Vec<DataFile>,
    found: &mut Vec<Diagnostic>,
) {
    let Some(relative) = substitute(pattern, locations, found) else {
        return;
    };
    if relative.is_empty() {
        found.push(
            Diagnostic::new(&codes::INVALID_VALUE, "the path is empty")
                .at(pattern.span, "expected a path or glob, such as \"data/*.csv\""),
        );
        return;
    }
    let inside = Path::new(&relative)
        .components()
        .all(|part| matches!(part, Component::Normal(_) | Component::CurDir));
    if !inside {
        let absolute = Path::new(&relative).is_absolute();
        found.push(
            Diagnostic::new(
                &codes::OUTSIDE_PROJECT,
                format!("`{relative}` is not below the project"),
            )
            .at(pattern.span, if absolute { "an absolute path" } else { "`..` leads out of it" })
            .help("name the folder in [roots] of goodhart.toml and set `root`"),
        );
        return;
    }
    if !relative.contains(['*', '?', '[']) {
        let path = base.join(&relative);
        if path.is_file() {
            files.push(DataFile { path, name: relative.replace('\\', "/") });
        } else {
            found.push(not_there(pattern, &relative, &path));
        }
        return;
    }
    let full = format!("{}/{relative}", glob::Pattern::escape(&base.to_string_lossy()));
    let before = files.len();
    match glob::glob(&full) {
        Ok(paths) => {
            for path in paths.flatten().filter(|path| path.is_file()) {
                let name = path.strip_prefix(base).unwrap_or(&path);
                files.push(DataFile { name: name.to_string_lossy().replace('\\', "/"), path });
            }
            if files.len() == before {
                found.push(
                    Diagnostic::new(
                        &codes::UNREADABLE_SOURCE,
                        format!("no file matches `{relative}`"),
                    )
                    .at(pattern.span, "matches nothing")
                    .help("correct the path, or put the files there"),
                );
            }
        }
        Err(error) => found.push(
            Diagnostic::new(&codes::INVALID_VALUE, format!("`{relative}` is not a glob"))
                .at(pattern.span, error.msg),
        ),
    }
}

/// A file that is missing, with the most similar one of its folder.
fn not_there(pattern: &Text, relative: &str, path: &Path) -> Diagnostic {
    if path.is_dir() {
        return Diagnostic::new(&codes::UNREADABLE_SOURCE, format!("`{relative}` is a folder"))
            .at(pattern.span, "expected files")
            .help(format!("name its files, as in \"{}/*.csv\"", relative.trim_end_matches('/')));
    }
    let (folder, name) = relative.rsplit_once('/').unwrap_or(("", relative));
    let siblings = path.parent().and_then(|parent| fs::read_dir(parent).ok());
    let siblings: Vec<String> = siblings
        .into_iter()
        .flatten()
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .collect();
    let diagnostic =
        Diagnostic::new(&codes::UNREADABLE_SOURCE, format!("there is no file `{relative}`"))
            .at(pattern.span, "not found");
    match closest(name, siblings.iter().map(String::as_str)) {
        Some(near) if folder.is_empty() => diagnostic.help(format!("did you mean `{near}`?")),
        Some(near) => diagnostic.help(format!("did you mean `{folder}/{near}`?")),
        None => diagnostic.help("correct the path, or put the file there"),
    }
}

/// Replaces every `${NAME}` by the environment's value.
fn substitute(
    text: &Text,
    locations: &Locations<'_>,
    found: &mut Vec<Diagnostic>,
) -> Option<String> {
    let mut result = String::new();
    let mut rest = text.as_str();
    let mut complete = true;
    while let Some(start) = rest.find("${") {
        result.push_str(&rest[..start]);
        let Some(end) = rest[start..].find('}') else {
            found.push(
                Diagnostic::new(&codes::INVALID_VALUE, "`${` is never closed")
                    .at(text.span, "expected `}` behind the name of the variable"),
            );
            return None;
        };
        let name = &rest[start + 2..start + end];
        match (locations.environment)(name) {
            Some(value) => result.push_str(&value),
            None => {
                complete = false;
                found.push(
                    Diagnostic::new(
                        &codes::UNSET_VARIABLE,
                        format!("the environment variable `{name}` is not set"),
                    )
                    .at(text.span, "used here")
                    .help(format!("set it, as in `{name}=… goodhart eval`")),
                );
            }
        }
        rest = &rest[start + end + 1..];
    }
    result.push_str(rest);
    complete.then_some(result)
}

/// What identifies the content of a source: a hash over the names and contents of its files.
///
/// # Errors
/// The file that could not be read.
pub fn fingerprint(files: &[DataFile]) -> Result<String, (PathBuf, io::Error)> {
    let mut all = blake3::Hasher::new();
    for file in files {
        let content = hash_file(&file.path).map_err(|error| (file.path.clone(), error))?;
        all.update(&(file.name.len() as u64).to_le_bytes());
        all.update(file.name.as_bytes());
        all.update(content.as_bytes());
    }
    Ok(format!("blake3:{}", all.finalize().to_hex()))
}

fn hash_file(path: &Path) -> io::Result<blake3::Hash> {
    let mut hasher = blake3::Hasher::new();
    hasher.update_reader(fs::File::open(path)?)?;
    Ok(hasher.finalize())
}
