//! The library with some of its layers off: what the program never is.
//!
//! It runs in a process of its own, which is this test binary again, because without limits a
//! bomb does explode. The rules over definitions are left out: they are advice to authors, and
//! what they refuse must be refused without them.

use std::path::Path;
use std::process::Command;

use goodhart::check;
use goodhart_core::cache::Cache;
use goodhart_core::diagnostic::{Diagnostics, Files, render};
use goodhart_core::plan::{self, Selection};
use goodhart_core::report;
use goodhart_core::sql::facts::Bound;
use goodhart_engine::bind::bind;
use goodhart_engine::evaluate::{self, Request, Silent};
use goodhart_engine::fixtures;
use goodhart_engine::{Parser, Protection, Purpose};

use crate::case::Case;
use crate::layers::{Guard, Layer};

/// What tells this test binary that it is a driver, and which guard is up.
const GUARD: &str = "ATTACK_GUARD";
/// The command line of the case.
const ARGUMENTS: &str = "ATTACK_ARGUMENTS";

/// A run of the case with a guard.
pub fn command(case: &Case, guard: Guard) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["driver::drive", "--exact", "--nocapture", "--test-threads=1"]);
    command.env(GUARD, guard.to_string()).env(ARGUMENTS, case.arguments.join(" "));
    command
}

/// The layers that the guard leaves on. A process of its own has SQL only where the layer needs
/// one: it is no layer by itself, and without it a crash is seen.
fn protection(guard: Guard) -> Protection {
    let on = |layer| matches!(guard, Guard::Alone(alone) if alone == layer);
    let apart = on(Layer::Limits) || on(Layer::Sandbox);
    Protection {
        gate: on(Layer::Gate),
        settings: on(Layer::Settings),
        worker: apart.then(|| env!("CARGO_BIN_EXE_goodhart").into()),
        limits: on(Layer::Limits),
        sandbox: on(Layer::Sandbox),
        required: false,
    }
}

/// Does nothing but in a process that [`command`] started.
#[test]
fn drive() {
    let (Ok(guard), Ok(arguments)) = (std::env::var(GUARD), std::env::var(ARGUMENTS)) else {
        return;
    };
    let guard = Guard::all().find(|one| one.to_string() == guard).unwrap();
    let protection = protection(guard);
    let root = std::env::current_dir().unwrap();
    let parser = Parser::new(protection.clone(), Purpose::Binding);
    let check::LoadedProject { files, catalog, mut diagnostics, .. } =
        match check::load(&root, &parser) {
            Ok(opened) => opened,
            Err(error) => return println!("{error}"),
        };
    let Some(catalog) = catalog.filter(|_| !diagnostics.has_errors()) else {
        return shown(&diagnostics, &files);
    };
    let bound = |diagnostics: &mut Diagnostics| -> Bound {
        match bind(&catalog, &files, &Cache::default(), &parser) {
            Ok((bound, found)) => {
                diagnostics.extend(found);
                bound
            }
            Err(error) => {
                println!("{error}");
                Bound::default()
            }
        }
    };
    match arguments.split_whitespace().next() {
        Some("eval") => evaluated(&root, &catalog, &files, protection, &mut diagnostics),
        Some("test") => {
            let bound = bound(&mut diagnostics);
            let request =
                fixtures::Request { targets: &[], coverage: false, protection: protection.clone() };
            match fixtures::run(&catalog, &files, &bound, &request) {
                Ok(report) => println!("{}", report::fixtures::text(&files, &report)),
                Err(error) => println!("{error}"),
            }
        }
        // What accepts results runs no SQL, and lineage is made of what was bound.
        Some("accept") => {}
        _ => println!("{:?}", bound(&mut diagnostics)),
    }
    shown(&diagnostics, &files);
}

fn evaluated(
    root: &Path,
    catalog: &goodhart_core::project::catalog::Catalog,
    files: &Files,
    protection: Protection,
    diagnostics: &mut Diagnostics,
) {
    let chosen = plan::select(catalog, &Selection::default()).unwrap();
    let plan = plan::build(catalog, &chosen);
    let request = Request {
        root,
        cache: Cache::default(),
        parser: None,
        environment: &|name| std::env::var(name).ok(),
        as_of: None,
        grain: None,
        from: None,
        to: None,
        threads: Some(1),
        protection,
        pseudonym_key: Err(goodhart_core::result::privacy::NoKey::Missing),
        progress: &Silent,
    };
    match evaluate::evaluate(catalog, &plan, files, &request) {
        Ok(evaluation) => {
            diagnostics.extend(evaluation.diagnostics);
            println!("{}", report::csv(&evaluation.results));
        }
        Err(error) => println!("{error}"),
    }
}

fn shown(diagnostics: &Diagnostics, files: &Files) {
    println!("{}", render(diagnostics, files, false));
}
