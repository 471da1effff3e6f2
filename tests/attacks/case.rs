//! The cases: a file each, see `main.rs` for what stands in one.

use std::fs;
use std::path::{Path, PathBuf};

use crate::harm::Harm;
use crate::layers::Layer;
use crate::support;
use crate::support::escapes::unescape;

/// `tests/attacks`.
pub fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/attacks")
}

/// A hostile definition.
pub struct Case {
    /// `<theme>/<case>`, after the file.
    pub name: String,
    shows: String,
    /// What the attack is for.
    pub must_not: Vec<Harm>,
    pub arguments: Vec<String>,
    /// The one layer that stops it, where a second one is not possible.
    pub only: Option<Layer>,
    /// Why it does not work even with all layers off.
    pub never: Option<String>,
    without: Vec<String>,
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
    fn fill(&self, text: &str, limits: [&str; 2]) -> String {
        let text = text.replace("{{time}}", limits[0]).replace("{{run_time}}", limits[1]);
        text.replace("{{outside}}", self.outside.to_str().unwrap())
            .replace("{{project}}", self.project.to_str().unwrap())
            .replace("{{port}}", &self.port.to_string())
    }
}

impl Case {
    /// Whether it is about time or memory: what stops it without the others then depends on how
    /// fast the machine is.
    pub fn is_measured(&self) -> bool {
        self.must_not.contains(&Harm::Limits)
    }

    /// The base as it is.
    pub fn none() -> Self {
        Self {
            name: String::new(),
            shows: String::new(),
            must_not: Vec::new(),
            arguments: ["eval", "--format", "csv"].map(str::to_owned).to_vec(),
            only: None,
            never: None,
            without: Vec::new(),
            sections: Vec::new(),
        }
    }

    fn read(path: &Path) -> Self {
        let name = path.strip_prefix(folder()).unwrap().with_extension("");
        let name = name.to_str().unwrap().to_owned();
        let mut case = Self { name, arguments: Vec::new(), ..Self::none() };
        for line in fs::read_to_string(path).unwrap().lines() {
            if let Some(header) = line.strip_prefix("=== ") {
                let mut words = header.split_whitespace().map(str::to_owned);
                let (name, marker) = (words.next().unwrap(), words.next());
                case.sections.push(Section { name, marker, text: String::new() });
            } else if let Some(section) = case.sections.last_mut() {
                section.text.push_str(line);
                section.text.push('\n');
            } else {
                case.head(line);
            }
        }
        let complete = !case.shows.is_empty() && !case.must_not.is_empty();
        assert!(complete && !case.arguments.is_empty(), "{}: the head lacks a line", case.name);
        case
    }

    fn head(&mut self, line: &str) {
        let unknown = || -> ! { panic!("{}: `{line}` is no line of a case", self.name) };
        if let Some(shows) = line.strip_prefix("# ") {
            self.shows.push_str(shows);
        } else if let Some(harms) = line.strip_prefix("must not: ") {
            let harms = harms.split(", ");
            self.must_not = harms.map(|h| Harm::parse(h).unwrap_or_else(|| unknown())).collect();
        } else if let Some(arguments) = line.strip_prefix("$ ") {
            self.arguments = arguments.split_whitespace().map(str::to_owned).collect();
        } else if let Some(only) = line.strip_prefix("only: ") {
            let (layer, why) = only.split_once(" because ").unwrap_or_else(|| unknown());
            assert!(!why.is_empty());
            self.only = Some(Layer::parse(layer).unwrap_or_else(|| unknown()));
        } else if let Some(why) = line.strip_prefix("never: ") {
            self.never = Some(why.to_owned());
        } else if let Some(path) = line.strip_prefix("without ") {
            self.without.push(path.to_owned());
        } else if !line.is_empty() {
            unknown()
        }
    }

    /// Lays the base and the case over it.
    pub fn lay(&self, place: &Place<'_>) {
        support::copy(&folder().join("base"), place.project);
        let settings = place.project.join("goodhart.toml");
        let base = fs::read_to_string(&settings).unwrap();
        fs::write(&settings, place.fill(&base, self.limits())).unwrap();
        for path in &self.without {
            fs::remove_file(place.project.join(path)).unwrap();
        }
        for section in &self.sections {
            let text = place.fill(&section.text, self.limits());
            let position = folder().join("positions").join(&section.name);
            if position.is_dir() {
                let before = listed(&position);
                support::copy(&position, place.project);
                for path in before {
                    let path = place.project.join(path);
                    let with = fs::read_to_string(&path).unwrap();
                    let text = encode(text.trim_end(), section.marker.as_deref());
                    let text = String::from_utf8(text).unwrap();
                    fs::write(&path, with.replace("{{sql}}", &text)).unwrap();
                }
                continue;
            }
            let path = place.project.join(&section.name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            if section.marker.as_deref() == Some("link") {
                // `data` itself may be the link.
                drop(fs::remove_dir_all(&path).or_else(|_| fs::remove_file(&path)));
                link(text.trim_end(), &path);
            } else {
                fs::write(path, encode(&text, section.marker.as_deref())).unwrap();
            }
        }
    }

    /// What one statement and the whole run may take: next to nothing where that is what the attack
    /// is about, and otherwise so much that a busy machine does not stop it.
    fn limits(&self) -> [&'static str; 2] {
        if self.must_not.contains(&Harm::Limits) { ["1s", "3s"] } else { ["30s", "60s"] }
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

fn encode(text: &str, marker: Option<&str>) -> Vec<u8> {
    match marker {
        None => text.as_bytes().to_vec(),
        Some("escapes") => unescape(text),
        Some(other) => panic!("`{other}` is no marker"),
    }
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
