//! Hostile definitions: every file of `tests/attacks/<theme>/` is a case.
//!
//! A case is laid over the small project in `attacks/base`. Outside of the project lie canary
//! files, somebody listens at a port, and the environment has a secret. Every case runs against
//! the program as it is, against each layer of its protection alone, and against none; every time
//! everything is observed that must not happen, see `harm.rs`. Which layer stops what is the
//! snapshot `attacks/layers.snap`.
//!
//! ```text
//! # What the attack is.
//! must not: read the canary        what it is about, see `harm.rs`
//! $ eval --format csv              the command line
//! only: gate because ...           where no second layer can stop it
//! never: ...                       where it does not work without any layer either
//! without data/alerts.csv          a file of the base project that is not there
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
mod driver;
mod harm;
mod layers;
mod stage;
#[path = "../support/mod.rs"]
#[allow(dead_code, reason = "not all of it is needed here")]
mod support;
mod watch;

use std::collections::BTreeMap;
use std::process::Command;
use std::sync::Mutex;
use std::time::Duration;

use case::{Case, cases};
use goodhart_engine::sandbox::address_space;
use layers::{Guard, Layer};
use stage::{Observed, Stage};
use watch::Most;

/// One run of a case.
fn run(case: &Case, guard: Guard, most: Most) -> Observed {
    let mut command = match guard {
        Guard::Whole => {
            let mut command = Command::new(env!("CARGO_BIN_EXE_goodhart"));
            command.args(["--color", "never"]).args(&case.arguments);
            command
        }
        guard => driver::command(case, guard),
    };
    Stage::new().run(case, &mut command, most)
}

/// What a run may take where it is about that. The limits of such a case are a second and 256 MB,
/// which are somewhat more for the address space of the worker: what is beyond these had no limit.
/// Processor time, because other tests run beside, and because a machine that is busy takes more of
/// it for the same, as much more as without an attack; what only waits takes none, so that there is
/// an end to waiting too.
fn most() -> Most {
    let generous = Duration::from_secs(60);
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let space = address_space(256 << 20, u32::try_from(threads).unwrap());
    let most = Most { wall: generous, cpu: generous, memory: space + (100 << 20) };
    let quiet = run(&Case::none(), Guard::Whole, most);
    assert!(quiet.harms.is_empty(), "without an attack: {:?}\n{}", quiet.harms, quiet.output);
    assert!(quiet.output.contains("innocent,"), "{}", quiet.output);
    let (wall, cpu) = (quiet.ended.wall, quiet.ended.cpu);
    println!("without an attack: {wall:?}, {cpu:?} of a processor");
    Most {
        wall: Duration::from_secs(4) + 3 * wall,
        cpu: RUN_TIME * u32::try_from(threads).unwrap() + 3 * cpu,
        ..most
    }
}

/// `run_time` of the cases that are about limits.
const RUN_TIME: Duration = Duration::from_secs(3);

/// What came of every run, by case and guard.
fn run_all(cases: &[Case], guards: &[Guard]) -> BTreeMap<usize, BTreeMap<Guard, Observed>> {
    let most = most();
    let runs = (0..cases.len()).flat_map(|case| guards.iter().map(move |guard| (case, *guard)));
    let next = Mutex::new(runs.collect::<Vec<_>>().into_iter());
    let done: Mutex<BTreeMap<usize, BTreeMap<Guard, Observed>>> = Mutex::default();
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                loop {
                    let Some((index, guard)) = next.lock().unwrap().next() else { return };
                    // The program is judged by what it takes, and not by what runs beside it.
                    let patience = if guard == Guard::Whole { 6 } else { 1 };
                    let most = Most { wall: most.wall * patience, ..most };
                    let observed = run(&cases[index], guard, most);
                    done.lock().unwrap().entry(index).or_default().insert(guard, observed);
                }
            });
        }
    });
    done.into_inner().unwrap()
}

/// What is wrong with a case whose layers were looked at one by one.
fn misjudged(case: &Case, runs: &BTreeMap<Guard, Observed>) -> Vec<String> {
    let stopped = |guard: Guard| runs.get(&guard).is_some_and(|run| run.harms.is_empty());
    let mut wrong = Vec::new();
    let Some(bare) = runs.get(&Guard::None) else { return wrong };
    if case.is_measured() {
        return wrong;
    }
    match (&case.never, bare.harms.is_empty()) {
        (None, true) => {
            wrong.push("does nothing even without any layer, and lacks `never:`".into())
        }
        (Some(_), false) => wrong.push("works without any layer, and says `never:`".to_owned()),
        (Some(_), true) => return wrong,
        (None, false) if !case.must_not.iter().any(|harm| bare.harms.contains_key(harm)) => {
            wrong.push(format!("does something else without any layer: {:?}", bare.harms));
        }
        (None, false) => {}
    }
    let layers: Vec<Layer> =
        Layer::ALL.into_iter().filter(|layer| stopped(Guard::Alone(*layer))).collect();
    match (layers.as_slice(), case.only) {
        ([], _) => wrong.push("is stopped by no layer alone".to_owned()),
        ([one], None) => wrong.push(format!("is stopped by {one} only, and lacks `only:`")),
        ([one], Some(only)) if *one == only => {}
        (_, None) => {}
        (_, Some(only)) => wrong.push(format!("is not stopped by {only} only: {layers:?}")),
    }
    wrong
}

/// A row for each case, a column for each guard.
fn table(cases: &[Case], runs: &BTreeMap<usize, BTreeMap<Guard, Observed>>) -> String {
    let guards: Vec<String> = Guard::all().map(|guard| guard.to_string()).collect();
    let mut table = format!("| attack | must not | {} |\n", guards.join(" | "));
    table.push_str(&format!("|{}\n", " --- |".repeat(guards.len() + 2)));
    for (index, runs) in runs {
        let case = &cases[*index];
        let harms: Vec<String> = case.must_not.iter().map(ToString::to_string).collect();
        let cell = |guard: Guard| match runs.get(&guard) {
            // Whether a second is enough without a layer is a matter of the machine.
            _ if case.is_measured() && !matches!(guard, Guard::Whole) => "·",
            Some(observed) if observed.harms.is_empty() => "stopped",
            _ => "—",
        };
        let cells: Vec<&str> = Guard::all().map(cell).collect();
        let (name, harms) = (&case.name, harms.join(", "));
        table.push_str(&format!("| {name} | {harms} | {} |\n", cells.join(" | ")));
    }
    // Those that work without any layer: what each stops of them.
    let stopped = |guard| {
        move |runs: &&BTreeMap<Guard, Observed>| {
            runs.get(&guard).is_some_and(|run| run.harms.is_empty())
        }
    };
    let steady = runs.iter().filter(|(index, _)| !cases[**index].is_measured());
    let steady: Vec<_> = steady.map(|(_, runs)| runs).collect();
    let working: Vec<_> =
        steady.iter().copied().filter(|runs| !stopped(Guard::None)(runs)).collect();
    let (measured, works) = (runs.len() - steady.len(), working.len());
    table.push_str(&format!(
        "\n{} attacks. Of {measured} it depends on the machine what a layer alone stops (·). Of the \
         others, {works} work without any layer.\n",
        runs.len()
    ));
    for guard in Guard::all().filter(|guard| *guard != Guard::None) {
        let count = working.iter().copied().filter(stopped(guard)).count();
        table.push_str(&format!("Of these, {guard} stops {count}.\n"));
    }
    table
}

#[test]
fn every_attack_is_stopped() {
    // `ATTACK=reading/csv` runs only the cases whose name holds that, and shows what they print.
    let wanted = std::env::var("ATTACK").ok();
    let mut cases = cases();
    assert!(cases.len() >= 200, "only {} cases were found", cases.len());
    cases.retain(|case| wanted.as_ref().is_none_or(|wanted| case.name.contains(wanted.as_str())));
    let guards: Vec<Guard> = Guard::all().collect();
    let runs = run_all(&cases, &guards);
    let mut wrong = Vec::new();
    for (index, runs) in &runs {
        let case = &cases[*index];
        for (guard, observed) in runs {
            if wanted.is_some() {
                let (ended, name) = (&observed.ended, &case.name);
                println!("== {name} with {guard}: {:?}, {} MB", ended.wall, ended.peak >> 20);
                println!("{:?}\n{}", observed.harms, observed.output);
            }
            if *guard == Guard::Whole {
                let seen = observed.harms.iter();
                wrong.extend(seen.map(|(harm, seen)| format!("{} does {harm}: {seen}", case.name)));
            }
        }
        wrong.extend(misjudged(case, runs).iter().map(|what| format!("{} {what}", case.name)));
    }
    let table = table(&cases, &runs);
    assert!(wrong.is_empty(), "{}\n{table}", wrong.join("\n"));
    if wanted.is_none() {
        let mut settings = insta::Settings::clone_current();
        settings.set_snapshot_path(".");
        settings.set_prepend_module_to_snapshot(false);
        settings.bind(|| insta::assert_snapshot!("layers", table));
    }
}
