//! Which functions a definition may call: a list by theme, and why the others are left out.

mod allowed;
mod elsewhere;
mod refused;

pub use allowed::THEMES;
pub use elsewhere::{Suggestion, instead_of};
pub use refused::why_refused;

use std::collections::BTreeSet;
use std::sync::LazyLock;

/// Functions that belong together.
#[derive(Debug)]
pub struct Theme {
    pub title: &'static str,
    pub names: &'static [&'static str],
}

static ALLOWED: LazyLock<BTreeSet<&'static str>> = LazyLock::new(|| names().collect());

/// Whether a function may be called; its name in lower case.
pub fn is_allowed(name: &str) -> bool {
    ALLOWED.contains(name)
}

/// Whether it is an aggregate over rows that may be called.
pub fn is_aggregate(name: &str) -> bool {
    let mut themes = THEMES.iter().filter(|theme| theme.title.starts_with(allowed::AGGREGATES));
    themes.any(|theme| theme.names.contains(&name))
}

/// All of them.
pub fn names() -> impl Iterator<Item = &'static str> {
    THEMES.iter().flat_map(|theme| theme.names).copied()
}
