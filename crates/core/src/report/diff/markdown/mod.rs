//! `--format markdown`: the comment on a pull request.
//!
//! Ten seconds have to be enough: the verdict, what a reviewer should not overlook, and a line for
//! each metric whose value changed. All else is folded.

mod details;
mod provenance;
mod summary;

use super::sentence::sentence;
use crate::escape::{markdown as md, terminal};
use crate::report::diagnostics::Findings;
use crate::result::diff::Diff;
use summary::Summary;

/// Bytes of a comment. GitHub takes 65,536 characters; the rest is room for whoever adds a line.
pub const COMMENT: usize = 65_000;

/// Longer names and values are cut; JSON has them whole.
const WIDEST: usize = 60;
const WIDEST_LINE: usize = 300;

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
    format!("<!-- goodhart:diff:{} -->", md::comment(key))
}

/// The comparison with what was found in it: [`marker`] first, then the verdict.
///
/// Where the whole is longer than the limit, groups, definitions and subjects go: every number of
/// the summary and every finding stays. Where even these are too many, the last of them go, and
/// how many is said. The marker and the verdict are always there.
pub fn markdown(diff: &Diff, findings: &Findings<'_>, options: &MarkdownOptions<'_>) -> String {
    let head = format!(
        "{}\n### {}\n\n{}\n",
        marker(options.key),
        md::prose(&terminal::short(&sentence(diff), WIDEST_LINE)),
        provenance::line(diff, options.key)
    );
    let summary = Summary::of(diff, findings);
    let sides = provenance::sides(diff);
    let whole = format!("{head}{}{}{sides}", summary.whole(), details::all(diff));
    if whole.len() <= options.limit {
        return whole;
    }
    let shorter = format!("{head}\n{}\n", shorter(options));
    let short = format!("{shorter}{}{sides}", summary.whole());
    if short.len() <= options.limit {
        return short;
    }
    let room = options.limit.saturating_sub(shorter.len());
    shorter + &summary.within(room)
}

/// Where the rest is.
fn shorter(options: &MarkdownOptions<'_>) -> String {
    // Whoever calls it knows the address; what is none becomes no link.
    let address = |text: &&str| {
        let plain = |c: char| c.is_ascii_alphanumeric() || "-._~:/?#=&%+".contains(c);
        text.starts_with("https://") && text.chars().all(plain)
    };
    let place = match options.whole.filter(address) {
        Some(address) => format!("[the whole report]({address})"),
        None => "the job summary".to_owned(),
    };
    format!("This is the short form. Groups, definitions and subjects are in {place}.")
}
