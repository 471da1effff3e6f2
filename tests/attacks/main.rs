//! Hostile definitions: every file of `tests/attacks/<theme>/` is a case.
//!
//! A case is laid over the small project in `attacks/base`. Outside of the project lie canary
//! files, somebody listens at a port, and the environment has a secret. Every case runs against the
//! program as it is. Everything is observed that must not happen (`stage.rs`), and the output must
//! contain what the case says of it: the code of the guard that stopped it, or the right result.
//!
//! No case hurts other software. Functions that goodhart refuses stand there with small arguments,
//! and the limits of time and memory are tested with ordinary queries that are too large for them.
//!
//! ```text
//! # What the attack is.
//! $ eval --format csv              the command line
//! says: error[sql-not-allowed]     what the output contains; one or more
//! === population                   SQL, up to the next such line, for `{{sql}}` in the files of
//!                                  attacks/positions/population
//! === metrics/attack.toml          a file
//! === data/more.csv link           a symbolic link, to what follows
//! === sources/deep.toml escapes    text with escapes: see `support/escapes.rs`
//! ```
//!
//! `{{outside}}`, `{{project}}` and `{{port}}` stand for the folder with the canaries, the
//! project's folder and the port.

mod case;
mod stage;
#[path = "../support/mod.rs"]
#[allow(dead_code, reason = "not all of it is needed here")]
mod support;

use std::sync::Mutex;

use case::{Case, cases};
use stage::observe;

/// What is wrong about a run of a case.
fn misses(case: &Case, show: bool) -> Vec<String> {
    let observed = observe(case);
    if show {
        println!("== {}: {:?}\n{}", case.name, observed.took, observed.output);
    }
    let unsaid = case.says.iter().filter(|says| !observed.output.contains(says.as_str()));
    let unsaid = unsaid.map(|says| format!("does not say `{says}`:\n{}", observed.output));
    let wrong = observed.harms.into_iter().chain(unsaid);
    wrong.map(|what| format!("{} {what}", case.name)).collect()
}

#[test]
fn every_attack_is_stopped() {
    // `ATTACK=reading/csv` runs only the cases whose name holds that, and shows what they print.
    let wanted = std::env::var("ATTACK").ok();
    let mut cases = cases();
    assert!(cases.len() >= 150, "only {} cases were found", cases.len());
    cases.retain(|case| wanted.as_ref().is_none_or(|wanted| case.name.contains(wanted.as_str())));
    let next = Mutex::new(cases.iter());
    let wrong = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                loop {
                    let Some(case) = next.lock().unwrap().next() else { return };
                    let misses = misses(case, wanted.is_some());
                    wrong.lock().unwrap().extend(misses);
                }
            });
        }
    });
    let wrong = wrong.into_inner().unwrap();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
