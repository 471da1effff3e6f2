//! Reading the definition files of a project. Whoever wrote them may be a stranger: what is read
//! lies in the project, ends, and is not too large to be held.

use std::fs;
use std::io;
use std::path::Path;

use super::PROJECT_FILE;
use super::inside::{Refusal, resolve, resolve_file};
use super::real::{Content, bounded};
use crate::diagnostic::{Diagnostic, FileId, Files, Span, codes};
use crate::error::Error;

/// How large goodhart.toml may be: no file says so before it is read.
const PROJECT_SIZE: u64 = 1 << 20;
/// How large all definitions may be together: their text stays in memory, and their trees are
/// several times as large.
const TOTAL_SIZE: u64 = 256 << 20;
/// How many definitions there may be.
const MOST_FILES: usize = 100_000;
/// How deep folders may be below `sources` and `metrics`.
const DEEPEST: usize = 32;

/// The definition files of a project, in the order of their paths.
#[derive(Debug)]
pub struct ProjectFiles {
    pub project: Option<FileId>,
    pub sources: Vec<FileId>,
    pub metrics: Vec<FileId>,
    /// Those of which nothing can be read: no text, no file of the project, or too large.
    pub unreadable: Vec<FileId>,
}

/// Reads `goodhart.toml`, `sources/**/*.toml` and `metrics/**/*.toml` below `root`. `size` says of
/// goodhart.toml how large the others may be.
///
/// # Errors
/// A file or folder that cannot be read. One that must not be read is a diagnostic.
pub fn list(
    root: &Path,
    files: &mut Files,
    size: impl Fn(&Files, FileId) -> u64,
) -> Result<(ProjectFiles, Vec<Diagnostic>), Error> {
    let root = root.canonicalize().map_err(Error::reading(root))?;
    let mut reader =
        Reader { root: &root, files, left: TOTAL_SIZE, unreadable: Vec::new(), found: Vec::new() };
    let project = reader.read(PROJECT_FILE, PROJECT_SIZE)?;
    let most = project.map_or(PROJECT_SIZE, |project| size(reader.files, project));
    let sources = reader.kind("sources", most)?;
    let metrics = reader.kind("metrics", most)?;
    let Reader { unreadable, found, .. } = reader;
    Ok((ProjectFiles { project, sources, metrics, unreadable }, found))
}

struct Reader<'a> {
    /// Canonical.
    root: &'a Path,
    files: &'a mut Files,
    /// How many bytes may still be read.
    left: u64,
    unreadable: Vec<FileId>,
    found: Vec<Diagnostic>,
}

impl Reader<'_> {
    /// Reads the definitions below a folder.
    fn kind(&mut self, folder: &str, most: u64) -> Result<Vec<FileId>, Error> {
        match resolve(self.root, Path::new(folder)) {
            Ok(path) if path.is_dir() => {}
            Ok(_) | Err(Refusal::Missing) => return Ok(Vec::new()),
            Err(refusal) => {
                self.refuse(folder, |span| refused(&refusal, folder, span));
                return Ok(Vec::new());
            }
        }
        let mut paths = Vec::new();
        let walked = walk(self.root, Path::new(folder), 0, &mut paths)?;
        paths.sort();
        if let Err(problem) = walked {
            self.refuse(folder, |span| {
                Diagnostic::new(&codes::LIMIT_EXCEEDED, format!("`{folder}` {problem}"))
                    .at(span, "nothing below it is read")
                    .help("definitions are written by people: keep to a number that they can read")
            });
            return Ok(Vec::new());
        }
        let mut read = Vec::new();
        for path in &paths {
            read.extend(self.read(path, most)?);
        }
        Ok(read)
    }

    /// Reads a file of at most so many bytes; one that must not be read is reported.
    fn read(&mut self, name: &str, most: u64) -> Result<Option<FileId>, Error> {
        let full = self.root.join(name);
        let path = match resolve_file(self.root, Path::new(name)) {
            Ok(Some(path)) => path,
            Ok(None) => {
                self.refuse(name, |span| {
                    Diagnostic::new(&codes::NOT_A_FILE, format!("`{name}` is a folder"))
                        .at(span, "expected a file")
                        .help("rename the folder")
                });
                return Ok(None);
            }
            Err(Refusal::Missing) => {
                return Err(Error::reading(&full)(io::ErrorKind::NotFound.into()));
            }
            Err(refusal) => {
                self.refuse(name, |span| refused(&refusal, name, span));
                return Ok(None);
            }
        };
        let most = most.min(self.left);
        let Content::Bytes(bytes) = bounded(&path, most).map_err(Error::reading(&full))? else {
            self.refuse(name, |span| too_large(name, most, span));
            return Ok(None);
        };
        self.left -= bytes.len() as u64;
        Ok(self.add(name, bytes))
    }

    /// Adds a file that was read; one that is not UTF-8 with what is to be said about it.
    fn add(&mut self, name: &str, bytes: Vec<u8>) -> Option<FileId> {
        let error = match String::from_utf8(bytes) {
            Ok(text) => return Some(self.files.add(name, text)),
            Err(error) => error,
        };
        let valid = error.utf8_error().valid_up_to();
        let text = String::from_utf8_lossy(error.as_bytes()).into_owned();
        let id = self.files.add(name, text);
        self.unreadable.push(id);
        self.found.push(
            // Three bytes: that is how long the character is that stands for what is no UTF-8.
            Diagnostic::new(&codes::NOT_UTF8, "the file is not UTF-8 text")
                .at(Span::new(id, valid..valid + 3), "this byte is not UTF-8")
                .help("save the file as UTF-8"),
        );
        None
    }

    /// Reports a file that is not read: it has a name, and no text to be shown.
    fn refuse(&mut self, name: &str, diagnostic: impl FnOnce(Span) -> Diagnostic) {
        let id = self.files.add(name, "");
        self.unreadable.push(id);
        self.found.push(diagnostic(Span::new(id, 0..0)));
    }
}

fn refused(refusal: &Refusal, name: &str, span: Span) -> Diagnostic {
    let diagnostic = refusal.diagnostic(name, span);
    let help = match refusal {
        Refusal::Hidden { .. } => "put the definition itself there",
        Refusal::Outside { .. } => "put the definition itself there: nothing outside is read",
        _ => return diagnostic,
    };
    Diagnostic { help: vec![help.to_owned()], ..diagnostic }
}

fn too_large(name: &str, most: u64, span: Span) -> Diagnostic {
    let diagnostic =
        Diagnostic::new(&codes::LIMIT_EXCEEDED, format!("`{name}` has more than {most} bytes"))
            .at(span, "not read");
    if name == PROJECT_FILE {
        return diagnostic.help("data does not belong into definitions");
    }
    diagnostic.help("put data into a source, or raise `limits.definition_size` in goodhart.toml")
}

/// Collects the TOML files below a folder, as paths relative to the root with `/`.
/// Symbolic links to folders are not followed: they could leave the project or form a loop.
fn walk(
    root: &Path,
    folder: &Path,
    depth: usize,
    paths: &mut Vec<String>,
) -> Result<Result<(), String>, Error> {
    if depth > DEEPEST {
        return Ok(Err(format!("has folders that are more than {DEEPEST} deep")));
    }
    let full = root.join(folder);
    for entry in fs::read_dir(&full).map_err(Error::reading(&full))? {
        let entry = entry.map_err(Error::reading(&full))?;
        let kind = entry.file_type().map_err(Error::reading(&full))?;
        let name = entry.file_name();
        if name.to_string_lossy().starts_with('.') {
            continue;
        }
        let path = folder.join(&name);
        if kind.is_dir() {
            if let Err(problem) = walk(root, &path, depth + 1, paths)? {
                return Ok(Err(problem));
            }
        } else if path.extension().is_some_and(|extension| extension == "toml") {
            if paths.len() >= MOST_FILES {
                return Ok(Err(format!("has more than {MOST_FILES} definitions")));
            }
            paths.push(path.to_string_lossy().replace('\\', "/"));
        }
    }
    Ok(Ok(()))
}
