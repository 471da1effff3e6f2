//! A whole process, from its start to its end.

use std::error::Error;
use std::ffi::OsStr;
use std::process::{Command, Stdio};
use std::time::Instant;

/// The program that is measured.
pub const GOODHART: &str = env!("CARGO_BIN_EXE_goodhart");

/// The seconds from starting a process to its end, and what it said on stderr.
pub fn run(program: &OsStr, arguments: &[&OsStr]) -> Result<(f64, String), Box<dyn Error>> {
    let start = Instant::now();
    let output = Command::new(program).args(arguments).stdin(Stdio::null()).output()?;
    let seconds = start.elapsed().as_secs_f64();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    if !output.status.success() {
        return Err(format!("{} {arguments:?}: {said}", program.display()).into());
    }
    Ok((seconds, said))
}
