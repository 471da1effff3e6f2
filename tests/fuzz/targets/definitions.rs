//! Definition files → diagnostics, without SQL being bound.
//!
//! An input is a case of tests/bad_input: files behind lines of `=== path`, laid over its base.
#![no_main]

use std::sync::LazyLock;

use goodhart_core::rules;
use goodhart_fuzz::{TODAY, Texts, open, rendered, texts};
use libfuzzer_sys::fuzz_target;

static BASE: LazyLock<Texts> = LazyLock::new(|| texts("tests/bad_input/base"));

fuzz_target!(|input: &str| {
    let project = laid_over_base(input);
    assert_eq!(said(&project), said(&project), "the same input reads the same");
});

fn said(project: &Texts) -> String {
    let mut opened = open(project);
    if let Some(catalog) = &opened.catalog {
        let project = rules::Project { catalog, files: &opened.files, today: TODAY };
        opened.diagnostics.extend(rules::check(&project));
    }
    rendered(&opened.diagnostics, &opened.files)
}

fn laid_over_base(input: &str) -> Texts {
    let mut project = BASE.clone();
    let mut current = None;
    for line in input.split_inclusive('\n') {
        if let Some(path) = line.strip_prefix("=== ") {
            let path = path.split_whitespace().next().unwrap_or("");
            current = is_definition(path).then(|| path.to_owned());
            if let Some(path) = &current {
                project.insert(path.clone(), String::new());
            }
        } else if let Some(text) = current.as_ref().and_then(|path| project.get_mut(path)) {
            text.push_str(line);
        }
    }
    project
}

/// Other files of a case are data.
fn is_definition(path: &str) -> bool {
    let folder = path.starts_with("sources/") || path.starts_with("metrics/");
    path == "goodhart.toml" || (folder && path.ends_with(".toml"))
}
