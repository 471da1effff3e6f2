//! The cases: a file each, see `main.rs` for what stands in one.

use std::fs;
use std::path::{Path, PathBuf};

use crate::support;
use crate::support::escapes::unescape;

/// `tests/attacks`.
pub fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/attacks")
}

/// A hostile definition.
#[derive(Default)]
pub struct Case {
    /// `<theme>/<case>`, after the file.
    pub name: String,
    shows: String,
    pub arguments: Vec<String>,
    /// What the output must contain.
    pub says: Vec<String>,
    sections: Vec<Section>,
}

/// A file, or SQL for a position.
struct Section {
    name: String,
    marker: Option<String>,
    text: String,
}

/// Where a case is laid out, and what its placeholders stand for.
pub struct Place<'a> {
    pub project: &'a Path,
    pub outside: &'a Path,
    pub port: u16,
}

impl Place<'_> {
    fn fill(&self, text: &str) -> String {
        text.replace("{{outside}}", self.outside.to_str().unwrap())
            .replace("{{project}}", self.project.to_str().unwrap())
            .replace("{{port}}", &self.port.to_string())
    }
}

impl Case {
    fn read(path: &Path) -> Self {
        let name = path.strip_prefix(folder()).unwrap().with_extension("");
        let mut case = Self { name: name.to_str().unwrap().to_owned(), ..Self::default() };
        for line in fs::read_to_string(path).unwrap().lines() {
            if let Some(header) = line.strip_prefix("=== ") {
                let mut words = header.split_whitespace().map(str::to_owned);
                let (name, marker) = (words.next().unwrap(), words.next());
                let known = matches!(marker.as_deref(), None | Some("escapes" | "link"));
                assert!(known, "{}: `{line}` has an unknown marker", case.name);
                case.sections.push(Section { name, marker, text: String::new() });
            } else if let Some(section) = case.sections.last_mut() {
                section.text.push_str(line);
                section.text.push('\n');
            } else {
                case.head(line);
            }
        }
        let complete = !case.shows.is_empty() && !case.says.is_empty();
        assert!(complete && !case.arguments.is_empty(), "{}: the head lacks a line", case.name);
        case
    }

    fn head(&mut self, line: &str) {
        if let Some(shows) = line.strip_prefix("# ") {
            self.shows.push_str(shows);
        } else if let Some(arguments) = line.strip_prefix("$ ") {
            self.arguments = arguments.split_whitespace().map(str::to_owned).collect();
        } else if let Some(says) = line.strip_prefix("says: ") {
            self.says.push(says.to_owned());
        } else {
            panic!("{}: `{line}` is no line of a case", self.name);
        }
    }

    /// Lays the base and the case over it.
    pub fn lay(&self, place: &Place<'_>) {
        support::copy(&folder().join("base"), place.project);
        for section in &self.sections {
            let mut text = place.fill(&section.text).into_bytes();
            if section.marker.as_deref() == Some("escapes") {
                text = unescape(std::str::from_utf8(&text).unwrap());
            }
            let position = folder().join("positions").join(&section.name);
            if position.is_dir() {
                support::copy(&position, place.project);
                let sql = String::from_utf8(text).unwrap();
                for path in listed(&position) {
                    let path = place.project.join(path);
                    let with = fs::read_to_string(&path).unwrap();
                    fs::write(&path, with.replace("{{sql}}", sql.trim_end())).unwrap();
                }
                continue;
            }
            let path = place.project.join(&section.name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            if section.marker.as_deref() == Some("link") {
                // A folder of the base may become the link.
                drop(fs::remove_dir_all(&path).or_else(|_| fs::remove_file(&path)));
                link(std::str::from_utf8(&text).unwrap().trim_end(), &path);
            } else {
                fs::write(path, text).unwrap();
            }
        }
    }

    /// Whether the case itself knows where the project is.
    pub fn names_paths(&self) -> bool {
        let known = |text: &str| text.contains("{{outside}}") || text.contains("{{project}}");
        self.sections.iter().any(|section| known(&section.text))
    }
}

/// The files of a folder, relative to it.
fn listed(folder: &Path) -> Vec<PathBuf> {
    let pattern = folder.join("**/*.toml");
    let paths = glob::glob(pattern.to_str().unwrap()).unwrap().map(Result::unwrap);
    paths.map(|path| path.strip_prefix(folder).unwrap().to_owned()).collect()
}

fn link(target: &str, path: &Path) {
    #[cfg(unix)]
    std::os::unix::fs::symlink(target, path).unwrap();
    #[cfg(not(unix))]
    panic!("no symbolic link from {} to {target}", path.display());
}

/// All cases, in the order of their names.
pub fn cases() -> Vec<Case> {
    let pattern = folder().join("*/*.txt");
    let mut paths: Vec<PathBuf> =
        glob::glob(pattern.to_str().unwrap()).unwrap().map(Result::unwrap).collect();
    paths.retain(|path| !path.starts_with(folder().join("outside")));
    paths.sort();
    paths.iter().map(|path| Case::read(path)).collect()
}
