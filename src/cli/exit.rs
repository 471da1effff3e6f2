//! Exit codes.

use goodhart_core::diagnostic::Diagnostics;

/// Everything is as it should be.
pub const CLEAN: u8 = 0;
/// A check, ceiling or target failed.
pub const FINDINGS: u8 = 1;
/// The tool could not do its work; never a pass.
pub const FAILURE: u8 = 2;
/// The committed snapshots are not current (`eval --check`).
pub const STALE: u8 = 3;
/// A report could not be delivered (`publish`).
pub const UNDELIVERED: u8 = 4;

/// The exit code that diagnostics lead to.
pub fn of(diagnostics: &Diagnostics) -> u8 {
    if diagnostics.has_failures() {
        FAILURE
    } else if diagnostics.has_errors() {
        FINDINGS
    } else {
        CLEAN
    }
}
