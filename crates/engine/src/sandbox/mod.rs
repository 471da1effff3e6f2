//! What a process does to itself before it runs SQL of strangers, so that code that escapes from
//! DuckDB can do little. Knows neither metrics nor DuckDB.
//!
//! Two layers, each of which holds without the other:
//!
//! - [`limit`]: how much the process may use: memory, processor time, descriptors, no files that
//!   grow. It also dies with the one that started it.
//! - [`isolate`]: what it may reach: the listed files for reading (Landlock, [`only_files`]) and few
//!   system calls (seccomp, [`only_computing`]).
//!
//! [`limit`] comes first: the system calls with which it works are not among those that are left
//! after [`isolate`]. Nothing of this can be undone. What is open stays open: descriptors that the
//! process was given work as before, but for writing only standard output and error do.

#[cfg(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64")))]
mod calls;
#[cfg(not(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64"))))]
mod elsewhere;
#[cfg(target_os = "linux")]
mod files;
mod limits;
mod report;

#[cfg(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64")))]
pub use calls::only_computing;
#[cfg(not(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64"))))]
pub use elsewhere::only_computing;
#[cfg(not(target_os = "linux"))]
pub use elsewhere::only_files;
#[cfg(target_os = "linux")]
pub use files::only_files;
pub use limits::{Limits, address_space, limit};
pub use report::{Failure, Part, Report, State};

use std::path::PathBuf;

/// Leaves the process `listed`, to be read, and the system calls that computing takes.
///
/// To be called while the process has a single thread: Landlock holds for the thread that asks for
/// it and for those that it starts.
///
/// What the system does not offer is in the report and no failure.
///
/// # Errors
/// A second thread, a listed path that is no regular file, or a barrier that the system offers and
/// then refuses.
pub fn isolate(listed: &[PathBuf]) -> Result<Report, Failure> {
    let mut report = only_files(listed)?;
    report.append(only_computing()?);
    Ok(report)
}
