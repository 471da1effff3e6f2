//! What is pending is shown with its cause, accepted or rejected by group, and merged by group.

mod merges;
mod parts;
mod project;
mod shown;
#[cfg(target_os = "linux")]
mod terminal;
