//! What systems without Landlock and seccomp say instead.

#[cfg(not(target_os = "linux"))]
use std::path::PathBuf;

use super::{Failure, Part, Report, State};

/// Restricts nothing.
///
/// # Errors
/// None.
#[cfg(not(target_os = "linux"))]
pub fn only_files(_: &[PathBuf]) -> Result<Report, Failure> {
    let why = "access to files is not restricted on this system".to_owned();
    Ok(Report::of(Part::Landlock, State::Missing(why)))
}

/// Restricts nothing.
///
/// # Errors
/// None.
pub fn only_computing() -> Result<Report, Failure> {
    let why = "system calls are not restricted on this system".to_owned();
    Ok(Report::of(Part::Calls, State::Missing(why)))
}
