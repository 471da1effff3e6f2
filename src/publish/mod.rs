//! A report → a comment on a pull request, through the REST API of a forge.
//!
//! ```text
//! http      requests to one host, the only code that names ureq
//! client    what is tried again, and when
//! thread    the comments of a pull request: github, gitlab
//! comment   the hidden lines by which goodhart knows its own comment and the run that wrote it
//! deliver   look, decide, write
//! ```
//!
//! The report is data. It may come from a job that ran what a stranger wrote, so nothing in it
//! decides where it goes, which comment it replaces or whether it is newer.

mod client;
mod comment;
mod deliver;
mod github;
mod gitlab;
mod http;
mod thread;

pub use client::Clock;
pub use comment::{Run, is_key};
pub use deliver::{Delivery, DeliveryOutcome, deliver};
pub use github::GitHub;
pub use gitlab::{GitLab, Token};
pub use http::{Api, Http};
pub use thread::Thread;
