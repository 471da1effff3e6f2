//! Which names a query may read.

use std::collections::BTreeMap;

use crate::SqlFailure;
use goodhart_core::project::catalog::Source;
use goodhart_core::sql::Relation;

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
    fn has(&self, name: &str) -> bool {
        (self.population && name == "population")
            || self.sources.is_some_and(|sources| sources.contains_key(name))
    }

    /// Why a relation may not be read, if it may not.
    pub fn refusal(&self, relation: &Relation) -> Option<SqlFailure> {
        let Relation { name, qualifiers, place } = relation;
        let known = self.has(name);
        let failure = if !qualifiers.is_empty() && known {
            SqlFailure::own(&format!("source `{name}` is in no schema"))
                .labelled("more than a name")
                .noted(&format!("read it as `{name}`, and nothing before that"))
        } else if !qualifiers.is_empty() {
            SqlFailure::missing_source(&format!("{}.{name}", qualifiers.join(".")))
        } else if known {
            return None;
        } else if name.contains(['/', '\\', '.', '*', ':']) {
            SqlFailure::refused(
                "a query cannot read files of its own",
                "not possible here",
                "declare the file as a source, and read that",
            )
        } else {
            SqlFailure::missing_source(name)
        };
        Some(failure.at(place.map(|place| (place.start, place.length))))
    }
}
