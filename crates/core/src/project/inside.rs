//! Whether a path really leads below a folder, whatever links are on the way.

use std::fs::{self, FileType};
use std::path::{Path, PathBuf};

use crate::diagnostic::{Diagnostic, Span, codes};

/// Why something below a folder is not read. Names are relative to the folder; where a link leads
/// is not said, for that may be nobody's business.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// There is nothing.
    Missing,
    /// A link to a place that is not below the folder.
    Outside { link: String },
    /// A link to nothing, or to itself.
    Broken { link: String },
    /// Something hidden, perhaps behind a link.
    Hidden { name: String },
    /// Neither a file nor a folder.
    Special { kind: &'static str },
    /// A name that the engine would take for a glob.
    Glob,
}

/// Where `relative` really is: below `base`, which is canonical, and not hidden.
///
/// # Errors
/// Why it must not be read.
pub fn resolve(base: &Path, relative: &Path) -> Result<PathBuf, Refusal> {
    match base.join(relative).canonicalize() {
        Ok(path) if place(base, relative, &path).is_ok() => Ok(path),
        _ => Err(refusal(base, relative)),
    }
}

/// A regular file, as [`resolve`].
///
/// # Errors
/// Why it must not be read; a folder is `Ok(None)`.
pub fn resolve_file(base: &Path, relative: &Path) -> Result<Option<PathBuf>, Refusal> {
    let path = resolve(base, relative)?;
    let Ok(metadata) = fs::metadata(&path) else {
        return Err(Refusal::Missing);
    };
    match metadata.file_type() {
        kind if kind.is_dir() => Ok(None),
        kind if !kind.is_file() => Err(Refusal::Special { kind: special(kind) }),
        _ => Ok(Some(path)),
    }
}

fn place(base: &Path, relative: &Path, path: &Path) -> Result<(), Refusal> {
    let name = || relative.to_string_lossy().replace('\\', "/");
    let Ok(below) = path.strip_prefix(base) else {
        return Err(Refusal::Outside { link: name() });
    };
    let hidden = below.components().any(|part| part.as_os_str().to_string_lossy().starts_with('.'));
    if hidden { Err(Refusal::Hidden { name: name() }) } else { Ok(()) }
}

/// What is wrong with the first part of a path that is wrong. A part that leads out is found
/// before anything behind it is looked at.
fn refusal(base: &Path, relative: &Path) -> Refusal {
    let mut part = PathBuf::new();
    for component in relative.components() {
        part.push(component);
        let full = base.join(&part);
        match full.canonicalize() {
            Ok(path) => {
                if let Err(refusal) = place(base, &part, &path) {
                    return refusal;
                }
            }
            Err(_) if fs::symlink_metadata(&full).is_ok_and(|found| found.is_symlink()) => {
                return Refusal::Broken { link: part.to_string_lossy().replace('\\', "/") };
            }
            Err(_) => return Refusal::Missing,
        }
    }
    Refusal::Missing
}

#[cfg(unix)]
fn special(kind: FileType) -> &'static str {
    use std::os::unix::fs::FileTypeExt;
    match kind {
        kind if kind.is_fifo() => "a pipe",
        kind if kind.is_socket() => "a socket",
        kind if kind.is_char_device() || kind.is_block_device() => "a device",
        _ => "no file",
    }
}

#[cfg(not(unix))]
fn special(_: FileType) -> &'static str {
    "no file"
}

impl Refusal {
    /// What is to be said about `named`, which stands (or is) at `span`.
    pub fn diagnostic(&self, named: &str, span: Span) -> Diagnostic {
        match self {
            Self::Missing => {
                Diagnostic::new(&codes::UNREADABLE_SOURCE, format!("there is no file `{named}`"))
                    .at(span, "not found")
                    .help("correct the path, or put the file there")
            }
            Self::Outside { link } => Diagnostic::new(
                &codes::OUTSIDE_PROJECT,
                format!("`{named}` is not below the project"),
            )
            .at(span, format!("`{link}` is a link that leads out of it"))
            .help("put the file itself there, or name its folder in [roots] of goodhart.toml"),
            Self::Broken { link } => {
                Diagnostic::new(&codes::UNREADABLE_SOURCE, format!("`{named}` cannot be found"))
                    .at(span, format!("`{link}` is a link that leads nowhere"))
                    .help("correct the link, or put the file itself there")
            }
            Self::Hidden { name } => {
                Diagnostic::new(&codes::HIDDEN_FILE, format!("`{named}` is hidden"))
                    .at(span, format!("`{name}` is, or leads to, a name that begins with a dot"))
                    .help("put data where it can be seen")
            }
            Self::Special { kind } => {
                Diagnostic::new(&codes::NOT_A_FILE, format!("`{named}` is {kind}"))
                    .at(span, "expected a file, which ends")
                    .help("put a regular file there")
            }
            Self::Glob => Diagnostic::new(
                &codes::UNREADABLE_SOURCE,
                format!("`{named}` has `*`, `?` or `[` in the name of a file or folder"),
            )
            .at(span, "the engine would take it for a pattern")
            .help("rename the file or folder"),
        }
    }
}
