//! Evaluating a project in a temporary folder through the library.

use std::path::Path;

use goodhart::catalog::{self, Definitions};
use goodhart::diagnostic::{Diagnostics, Files, render};
use goodhart::evaluate::{Evaluation, Request, Silent, evaluate};
use goodhart::plan::{self, Selection};
use goodhart::project;

/// Writes files, given as (path, text), below `root`.
pub fn write(root: &Path, files: &[(&str, &str)]) {
    for (name, text) in files {
        let path = root.join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
}

/// Evaluates everything with `threads` threads, remembering nothing. Panics on any diagnostic.
pub fn evaluate_all(root: &Path, threads: u32) -> Evaluation {
    let mut files = Files::default();
    let (listed, mut found) = project::list(root, &mut files).unwrap();
    let (definitions, more) = Definitions::read(&files, &listed);
    found.extend(more);
    let (catalog, more) = catalog::build(&files, definitions, env!("CARGO_PKG_VERSION"));
    found.extend(more);
    assert_clean(&files, found);
    let catalog = catalog.unwrap();
    let chosen = plan::select(&catalog, &Selection::default()).unwrap();
    let plan = plan::build(&catalog, &chosen);
    let request = Request {
        root,
        memory: None,
        environment: &|_| None,
        as_of: None,
        grain: None,
        from: None,
        to: None,
        threads: Some(threads),
        progress: &Silent,
    };
    let mut evaluation = evaluate(&catalog, &plan, &files, &request).unwrap();
    assert_clean(&files, std::mem::take(&mut evaluation.diagnostics));
    assert!(evaluation.skipped.is_empty(), "{:?}", evaluation.skipped);
    evaluation
}

fn assert_clean(files: &Files, found: Vec<goodhart::diagnostic::Diagnostic>) {
    let mut diagnostics = Diagnostics::default();
    diagnostics.extend(found);
    assert!(diagnostics.is_empty(), "{}", render(&diagnostics, files, false));
}
