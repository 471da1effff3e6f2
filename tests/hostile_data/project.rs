//! A project in which everything that a stranger may write is hostile.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use goodhart_core::diagnostic::CODES;
use tempfile::TempDir;
use toml::Value;

/// The name of a column: a quote, a bracket, a fence, a line of its own, what is not seen.
pub const COLUMN: &str = "c\u{202e}\n::add-mask::x \"]`<b>##[group]%%{";

pub fn markers() -> BTreeMap<String, String> {
    toml::from_str(include_str!("markers.toml")).unwrap()
}

/// A string as TOML.
pub fn toml(text: &str) -> String {
    Value::from(text).to_string()
}

/// A string as TOML on one line, as a key has to be.
pub fn key(text: &str) -> String {
    serde_json::to_string(text).unwrap().replace('\u{7f}', "\\u007F")
}

/// A string as SQL.
pub fn sql(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// A name as SQL.
pub fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// A marker as the name of a file.
pub fn file_name(marker: &str) -> String {
    marker.replace(['/', '\\'], "∕").chars().take(60).collect()
}

pub struct Project(TempDir);

pub struct Ran {
    pub what: String,
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

impl Project {
    /// A project that evaluates, with hostile values and texts. Whatever rules have to say about
    /// it is said.
    pub fn new() -> Self {
        let project = Self(tempfile::tempdir().unwrap());
        let lints: String = CODES
            .iter()
            .filter(|code| code.adjustable && code.name != "test-failed")
            .map(|code| format!("{} = \"note\"\n", code.name))
            .collect();
        let name = toml(&markers()["line_of_command"].replacen("a\n", "", 1));
        project.write(
            "goodhart.toml",
            &format!(
                "name = {name}\ngrain = \"month\"\nwindow = 2\nas_of = 2026-07-01T00:00:00Z\n\
                 limits.min_n = 1\n\n[lints]\n{lints}"
            ),
        );
        project.write(
            "sources/events.toml",
            &format!(
                "format = \"ndjson\"\nfiles = \"data/events.ndjson\"\n\n[columns]\n\
                 id = {{ type = \"text\", key = true }}\nseen = {{ type = \"timestamp\" }}\n\
                 kind = {{ type = \"text\", meaning = {} }}\nodd = {{ type = \"text\" }}\n",
                toml(&markers()["link"]),
            ),
        );
        // Declared columns have ordinary names; those of a query have any.
        let named = format!("select id, seen, kind, odd as {} from events", quoted(COLUMN));
        project.write(
            "sources/named.toml",
            &format!("format = \"derived\"\nsql = {}\n", toml(&named)),
        );
        let row = |(name, marker): (&String, &String)| {
            let row = serde_json::json!({
                "id": name, "seen": "2026-06-15T00:00:00Z", "kind": marker, "odd": marker,
            });
            format!("{row}\n")
        };
        project.write("data/events.ndjson", &markers().iter().map(row).collect::<String>());
        for (name, marker) in &markers() {
            project.metric(&format!("m_{name}"), marker, "from events", "");
        }
        project.metric_of(
            "of_named",
            "x",
            &format!("select id, seen, kind, {} from named", quoted(COLUMN)),
            "",
        );
        project
    }

    pub fn root(&self) -> &Path {
        self.0.path()
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub fn write(&self, name: &str, text: &str) {
        crate::support::write(self.root(), &[(name, text)]);
    }

    pub fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).unwrap()
    }

    /// A metric that counts rows by both columns; `from` is what follows the columns.
    pub fn metric(&self, id: &str, marker: &str, from: &str, more: &str) {
        let query = format!("select id, seen, kind, odd as {} {from}", quoted(COLUMN));
        self.metric_of(id, marker, &query, more);
    }

    pub fn metric_of(&self, id: &str, marker: &str, query: &str, more: &str) {
        let (text, query, column) = (toml(marker), toml(query), toml(COLUMN));
        self.write(
            &format!("metrics/{id}.toml"),
            &format!(
                "title = {text}\nowner = {text}\ndescription = {text}\ngoal = {text}\n\
                 stakeholders = [{text}]\ntags = [{text}]\nunit = \"count\"\n\
                 direction = \"neutral\"\n\n[population]\nsubject = \"id\"\nat = \"seen\"\n\
                 segments = [\"kind\", {column}]\nsql = {query}\n\n[measure]\nkind = \"count\"\n\n\
                 [ceiling]\nmin = 0\nwhy = {text}\n\n[gameability]\nnotes = {text}\n{more}"
            ),
        );
    }

    /// Runs goodhart in the project.
    pub fn run(&self, arguments: &[&str]) -> Ran {
        let output = Command::new(env!("CARGO_BIN_EXE_goodhart"))
            .args(arguments)
            .current_dir(self.root())
            .env_clear()
            .env("GOODHART_HOSTILE", &markers()["line_of_command"])
            .output()
            .unwrap();
        let text = |bytes: Vec<u8>| {
            let text = String::from_utf8(bytes).expect("the output is UTF-8");
            text.replace(self.root().to_str().unwrap(), "[project]")
        };
        Ran {
            what: format!("goodhart {}", arguments.join(" ")),
            code: output.status.code().unwrap(),
            stdout: text(output.stdout),
            stderr: text(output.stderr),
        }
    }
}
