//! The inputs that the fuzz targets in tests/fuzz begin with.
//!
//! They are made of the shipped project and of the cases in tests/bad_input, and are committed, so
//! that everybody begins with the same. To make them anew:
//! `cargo test --release --test all fuzz_seeds -- --ignored`. Inputs that are called `found_…` once
//! made a target fail; they stay. The `definitions` target also begins with the cases themselves.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use toml::de::{DeTable, DeValue};

/// A repository is no place for a corpus of millions.
const LARGEST: u64 = 300_000;

const FORMULAS: &[&str] = &[
    "1 - estate_coverage",
    "(a + 2 * b) / max(c, 1)",
    "min(abs(-a), --b, 0.5) - 79228162514264337593543950335",
    "max(1,) + (2",
    "a b ) , 1..2 é",
];

const STRINGS: &[&str] = &[
    "\"select \\\"a\\\", \\u00e9, '\\U0001F600', \\x41\\t\\e\"",
    "'''\nselect é,\r\n wait'''",
    "\"\"\"\r\nselect \\\n      wait, \\\r\n\n x from \\\"t\\\" where '\"\"'\"\"\"\"",
    "'select ''' # no more",
];

const CALENDARS: &[&str] = &[
    "Europe/Berlin\n1 08:00-18:00\n2 08:00-12:00\n2 13:00-24:00\n2026-12-25\n0 1782864000000000",
    "America/New_York\n7 00:00-24:00\n-62135596800000000 253402300799000000\n",
    "Asia/Kathmandu\n3 22:00-06:00\n2026-02-30\n4 08:00-08:00",
    "Pacific/Apia\n5 00:00-00:01\n2011-12-30\n1325116800000000 1325376000000000",
];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Files below a folder whose names end so, by their stems.
fn texts(folder: &str, extension: &str) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    let mut folders = vec![root().join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|found| found == extension) {
                let stem = path.file_stem().unwrap().to_str().unwrap().to_owned();
                found.insert(stem, fs::read_to_string(&path).unwrap());
            }
        }
    }
    found
}

/// The pieces of SQL of a definition, as an input of `bind` and as raw TOML strings.
fn sql(definition: &str) -> Option<(String, Vec<String>)> {
    let table = DeTable::parse(definition).ok()?;
    let text = |table: &DeTable<'_>, key: &str| {
        let value = table.get(key)?;
        Some((value.get_ref().as_str()?.to_owned(), definition[value.span()].to_owned()))
    };
    let inner = |key: &str| match table.get_ref().get(key)?.get_ref() {
        DeValue::Table(table) => Some(table.clone()),
        _ => None,
    };
    if let Some((derived, raw)) = text(table.get_ref(), "sql") {
        return Some((derived, vec![raw]));
    }
    let (population, raw) = text(&inner("population")?, "sql")?;
    let measure = inner("measure").unwrap_or_default();
    let of = ["of", "where", "numerator"].into_iter().find_map(|key| text(&measure, key));
    let (of, raws) = of.map_or(("1".to_owned(), vec![raw.clone()]), |(of, raw_of)| {
        (of, vec![raw.clone(), raw_of])
    });
    Some((format!("from alerts\n---\n{population}\n---\n{of}"), raws))
}

/// Target and name of a seed → what is in it.
fn seeds() -> BTreeMap<(&'static str, String), String> {
    let mut seeds = BTreeMap::new();
    let metrics = texts("metrics", "toml");
    let sources = texts("sources", "toml");
    let mut kinds = BTreeMap::new();
    for (folder, files) in [("metrics", &metrics), ("sources", &sources)] {
        for (name, text) in files {
            let kind = text.lines().find(|l| l.starts_with("kind =") || l.starts_with("format ="));
            kinds.entry((folder, kind)).or_insert((name, text));
            let Some((bound, raws)) = sql(text) else { continue };
            seeds.insert(("bind", name.clone()), bound);
            // As many as there are ways to write a string.
            for raw in raws.into_iter().filter(|raw| raw.len() < 200) {
                seeds.insert(("locate", name.clone()), raw);
            }
        }
    }
    for ((folder, _), (name, text)) in kinds {
        let case = format!("=== {folder}/{name}.toml\n{text}");
        seeds.insert(("definitions", name.clone()), case);
    }
    for (name, case) in texts("tests/bad_input", "txt") {
        for (index, file) in case.split("\n=== ").skip(1).enumerate() {
            let definition = file.split_once('\n').map_or("", |(_, text)| text);
            if let Some((bound, _)) = sql(definition) {
                seeds.insert(("bind", format!("case_{name}_{index}")), bound);
            }
        }
    }
    let listed = [("formula", FORMULAS), ("locate", STRINGS), ("calendar", CALENDARS)];
    for (target, inputs) in listed {
        for (index, input) in inputs.iter().enumerate() {
            seeds.insert((target, format!("by_hand_{index}")), (*input).to_owned());
        }
    }
    let inputs = fs::read_to_string(root().join("snapshots/inputs.toml")).unwrap();
    seeds.insert(("snapshots", "inputs".to_owned()), inputs);
    let snapshot = fs::read_to_string(root().join("snapshots/incident_count.toml")).unwrap();
    // The total alone: the other groups are of the same form.
    let total = snapshot.split("\n[[series]]").take(2).collect::<Vec<_>>().join("\n[[series]]");
    seeds.insert(("snapshots", "snapshot".to_owned()), total);
    let project = fs::read_to_string(root().join("goodhart.toml")).unwrap();
    seeds.insert(("definitions", "project".to_owned()), format!("=== goodhart.toml\n{project}"));
    seeds
}

fn corpus() -> PathBuf {
    root().join("tests/fuzz/corpus")
}

#[test]
fn every_target_has_seeds_and_all_of_them_are_small() {
    let manifest = fs::read_to_string(root().join("tests/fuzz/Cargo.toml")).unwrap();
    let manifest: toml::Table = manifest.parse().unwrap();
    let mut size = 0;
    for target in manifest["bin"].as_array().unwrap() {
        let folder = corpus().join(target["name"].as_str().unwrap());
        let files: Vec<PathBuf> =
            fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
        assert!(!files.is_empty(), "{}", folder.display());
        size += files.iter().map(|file| file.metadata().unwrap().len()).sum::<u64>();
    }
    assert!(size < LARGEST, "{size} bytes");
}

#[test]
#[ignore = "writes tests/fuzz/corpus"]
fn write_the_seeds() {
    for entry in fs::read_dir(corpus()).into_iter().flatten() {
        for file in fs::read_dir(entry.unwrap().path()).unwrap() {
            let file = file.unwrap().path();
            if !file.file_name().unwrap().to_str().unwrap().starts_with("found_") {
                fs::remove_file(file).unwrap();
            }
        }
    }
    for ((target, name), text) in seeds() {
        let folder = corpus().join(target);
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join(name), text).unwrap();
    }
}
