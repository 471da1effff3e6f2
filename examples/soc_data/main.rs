//! Writes the shipped sample data: the half year of an invented security
//! operations centre (SOC) and its three clients.
//!
//! ```text
//! cargo run --release --example soc_data -- sources/data
//! ```
//!
//! The same source text writes the same bytes on any machine.

mod generator;

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use generator::GeneratedFile;

fn main() -> ExitCode {
    let mut arguments = std::env::args_os().skip(1);
    let (Some(folder), None) = (arguments.next(), arguments.next()) else {
        eprintln!("usage: soc_data <output folder>");
        return ExitCode::from(2);
    };
    match write_all(&PathBuf::from(folder)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("soc_data: {error}");
            ExitCode::FAILURE
        }
    }
}

fn write_all(folder: &Path) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    let mut out = io::stdout().lock();
    let mut total = 0;
    for file in generator::generate()? {
        replace(folder, &file)?;
        total += file.bytes.len();
        writeln!(out, "{:<24} {:>7} rows {:>9} bytes", file.name, file.rows, file.bytes.len())?;
    }
    writeln!(out, "{:<24} {:>12} {:>9} bytes", "total", "", total)
}

/// Writes beside the target and renames, so that a broken run leaves the
/// previous file and never half of a new one.
fn replace(folder: &Path, file: &GeneratedFile) -> io::Result<()> {
    let unfinished = folder.join(format!(".{}.unfinished", file.name));
    fs::write(&unfinished, &file.bytes)?;
    fs::rename(&unfinished, folder.join(file.name))
}
