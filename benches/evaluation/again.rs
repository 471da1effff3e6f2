//! Evaluating 1,000 metrics again: all, after no change, and after a change to one.

use std::error::Error;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

use crate::alerts::{Alerts, Format};
use crate::cache;
use crate::support::process::{self, GOODHART};
use crate::support::table::{Line, Target, Unit, grouped};
use crate::{project, workload};

/// The metric that changes.
const CHANGED: &str = "counted_wait_p90_of_client_3";

/// Whole processes of `goodhart eval` over `rows` of Parquet.
pub fn compare(folder: &Path, rows: u64, repetitions: usize) -> Result<Vec<Line>, Box<dyn Error>> {
    let alerts = Alerts::generate(folder, Format::Parquet, rows)?;
    let metrics = workload::families();
    let root = project::write(&folder.join("again"), &alerts, &metrics)?;
    // The ordinary case: snapshots are committed, the data was verified before.
    eval(&root, &[])?;
    goodhart("accept", &root, &[])?;
    let (mut full, mut nothing, mut one, mut alone) = (vec![], vec![], vec![], vec![]);
    for repetition in 1..=repetitions {
        eprintln!("again, {rows} rows: repetition {repetition} of {repetitions}");
        cache::remove_results(&root)?;
        full.push(eval(&root, &[])?);
        nothing.push(eval(&root, &[])?);
        change(&root, repetition)?;
        one.push(eval(&root, &[])?);
        // Both have a changed result to write.
        fs::remove_dir_all(root.join(".goodhart/pending"))?;
        cache::set_results_aside(&root)?;
        alone.push(eval(&root, &[CHANGED])?);
        cache::restore_results(&root)?;
        goodhart("accept", &root, &[])?;
    }
    let what = |of: &str| {
        let metrics = grouped(metrics.len());
        format!("eval of {metrics} metrics, {} rows of parquet: {of}", grouped(rows as usize))
    };
    let pairs = |ours: &[f64], theirs: &[f64]| ours.iter().copied().zip(theirs.to_vec()).collect();
    let more: Vec<f64> = one.iter().zip(&nothing).map(|(one, nothing)| one - nothing).collect();
    Ok(vec![
        Line {
            what: what("nothing changed; all of them"),
            pairs: pairs(&nothing, &full),
            unit: Unit::Seconds,
            target: Some(Target::Ratio(0.02)),
        },
        Line {
            what: what("one changed, beyond nothing changed; that one alone"),
            pairs: pairs(&more, &alone),
            unit: Unit::Seconds,
            target: Some(Target::Ratio(1.2)),
        },
        Line {
            what: what("one changed; all of them"),
            pairs: pairs(&one, &full),
            unit: Unit::Seconds,
            target: None,
        },
    ])
}

fn eval(root: &Path, metrics: &[&str]) -> Result<f64, Box<dyn Error>> {
    goodhart("eval", root, metrics)
}

/// Seconds of the whole process.
fn goodhart(verb: &str, root: &Path, metrics: &[&str]) -> Result<f64, Box<dyn Error>> {
    let mut arguments = vec![OsStr::new(verb), OsStr::new("--project"), root.as_os_str()];
    arguments.extend(metrics.iter().map(OsStr::new));
    Ok(process::run(GOODHART.as_ref(), &arguments)?.0)
}

/// Changes the numbers of one metric, to others in every repetition.
fn change(root: &Path, repetition: usize) -> Result<(), Box<dyn Error>> {
    let path: PathBuf = root.join(format!("metrics/{CHANGED}.toml"));
    let text = fs::read_to_string(&path)?;
    let quantile = text.lines().find(|line| line.starts_with("q = ")).ok_or("no quantile")?;
    Ok(fs::write(&path, text.replace(quantile, &format!("q = 0.9{repetition}")))?)
}
