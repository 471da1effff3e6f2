//! Where results could be forged, they are not believed.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use git2::{IndexAddOption, Repository};
use goodhart_core::sql::{Form, ParsedSql};

use super::{KEY, project, replace};

/// What `goodhart eval volume` prints.
fn eval(root: &Path, more: &[&str]) -> (String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_goodhart"))
        .args(["eval", "volume", "--format", "csv", "--project"])
        .arg(root)
        .args(more)
        .env("GOODHART_PSEUDONYM_KEY", KEY)
        .output()
        .unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (text(output.stdout), text(output.stderr))
}

/// The file of the largest entry of a kind.
fn largest_entry(root: &Path, kind: &str) -> PathBuf {
    let entries = fs::read_dir(root.join(".goodhart/cache")).unwrap().map(Result::unwrap);
    let of_kind = entries.filter(|entry| entry.file_name().to_string_lossy().starts_with(kind));
    of_kind.max_by_key(|entry| entry.metadata().unwrap().len()).unwrap().path()
}

/// Stores content under the name of an entry, with the checksum that belongs to it.
fn forge(entry: &Path, content: &[u8]) {
    let name = entry.file_name().unwrap().to_str().unwrap();
    let mut hasher = blake3::Hasher::new();
    hasher.update(name.as_bytes());
    hasher.update(content);
    fs::write(entry, [hasher.finalize().as_bytes(), content].concat()).unwrap();
}

fn content(entry: &Path) -> Vec<u8> {
    fs::read(entry).unwrap()[blake3::OUT_LEN..].to_vec()
}

#[test]
fn a_cache_that_is_in_git_is_not_read() {
    let project = project();
    let root = project.path();
    let repository = Repository::init(root).unwrap();
    let (honest, _) = eval(root, &[]);
    let entry = largest_entry(root, "results");
    // The results of other data under the key of these.
    fs::remove_dir_all(root.join(".goodhart")).unwrap();
    replace(
        root,
        "data/events.csv",
        "\n1,",
        "\n101,red,Mara,2026-04-02T00:00:00Z,2026-04-02T00:10:00Z,1\n1,",
    );
    let (other, _) = eval(root, &[]);
    assert_ne!(honest, other);
    let forged = content(&largest_entry(root, "results"));
    replace(
        root,
        "data/events.csv",
        "\n101,red,Mara,2026-04-02T00:00:00Z,2026-04-02T00:10:00Z,1\n1,",
        "\n1,",
    );
    eval(root, &[]);
    forge(&entry, &forged);

    // Who can write here can write whatever else: the cache is believed.
    assert_eq!(eval(root, &[]).0, other);
    assert_eq!(eval(root, &["--check"]).0, honest);
    // What is computed anew replaces what was cached.
    assert_eq!(eval(root, &["--no-cache"]).0, honest);
    assert_eq!(eval(root, &[]).0, honest);

    forge(&entry, &forged);
    let mut index = repository.index().unwrap();
    index.add_all([".goodhart"], IndexAddOption::FORCE, None).unwrap();
    index.write().unwrap();
    let (values, said) = eval(root, &[]);
    assert_eq!(values, honest);
    assert!(said.contains(".goodhart is in git, so nothing in it is believed"), "{said}");
    assert_eq!(eval(root, &["--no-cache"]).0, honest);
}

/// SQL that the allow-list refuses.
const REFUSED: &str = "select id, team, happened, version() as amount from events";

#[test]
fn a_forged_parse_tree_lets_nothing_run() {
    let project = project();
    let root = project.path();
    let honest = "select id, team, happened, amount from events";
    replace(root, "metrics/volume.toml", honest, &format!("{honest} where true"));
    eval(root, &[]);
    let entry = largest_entry(root, "parsed");
    let mut trees: Vec<(Form, String, ParsedSql)> = postcard::from_bytes(&content(&entry)).unwrap();
    // The tree of an honest query under the text of another one.
    let tree = trees.iter().find(|(_, text, _)| text.contains("where true")).unwrap().2.clone();
    assert!(tree.calls.is_empty());
    trees.push((Form::Query, REFUSED.to_owned(), tree));
    forge(&entry, &postcard::to_stdvec(&trees).unwrap());

    replace(root, "metrics/volume.toml", &format!("{honest} where true"), REFUSED);
    let (values, said) = eval(root, &[]);
    assert!(said.contains("sql-not-allowed"), "{said}");
    assert!(!values.contains("volume,"), "{values}");
}
