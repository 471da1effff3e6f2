//! `goodhart init`.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use clap::Args;

use super::stop::Stop;
use super::{exit, output};
use goodhart_core::error::Error;

#[derive(Debug, Args)]
pub struct Arguments {
    /// The folder of the new project; the default is the current one
    #[arg(default_value = ".")]
    folder: PathBuf,
}

/// Which files git's merge driver is for.
const MERGED: &str = "snapshots/*.toml merge=goodhart";
const ATTRIBUTES: &str = include_str!("init/gitattributes");

/// The files of a new project.
const FILES: &[(&str, &str)] = &[
    ("goodhart.toml", include_str!("init/goodhart.toml")),
    ("sources/alerts.toml", include_str!("init/alerts.toml")),
    ("sources/data/alerts.csv", include_str!("init/alerts.csv")),
    ("metrics/alert_volume.toml", include_str!("init/alert_volume.toml")),
    ("metrics/time_to_acknowledge.toml", include_str!("init/time_to_acknowledge.toml")),
    ("metrics/acknowledged_in_time.toml", include_str!("init/acknowledged_in_time.toml")),
    ("metrics/ack_to_first_action.toml", include_str!("init/ack_to_first_action.toml")),
];

pub fn run(arguments: &Arguments) -> Result<u8, Stop> {
    let folder = &arguments.folder;
    let existing: Vec<&str> =
        FILES.iter().map(|(name, _)| *name).filter(|name| folder.join(name).exists()).collect();
    if !existing.is_empty() {
        return Err(Error::Usage(format!(
            "{} already has {}; nothing was written",
            folder.display(),
            existing.join(", ")
        ))
        .into());
    }
    for (name, text) in FILES {
        write(&folder.join(name), text)?;
        output::say(&format!("wrote {name}"));
    }
    attributes(folder)?;
    output::say("next: goodhart eval");
    Ok(exit::CLEAN)
}

/// Has git merge snapshots by group and by row, once the driver is set up; a file that is there
/// already belongs to somebody else.
fn attributes(folder: &Path) -> Result<(), Error> {
    const NAME: &str = ".gitattributes";
    let path = folder.join(NAME);
    let text = match fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            write(&path, ATTRIBUTES)?;
            output::say(&format!("wrote {NAME}"));
            return Ok(());
        }
        Err(error) => return Err(Error::reading(&path)(error)),
    };
    if !text.contains("merge=goodhart") {
        output::say(&format!("help: add this line to {NAME}: {MERGED}"));
    }
    Ok(())
}

fn write(path: &Path, text: &str) -> Result<(), Error> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(Error::writing(folder))?;
    }
    fs::write(path, text).map_err(Error::writing(path))
}
