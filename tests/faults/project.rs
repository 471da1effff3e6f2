//! A small project, and what of it must never be half.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;

use tempfile::TempDir;

pub const GOODHART: &str = env!("CARGO_BIN_EXE_goodhart");

const DATA: &str = "sources/data/alerts.csv";

/// Files of a folder by name.
pub type Files = BTreeMap<String, Vec<u8>>;

/// A project in a temporary folder.
pub struct Project(TempDir);

#[must_use]
pub struct Ran {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

impl From<Output> for Ran {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code().expect("it was killed"),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

impl Project {
    /// What `init` writes.
    pub fn init() -> Self {
        let project = Self::empty();
        project.succeed(&["init", "."]);
        project
    }

    /// Committed snapshots that are current.
    pub fn accepted() -> Self {
        let project = Self::init();
        project.succeed(&["eval"]);
        project.succeed(&["accept"]);
        project
    }

    /// A folder without anything.
    pub fn empty() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub fn copy(&self) -> Self {
        let project = Self::empty();
        let everything = self.path(".");
        let copied = Command::new("cp").arg("-a").arg(everything).arg(project.root()).status();
        assert!(copied.unwrap().success());
        project
    }

    pub fn root(&self) -> &Path {
        self.0.path()
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.root().join(name)
    }

    pub fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command.current_dir(self.root()).env_clear();
        command
    }

    pub fn run(&self, arguments: &[&str]) -> Ran {
        self.command(GOODHART).args(arguments).output().unwrap().into()
    }

    pub fn succeed(&self, arguments: &[&str]) {
        let ran = self.run(arguments);
        assert_eq!(ran.code, 0, "{arguments:?}: {}", ran.stderr);
    }

    pub fn write(&self, name: &str, content: impl AsRef<[u8]>) {
        std::fs::create_dir_all(self.path(name).parent().unwrap()).unwrap();
        std::fs::write(self.path(name), content).unwrap();
    }

    /// One more alert, which every metric counts.
    pub fn add_alert(&self, id: &str, acknowledged: &str) {
        let mut text = std::fs::read_to_string(self.path(DATA)).unwrap();
        text.push_str(&format!(
            "{id},low,2026-06-27T00:00:00Z,2026-06-27T00:{acknowledged}Z,n/a,\n"
        ));
        self.write(DATA, text);
    }

    /// The plain files of a folder; none where there is no folder.
    pub fn files(&self, folder: &str) -> Files {
        let mut files = Files::new();
        for entry in std::fs::read_dir(self.path(folder)).into_iter().flatten() {
            let entry = entry.unwrap();
            if !entry.file_type().unwrap().is_file() {
                continue;
            }
            let name = entry.file_name().into_string().unwrap();
            files.insert(name, std::fs::read(entry.path()).unwrap());
        }
        files
    }

    pub fn snapshots(&self) -> Files {
        self.files("snapshots")
    }

    pub fn pending(&self) -> Files {
        self.files(".goodhart/pending")
    }

    /// The entry of the cache with what `check` bound.
    pub fn bound(&self) -> String {
        let names = self.files(".goodhart/cache").into_keys();
        let mut bound = names.filter(|name| name.starts_with("bound-"));
        format!(".goodhart/cache/{}", bound.next().expect("something was bound"))
    }

    /// Has the next run finish what was interrupted, and do nothing else.
    pub fn recover(&self) {
        let ran = self.run(&["accept", "no_such_metric"]);
        assert_eq!(ran.code, 2, "{}", ran.stderr);
        assert!(ran.stderr.contains("nothing is pending for no_such_metric"), "{}", ran.stderr);
    }

    /// Nothing of a killed run is left.
    pub fn assert_tidy(&self) {
        assert_eq!(self.files(".goodhart/staged"), Files::new());
        for folder in [".goodhart/cache", "snapshots"] {
            let unfinished = self.files(folder).into_keys().find(|name| name.starts_with('.'));
            assert_eq!(unfinished, None, "in {folder}");
        }
        let mut found: Vec<String> = std::fs::read_dir(self.path(".goodhart"))
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .filter(|name| name != "cache")
            .collect();
        found.sort();
        assert_eq!(found, [".gitignore", "lock", "pending", "staged"]);
    }
}

/// A project between two accepts, and what it becomes.
pub struct Between {
    /// Results of one change are pending, and the data changed again.
    pub before_eval: Project,
    pub before_accept: Project,
    pub old: Files,
    pub old_pending: Files,
    pub new_pending: Files,
    pub new: Files,
}

/// Made once for all tests.
pub fn between() -> &'static Between {
    static BETWEEN: OnceLock<Between> = OnceLock::new();
    BETWEEN.get_or_init(|| {
        let project = Project::accepted();
        let old = project.snapshots();
        // A metric that goes, so that accepting removes a snapshot.
        std::fs::remove_file(project.path("metrics/alert_volume.toml")).unwrap();
        project.add_alert("A-998", "30:00");
        project.succeed(&["eval"]);
        let old_pending = project.pending();
        project.add_alert("A-999", "00:30");
        let before_eval = project.copy();
        project.succeed(&["eval"]);
        let new_pending = project.pending();
        let before_accept = project.copy();
        project.succeed(&["accept"]);
        let new = project.snapshots();
        let differ = |one: &Files, other: &Files| {
            one.iter().filter(|(name, text)| other.get(*name) != Some(text)).count()
        };
        assert!(differ(&new_pending, &old_pending) > 1, "a mixture could be told");
        assert!(differ(&new, &old) > 1, "a mixture could be told");
        assert!(new.len() + 1 == old.len());
        Between { before_eval, before_accept, old, old_pending, new_pending, new }
    })
}

/// Every file is the one of `old` or of `new`.
pub fn assert_whole_files(found: &Files, old: &Files, new: &Files, when: &str) {
    for (name, text) in found {
        let known = old.get(name) == Some(text) || new.get(name) == Some(text);
        assert!(known, "{name} is neither the old nor the new one, {when}");
    }
    for name in old.keys().filter(|name| new.contains_key(*name)) {
        assert!(found.contains_key(name), "{name} is lost, {when}");
    }
}
