//! The engine in which tests run: every source an empty table, or the query over others.

use std::collections::BTreeSet;

use jiff::Timestamp;

use crate::catalog::{Catalog, Source};
use crate::definition::source::Format;
use crate::definition::test::TestTable;
use crate::diagnostic::{Diagnostic, Files, codes};
use crate::engine::{
    Engine, LoadContext, Options, Protection, SqlFailure, Verified, declared_columns, given_table,
    materialise, stand_in,
};
use crate::error::Error;
use crate::facts::Bound;
use crate::plan::{Materialise, insert};

pub struct Bench<'a> {
    pub catalog: &'a Catalog,
    pub files: &'a Files,
    pub bound: &'a Bound,
    pub engine: Engine,
    /// Derived sources that are not to be had; what is wrong with them was said when they were
    /// bound.
    failed: BTreeSet<String>,
}

impl<'a> Bench<'a> {
    /// Opens an engine with every source of the catalog, all without rows.
    pub fn open(
        catalog: &'a Catalog,
        files: &'a Files,
        bound: &'a Bound,
        protection: &Protection,
    ) -> Result<Self, Error> {
        // A handful of rows: threads of the engine would only cost their start.
        let limits = &catalog.settings.limits;
        let options = Options {
            threads: Some(1),
            memory: limits.memory,
            run_time: limits.run_time,
            files: Vec::new(),
            // With a handful of rows the optimiser costs more than it saves.
            optimised: false,
            protection: protection.clone(),
        };
        let engine = Engine::open(&options, &catalog.settings.calendars)?;
        let mut bench = Self { catalog, files, bound, engine, failed: BTreeSet::new() };
        bench.set_as_of(Timestamp::UNIX_EPOCH)?;
        for id in catalog.sources_in_order() {
            let Some(source) = catalog.sources.get(id) else {
                continue;
            };
            if source.definition.format.value != Format::Derived {
                bench.empty(source)?;
            } else if !bench.derive(source) {
                bench.failed.insert(id.to_owned());
            }
        }
        Ok(bench)
    }

    /// Sets the instant at which rows are looked at, in periods of the project's length.
    pub fn set_as_of(&self, instant: Timestamp) -> Result<(), Error> {
        self.engine.set_as_of(instant, self.catalog.settings.grain)
    }

    /// Makes a source an empty table.
    fn empty(&self, source: &Source) -> Result<(), Error> {
        stand_in(&self.engine, source, &self.columns(source)).map_err(|failure| Error::Engine {
            doing: format!("declaring source {}", source.id),
            message: failure.message,
        })
    }

    /// Makes a derived source its own query over what it reads; false where that is not possible.
    fn derive(&self, source: &Source) -> bool {
        if !self.bound.sources.contains_key(&source.id)
            || source.reads.iter().any(|read| self.failed.contains(read))
        {
            return false;
        }
        let verified = Verified::default();
        let sources = &self.catalog.sources;
        let context = LoadContext { files: self.files, sources, verified: &verified };
        materialise(&self.engine, source, Materialise::Inline, true, &context).is_ok()
    }

    /// The columns of a source and DuckDB's names of their types: of a derived one, what its
    /// query returns, since other queries were bound against that.
    pub fn columns(&self, source: &Source) -> Vec<(String, String)> {
        match self.bound.sources.get(&source.id) {
            Some(bound) => bound.query.typed(),
            None => declared_columns(source),
        }
    }

    /// Puts the rows of a test into their sources, and returns what is wrong with them.
    pub fn give(&self, test: &TestTable) -> Result<Option<Diagnostic>, Error> {
        for (name, rows) in test.given.iter() {
            let Some(source) = self.catalog.sources.get(name.as_str()) else {
                continue;
            };
            if source.definition.format.value == Format::Derived {
                self.empty(source)?;
            }
            if rows.is_empty() {
                continue;
            }
            let columns = self.columns(source);
            let put = |rows| self.engine.execute(&insert(&given_table(source), &columns, rows));
            if let Err(failure) = put(rows) {
                // One by one, to find the row that it is about.
                let row = rows.iter().find(|row| put(std::slice::from_ref(*row)).is_err());
                let span = row.map_or(name.span, |row| row.span);
                let message = format!("these rows do not fit: {}", failure.message);
                return Ok(Some(
                    Diagnostic::new(&codes::WRONG_TYPE, message).at(span, "cannot be a row"),
                ));
            }
        }
        Ok(None)
    }

    /// Takes the rows of a test out of their sources.
    pub fn clear(&self, test: &TestTable) -> Result<(), Error> {
        for (name, rows) in test.given.iter() {
            let Some(source) = self.catalog.sources.get(name.as_str()) else {
                continue;
            };
            if source.definition.format.value == Format::Derived {
                self.derive(source);
            } else if !rows.is_empty() {
                let failed = |failure: SqlFailure| Error::Engine {
                    doing: format!("emptying source {}", source.id),
                    message: failure.message,
                };
                let delete = format!("delete from {}", given_table(source));
                self.engine.execute(&delete).map_err(failed)?;
            }
        }
        Ok(())
    }

    /// The sources that are not to be had in a test.
    pub fn failed(&self, test: &TestTable) -> BTreeSet<String> {
        let given = |id: &&String| test.given.get(id).is_some();
        self.failed.iter().filter(|id| !given(id)).cloned().collect()
    }
}
