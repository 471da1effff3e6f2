//! How fast `goodhart check` is, beside DuckDB binding the same statements, in one run: `cargo
//! bench --bench check`. What the numbers mean is in docs/benchmarks.md.
//!
//! `-- --metrics 1000 --repetitions 1` is a quick try. The program starts itself as a child for
//! what is not the `goodhart` program; those are its other, hidden verbs.

mod dice;
mod metrics;
mod plain;
mod populations;
mod project;
mod sources;
#[path = "../support/mod.rs"]
mod support;

use std::error::Error;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use support::child::{self, Measured};
use support::process::{self, GOODHART};
use support::table::{self, Line, Target, Unit, grouped};

/// How large and how often.
struct Options {
    /// Of the large project; growth is measured from a tenth and a hundredth of it.
    metrics: usize,
    repetitions: usize,
}

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments.as_slice() {
        ["plain", statements] => child::measure(|| plain::bind(Path::new(statements), 1)),
        ["plain-in-two", statements] => child::measure(|| plain::bind(Path::new(statements), 2)),
        // For its memory, which only a process can say of itself.
        ["check", "--project", _] => child::measure(|| match goodhart::cli::run() {
            ExitCode::SUCCESS => Ok(()),
            failed => Err(format!("the check ended with {failed:?}").into()),
        }),
        // `check` starts itself again for its SQL.
        ["worker"] => match goodhart::cli::run() {
            ExitCode::SUCCESS => Ok(()),
            failed => Err(format!("the worker ended with {failed:?}").into()),
        },
        options => compare(&Options::parse(options)?),
    }
}

impl Options {
    fn parse(mut arguments: &[&str]) -> Result<Self, Box<dyn Error>> {
        let mut options = Self { metrics: 10_000, repetitions: 3 };
        loop {
            arguments = match arguments {
                [] => return Ok(options),
                // What cargo adds.
                ["--bench", rest @ ..] => rest,
                ["--metrics", metrics, rest @ ..] => {
                    options.metrics = metrics.parse()?;
                    rest
                }
                ["--repetitions", repetitions, rest @ ..] => {
                    options.repetitions = repetitions.parse()?;
                    rest
                }
                [unknown, ..] => {
                    return Err(format!(
                        "`{unknown}`: known are `--metrics N` and `--repetitions N`"
                    )
                    .into());
                }
            };
        }
    }
}

fn compare(options: &Options) -> Result<(), Box<dyn Error>> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("check-benchmark");
    std::fs::create_dir_all(&folder)?;
    let cores = std::thread::available_parallelism()?;
    println!("goodhart {}, {cores} cores\n", env!("CARGO_PKG_VERSION"));
    let mut lines = beside_duckdb(&folder, options)?;
    lines.extend(growth(&folder, options)?);
    lines.push(after_a_change(&folder, options)?);
    table::print(&lines);
    Ok(())
}

/// The whole of a cold check against DuckDB binding its statements, and its memory.
fn beside_duckdb(folder: &Path, options: &Options) -> Result<Vec<Line>, Box<dyn Error>> {
    let root = project::write(&folder.join("large"), options.metrics)?;
    let statements = folder.join("statements.json");
    let number = plain::write(&root, &statements)?;
    assert_eq!(number, options.metrics, "a statement per metric");
    let (mut alone, mut in_two, mut processor, mut memory) = (vec![], vec![], vec![], vec![]);
    for repetition in 1..=options.repetitions {
        eprintln!("{number} metrics: repetition {repetition} of {}", options.repetitions);
        let plain = child::run("plain", &[&statements])?;
        let seconds = cold(&root)?;
        let plain_in_two = child::run("plain-in-two", &[&statements])?;
        project::forget(&root)?;
        let goodhart = child::run("check", &[Path::new("--project"), &root])?;
        alone.push((seconds, plain.seconds));
        in_two.push((seconds, plain_in_two.seconds));
        processor.extend(goodhart.processor.zip(plain.processor));
        memory.push((goodhart, plain));
    }
    let what = |of: &str| format!("check of {}, cold: {of}", grouped(number));
    let line = |of: &str, pairs, unit, target| Line { what: what(of), pairs, unit, target };
    let peaks = |theirs: fn(Measured) -> Option<f64>| {
        memory.iter().filter_map(|(a, b)| Some((a.mebibytes()?, theirs(*b)?))).collect()
    };
    Ok(vec![
        line("time; DuckDB binding", alone, Unit::Seconds, Some(Target::Ratio(1.5))),
        line("time; DuckDB binding on two threads", in_two, Unit::Seconds, None),
        line("processor time; DuckDB binding", processor, Unit::Seconds, None),
        line("peak memory; DuckDB binding", peaks(Measured::mebibytes), Unit::Mebibytes, None),
        line(
            "peak memory; 1 GB",
            peaks(|_| Some(1e9 / MEBIBYTE)),
            Unit::Mebibytes,
            Some(Target::Ratio(1.0)),
        ),
    ])
}

const MEBIBYTE: f64 = 1024.0 * 1024.0;

/// What 1,000 more metrics cost in a project of 100, 1,000 and 10,000: each less what its sources
/// cost without a metric.
fn growth(folder: &Path, options: &Options) -> Result<Vec<Line>, Box<dyn Error>> {
    let sizes = [options.metrics / 100, options.metrics / 10, options.metrics];
    let empty = project::write(&folder.join("empty"), 0)?;
    let roots: Vec<PathBuf> = sizes
        .iter()
        .map(|size| project::write(&folder.join(format!("of-{size}")), *size))
        .collect::<Result<_, _>>()?;
    let mut runs: Vec<Vec<f64>> = Vec::new();
    for repetition in 1..=options.repetitions {
        eprintln!("growth: repetition {repetition} of {}", options.repetitions);
        let sources = cold(&empty)?;
        let per_thousand = sizes
            .iter()
            .zip(&roots)
            .map(|(size, root)| Ok((cold(root)? - sources) / *size as f64 * 1_000.0));
        runs.push(per_thousand.collect::<Result<_, Box<dyn Error>>>()?);
    }
    let line = |large: usize, small: usize, target| Line {
        what: format!(
            "check, cold, per 1,000 metrics: at {}; at {}",
            grouped(sizes[large]),
            grouped(sizes[small])
        ),
        pairs: runs.iter().map(|run| (run[large], run[small])).collect(),
        unit: Unit::Milliseconds,
        target,
    };
    Ok(vec![line(2, 1, Some(Target::Ratio(1.2))), line(1, 0, None)])
}

/// A check after one metric was changed against a check that knows nothing.
fn after_a_change(folder: &Path, options: &Options) -> Result<Line, Box<dyn Error>> {
    let number = options.metrics / 10;
    let root = project::write(&folder.join("changed"), number)?;
    // These are short: more repetitions cost little and calm the numbers.
    let pairs = (0..options.repetitions * 3).map(|repetition| {
        let cold = cold(&root)?;
        project::place(&root, &metrics::changed(number, repetition).ok_or("no metric")?)?;
        Ok((check(&root)?, cold))
    });
    Ok(Line {
        what: format!("check of {} after a change to one; cold", grouped(number)),
        pairs: pairs.collect::<Result<_, Box<dyn Error>>>()?,
        unit: Unit::Milliseconds,
        target: Some(Target::Ratio(0.1)),
    })
}

/// The seconds of a check without a cache.
fn cold(root: &Path) -> Result<f64, Box<dyn Error>> {
    project::forget(root)?;
    check(root)
}

/// The seconds of the whole process, which must find nothing.
fn check(root: &Path) -> Result<f64, Box<dyn Error>> {
    let arguments = ["check".as_ref(), "--project".as_ref(), root.as_os_str()];
    let (seconds, said) = process::run(OsStr::new(GOODHART), &arguments)?;
    let clean = said.trim_end().ends_with(": nothing to report");
    if clean { Ok(seconds) } else { Err(format!("{}: {said}", root.display()).into()) }
}
