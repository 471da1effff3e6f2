//! Where results could be forged, they are not believed.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::SystemTime;

use git2::{IndexAddOption, Repository};
use goodhart_core::project::Kept;
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

/// The name and content of the largest entry: the results.
fn results(root: &Path) -> (String, Vec<u8>) {
    let entries = fs::read_dir(root.join(".goodhart/results")).unwrap().map(Result::unwrap);
    let largest = entries.max_by_key(|entry| entry.metadata().unwrap().len()).unwrap();
    let name = largest.file_name().into_string().unwrap();
    let content = memory(root).get(&name).unwrap();
    (name, content)
}

fn memory(root: &Path) -> Kept {
    let kept = Kept::new(root.join(".goodhart/results"), 1 << 20, SystemTime::UNIX_EPOCH);
    kept.of_program(Path::new(env!("CARGO_BIN_EXE_goodhart"))).unwrap()
}

#[test]
fn only_what_this_machine_remembers_is_believed() {
    let project = project();
    let root = project.path();
    let repository = Repository::init(root).unwrap();
    let (honest, _) = eval(root, &[]);
    let (name, _) = results(root);
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
    let (_, forged) = results(root);
    replace(
        root,
        "data/events.csv",
        "\n101,red,Mara,2026-04-02T00:00:00Z,2026-04-02T00:10:00Z,1\n1,",
        "\n1,",
    );
    eval(root, &[]);
    memory(root).put(&name, &forged);

    // Who can write here can write the memory, and whatever else: it is believed.
    assert_eq!(eval(root, &[]).0, other);
    assert_eq!(eval(root, &["--check"]).0, honest);
    // What is computed anew is remembered anew.
    assert_eq!(eval(root, &["--fresh"]).0, honest);
    assert_eq!(eval(root, &[]).0, honest);

    memory(root).put(&name, &forged);
    let mut index = repository.index().unwrap();
    index.add_all([".goodhart"], IndexAddOption::FORCE, None).unwrap();
    index.write().unwrap();
    let (values, said) = eval(root, &[]);
    assert_eq!(values, honest);
    assert!(said.contains(".goodhart is in git, so nothing in it is believed"), "{said}");
    assert_eq!(eval(root, &["--fresh"]).0, honest);
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
    let parsed = Kept::new(root.join(".goodhart/parsed"), 1 << 20, SystemTime::UNIX_EPOCH);
    let parsed = parsed.of_program(Path::new(env!("CARGO_BIN_EXE_goodhart"))).unwrap();
    let key = Kept::key(["parsed SQL"]);
    let mut trees: Vec<(Form, String, ParsedSql)> =
        postcard::from_bytes(&parsed.get(&key).unwrap()).unwrap();
    // The tree of an honest query under the text of another one.
    let tree = trees.iter().find(|(_, text, _)| text.contains("where true")).unwrap().2.clone();
    assert!(tree.calls.is_empty());
    trees.push((Form::Query, REFUSED.to_owned(), tree));
    parsed.put(&key, &postcard::to_stdvec(&trees).unwrap());

    replace(root, "metrics/volume.toml", &format!("{honest} where true"), REFUSED);
    let (values, said) = eval(root, &[]);
    assert!(said.contains("sql-not-allowed"), "{said}");
    assert!(!values.contains("volume,"), "{values}");
}
