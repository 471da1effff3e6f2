//! Nothing is lost and nothing is half: runs that are killed at every write, disks that are full
//! or read-only, two runs at once, links where files should be, files that no goodhart wrote.

#![cfg(target_os = "linux")]

mod disks;
mod errors;
mod files;
mod inject;
mod kills;
mod links;
mod locks;
mod project;
