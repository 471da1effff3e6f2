//! The paths below a folder that match a glob, within bounds: a pattern comes from a definition,
//! and the folder may be anything.

use std::fs;
use std::path::{Path, PathBuf};

use glob::{MatchOptions, Pattern};

use super::inside::{Refusal, resolve};

/// How many paths a pattern may match.
pub const MOST_MATCHES: usize = 10_000;
/// How many names are looked at for one pattern.
pub const MOST_NAMES: usize = 1_000_000;
/// How deep `**` goes.
const DEEPEST: usize = 128;

/// Hidden names match only where the pattern has the dot.
const OPTIONS: MatchOptions = MatchOptions {
    case_sensitive: true,
    require_literal_separator: true,
    require_literal_leading_dot: true,
};

/// Why a pattern has no list of matches.
#[derive(Debug)]
pub enum PatternError {
    /// The pattern is none.
    NoPattern(&'static str),
    TooManyMatches,
    TooManyNames,
    /// A folder on the way must not be read.
    Refused(Refusal),
    /// A folder that cannot be listed, relative to the base.
    Unlisted(PathBuf),
}

/// The paths below `base` (which is canonical) that match, relative to it and sorted.
///
/// # Errors
/// See [`PatternError`].
pub fn matching(base: &Path, pattern: &str) -> Result<Vec<PathBuf>, PatternError> {
    let mut steps: Vec<Step> = Vec::new();
    for part in pattern.split('/').filter(|part| !part.is_empty() && *part != ".") {
        let step = match part {
            "**" => Step::Deep,
            _ if part.contains(['*', '?', '[']) => {
                Step::Like(Pattern::new(part).map_err(|error| PatternError::NoPattern(error.msg))?)
            }
            _ => Step::Named(part.to_owned()),
        };
        // Two of them match what one does, in the square of the time.
        if !(matches!(step, Step::Deep) && matches!(steps.last(), Some(Step::Deep))) {
            steps.push(step);
        }
    }
    let mut walk = Walk { base, found: Vec::new(), names: 0 };
    walk.below(Path::new(""), &steps, 0)?;
    let mut found = walk.found;
    found.sort();
    found.dedup();
    Ok(found)
}

enum Step {
    Named(String),
    Like(Pattern),
    /// `**`: this folder and all below it.
    Deep,
}

struct Walk<'a> {
    base: &'a Path,
    found: Vec<PathBuf>,
    names: usize,
}

impl Walk<'_> {
    fn below(&mut self, folder: &Path, steps: &[Step], depth: usize) -> Result<(), PatternError> {
        let Some((step, rest)) = steps.split_first() else {
            return Ok(());
        };
        match step {
            Step::Named(name) => self.enter(folder.join(name), rest, depth),
            Step::Like(pattern) => {
                for name in self.list(folder)? {
                    if pattern.matches_with(&name, OPTIONS) {
                        self.enter(folder.join(name), rest, depth)?;
                    }
                }
                Ok(())
            }
            Step::Deep => {
                self.below(folder, rest, depth)?;
                if depth > DEEPEST {
                    return Err(PatternError::TooManyNames);
                }
                for name in self.list(folder)?.into_iter().filter(|name| !name.starts_with('.')) {
                    let path = folder.join(name);
                    // Links are not followed: they may form a loop.
                    if fs::symlink_metadata(self.base.join(&path)).is_ok_and(|found| found.is_dir())
                    {
                        self.below(&path, steps, depth + 1)?;
                    }
                }
                Ok(())
            }
        }
    }

    fn enter(&mut self, path: PathBuf, rest: &[Step], depth: usize) -> Result<(), PatternError> {
        let Ok(metadata) = fs::symlink_metadata(self.base.join(&path)) else {
            return Ok(());
        };
        if rest.is_empty() {
            if self.found.len() >= MOST_MATCHES {
                return Err(PatternError::TooManyMatches);
            }
            self.found.push(path);
            return Ok(());
        }
        if metadata.is_symlink() {
            // What is outside is not even listed.
            let target = resolve(self.base, &path).map_err(PatternError::Refused)?;
            return if target.is_dir() { self.below(&path, rest, depth) } else { Ok(()) };
        }
        if metadata.is_dir() { self.below(&path, rest, depth) } else { Ok(()) }
    }

    /// The names in a folder, sorted; those that are no text match nothing.
    fn list(&mut self, folder: &Path) -> Result<Vec<String>, PatternError> {
        let failed = |_| PatternError::Unlisted(folder.to_path_buf());
        let mut names = Vec::new();
        for entry in fs::read_dir(self.base.join(folder)).map_err(failed)? {
            self.names += 1;
            if self.names > MOST_NAMES {
                return Err(PatternError::TooManyNames);
            }
            names.extend(entry.map_err(failed)?.file_name().into_string());
        }
        names.sort();
        Ok(names)
    }
}
