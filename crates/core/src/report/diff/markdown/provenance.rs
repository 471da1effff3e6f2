//! Which two states were compared.

use std::collections::BTreeSet;

use super::WIDEST;
use super::summary::folded;
use crate::escape::{markdown as md, terminal};
use crate::result::SourceInput;
use crate::result::diff::{Diff, Provenance};
use crate::result::snapshot::InputsFile;

/// Digits of a fingerprint; JSON has all.
const FINGERPRINT: usize = 12;
/// Digits of a commit.
const COMMIT: usize = 10;

/// `kpi · main 0123456789 → working tree`
pub fn line(diff: &Diff, key: &str) -> String {
    let side = |side: &Provenance| {
        let name = md::code(&terminal::short(&side.name, WIDEST));
        match &side.commit {
            // The host makes a link of it.
            Some(commit) if !side.name.starts_with(commit.get(..COMMIT).unwrap_or(commit)) => {
                format!("{name} {}", md::prose(commit.get(..COMMIT).unwrap_or(commit)))
            }
            _ => name,
        }
    };
    let key = if key.is_empty() {
        String::new()
    } else {
        format!("{} · ", md::code(&terminal::short(key, WIDEST)))
    };
    format!("{key}{} → {}", side(&diff.base), side(&diff.head))
}

/// The instants, versions and sources of both sides.
pub fn sides(diff: &Diff) -> String {
    let both = [&diff.base, &diff.head];
    let row = |what: &str, of: &dyn Fn(&Provenance) -> Option<String>| {
        let [base, head] = both.map(|side| of(side).unwrap_or_default());
        if base.is_empty() && head.is_empty() {
            return String::new();
        }
        let changed = if base == head { "" } else { "other" };
        format!("| {what} | {base} | {head} | {changed} |\n")
    };
    let code = |text: &str| Some(md::code(&terminal::short(text, WIDEST)));
    let inputs = |side: &Provenance, of: fn(&InputsFile) -> &str| {
        side.inputs.as_ref().and_then(|inputs| code(of(inputs)))
    };
    let mut rows = row("commit", &|side| code(side.commit.as_ref()?));
    rows += &row("as of", &|side| inputs(side, |inputs| &inputs.as_of));
    rows += &row("goodhart", &|side| inputs(side, |inputs| &inputs.goodhart));
    for name in sources(both) {
        let what = md::code(&terminal::short(name, WIDEST));
        rows += &row(&what, &|side| Some(source(side.inputs.as_ref()?.sources.get(name)?)));
    }
    let [base, head] = both.map(|side| md::code(&terminal::short(&side.name, WIDEST)));
    let table = format!("| | {base} | {head} | |\n| :-- | :-- | :-- | :-- |\n{rows}");
    folded("What was compared", &table)
}

fn sources(sides: [&Provenance; 2]) -> BTreeSet<&String> {
    let inputs = sides.into_iter().filter_map(|side| side.inputs.as_ref());
    inputs.flat_map(|inputs| inputs.sources.keys()).collect()
}

/// `1203 rows, 2 files, 0123456789ab`
fn source(input: &SourceInput) -> String {
    let files = if input.files == 1 { "file" } else { "files" };
    let fingerprint = input.fingerprint.rsplit(':').next().unwrap_or("");
    let fingerprint = fingerprint.get(..FINGERPRINT).unwrap_or(fingerprint);
    let fingerprint = md::code(&terminal::short(fingerprint, WIDEST));
    format!("{} rows, {} {files}, {fingerprint}", input.rows, input.files)
}
