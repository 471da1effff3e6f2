//! Results come from the cache where nothing changed that they depend on, and are the same with it
//! and without, whatever changed and whatever happened to it.

mod folder;
mod forged;
mod same;

use std::cell::RefCell;
use std::fs;
use std::path::Path;
use std::time::SystemTime;

use crate::support;
use goodhart::check;
use goodhart_core::cache::Cache;
use goodhart_core::plan::{self, Selection};
use goodhart_core::result::privacy;
use goodhart_engine::evaluate::{Evaluation, Progress, Request, evaluate};
use goodhart_engine::{Parser, Protection};
use tempfile::TempDir;

const KEY: &str = "b1946ac92492d2347c6235b4d2611184";

/// A project with every way in which a result depends on something, and with something to say.
fn project() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    support::copy(
        &Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cache/project"),
        folder.path(),
    );
    folder
}

fn cache(root: &Path) -> Cache {
    let program = std::env::current_exe().unwrap();
    Cache::new(root.join("cache"), 1 << 20, &program, SystemTime::UNIX_EPOCH)
}

/// Notes the steps, and tells another.
struct Steps<'a> {
    noted: RefCell<Vec<String>>,
    told: &'a dyn Progress,
}

impl Progress for Steps<'_> {
    fn step(&self, what: &str, done: usize, total: usize) {
        self.noted.borrow_mut().push(what.to_owned());
        self.told.step(what, done, total);
    }
}

/// What an evaluation of the chosen metrics says, all of it, and the steps that it took.
fn said<'a>(
    root: &'a Path,
    chosen: &[&str],
    ask: impl FnOnce(&mut Request<'a>),
) -> (String, Vec<String>) {
    let opened = check::load(root, &Parser::within()).unwrap();
    let catalog = opened.catalog.unwrap();
    let metrics = chosen.iter().map(|name| (*name).to_owned()).collect();
    let selection = Selection { metrics, ..Selection::default() };
    let plan = plan::build(&catalog, &plan::select(&catalog, &selection).unwrap());
    let mut asked = Request::new(root, Protection::within());
    asked.pseudonym_key = privacy::Key::of(KEY);
    ask(&mut asked);
    let steps = Steps { noted: RefCell::default(), told: asked.progress };
    let request = Request { progress: &steps, ..asked };
    let evaluation = evaluate(&catalog, &plan, &opened.files, &request).unwrap();
    // Where no SQL runs, nothing around it is missing.
    let Evaluation { results, inputs, diagnostics, skipped, missing: _ } = evaluation;
    let said = format!("{results:#?}\n{inputs:#?}\n{diagnostics:#?}\n{skipped:#?}");
    (said, steps.noted.take())
}

fn replace(root: &Path, name: &str, from: &str, to: &str) {
    let text = fs::read_to_string(root.join(name)).unwrap();
    assert!(text.contains(from), "{name} has no {from}");
    fs::write(root.join(name), text.replacen(from, to, 1)).unwrap();
}
