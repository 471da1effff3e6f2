//! `--format markdown`: the comment on a pull request.

use crate::diff::Diff;
use crate::report::diagnostics::Findings;

/// Bytes of a comment. GitHub takes 65,536 characters; the rest is room for whoever adds a line.
pub const COMMENT: usize = 65_000;

/// Which comment it is, and how long it may be.
#[derive(Debug, Clone, Copy)]
pub struct MarkdownOptions<'a> {
    /// Tells the comments of several projects on one pull request apart.
    pub key: &'a str,
    /// Bytes; [`COMMENT`] for a comment. What does not fit is told in a shorter variant.
    pub limit: usize,
    /// The address of the whole report, which the shorter variant points to; without one it names
    /// the job summary.
    pub whole: Option<&'a str>,
}

/// The hidden line that the comment with a key begins with.
pub fn marker(key: &str) -> String {
    format!("<!-- goodhart:diff:{key} -->")
}

/// The comparison with what was found in it: [`marker`] first, then the verdict.
pub fn markdown(diff: &Diff, findings: &Findings<'_>, options: &MarkdownOptions<'_>) -> String {
    let _ = (diff, findings, options);
    String::new()
}
