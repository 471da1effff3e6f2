//! Evaluating a project in a temporary folder through the library.

pub mod escapes;

use std::path::Path;

use goodhart::check;
use goodhart_core::diagnostic::{Diagnostics, render};
use goodhart_core::plan::{self, Selection};
use goodhart_engine::evaluate::{self, Evaluation, Request};
use goodhart_engine::{Parser, Protection};

/// Writes files, given as (path, text), below `root`.
pub fn write(root: &Path, files: &[(&str, &str)]) {
    for (name, text) in files {
        let path = root.join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
}

/// Copies a folder with everything below it.
pub fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}

/// Evaluates everything with `threads` threads, remembering nothing. Panics on any diagnostic.
pub fn evaluate_all(root: &Path, threads: u32) -> Evaluation {
    let (evaluation, rendered) = evaluate(root, threads);
    assert!(rendered.is_empty(), "{rendered}");
    evaluation
}

/// Evaluates everything; also returns the rendered diagnostics. Panics on an error.
pub fn evaluate(root: &Path, threads: u32) -> (Evaluation, String) {
    let check::LoadedProject { files, catalog, mut diagnostics, .. } =
        check::load(root, &Parser::within()).unwrap();
    let rendered = |diagnostics: &Diagnostics| render(diagnostics, &files, false);
    assert!(!diagnostics.has_errors(), "{}", rendered(&diagnostics));
    let catalog = catalog.unwrap();
    let chosen = plan::select(&catalog, &Selection::default()).unwrap();
    let plan = plan::build(&catalog, &chosen);
    let request = Request { threads: Some(threads), ..Request::new(root, Protection::within()) };
    let mut evaluation = evaluate::evaluate(&catalog, &plan, &files, &request).unwrap();
    diagnostics.extend(std::mem::take(&mut evaluation.diagnostics));
    assert!(!diagnostics.has_errors(), "{}", rendered(&diagnostics));
    assert!(evaluation.skipped.is_empty(), "{:?}", evaluation.skipped);
    let rendered = rendered(&diagnostics);
    (evaluation, rendered)
}
