//! The data files of a source: which they are.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Component, Path, PathBuf};

use super::inside::{Refusal, resolve, resolve_file};
use super::matching::{MOST_MATCHES, MOST_NAMES, PatternError, matching};
use crate::diagnostic::{Diagnostic, closest, codes};
use crate::project::definition::location::{Piece, pieces};
use crate::project::definition::read::Text;
use crate::project::definition::source::SourceFile;

/// A file that a source reads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DataFile {
    /// Where it really is, with no link on the way.
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
/// Every path that leaves its root, is hidden, names an unset variable, or matches nothing. What
/// the environment sets is in none of the messages.
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

/// The folder where the paths of a source begin, canonical.
fn base(
    source: &SourceFile,
    locations: &Locations<'_>,
    found: &mut Vec<Diagnostic>,
) -> Option<PathBuf> {
    let project = locations.project.canonicalize().unwrap_or(locations.project.to_path_buf());
    let Some(name) = &source.root else {
        return Some(project);
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
    // A folder outside the project is granted by the variable; what stands behind it is not.
    let values = substitute(root, locations, found)?;
    let granted = match values.first() {
        Some((Piece::Variable(_), value)) => project.join(value).canonicalize().ok(),
        _ => Some(project),
    };
    let is_granted = matches!(values.first(), Some((Piece::Variable(_), _)));
    let behind: String =
        values.iter().skip(usize::from(is_granted)).map(|(_, value)| value.as_str()).collect();
    let behind = if is_granted { behind.trim_start_matches('/') } else { behind.as_str() };
    let folder = granted.ok_or(Refusal::Missing).and_then(|granted| {
        if is_inside(behind) { resolve(&granted, Path::new(behind)) } else { Err(Refusal::Missing) }
    });
    match folder {
        Ok(path) if path.is_dir() => Some(path),
        Ok(_) | Err(Refusal::Missing) => {
            let diagnostic = Diagnostic::new(
                &codes::UNREADABLE_SOURCE,
                format!("the root `{}` is not a folder", name.as_str()),
            )
            .at(root.span, "there is no such folder");
            found.push(if is_granted {
                diagnostic.help("check what the environment sets")
            } else {
                diagnostic
            });
            None
        }
        Err(refusal) => {
            found.push(refusal.diagnostic(root, root.span));
            None
        }
    }
}

/// Whether a path goes neither up nor to the top.
fn is_inside(path: &str) -> bool {
    let parts = &mut Path::new(path).components();
    parts.all(|part| matches!(part, Component::Normal(_) | Component::CurDir))
}

fn expand(
    pattern: &Text,
    base: &Path,
    locations: &Locations<'_>,
    files: &mut Vec<DataFile>,
    found: &mut Vec<Diagnostic>,
) {
    let Some(values) = substitute(pattern, locations, found) else {
        return;
    };
    let relative: String = values.into_iter().map(|(_, value)| value).collect();
    if relative.is_empty() || !is_inside(&relative) {
        found.push(
            Diagnostic::new(
                &codes::OUTSIDE_PROJECT,
                format!("`{}` is not below the project", pattern.as_str()),
            )
            .at(pattern.span, "leads out of it")
            .help("name the folder in [roots] of goodhart.toml and set `root`"),
        );
        return;
    }
    if !relative.contains(['*', '?', '[']) {
        match file(base, Path::new(&relative)) {
            Ok(Some(file)) => files.push(file),
            Ok(None) => found.push(folder(pattern)),
            Err(Refusal::Missing) => found.push(not_there(pattern, &base.join(&relative))),
            Err(refusal) => found.push(refusal.diagnostic(pattern, pattern.span)),
        }
        return;
    }
    let paths = match matching(base, &relative) {
        Ok(paths) => paths,
        Err(why) => {
            found.push(unmatched(pattern, why));
            return;
        }
    };
    let before = files.len();
    for path in paths {
        match file(base, &path) {
            Ok(file) => files.extend(file),
            Err(refusal) => {
                found.push(refusal.diagnostic(&slashed(&path), pattern.span));
                return;
            }
        }
    }
    if files.len() == before {
        found.push(
            Diagnostic::new(
                &codes::UNREADABLE_SOURCE,
                format!("no file matches `{}`", pattern.as_str()),
            )
            .at(pattern.span, "matches nothing")
            .help("correct the path, or put the files there"),
        );
    }
}

/// The file at a path; a folder is none.
fn file(base: &Path, relative: &Path) -> Result<Option<DataFile>, Refusal> {
    let Some(path) = resolve_file(base, relative)? else {
        return Ok(None);
    };
    if path.to_string_lossy().contains(['*', '?', '[']) {
        return Err(Refusal::Glob);
    }
    Ok(Some(DataFile { path, name: slashed(relative) }))
}

fn slashed(path: &Path) -> String {
    path.to_string_lossy().replace('\\', "/")
}

fn unmatched(pattern: &Text, why: PatternError) -> Diagnostic {
    let shown = pattern.as_str();
    let many = |message: String| {
        Diagnostic::new(&codes::LIMIT_EXCEEDED, message)
            .at(pattern.span, "matches too much")
            .help("name the folder of the files, and more of their names")
    };
    match why {
        PatternError::NoPattern(why) => {
            Diagnostic::new(&codes::INVALID_VALUE, format!("`{shown}` is not a glob"))
                .at(pattern.span, why)
        }
        PatternError::TooManyMatches => {
            many(format!("`{shown}` matches more than {MOST_MATCHES} files"))
        }
        PatternError::TooManyNames => {
            many(format!("`{shown}` looks at more than {MOST_NAMES} files, or too deep"))
        }
        PatternError::Refused(refusal) => refusal.diagnostic(pattern, pattern.span),
        PatternError::Unlisted(folder) => Diagnostic::new(
            &codes::UNREADABLE_SOURCE,
            format!("cannot list the folder `{}`", slashed(&folder)),
        )
        .at(pattern.span, "looks into it")
        .help("let goodhart read the folder, or leave it out of the pattern"),
    }
}

fn folder(pattern: &Text) -> Diagnostic {
    let shown = pattern.as_str();
    Diagnostic::new(&codes::UNREADABLE_SOURCE, format!("`{shown}` is a folder"))
        .at(pattern.span, "expected files")
        .help(format!("name its files, as in \"{}/*.csv\"", shown.trim_end_matches('/')))
}

/// A file that is missing, with the most similar one of its folder.
fn not_there(pattern: &Text, path: &Path) -> Diagnostic {
    let shown = pattern.as_str();
    let diagnostic = Refusal::Missing.diagnostic(pattern, pattern.span);
    // What the environment sets is not repeated, so nothing is compared with it.
    let (folder, name) = match shown.rsplit_once('/') {
        _ if shown.contains("${") => return diagnostic,
        Some((folder, name)) => (Some(folder), name),
        None => (None, shown),
    };
    let siblings = path.parent().and_then(|parent| fs::read_dir(parent).ok());
    let siblings: Vec<String> = siblings
        .into_iter()
        .flatten()
        .take(MOST_MATCHES)
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .filter(|name| !name.starts_with('.'))
        .collect();
    let near = closest(name, siblings.iter().map(String::as_str)).map(|near| match folder {
        Some(folder) => format!("did you mean `{folder}/{near}`?"),
        None => format!("did you mean `{near}`?"),
    });
    match near {
        Some(question) => Diagnostic { help: vec![question], ..diagnostic },
        None => diagnostic,
    }
}

/// The pieces of a path with what they stand for.
fn substitute<'t>(
    text: &'t Text,
    locations: &Locations<'_>,
    found: &mut Vec<Diagnostic>,
) -> Option<Vec<(Piece<'t>, String)>> {
    let pieces = match pieces(text) {
        Ok(pieces) => pieces,
        Err(wrong) => {
            found.extend(wrong);
            return None;
        }
    };
    let value = |piece: Piece<'t>| match piece {
        Piece::Text(text) => Some((piece, text.to_owned())),
        Piece::Variable(name) => {
            // Nothing in place of a folder would leave the top of the disk.
            let value = (locations.environment)(name).filter(|value| !value.is_empty());
            if value.is_none() {
                found.push(
                    Diagnostic::new(
                        &codes::UNSET_VARIABLE,
                        format!("the environment variable `{name}` is not set"),
                    )
                    .at(text.span, "used here")
                    .help(format!("set it, as in `{name}=… goodhart eval`")),
                );
            }
            value.map(|value| (piece, value))
        }
    };
    let values: Vec<Option<(Piece<'t>, String)>> = pieces.into_iter().map(value).collect();
    values.into_iter().collect()
}
