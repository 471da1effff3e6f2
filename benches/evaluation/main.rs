//! How fast goodhart is, beside the same work without it, in one run: `cargo bench --bench
//! evaluation`. What the numbers mean is in docs/benchmarks.md.
//!
//! `-- --rows 1000000 --repetitions 1` is a quick try, `-- --only again` is about the cache alone. The program starts itself as a child for
//! each measurement; those are its other, hidden verbs.

mod again;
mod alerts;
mod cache;
mod planning;
mod project;
mod sides;
mod startup;
#[path = "../support/mod.rs"]
mod support;
mod values;
mod workload;

use std::error::Error;
use std::path::{Path, PathBuf};

use alerts::{Alerts, Format};
use goodhart_engine::Protection;
use support::child::{self, Measured};
use support::process::GOODHART;
use support::table::{self, Line, Target, Unit, grouped};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments.as_slice() {
        // In this process, or with a worker and its sandbox.
        [side @ ("goodhart" | "protected"), root, values] => {
            let protection = match *side {
                "protected" => Protection::full(GOODHART.into()),
                _ => Protection::within(),
            };
            let evaluation =
                child::measure(|| sides::goodhart(Path::new(root), protection.clone()))?;
            values::write(&sides::goodhart_values(&evaluation), Path::new(values))
        }
        ["plain", data, values] => {
            let path = PathBuf::from(data);
            let csv = path.extension().is_some_and(|extension| extension == "csv");
            let format = if csv { Format::Csv } else { Format::Parquet };
            let metrics = workload::hundred();
            let rows = child::measure(|| sides::plain(format, &path, &metrics))?;
            values::write(&sides::plain_values(&metrics, &rows)?, Path::new(values))
        }
        ["minimal", load, query] => startup::minimal(load, query),
        options => compare(&Options::parse(options)?),
    }
}

/// How large and how often.
struct Options {
    /// Of the Parquet file; the CSV file has a fifth of them.
    rows: u64,
    repetitions: usize,
    /// Only what is evaluated again.
    again: bool,
}

impl Options {
    fn parse(mut arguments: &[&str]) -> Result<Self, Box<dyn Error>> {
        let mut options = Self { rows: 10_000_000, repetitions: 3, again: false };
        loop {
            arguments = match arguments {
                [] => return Ok(options),
                // What cargo adds.
                ["--bench", rest @ ..] => rest,
                ["--rows", rows, rest @ ..] => {
                    options.rows = rows.parse()?;
                    rest
                }
                ["--repetitions", repetitions, rest @ ..] => {
                    options.repetitions = repetitions.parse()?;
                    rest
                }
                ["--only", "again", rest @ ..] => {
                    options.again = true;
                    rest
                }
                [unknown, ..] => {
                    let known = "`--rows N`, `--repetitions N` and `--only again`";
                    return Err(format!("`{unknown}`: known are {known}").into());
                }
            };
        }
    }
}

fn compare(options: &Options) -> Result<(), Box<dyn Error>> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("evaluation-benchmark");
    std::fs::create_dir_all(&folder)?;
    let cores = std::thread::available_parallelism()?;
    println!("goodhart {}, {cores} cores\n", env!("CARGO_PKG_VERSION"));
    let mut lines = again::compare(&folder, options.rows, options.repetitions)?;
    if options.again {
        table::print(&lines);
        return Ok(());
    }
    let mut agreements = Vec::new();
    for (format, rows) in [(Format::Parquet, options.rows), (Format::Csv, options.rows / 5)] {
        let alerts = Alerts::generate(&folder, format, rows)?;
        agreements.push(hundred_metrics(&folder, &alerts, options.repetitions, &mut lines)?);
    }
    // These are short: many repetitions cost little and calm the numbers.
    lines.push(Line {
        what: "one metric over 1,000 rows, whole process".to_owned(),
        pairs: startup::compare(&folder, 15)?,
        unit: Unit::Milliseconds,
        target: Some(Target::Ratio(1.5)),
    });
    lines.push(Line {
        what: "the same with worker and sandbox, and without".to_owned(),
        pairs: startup::price(&folder, 15)?,
        unit: Unit::Milliseconds,
        target: Some(Target::More(0.030)),
    });
    lines.push(Line {
        what: "reading and planning 1,000 metrics; DuckDB binding them".to_owned(),
        pairs: planning::compare(&folder, 5)?,
        unit: Unit::Milliseconds,
        target: Some(Target::Ratio(0.1)),
    });
    table::print(&lines);
    println!();
    for agreement in agreements {
        println!("{agreement}");
    }
    Ok(())
}

/// Both sides over one file, taking turns. Returns what is to be said of their values.
fn hundred_metrics(
    folder: &Path,
    alerts: &Alerts,
    repetitions: usize,
    lines: &mut Vec<Line>,
) -> Result<String, Box<dyn Error>> {
    let name = alerts.format.name();
    let root = project::write(&folder.join(name), alerts, &workload::hundred())?;
    let our_values = folder.join(format!("{name}-goodhart.tsv"));
    let their_values = folder.join(format!("{name}-plain.tsv"));
    let mut first = Vec::new();
    let mut following = Vec::new();
    let mut protected = Vec::new();
    for repetition in 1..=repetitions {
        eprintln!("{name}, {} rows: repetition {repetition} of {repetitions}", alerts.rows);
        let plain = child::run("plain", &[&alerts.path, &their_values])?;
        // So that this run is a first one.
        cache::remove_all(&root)?;
        first.push((child::run("goodhart", &[&root, &our_values])?, plain));
        let within = child::run("goodhart", &[&root, &our_values])?;
        following.push((within, plain));
        protected.push((child::run("protected", &[&root, &our_values])?, within));
    }
    let agreement = values::compare(&our_values, &their_values)?;
    let parquet = alerts.format == Format::Parquet;
    let what =
        |of: &str| format!("100 metrics, {} rows of {name}: {of}", grouped(alerts.rows as usize));
    let time = |pairs: &[(Measured, Measured)]| {
        pairs.iter().map(|(ours, theirs)| (ours.seconds, theirs.seconds)).collect()
    };
    lines.push(Line {
        what: what("time"),
        pairs: time(&following),
        unit: Unit::Seconds,
        target: parquet.then_some(Target::Ratio(0.35)),
    });
    lines.push(Line {
        what: what("time with worker and sandbox, and without"),
        pairs: time(&protected),
        unit: Unit::Seconds,
        target: parquet.then_some(Target::Ratio(1.03)),
    });
    lines.push(Line {
        what: what("processor time"),
        pairs: following
            .iter()
            .filter_map(|(ours, theirs)| Some((ours.processor?, theirs.processor?)))
            .collect(),
        unit: Unit::Seconds,
        target: None,
    });
    lines.push(Line {
        what: what("time of the first run, which verifies"),
        pairs: time(&first),
        unit: Unit::Seconds,
        target: None,
    });
    let memory = |pairs: &[(Measured, Measured)]| {
        pairs
            .iter()
            .filter_map(|(ours, theirs)| Some((ours.mebibytes()?, theirs.mebibytes()?)))
            .collect()
    };
    lines.push(Line {
        what: what("peak memory"),
        pairs: memory(&following),
        unit: Unit::Mebibytes,
        target: parquet.then_some(Target::Ratio(1.3)),
    });
    lines.push(Line {
        what: what("peak memory of the first run"),
        pairs: memory(&first),
        unit: Unit::Mebibytes,
        target: None,
    });
    Ok(format!(
        "{name}: {} values compared, largest deviation {:.1e}",
        grouped(agreement.compared),
        agreement.deviation
    ))
}
