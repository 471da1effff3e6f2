//! The list of an edition: a line per id, three columns between tabs.

/// An id of an edition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry {
    pub id: &'static str,
    /// The second column.
    pub(super) now: &'static str,
    /// What it is about, in few words.
    pub title: &'static str,
}

impl Entry {
    /// What the id is now: in the newer edition, or in its own where it was withdrawn. Empty where
    /// nothing took its place as a whole.
    pub fn now(&self) -> impl Iterator<Item = &'static str> + use<> {
        self.now.split(',').filter(|id| !matches!(*id, "" | "-"))
    }

    /// Whether the second column says anything: in the newest edition, that it was withdrawn.
    pub(super) fn is_over(&self) -> bool {
        !self.now.is_empty()
    }
}

/// The entries of a list; lines that begin with `#` say where it comes from.
pub(super) fn entries(list: &'static str) -> impl Iterator<Item = Entry> {
    list.lines().filter(|line| !line.starts_with('#')).filter_map(|line| {
        let mut columns = line.split('\t');
        Some(Entry { id: columns.next()?, now: columns.next()?, title: columns.next()? })
    })
}

/// Whether two texts are the same id: ISO's annex is written with and without its letter.
pub(super) fn same(a: &str, b: &str) -> bool {
    let plain = |id: &'_ str| id.strip_prefix("A.").unwrap_or(id).to_owned();
    plain(a) == plain(b)
}

/// Whether two texts differ in what an id does not depend on: case, what stands between its parts,
/// zeros before a number.
pub(super) fn alike(a: &str, b: &str) -> bool {
    parts(a) == parts(b)
}

fn parts(id: &str) -> Vec<String> {
    let id = id.to_uppercase();
    // `A.16.1.1` and `A16.1.1`, but not `AM-01`.
    let id = match id.trim_start().strip_prefix('A') {
        Some(rest) if !rest.starts_with(char::is_alphabetic) => rest,
        _ => id.as_str(),
    };
    id.split(|c: char| !c.is_alphanumeric())
        .filter(|part| !part.is_empty())
        .map(|part| part.trim_start_matches('0').to_owned())
        .collect()
}
