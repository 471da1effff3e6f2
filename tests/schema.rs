//! docs/schemas holds what the types say, and the schema of a file accepts what reading accepts.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use goodhart_core::diagnostic::{Diagnostic, Files};
use goodhart_core::project::definition::metric::MetricFile;
use goodhart_core::project::definition::project::ProjectFile;
use goodhart_core::project::definition::read::Reader;
use goodhart_core::project::definition::schema::FileKind;
use goodhart_core::project::definition::source::SourceFile;
use jsonschema::Validator;
use serde_json::Value;

/// Where a schema and reading differ: case of `bad_input`, file, why.
const DIFFERENCES: &[(&str, &str, &str)] = &[
    (
        "project/lints",
        "goodhart.toml",
        "which codes and levels there are is the catalog's question",
    ),
    ("project/calendars", "goodhart.toml", "what is no day is said with the rest of a calendar"),
    ("rules/days_that_are_times", "metrics/taken.toml", "and with the bounds of a metric"),
    ("project/newest_without_column", "goodhart.toml", "a schema sees any text as a column"),
    ("tests/time_of_day", "metrics/m.toml", "a schema sees any text as a value"),
];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

struct Schemas(Vec<(FileKind, Validator)>);

impl Schemas {
    fn new() -> Self {
        let compile = |kind: FileKind| {
            let schema: Value = serde_json::from_str(&kind.schema()).unwrap();
            jsonschema::draft7::meta::validate(&schema).unwrap();
            jsonschema::draft7::options().should_validate_formats(true).build(&schema).unwrap()
        };
        Self(FileKind::ALL.map(|kind| (kind, compile(kind))).into())
    }

    /// What the schema refuses in a file that is TOML.
    fn refuses(&self, kind: FileKind, text: &str) -> Vec<String> {
        let table: toml::Table = toml::from_str(text).unwrap();
        let value = json(toml::Value::Table(table));
        let (_, validator) = self.0.iter().find(|(of, _)| *of == kind).unwrap();
        validator.iter_errors(&value).map(|e| format!("{}: {e}", e.instance_path())).collect()
    }
}

/// As Taplo does it: dates become strings.
fn json(value: toml::Value) -> Value {
    match value {
        toml::Value::String(text) => text.into(),
        toml::Value::Integer(number) => number.into(),
        toml::Value::Float(number) => number.into(),
        toml::Value::Boolean(truth) => truth.into(),
        toml::Value::Datetime(datetime) => datetime.to_string().into(),
        toml::Value::Array(array) => array.into_iter().map(json).collect(),
        toml::Value::Table(table) => {
            Value::Object(table.into_iter().map(|(key, value)| (key, json(value))).collect())
        }
    }
}

/// What reading reports about a file.
fn problems(kind: FileKind, text: &str) -> Vec<Diagnostic> {
    let mut files = Files::default();
    let file = files.add("file.toml", text);
    match kind {
        FileKind::Project => Reader::read::<ProjectFile>(&files, file).1,
        FileKind::Source => Reader::read::<SourceFile>(&files, file).1,
        FileKind::Metric => Reader::read::<MetricFile>(&files, file).1,
    }
}

/// The kind of a file, by its path below a project.
fn kind_of(path: &str) -> Option<FileKind> {
    match path {
        "goodhart.toml" => Some(FileKind::Project),
        _ if !path.ends_with(".toml") => None,
        _ if path.starts_with("sources/") => Some(FileKind::Source),
        _ if path.starts_with("metrics/") => Some(FileKind::Metric),
        _ => None,
    }
}

fn files_below(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files_below(&path, found);
        } else {
            found.push(path);
        }
    }
    found.sort();
}

/// The definitions of a project: path below it, kind, text.
fn definitions(project: &Path) -> Vec<(String, FileKind, String)> {
    let mut found = vec![project.join("goodhart.toml")];
    for folder in ["sources", "metrics"] {
        files_below(&project.join(folder), &mut found);
    }
    let mut definitions = Vec::new();
    for path in found {
        let name = path.strip_prefix(project).unwrap().to_str().unwrap().replace('\\', "/");
        if let Some(kind) = kind_of(&name) {
            definitions.push((name, kind, fs::read_to_string(&path).unwrap()));
        }
    }
    definitions
}

/// All schemas, by name.
fn published() -> Vec<(&'static str, String)> {
    let mut all: Vec<_> = FileKind::ALL.map(|kind| (kind.name(), kind.schema())).into();
    all.push(("diff", goodhart_core::report::diff::schema()));
    all
}

#[test]
fn the_published_schemas_are_current() {
    for (name, schema) in published() {
        let path = root().join(format!("docs/schemas/{name}.schema.json"));
        if std::env::var_os("GOODHART_UPDATE_DOCS").is_some() {
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(&path, &schema).unwrap();
        }
        assert!(
            fs::read_to_string(&path).unwrap_or_default() == schema,
            "{} is out of date: run `GOODHART_UPDATE_DOCS=1 cargo test --release --test all schema`",
            path.display()
        );
    }
}

#[test]
fn the_verb_writes_the_schemas_and_prints_the_rules_that_use_them() {
    let folder = tempfile::tempdir().unwrap();
    let run = |arguments: &[&str]| {
        let output = std::process::Command::new(env!("CARGO_BIN_EXE_goodhart"))
            .args(arguments)
            .current_dir(folder.path())
            .output()
            .unwrap();
        assert!(output.status.success(), "{arguments:?}");
        String::from_utf8(output.stdout).unwrap()
    };
    let rules: toml::Table = run(&["schema", "--out", ".schemas"]).parse().unwrap();
    for (kind, rule) in FileKind::ALL.iter().zip(rules["rule"].as_array().unwrap()) {
        assert_eq!(rule["include"][0].as_str(), Some(kind.files()));
        let path = folder.path().join(rule["schema"]["path"].as_str().unwrap());
        assert_eq!(fs::read_to_string(path).unwrap(), kind.schema());
        assert_eq!(run(&["schema", kind.name()]), kind.schema());
    }
    let diff = goodhart_core::report::diff::schema();
    assert_eq!(fs::read_to_string(folder.path().join(".schemas/diff.schema.json")).unwrap(), diff);
    assert_eq!(run(&["schema", "diff"]), diff);
    let listed = run(&["schema"]);
    assert!(FileKind::ALL.iter().all(|kind| listed.contains(kind.files())), "{listed}");
}

#[test]
fn what_is_shipped_is_accepted() {
    let schemas = Schemas::new();
    let initial = tempfile::tempdir().unwrap();
    let ran = std::process::Command::new(env!("CARGO_BIN_EXE_goodhart"))
        .arg("init")
        .arg(initial.path())
        .output()
        .unwrap();
    assert!(ran.status.success());
    let mut count = 0;
    for project in [
        root().to_owned(),
        root().join("tests/acceptance/project"),
        root().join("tests/bad_input/base"),
        initial.path().to_owned(),
    ] {
        for (name, kind, text) in definitions(&project) {
            let refused = schemas.refuses(kind, &text);
            assert!(refused.is_empty(), "{}: {refused:#?}", project.join(name).display());
            count += 1;
        }
    }
    assert!(count > 90, "{count}");
}

/// Every definition of every case of `bad_input` that is TOML is accepted by its schema where
/// reading reports nothing, and refused where reading reports something.
#[test]
fn a_schema_refuses_what_reading_refuses() {
    let schemas = Schemas::new();
    let cases = root().join("tests/bad_input");
    let mut paths = Vec::new();
    files_below(&cases, &mut paths);
    let mut unexpected = Vec::new();
    let mut refused_by_both = BTreeSet::new();
    let mut differences = Vec::new();
    for path in paths.iter().filter(|path| path.extension().is_some_and(|e| e == "txt")) {
        let case = path.strip_prefix(&cases).unwrap().with_extension("");
        let case = case.to_str().unwrap().replace('\\', "/");
        for section in fs::read_to_string(path).unwrap().split("\n=== ").skip(1) {
            let (name, text) = section.split_once('\n').unwrap_or((section, ""));
            // A name with markers is a file of other bytes: an encoding, not a shape.
            let Some(kind) = kind_of(name) else { continue };
            if toml::from_str::<toml::Table>(text).is_err() {
                continue;
            }
            let problems = problems(kind, text);
            let refused = schemas.refuses(kind, text);
            let codes: Vec<&str> = problems.iter().map(|problem| problem.code.name).collect();
            if problems.is_empty() != refused.is_empty() {
                differences.push((case.clone(), name.to_owned()));
                if !DIFFERENCES.iter().any(|(c, n, _)| *c == case && *n == name) {
                    unexpected
                        .push(format!("{case} {name}: reading {codes:?}, schema {refused:?}"));
                }
            } else {
                refused_by_both.extend(codes);
            }
        }
    }
    assert!(unexpected.is_empty(), "{unexpected:#?}");
    for (case, name, _) in DIFFERENCES {
        let differs = differences.iter().any(|(c, n)| c == case && n == name);
        assert!(differs, "{case} {name} no longer differs");
    }
    let all = ["invalid-value", "missing-key", "unknown-key", "wrong-type"];
    assert!(all.iter().all(|code| refused_by_both.contains(code)), "{refused_by_both:?}");
}

/// An editor shows the words of a key: every key has some.
#[test]
fn every_key_is_described() {
    fn visit(place: &str, schema: &Value, silent: &mut Vec<String>) {
        match schema {
            Value::Object(object) => {
                for (name, inner) in object {
                    if name == "properties" {
                        for (key, property) in inner.as_object().unwrap() {
                            if property.get("description").is_none()
                                && property.get("const").is_none()
                            {
                                silent.push(format!("{place}.{key}"));
                            }
                            visit(&format!("{place}.{key}"), property, silent);
                        }
                    } else {
                        visit(place, inner, silent);
                    }
                }
            }
            Value::Array(array) => array.iter().for_each(|inner| visit(place, inner, silent)),
            _ => {}
        }
    }
    for (name, schema) in published() {
        let mut silent = Vec::new();
        visit(name, &serde_json::from_str(&schema).unwrap(), &mut silent);
        assert!(silent.is_empty(), "{silent:?}");
    }
}
