use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use goodhart_engine::sandbox::{self, Limits};

#[path = "attempts.rs"]
mod attempts;
#[path = "duckdb.rs"]
mod duckdb;

/// What is put on before an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layer {
    Nothing,
    Limits,
    Landlock,
    Calls,
    All,
}

use Layer::{All, Calls, Landlock, Nothing};

const LAYERS: [Layer; 5] = [Nothing, Layer::Limits, Landlock, Calls, All];

/// Something that code may try.
pub struct Attempt {
    pub name: &'static str,
    /// The layers of which each alone prevents it; none where it must work under all of them.
    pub prevented_by: &'static [Layer],
    /// An error where it was refused.
    pub act: fn(&Scene) -> Result<(), String>,
}

/// What an attempt finds.
pub struct Scene {
    /// Has `listed.txt`, which may be read, and `unlisted.txt`, and what else an attempt needs.
    pub folder: PathBuf,
    pub parent: i32,
    pub tcp: u16,
    pub udp: u16,
}

pub fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.split_first() {
        Some((first, rest)) if first == "attempt" => attempt(rest),
        _ => run(arguments.iter().find(|argument| !argument.starts_with('-'))),
    }
}

fn attempts() -> impl Iterator<Item = &'static Attempt> {
    attempts::ATTEMPTS.iter().chain(duckdb::ATTEMPTS)
}

/// The child: puts on the layer, tries, and says how it went.
fn attempt(arguments: &[String]) {
    let [name, layer, folder, parent, tcp, udp] = arguments else { panic!("{arguments:?}") };
    let layer = LAYERS.into_iter().find(|known| format!("{known:?}") == *layer).unwrap();
    let attempt = attempts().find(|attempt| attempt.name == name).unwrap();
    let scene = Scene {
        folder: PathBuf::from(folder),
        parent: parent.parse().unwrap(),
        tcp: tcp.parse().unwrap(),
        udp: udp.parse().unwrap(),
    };
    let gaps = confine(layer, &scene.folder);
    // Where only Landlock would prevent it, and it is not there or lacks something.
    if !gaps.is_empty() && attempt.prevented_by.contains(&Landlock) {
        let alone = attempt.prevented_by == [Landlock];
        if layer == Landlock || layer == All && alone {
            println!("skipped: {}", gaps.join(", "));
            return;
        }
    }
    match (attempt.act)(&scene) {
        Ok(()) => println!("worked"),
        Err(why) => println!("refused: {why}"),
    }
}

/// What of the sandbox this kernel does not have.
fn confine(layer: Layer, folder: &Path) -> Vec<String> {
    let listed =
        ["listed.txt", "rows.csv", "rows.ndjson", "rows.parquet"].map(|name| folder.join(name));
    let listed = [listed.to_vec(), goodhart_engine::system_files()].concat();
    if matches!(layer, Layer::Limits | All) {
        let memory = sandbox::address_space(256 << 20, 4);
        sandbox::limit(&Limits {
            memory: Some(memory),
            cpu: Some(Duration::from_secs(3)),
            descriptors: 64,
        })
        .unwrap();
    }
    let report = match layer {
        Nothing | Layer::Limits => return Vec::new(),
        Landlock => sandbox::only_files(&listed),
        Calls => sandbox::only_computing(),
        All => sandbox::isolate(&listed),
    };
    report.unwrap().gaps()
}

/// The parent: every attempt under every layer that has a say in it.
fn run(filter: Option<&String>) {
    let scene = tempfile::tempdir().unwrap();
    let folder = scene.path();
    std::fs::write(folder.join("listed.txt"), "listed").unwrap();
    std::fs::write(folder.join("unlisted.txt"), "unlisted").unwrap();
    duckdb::write_data(folder);
    let tcp = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let udp = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
    let _unix = std::os::unix::net::UnixListener::bind(folder.join("socket")).unwrap();
    let ports = [tcp.local_addr().unwrap().port(), udp.local_addr().unwrap().port()];

    let mut wrong = Vec::new();
    for attempt in attempts() {
        if filter.is_some_and(|filter| !attempt.name.contains(filter.as_str())) {
            continue;
        }
        for layer in LAYERS {
            let prevented = attempt.prevented_by.contains(&layer)
                || layer == All && !attempt.prevented_by.is_empty();
            // What a layer does besides what it is for is not promised.
            if !prevented && layer != Nothing && !attempt.prevented_by.is_empty() {
                continue;
            }
            let (worked, said) = child(attempt, layer, folder, ports);
            if said.starts_with("skipped") {
                println!("{} with {layer:?} {said}", attempt.name);
                if std::env::var_os("CI").is_some() {
                    wrong.push(format!("{} with {layer:?} {said}", attempt.name));
                }
                continue;
            }
            let verdict = if worked == prevented { "WRONG" } else { "ok" };
            let line = format!("{verdict}: {} with {layer:?}: {said}", attempt.name);
            println!("{line}");
            if worked == prevented {
                wrong.push(line);
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// Whether the attempt worked, and how it ended.
fn child(attempt: &Attempt, layer: Layer, folder: &Path, ports: [u16; 2]) -> (bool, String) {
    // What an attempt before it spoilt is made anew.
    std::fs::write(folder.join("victim.txt"), "victim").unwrap();
    for name in ["created.txt", "renamed.txt", "made", "linked.txt"] {
        let path = folder.join(name);
        let _ = std::fs::remove_file(&path).or_else(|_| std::fs::remove_dir(&path));
    }
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["attempt", attempt.name, &format!("{layer:?}")])
        .arg(folder)
        .arg(std::process::id().to_string())
        .args(ports.map(|port| port.to_string()))
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    if let Some(signal) = output.status.signal() {
        return (false, format!("killed by signal {signal}, {said}"));
    }
    let error = String::from_utf8_lossy(&output.stderr).trim().to_owned();
    assert!(output.status.success(), "{} with {layer:?}: {said} {error}", attempt.name);
    (said == "worked", said)
}
