//! Making the sources of a plan ready, and what they promise about their rows.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::PathBuf;

use jiff::Timestamp;

use super::{Request, Run};
use crate::{LoadContext, Readable, has_wrong_header, load_file_source, materialise, refusals};
use goodhart_core::cache::Cache;
use goodhart_core::diagnostic::{Diagnostic, codes};
use goodhart_core::error::Error;
use goodhart_core::measure::Cell;
use goodhart_core::parallel;
use goodhart_core::plan::{MappedSql, Materialise, Plan, SourceStep, quote};
use goodhart_core::project::catalog::{self, Catalog, Source};
use goodhart_core::project::definition::project::AsOf;
use goodhart_core::project::definition::source::{
    ExpectLevel, ExpectTable, Format, FreshnessTable,
};
use goodhart_core::project::{
    DataFile, Locations, Stamp, changed, data_files, fingerprint, stamps,
};
use goodhart_core::result::instant_text;

/// The files of a source, or what is wrong with them or with how it names them.
pub(super) type SourceData = Result<Data, Vec<Diagnostic>>;

/// The files of a source.
pub(super) struct Data {
    pub files: Vec<DataFile>,
    /// What they looked like before they were read.
    stamps: Vec<Stamp>,
    /// What identifies their content; none where a header is wrong, and nothing behind it was read.
    pub fingerprint: Option<String>,
}

/// Looks for the files of the sources of a plan, before anything is opened: nothing else may be.
pub(super) fn locate(
    catalog: &Catalog,
    plan: &Plan,
    request: &Request<'_>,
) -> BTreeMap<String, SourceData> {
    let locations = Locations {
        project: request.root,
        roots: &catalog.settings.roots,
        environment: request.environment,
    };
    let sources = plan.sources.iter().filter_map(|step| catalog.sources.get(&step.id));
    let found: Vec<_> = sources
        .filter(|source| source.is_from_files())
        .map(|source| (source, data_files(&source.definition, &locations)))
        .collect();
    let read = parallel::map(&found, 2, |(source, files)| match files {
        Ok(files) => identify(source, files),
        Err(wrong) => Err(wrong.clone()),
    });
    found.iter().map(|(source, _)| source.id.clone()).zip(read).collect()
}

/// What the files of a source look like, and what identifies their content.
fn identify(source: &Source, files: &[DataFile]) -> SourceData {
    let unreadable = |(path, error): (PathBuf, io::Error)| {
        let name = files.iter().find(|file| file.path == path);
        let name = name.map_or("a file", |file| file.name.as_str());
        vec![
            Diagnostic::new(&codes::UNREADABLE_SOURCE, format!("cannot read {name}: {error}"))
                .at(source.definition.format.span, format!("source `{}`", source.id)),
        ]
    };
    let stamps = stamps(files).map_err(unreadable)?;
    let fingerprint = if has_wrong_header(source, files) {
        None
    } else {
        Some(fingerprint(files).map_err(unreadable)?)
    };
    Ok(Data { files: files.to_vec(), stamps, fingerprint })
}

impl Run<'_> {
    /// Loads the sources that are read from files.
    pub(super) fn load_files(&mut self, data: BTreeMap<String, SourceData>) {
        let catalog = self.catalog;
        let total = data.len();
        for (index, (id, data)) in data.into_iter().enumerate() {
            let Some(source) = catalog.sources.get(&id) else {
                continue;
            };
            self.request.progress.step(&format!("loading {id}"), index, total);
            self.grant_source();
            if let Err(diagnostics) = data.and_then(|data| self.load_file(source, data)) {
                self.failed.insert(id);
                self.diagnostics.extend(diagnostics);
            }
        }
    }

    fn load_file(&mut self, source: &Source, data: Data) -> Result<(), Vec<Diagnostic>> {
        let Data { files, stamps, fingerprint } = data;
        let known = fingerprint.is_some();
        let disabled = Cache::default();
        // What was not read cannot have been verified.
        let cache = if known { &self.request.cache } else { &disabled };
        let context = LoadContext { cache, ..self.context() };
        let fingerprint = fingerprint.unwrap_or_default();
        let loaded = load_file_source(self.engine, source, &files, &fingerprint, &context)?;
        let other = if known { changed(&files, &stamps) } else { files.first() };
        if let Some(file) = other {
            return Err(vec![source_changed(source, file)]);
        }
        self.loaded.insert(source.id.clone(), loaded);
        self.stamps.insert(source.id.clone(), (files, stamps));
        Ok(())
    }

    /// Takes away the numbers of metrics that scanned a file which is not what it was when it was
    /// fingerprinted: Parquet is read anew for each query.
    pub(super) fn refuse_changed<T>(&mut self, figures: &mut BTreeMap<String, T>) {
        let lazy = self.plan.sources.iter().filter(|step| step.materialise == Materialise::Lazy);
        let mut wrong = BTreeSet::new();
        for step in lazy {
            if let Some((data, before)) = self.stamps.get(&step.id)
                && let Some(source) = self.catalog.sources.get(&step.id)
                && let Some(file) = changed(data, before)
            {
                self.diagnostics.push(source_changed(source, file));
                wrong.insert(step.id.as_str());
            }
        }
        if wrong.is_empty() {
            return;
        }
        let catalog = self.catalog;
        for metric in figures.keys().filter_map(|id| catalog.metrics.get(id)) {
            let read = catalog.upstream(metric);
            if let Some(source) = wrong.iter().find(|source| read.contains(*source)) {
                let reason = format!("its source `{source}` changed while it was read");
                self.skipped.insert(metric.id.clone(), reason);
            }
        }
        figures.retain(|id, _| !self.skipped.contains_key(id));
    }

    fn context(&self) -> LoadContext<'_> {
        LoadContext {
            files: self.files,
            sources: &self.catalog.sources,
            cache: &self.request.cache,
        }
    }

    /// Makes the derived sources ready: before the as-of is known those that do not depend on it,
    /// then (`clocked`) those that do.
    pub(super) fn build_derived(&mut self, clocked: bool) {
        let catalog = self.catalog;
        for step in &self.plan.sources {
            let depends = catalog.sources.get(&step.id).is_some_and(|source| source.clocked);
            if depends == clocked {
                self.build(step, false);
            }
        }
    }

    /// Builds anew, for the instant that is set, those of the `needed` sources that depend on it.
    pub(super) fn rebuild(&mut self, needed: &BTreeSet<String>) {
        for step in &self.plan.sources {
            if step.materialise == Materialise::PerInstant
                && needed.contains(&step.id)
                && !self.failed.contains(&step.id)
            {
                self.build(step, true);
            }
        }
    }

    fn build(&mut self, step: &SourceStep, again: bool) {
        let Some(source) = self.catalog.sources.get(&step.id) else {
            return;
        };
        if source.definition.format.value != Format::Derived {
            return;
        }
        if source.reads.iter().any(|read| self.failed.contains(read)) {
            self.failed.insert(step.id.clone());
            return;
        }
        let context = self.context();
        self.grant_source();
        if let Err(diagnostics) =
            materialise(self.engine, source, step.materialise, again, &context)
        {
            self.failed.insert(step.id.clone());
            self.diagnostics.extend(diagnostics);
        }
    }

    /// The newest value of a column of a relation; none where no row has one.
    pub(super) fn newest(&self, relation: &str, column: &str) -> Result<Option<Timestamp>, Error> {
        let sql = format!("select max({})::timestamp from {relation}", quote(column));
        let rows = self.engine.query(&sql).map_err(|failure| Error::Engine {
            doing: format!("looking for the newest {column} of {relation}"),
            message: failure.message,
        })?;
        match rows.first().and_then(|row| row.first()) {
            Some(Cell::Instant(micros)) => Timestamp::from_microsecond(*micros)
                .map(Some)
                .map_err(|error| Error::Usage(error.to_string())),
            _ => Ok(None),
        }
    }

    /// Why the as-of is not known, where no source says so.
    pub(super) fn no_as_of(&self) -> Option<Diagnostic> {
        match &self.catalog.settings.as_of {
            AsOf::Newest { source, column } if !self.failed.contains(source.as_str()) => Some(
                Diagnostic::new(
                    &codes::STALE_SOURCE,
                    format!(
                        "source `{}` has no row with a `{}`, so the as-of is not known",
                        source.as_str(),
                        column.as_str()
                    ),
                )
                .at(column.span, "the newest of nothing")
                .help("load the source, or evaluate with `--as-of`"),
            ),
            _ => None,
        }
    }

    /// Judges `freshness` and `expect` of the sources that are ready.
    pub(super) fn check_expectations(&mut self, as_of: Timestamp) {
        for step in &self.plan.sources {
            let Some(source) = self.catalog.sources.get(&step.id) else {
                continue;
            };
            if self.failed.contains(&step.id) || self.sound.contains(&step.id) {
                continue;
            }
            let mut found = Vec::new();
            if let Some(freshness) = &source.definition.freshness {
                found.extend(self.stale(source, freshness, as_of));
            }
            for expect in &source.definition.expect {
                let read = read_by(self.catalog, expect);
                if read.iter().any(|id| self.failed.contains(id)) {
                    self.unchecked.insert(step.id.clone());
                }
                // One that compares sources is checked where all are needed, so it does not make a
                // partial evaluation load more.
                if !read.iter().all(|id| self.is_ready(id)) {
                    continue;
                }
                let refused = self.refused(expect);
                if refused.is_empty() {
                    found.extend(self.broken(source, expect));
                }
                found.extend(refused);
            }
            self.diagnostics.extend(found);
        }
    }

    fn is_ready(&self, source: &str) -> bool {
        self.plan.sources.iter().any(|step| step.id == source) && !self.failed.contains(source)
    }

    fn stale(
        &self,
        source: &Source,
        freshness: &FreshnessTable,
        as_of: Timestamp,
    ) -> Option<Diagnostic> {
        let span = freshness.span;
        let newest = self.newest(&quote(&source.id), &freshness.column).ok()?;
        let age = newest.map(|newest| as_of.duration_since(newest).as_secs());
        let message = match (newest, age) {
            (Some(newest), Some(age)) if age > freshness.within.seconds => format!(
                "the newest `{}` of source `{}` is {}, {} before the as-of {}",
                freshness.column.as_str(),
                source.id,
                instant_text(newest),
                age_text(age),
                instant_text(as_of),
            ),
            (None, _) => {
                format!("source `{}` has no row with a `{}`", source.id, freshness.column.as_str())
            }
            _ => return None,
        };
        Some(
            Diagnostic::new(&codes::STALE_SOURCE, message)
                .at(span, format!("allowed: {}", age_text(freshness.within.seconds)))
                .help("fetch newer data, or allow more with `within`"),
        )
    }

    /// What keeps the query of an expectation from being run.
    fn refused(&self, expect: &ExpectTable) -> Vec<Diagnostic> {
        let sources = &self.catalog.sources;
        let checked = self.engine.check_query(expect.sql.as_str(), Readable::sources(sources));
        refusals(checked.err().into_iter().flatten(), &expect.sql, sources, self.files)
    }

    fn broken(&self, source: &Source, expect: &ExpectTable) -> Option<Diagnostic> {
        let guarded = source.guarded
            || read_by(self.catalog, expect)
                .iter()
                .any(|name| self.catalog.sources.get(name).is_some_and(|read| read.guarded));
        let mut sql = MappedSql::default();
        sql.push("select count(*) from (\n").push_sql(&expect.sql).push(")");
        let failed = |failure: crate::SqlFailure, sql: &MappedSql| {
            let failure = failure.suggesting(self.catalog.sources.keys()).discreet(guarded);
            failure.diagnostic(&codes::SQL_ERROR, sql, self.files, expect.sql.span)
        };
        let count = match self.engine.query(sql.text()) {
            Ok(rows) => rows.first()?.first()?.count().ok()?,
            Err(failure) => return Some(failed(failure, &sql)),
        };
        if count == 0 {
            return None;
        }
        let code = match expect.level.unwrap_or(ExpectLevel::Hard) {
            ExpectLevel::Hard => &codes::EXPECTATION_FAILED,
            ExpectLevel::Soft => &codes::EXPECTATION_MISSED,
        };
        let rows = if count == 1 { "row breaks" } else { "rows break" };
        let mut diagnostic = Diagnostic::new(
            code,
            format!("{count} {rows} \"{}\" of source `{}`", expect.name.as_str(), source.id),
        )
        .at(expect.sql.span, "rows that this query returns");
        if guarded {
            diagnostic = diagnostic.note("they have sensitive columns, so none of them is shown");
        } else if let Some(example) = self.example(expect) {
            diagnostic = diagnostic.note(format!("for example: {example}"));
        }
        if let Some(why) = &expect.why {
            diagnostic = diagnostic.note(why.trim_end());
        }
        Some(diagnostic)
    }

    /// The smallest violating row, so that the example is the same on every run.
    fn example(&self, expect: &ExpectTable) -> Option<String> {
        let mut sql = MappedSql::default();
        sql.push("select to_json(row)::varchar from (\n")
            .push_sql(&expect.sql)
            .push(") as row order by 1 limit 1");
        let rows = self.engine.query(sql.text()).ok()?;
        match rows.first()?.first()? {
            Cell::Text(text) => Some(text.chars().take(200).collect()),
            _ => None,
        }
    }
}

/// The sources that an expectation reads.
pub(super) fn read_by(catalog: &Catalog, expect: &ExpectTable) -> Vec<String> {
    let query = catalog.sql.query(expect.sql.as_str());
    query.map(|query| catalog::read_by(query, &catalog.sources)).unwrap_or_default()
}

fn source_changed(source: &Source, file: &DataFile) -> Diagnostic {
    Diagnostic::new(
        &codes::SOURCE_CHANGED,
        format!("{} changed while source `{}` was read", file.name, source.id),
    )
    .at(source.definition.format.span, "nothing is computed from it")
    .help("evaluate again when nothing writes the file, or a copy of it")
}

/// `3 d 4 h`: the two largest units.
fn age_text(seconds: i64) -> String {
    let units = [("d", 86_400), ("h", 3_600), ("min", 60), ("s", 1)];
    let mut rest = seconds;
    let mut parts = Vec::new();
    for (name, size) in units {
        let count = rest / size;
        rest %= size;
        if count > 0 && parts.len() < 2 {
            parts.push(format!("{count} {name}"));
        }
    }
    if parts.is_empty() { "0 s".to_owned() } else { parts.join(" ") }
}
