//! Which names a query may read, and where.

use std::collections::BTreeMap;

use crate::catalog::Source;

/// What a piece of SQL may read.
#[derive(Debug, Clone, Copy)]
pub struct Readable<'a> {
    sources: Option<&'a BTreeMap<String, Source>>,
    population: bool,
}

impl<'a> Readable<'a> {
    /// No relation at all: an expression over the raw columns of files.
    pub const NOTHING: Self = Self { sources: None, population: false };

    /// The sources of a project.
    pub fn sources(sources: &'a BTreeMap<String, Source>) -> Self {
        Self { sources: Some(sources), population: false }
    }

    /// Also the rows of the metric's population, which an expression of its measure stands beside.
    #[must_use]
    pub fn and_population(self) -> Self {
        Self { population: true, ..self }
    }

    /// Whether a name is one of them. Ids are lower case, and SQL does not care.
    pub fn has(&self, name: &str) -> bool {
        let name = name.to_ascii_lowercase();
        (self.population && name == "population")
            || self.sources.is_some_and(|sources| sources.contains_key(&name))
    }
}

/// The common tables that can be seen from a place: those of the queries around it, of its
/// siblings only the earlier ones, and itself only in the part of it that repeats. A name that is
/// seen too widely would let a table of the engine through.
#[derive(Debug, Default)]
pub struct Scope {
    names: Vec<String>,
}

impl Scope {
    pub fn has(&self, name: &str) -> bool {
        self.names.iter().any(|known| known.eq_ignore_ascii_case(name))
    }

    /// Adds a name until [`Scope::leave`].
    pub fn add(&mut self, name: &str) {
        self.names.push(name.to_owned());
    }

    pub fn enter(&self) -> usize {
        self.names.len()
    }

    /// Forgets what was added since `enter` said `mark`.
    pub fn leave(&mut self, mark: usize) {
        self.names.truncate(mark);
    }
}
