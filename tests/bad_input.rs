//! What is printed for bad input: every file of `tests/bad_input/` is a case with a snapshot.
//!
//! A case is laid over the small valid project in `bad_input/base`, the binary runs there, and
//! what it prints is compared with `bad_input/snapshots/<theme>__<case>.snap`.
//!
//! ```text
//! # What the case shows.
//! $ eval --all                     the command line
//! exit 1                           the exit code (1 where the line is absent)
//! env GOODHART_LAKE=/lake          the environment has nothing else
//! without data/hosts.csv           a file of the base project that is not there
//! link data/x.csv -> ../../beside  a link; `beside` is a folder beside the project, `[beside]` its
//!                                  path, `secret.toml` in it what nobody may see
//! pipe data/x.csv                  a pipe that nobody writes to
//! no place                         there is no file to underline anything in
//! === metrics/alert_volume.toml    a file, up to the next such line
//! === data/hosts.csv.gz gzip       its bytes: see `encode`
//! ```

use crate::support;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Write;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;

use support::escapes::unescape;

/// Longer lines are not read by anybody.
const LONGEST_LINE: usize = 400;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/bad_input")
}

struct Case {
    /// `<theme>__<case>`, after the file.
    name: String,
    shows: String,
    arguments: String,
    exit: i32,
    environment: Vec<(String, String)>,
    without: Vec<String>,
    /// The link, and where it leads.
    links: Vec<(String, String)>,
    pipes: Vec<String>,
    place: bool,
    /// Path, markers and content.
    files: Vec<(String, Vec<String>, String)>,
}

impl Case {
    fn read(path: &Path) -> Self {
        let relative = path.strip_prefix(folder()).unwrap().with_extension("");
        let mut case = Self {
            name: relative.to_str().unwrap().replace(['/', '\\'], "__"),
            shows: String::new(),
            arguments: String::new(),
            exit: 1,
            environment: Vec::new(),
            without: Vec::new(),
            links: Vec::new(),
            pipes: Vec::new(),
            place: true,
            files: Vec::new(),
        };
        for line in fs::read_to_string(path).unwrap().lines() {
            if let Some(header) = line.strip_prefix("=== ") {
                let mut words = header.split_whitespace().map(str::to_owned);
                case.files.push((words.next().unwrap(), words.collect(), String::new()));
            } else if let Some((_, _, content)) = case.files.last_mut() {
                content.push_str(line);
                content.push('\n');
            } else {
                case.head(line);
            }
        }
        assert!(!case.shows.is_empty() && !case.arguments.is_empty(), "{}", case.name);
        case
    }

    fn head(&mut self, line: &str) {
        let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
        match (word, rest) {
            ("#", shows) => self.shows = format!("{} {shows}", self.shows).trim().to_owned(),
            ("$", arguments) => self.arguments = arguments.to_owned(),
            ("exit", code) => self.exit = code.parse().unwrap(),
            ("env", variable) => {
                let (name, value) = variable.split_once('=').unwrap();
                self.environment.push((name.to_owned(), value.to_owned()));
            }
            ("without", path) => self.without.push(path.to_owned()),
            ("link", link) => {
                let (link, target) = link.split_once(" -> ").unwrap();
                self.links.push((link.to_owned(), target.to_owned()));
            }
            ("pipe", path) => self.pipes.push(path.to_owned()),
            ("no", "place") => self.place = false,
            ("", _) => {}
            _ => panic!("{}: `{line}` is no line of a case", self.name),
        }
    }

    fn lay(&self, root: &Path) {
        support::copy(&folder().join("base"), root);
        for path in &self.without {
            let path = root.join(path);
            let removed =
                if path.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) };
            removed.unwrap();
        }
        for (path, markers, content) in &self.files {
            let path = root.join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, encode(content, markers)).unwrap();
        }
        for (link, target) in &self.links {
            let link = root.join(link);
            fs::create_dir_all(link.parent().unwrap()).unwrap();
            std::os::unix::fs::symlink(target, link).unwrap();
        }
        for path in &self.pipes {
            let made = Command::new("mkfifo").arg(root.join(path)).status().unwrap();
            assert!(made.success());
        }
    }

    /// Runs the case. Returns what the snapshot holds, and what is wrong whatever it holds.
    fn run(&self) -> (String, Vec<String>) {
        let temporary = tempfile::tempdir().unwrap();
        let root = temporary.path().canonicalize().unwrap().join("project");
        let beside = root.with_file_name("beside");
        fs::create_dir(&beside).unwrap();
        fs::write(beside.join("secret.toml"), "title = \"the secret beside the project\"\n")
            .unwrap();
        self.lay(&root);
        let output =
            Command::new(env!("CARGO_BIN_EXE_goodhart"))
                .args(["--color", "never"])
                .args(self.arguments.split_whitespace())
                .env_clear()
                .envs(self.environment.iter().map(|(name, value)| {
                    (name, value.replace("[beside]", beside.to_str().unwrap()))
                }))
                .current_dir(&root)
                .output()
                .unwrap();
        let exit = output.status.code();
        let text = |bytes: Vec<u8>| {
            let text = String::from_utf8(bytes).expect("the output is UTF-8");
            text.replace(root.to_str().unwrap(), "[project]")
                .replace(beside.to_str().unwrap(), "[beside]")
                .replace(concat!("goodhart ", env!("CARGO_PKG_VERSION")), "goodhart [version]")
        };
        let (stdout, stderr) = (text(output.stdout), text(output.stderr));
        let said = format!("{stdout}{stderr}");
        let mut wrong = Vec::new();
        let mut check = |holds: bool, what: &str| {
            if !holds {
                wrong.push(format!("{}: {what}", self.name));
            }
        };
        check(exit == Some(self.exit), &format!("exit code {exit:?}, not {}", self.exit));
        check(!stderr.contains("panicked"), "it panicked");
        check(!said.contains("[beside]"), "a path outside the project is shown");
        check(!said.contains("the secret beside"), "a file outside the project is shown");
        check(!self.place || said.lines().any(underlines), "nothing is underlined");
        check(!said.is_empty(), "nothing is said");
        check(!self.place || !said.contains("[project]"), "a path of this machine is shown");
        let longest = said.lines().map(|line| line.chars().count()).max().unwrap_or(0);
        check(longest <= LONGEST_LINE, &format!("a line of {longest} characters"));
        let hidden =
            |c: char| (c.is_control() && c != '\n') || ('\u{202a}'..='\u{202e}').contains(&c);
        check(!said.chars().any(hidden), "a control character reaches the terminal");
        let mut shown = format!("$ goodhart {}\n", self.arguments);
        if !stdout.is_empty() {
            shown.push_str(&format!("--- stdout\n{stdout}"));
        }
        shown.push_str(&format!("--- stderr\n{stderr}--- exit {}\n", exit.unwrap_or(-1)));
        (shown, wrong)
    }
}

/// A line below an excerpt that marks a place: `  |   ^^^ label`.
fn underlines(line: &str) -> bool {
    line.split_once('|').is_some_and(|(before, behind)| {
        before.trim().is_empty() && behind.trim_start_matches([' ', '_', '|']).starts_with('^')
    })
}

/// Applies the markers of a file, in their order.
fn encode(content: &str, markers: &[String]) -> Vec<u8> {
    markers.iter().fold(content.as_bytes().to_vec(), |bytes, marker| match marker.as_str() {
        // Without the line break that ends the section.
        "open" => bytes.strip_suffix(b"\n").unwrap_or(&bytes).to_vec(),
        "escapes" => unescape(std::str::from_utf8(&bytes).unwrap()),
        "gzip" => {
            let mut encoder =
                flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
            encoder.write_all(&bytes).unwrap();
            encoder.finish().unwrap()
        }
        "half" => bytes[..bytes.len() / 2].to_vec(),
        "base64" => base64(std::str::from_utf8(&bytes).unwrap()),
        other => panic!("`{other}` is no marker"),
    })
}

fn base64(text: &str) -> Vec<u8> {
    const ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut bytes = Vec::new();
    let (mut buffer, mut bits) = (0_u32, 0);
    for byte in text.bytes().filter(|byte| !byte.is_ascii_whitespace() && *byte != b'=') {
        let value = ALPHABET.iter().position(|known| *known == byte).expect("base64");
        buffer = buffer << 6 | value as u32;
        bits += 6;
        if bits >= 8 {
            bits -= 8;
            bytes.push((buffer >> bits) as u8);
        }
    }
    bytes
}

fn cases() -> Vec<Case> {
    let pattern = folder().join("*/*.txt");
    let mut paths: Vec<PathBuf> =
        glob::glob(pattern.to_str().unwrap()).unwrap().map(Result::unwrap).collect();
    paths.sort();
    paths.iter().map(|path| Case::read(path)).collect()
}

/// What each case prints, by its index: every case is a process of its own.
fn run_all(cases: &[Case]) -> BTreeMap<usize, (String, Vec<String>)> {
    let next = Mutex::new(0..cases.len());
    let done = Mutex::new(BTreeMap::new());
    let workers = std::thread::available_parallelism().map_or(4, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| {
                loop {
                    let Some(index) = next.lock().unwrap().next() else { return };
                    let result = cases[index].run();
                    done.lock().unwrap().insert(index, result);
                }
            });
        }
    });
    done.into_inner().unwrap()
}

#[test]
fn every_mistake_is_explained() {
    let cases = cases();
    assert!(cases.len() > 240, "only {} cases were found", cases.len());
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("bad_input/snapshots");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    let mut wrong = Vec::new();
    for (index, (shown, problems)) in run_all(&cases) {
        let case = &cases[index];
        wrong.extend(problems);
        settings.set_description(case.shows.clone());
        let compared = catch_unwind(AssertUnwindSafe(|| {
            settings.bind(|| insta::assert_snapshot!(case.name.as_str(), shown));
        }));
        if compared.is_err() {
            wrong.push(format!("{}: the snapshot differs", case.name));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_snapshot_has_a_case() {
    let names: BTreeSet<String> = cases().into_iter().map(|case| case.name).collect();
    for entry in fs::read_dir(folder().join("snapshots")).unwrap() {
        let file = entry.unwrap().file_name().into_string().unwrap();
        let name = file.strip_suffix(".snap").unwrap_or(&file);
        assert!(names.contains(name), "snapshots/{file} belongs to no case");
    }
}
