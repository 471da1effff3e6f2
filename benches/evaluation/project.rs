//! The generated goodhart projects.

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};

use crate::alerts::{Alerts, declaration};
use crate::workload::Metric;

/// Writes a project of `metrics` over `alerts` into a fresh folder, and returns it.
pub fn write(
    folder: &Path,
    alerts: &Alerts,
    metrics: &[Metric],
) -> Result<PathBuf, Box<dyn Error>> {
    let file = alerts.path.file_name().unwrap_or_default().to_string_lossy();
    if folder.exists() {
        fs::remove_dir_all(folder)?;
    }
    fs::create_dir_all(folder.join("sources"))?;
    fs::create_dir_all(folder.join("metrics"))?;
    let settings = "name = \"benchmark\"\ngrain = \"month\"\nwindow = 12\n\
                    as_of = 2026-01-01T00:00:00Z\n";
    // A second name of the same file: it is shared, and no project may read what is not in it.
    fs::hard_link(&alerts.path, folder.join(&*file))?;
    fs::write(folder.join("goodhart.toml"), settings)?;
    fs::write(folder.join("sources/alerts.toml"), declaration(alerts.format, &file))?;
    for metric in metrics {
        let path = folder.join("metrics").join(format!("{}.toml", metric.id));
        fs::write(path, metric.definition())?;
    }
    Ok(folder.to_path_buf())
}
