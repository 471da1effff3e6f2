//! Exit codes.

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
