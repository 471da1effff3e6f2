//! Where an attack takes place: a project, what lies outside of it, and somebody who listens.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use crate::case::{Case, Place, folder};
use crate::support;

/// What stands in every file outside of the project, as a text and as a number, which a sum has
/// once for each row of a source.
const CANARIES: [&str; 4] = ["canary-5d1f0e6a", "73168249051", "219504747153", "292672996204"];

/// The value of a variable that nobody has asked for.
const SECRET: &str = "secret-c0ffee42";

/// What the harmless metric is in every run that shows it.
const INNOCENT: [&str; 4] = [
    r#"innocent,2026-06-01,month,2026-07-01T00:00:00Z,{},9"#,
    r#"innocent,2026-06-01,month,2026-07-01T00:00:00Z,"{""kind"":""alert""}",4"#,
    r#"innocent,2026-06-01,month,2026-07-01T00:00:00Z,"{""kind"":""host""}",3"#,
    r#"innocent,2026-06-01,month,2026-07-01T00:00:00Z,"{""kind"":""ticket""}",2"#,
];

/// The longest limit of a case is a second. The rest is for a machine that has other work.
const LONGEST: Duration = Duration::from_secs(120);

/// What came of a run.
pub struct Observed {
    /// What must not happen and did.
    pub harms: Vec<String>,
    pub output: String,
    pub took: Duration,
}

/// Lays out the case in a new folder, runs the program in it and looks at everything that must not
/// happen, whatever the case is about.
pub fn observe(case: &Case) -> Observed {
    let folder_of_run = tempfile::tempdir().unwrap();
    let top = folder_of_run.path().canonicalize().unwrap();
    let (project, outside) = (top.join("project"), top.join("outside"));
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    support::copy(&folder().join("outside"), &outside);
    fs::create_dir(top.join("tmp")).unwrap();
    let port = listener.local_addr().unwrap().port();
    case.lay(&Place { project: &project, outside: &outside, port });
    let before = contents(&top);
    let (out, err) = (top.join("stdout"), top.join("stderr"));
    let start = Instant::now();
    let child = Command::new(env!("CARGO_BIN_EXE_goodhart"))
        .args(["--color", "never"])
        .args(&case.arguments)
        .env_clear()
        .env("HOME", outside.join("home"))
        .env("TMPDIR", top.join("tmp"))
        .env("AWS_SECRET_ACCESS_KEY", SECRET)
        .env("GITHUB_TOKEN", SECRET)
        .current_dir(&project)
        .stdin(Stdio::null())
        .stdout(fs::File::create(&out).unwrap())
        .stderr(fs::File::create(&err).unwrap())
        .spawn();
    let status = end_of(child.unwrap(), start);
    let read = |path: &Path| String::from_utf8_lossy(&fs::read(path).unwrap()).into_owned();
    let output = format!("{}{}", read(&out), read(&err));
    fs::remove_file(out).unwrap();
    fs::remove_file(err).unwrap();
    let mut said = output.clone();
    let own = project.join(".goodhart");
    let own = if own.is_symlink() { BTreeMap::new() } else { contents(&own) };
    for (path, text) in own {
        let path = path.strip_prefix(&project).unwrap().display();
        said.push_str(&format!("{path}: {}\n", String::from_utf8_lossy(&text)));
    }
    let called = listener.accept().ok().map(|(_, from)| from.ip().to_string());
    let seen = [
        ("reads a canary", CANARIES.into_iter().find_map(|canary| line_with(&said, canary))),
        ("shows the environment", line_with(&said, SECRET)),
        ("shows a path", path_shown(case, &said, &top)),
        ("changes a file", changed(&top, &before)),
        ("connects", called),
        ("changes another metric", other_innocent(&output, &project, &before)),
        ("does not end", status.is_none().then(|| format!("{LONGEST:?}"))),
        ("crashes", status.and_then(|status| crashed(status, &output))),
    ];
    let harms = seen.into_iter().filter_map(|(harm, what)| Some(format!("{harm}: {}", what?)));
    Observed { harms: harms.collect(), output, took: start.elapsed() }
}

/// How the program ended; it is killed where it takes too long, and its worker ends with it.
fn end_of(mut child: Child, start: Instant) -> Option<ExitStatus> {
    while start.elapsed() < LONGEST {
        if let Some(status) = child.try_wait().unwrap() {
            return Some(status);
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    None
}

/// A line that shows where the project lies, which the case itself does not know.
fn path_shown(case: &Case, said: &str, top: &Path) -> Option<String> {
    // An own file that cannot be used is named as the system knows it; no result is shown then.
    let unusable = format!("error: {}", top.join("project").display());
    let mut lines = said.lines().filter(|line| !line.starts_with(&unusable));
    let shown = lines.find(|line| line.contains(top.to_str().unwrap()));
    shown.filter(|_| !case.names_paths()).map(str::to_owned)
}

fn line_with(said: &str, what: &str) -> Option<String> {
    said.lines().find(|line| line.contains(what)).map(str::to_owned)
}

/// Every file and symbolic link below a folder; what goodhart keeps to itself aside.
fn contents(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut pending = vec![folder.to_owned()];
    while let Some(folder) = pending.pop() {
        for entry in fs::read_dir(&folder).into_iter().flatten().flatten() {
            let path = entry.path();
            let kind = entry.file_type().unwrap();
            if kind.is_dir() {
                pending.push(path);
            } else if kind.is_symlink() {
                let target = fs::read_link(&path).unwrap();
                found.insert(path, target.to_string_lossy().into_owned().into_bytes());
            } else if kind.is_file() {
                found.insert(path.clone(), fs::read(path).unwrap_or_default());
            } else {
                found.insert(path, Vec::new());
            }
        }
    }
    found
}

/// A file that differs from what it was. What goodhart keeps for itself it may change.
fn changed(top: &Path, before: &BTreeMap<PathBuf, Vec<u8>>) -> Option<String> {
    let after = contents(top);
    let names: BTreeSet<&PathBuf> = before.keys().chain(after.keys()).collect();
    let mut differing = names.into_iter().filter(|path| before.get(*path) != after.get(*path));
    let differing = differing.find(|path| !own(path.strip_prefix(top).unwrap()));
    differing.map(|path| match (before.get(path), after.get(path)) {
        (Some(_), Some(_)) => format!("{} has changed", path.display()),
        (Some(_), None) => format!("{} is gone", path.display()),
        _ => format!("{} is new", path.display()),
    })
}

/// What goodhart may write: its own files, by their names.
fn own(path: &Path) -> bool {
    let Ok(path) = path.strip_prefix("project/.goodhart") else { return false };
    let name = path.to_string_lossy();
    [".gitignore", "lock"].contains(&name.as_ref())
        || ["cache", "pending/"].iter().any(|folder| name.starts_with(folder))
}

/// A row of the harmless metric that is not as it would be without the attack.
fn other_innocent(
    output: &str,
    project: &Path,
    before: &BTreeMap<PathBuf, Vec<u8>>,
) -> Option<String> {
    let rows = output.lines().filter(|line| line.starts_with("innocent,"));
    let mut wrong = rows.filter(|row| !INNOCENT.iter().any(|right| row.starts_with(right)));
    if let Some(row) = wrong.next() {
        return Some(row.to_owned());
    }
    let right = fs::read(folder().join("base/snapshots/innocent.toml")).unwrap();
    let path = project.join(".goodhart/pending/innocent.toml");
    let pending = fs::read(&path).ok()?;
    (pending != right && before.get(&path) != Some(&pending))
        .then(|| "another result is pending".to_owned())
}

fn crashed(status: ExitStatus, output: &str) -> Option<String> {
    let by_code = status.code().is_some_and(|code| (0..=3).contains(&code));
    (!by_code || output.contains("panicked at")).then(|| status.to_string())
}
