//! The generated projects.

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};

use crate::metrics::{self, Metric};
use crate::sources;

/// Writes a project of so many metrics over the 100 sources into a fresh folder, and returns it.
pub fn write(folder: &Path, metrics: usize) -> Result<PathBuf, Box<dyn Error>> {
    if folder.exists() {
        fs::remove_dir_all(folder)?;
    }
    fs::create_dir_all(folder.join("sources"))?;
    // A source without a reader is worth a word, and few metrics do not read all of them.
    // A measure may ask for a grade that the conditions of its population leave out; and that a
    // region and an id are unique in a union of regions is more than the rule can see.
    let lints = "\n[lints]\nimpossible-condition = \"allow\"\nrow-order = \"allow\"\n";
    let more = if metrics < 1_000 { "unused-source = \"allow\"\n" } else { "" };
    let settings = format!(
        "name = \"benchmark\"\ngrain = \"month\"\nwindow = 12\nas_of = 2026-01-01T00:00:00Z\n{lints}{more}"
    );
    fs::write(folder.join("goodhart.toml"), settings)?;
    for (id, text) in sources::all() {
        fs::write(folder.join("sources").join(format!("{id}.toml")), text)?;
    }
    for metric in metrics::first(metrics) {
        place(folder, &metric)?;
    }
    Ok(folder.to_path_buf())
}

/// Writes one metric, over an older text of it.
pub fn place(folder: &Path, metric: &Metric) -> Result<(), Box<dyn Error>> {
    let desk = metric.id.split('_').next().unwrap_or_default();
    let folder = folder.join("metrics").join(desk);
    fs::create_dir_all(&folder)?;
    Ok(fs::write(folder.join(format!("{}.toml", metric.id)), &metric.text)?)
}

/// Removes what `check` cached.
pub fn forget(folder: &Path) -> Result<(), Box<dyn Error>> {
    let memory = folder.join(".goodhart");
    if memory.exists() {
        fs::remove_dir_all(memory)?;
    }
    Ok(())
}
