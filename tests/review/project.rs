//! A small project in a git repository, in which three clients have events.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;

pub const GOODHART: &str = env!("CARGO_BIN_EXE_goodhart");

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

const SETTINGS: &str = r#"name = "review"
grain = "month"
window = 3
as_of = 2026-07-01T00:00:00Z
limits.min_n = 1
"#;

const EVENTS: &str = r#"format = "csv"
files = "data/events.csv"

[columns]
id = { type = "text", key = true }
client = { type = "text" }
seen = { type = "timestamp" }
"#;

/// A count by client, with the total where `breakdown` has one. The marks `x1` and `x2` in the SQL
/// are far from each other, so that two branches can change one each.
fn metric(title: &str, breakdown: &str) -> String {
    format!(
        r#"title = "{title}"
owner = "soc"
version = "1.0.0"
unit = "count"
direction = "neutral"

[population]
subject = "id"
at = "seen"
segments = ["client"]
sql = """
select id, client, seen from events
where id <> 'x1'
  -- what is left out above
  -- belongs to one branch,
  -- what is left out below to another
  and id <> 'x2'
"""

[measure]
kind = "count"

[breakdown]
by = {breakdown}

[ceiling]
min = 0
why = "There are no negative counts."

[gameability]
notes = "Switching rules of {title} off."
"#
    )
}

impl Project {
    /// Committed definitions, data and snapshots.
    pub fn committed() -> Self {
        Self::with(&["by_client", "volume"])
    }

    /// The same with some of the metrics only.
    pub fn with(metrics: &[&str]) -> Self {
        let project = Self(tempfile::tempdir().unwrap());
        let mut data = String::from("id,client,seen\n");
        for (client, count) in [("acme", 3), ("brick & co", 2), ("cove", 2)] {
            for month in ["04", "05", "06"] {
                for number in 1..=count {
                    let id = format!("{}{month}_{number}", &client[..1]);
                    data.push_str(&format!("{id},{client},2026-{month}-1{number}T00:00:00Z\n"));
                }
            }
        }
        project.write("goodhart.toml", SETTINGS);
        project.write("sources/events.toml", EVENTS);
        project.write("data/events.csv", &data);
        for (name, title, breakdown) in [
            ("by_client", "Events by client", "[[\"client\"]]"),
            ("volume", "Events", "[[], [\"client\"]]"),
        ] {
            if metrics.contains(&name) {
                project.write(&format!("metrics/{name}.toml"), &metric(title, breakdown));
            }
        }
        project.write(".gitignore", ".goodhart/\n");
        project.write(".gitattributes", "snapshots/*.toml merge=goodhart\n");
        project.succeed(&["eval"]);
        project.succeed(&["accept"]);
        project.git(&["init", "-q", "-b", "main"]);
        for (key, value) in [("user.name", "Somebody"), ("user.email", "somebody@example.org")] {
            project.git(&["config", key, value]);
        }
        project.commit();
        project
    }

    pub fn root(&self) -> &Path {
        self.0.path()
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.root().join(name)
    }

    pub fn write(&self, name: &str, text: &str) {
        std::fs::create_dir_all(self.path(name).parent().unwrap()).unwrap();
        std::fs::write(self.path(name), text).unwrap();
    }

    pub fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).unwrap()
    }

    pub fn replace(&self, name: &str, from: &str, to: &str) {
        let text = self.read(name);
        assert!(text.contains(from), "{name} has no {from}");
        self.write(name, &text.replace(from, to));
    }

    /// Leaves an event out of all metrics.
    pub fn leave_out(&self, mark: &str, event: &str) {
        for name in ["metrics/by_client.toml", "metrics/volume.toml"] {
            if self.path(name).exists() {
                self.replace(name, mark, event);
            }
        }
    }

    pub fn run(&self, arguments: &[&str]) -> Ran {
        let mut command = Command::new(GOODHART);
        command.args(arguments).current_dir(self.root()).env_clear().output().unwrap().into()
    }

    pub fn succeed(&self, arguments: &[&str]) {
        let ran = self.run(arguments);
        assert_eq!(ran.code, 0, "{arguments:?}: {}", ran.stderr);
    }

    /// Runs git without anybody's own settings.
    pub fn try_git(&self, arguments: &[&str]) -> Ran {
        let mut command = Command::new("git");
        command.args(arguments).current_dir(self.root());
        command.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_SYSTEM", "/dev/null");
        command.output().unwrap().into()
    }

    #[track_caller]
    pub fn git(&self, arguments: &[&str]) -> String {
        let ran = self.try_git(arguments);
        assert_eq!(ran.code, 0, "git {arguments:?}: {}{}", ran.stdout, ran.stderr);
        ran.stdout
    }

    pub fn commit(&self) {
        self.git(&["add", "-A"]);
        self.git(&["commit", "-q", "-m", "a change"]);
    }

    /// Makes a branch off main with one event left out, and its snapshots.
    pub fn branch(&self, name: &str, mark: &str, event: &str) {
        self.git(&["checkout", "-q", "-b", name, "main"]);
        self.leave_out(mark, event);
        self.succeed(&["eval"]);
        self.succeed(&["accept", "--reason", &format!("{event} was a test")]);
        self.commit();
    }
}
