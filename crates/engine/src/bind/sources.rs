//! Sources: an empty relation for each, derived ones by their query.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use super::as_of;
use super::cache::Answers;
use super::lineage::{Purpose, QueryTrace, trace};
use super::place;
use crate::{
    Allowance, Engine, Parser, Readable, SqlFailure, check_derived, check_file_source, conversions,
    declare, declared_columns, first_repeated, in_sql, refusals, two_columns, undeclare,
};
use goodhart_core::diagnostic::{Diagnostic, Files, codes};
use goodhart_core::error::Error;
use goodhart_core::plan::MappedSql;
use goodhart_core::project::catalog::{Catalog, Source, read_by};
use goodhart_core::project::definition::read::Sql;
use goodhart_core::project::definition::source::{ColumnTable, Format, Type};
use goodhart_core::sql::facts::Observed;
use goodhart_core::sql::facts::TimeUse;
use goodhart_core::sql::facts::{BoundSource, Column, ColumnRef, Nulls, Origin, Query};
use goodhart_core::sql::{Form, ParsedSql};

/// An engine in which the sources that were asked for are empty relations. It is opened when the
/// first one is asked for: where everything is cached, there is no need of it.
pub struct Relations<'a> {
    pub catalog: &'a Catalog,
    provider: Provider<'a>,
    /// That of the parser, once there was need of it.
    engine: Option<Engine>,
    made: BTreeSet<String>,
}

/// Where the engine comes from.
enum Provider<'a> {
    Parser(&'a Parser<'a>),
    Engine(&'a Engine),
}

impl<'a> Relations<'a> {
    pub fn new(catalog: &'a Catalog, parser: &'a Parser<'a>) -> Self {
        Self { catalog, provider: Provider::Parser(parser), engine: None, made: BTreeSet::new() }
    }

    /// In an engine in which there is nothing yet.
    pub fn within(catalog: &'a Catalog, engine: &'a Engine) -> Self {
        Self { catalog, provider: Provider::Engine(engine), engine: None, made: BTreeSet::new() }
    }

    /// Takes the relations out of an engine that goes on.
    pub fn remove(self) -> Result<(), Error> {
        let Provider::Engine(engine) = self.provider else { return Ok(()) };
        for id in &self.made {
            undeclare(engine, id).map_err(|failure| failed(id, failure))?;
        }
        Ok(())
    }

    /// The engine, with the `sources` among those that are `bound`.
    pub fn with<'s>(
        &mut self,
        sources: impl IntoIterator<Item = &'s str>,
        bound: &BTreeMap<String, BoundSource>,
    ) -> Result<&Engine, Error> {
        let engine = match self.provider {
            Provider::Engine(engine) => engine,
            Provider::Parser(parser) => {
                let engine = match self.engine.take() {
                    Some(engine) => engine,
                    None => open(self.catalog, parser)?,
                };
                self.engine.insert(engine)
            }
        };
        engine.grant(allowance(self.catalog));
        for id in sources {
            let Some(source) = bound.get(id).filter(|_| !self.made.contains(id)) else {
                continue;
            };
            declare(engine, id, &source.query.typed()).map_err(|failure| failed(id, failure))?;
            self.made.insert(id.to_owned());
        }
        Ok(engine)
    }
}

fn open(catalog: &Catalog, parser: &Parser<'_>) -> Result<Engine, Error> {
    let engine = parser.engine_to_bind(&catalog.settings)?;
    engine.set_as_of(as_of::stand_in(), catalog.settings.grain)?;
    Ok(engine)
}

fn failed(id: &str, failure: SqlFailure) -> Error {
    Error::Engine { doing: format!("declaring source {id}"), message: failure.message }
}

/// What binding a definition may take: to bind takes milliseconds, so that a minute for a number
/// would be a long time here.
pub fn allowance(catalog: &Catalog) -> Allowance {
    const LONGEST: Duration = Duration::from_secs(10);
    Allowance::binding(catalog.settings.limits.time.min(LONGEST))
}

/// Binds all sources, each after what it reads.
pub fn bind(
    catalog: &Catalog,
    files: &Files,
    relations: &mut Relations<'_>,
    answers: &mut Answers,
    found: &mut Vec<Diagnostic>,
) -> Result<BTreeMap<String, BoundSource>, Error> {
    let mut bound = BTreeMap::new();
    for id in catalog.sources_in_order() {
        let Some(source) = catalog.sources.get(id) else {
            continue;
        };
        if source.definition.sql.as_ref().is_some_and(|sql| reads_unbound(sql, catalog, &bound)) {
            continue;
        }
        let key = key(source, files, &bound);
        if let Some(known) = answers.get::<BoundSource>(&key) {
            bound.insert(id.to_owned(), known);
            continue;
        }
        let before = found.len();
        let one = match &source.definition.sql {
            Some(sql) if source.definition.format.value == Format::Derived => {
                derived(source, sql, files, relations, &bound, found)?
            }
            _ => Some(from_files(source, files, relations, &bound, found)?),
        };
        if let Some(one) = one {
            if found.len() == before {
                answers.put(key, &one);
            }
            bound.insert(id.to_owned(), one);
        }
    }
    expectations(catalog, files, relations, &mut bound, answers, found)?;
    Ok(bound)
}

/// Whether a query reads a source that could not be bound, because it is wrong or part of a cycle:
/// what DuckDB would say of it follows from that.
fn reads_unbound(sql: &Sql, catalog: &Catalog, bound: &BTreeMap<String, BoundSource>) -> bool {
    let names = catalog.sql.query(sql.as_str()).map(ParsedSql::relation_names).unwrap_or_default();
    names.into_iter().any(|name| catalog.sources.contains_key(name) && !bound.contains_key(name))
}

/// Everything that the binding of a source depends on.
fn key(source: &Source, files: &Files, bound: &BTreeMap<String, BoundSource>) -> String {
    let schemas: Vec<String> = source.reads.iter().map(|read| schema(read, bound)).collect();
    let parts = ["source", &source.id, files.text(source.file)];
    Answers::key(parts.into_iter().chain(schemas.iter().map(String::as_str)))
}

/// The columns of a source as text, with what is known of them.
pub fn schema(id: &str, bound: &BTreeMap<String, BoundSource>) -> String {
    let columns = bound.get(id).map_or(&[][..], |source| &source.query.columns);
    let typed = columns.iter().map(|column| {
        let Column { name, type_name, nulls, values, .. } = column;
        match values {
            Some(values) => format!("{name} {type_name} {nulls:?} {values:?}"),
            None => format!("{name} {type_name} {nulls:?}"),
        }
    });
    format!("{id}({})", typed.collect::<Vec<_>>().join(", "))
}

fn from_files(
    source: &Source,
    files: &Files,
    relations: &mut Relations<'_>,
    bound: &BTreeMap<String, BoundSource>,
    found: &mut Vec<Diagnostic>,
) -> Result<BoundSource, Error> {
    let definition = &source.definition;
    let has_sql = definition.columns.iter().any(|(_, column)| {
        column.select.is_some() || column.path.is_some() || column.format.is_some()
    });
    let mut times = Vec::new();
    if has_sql || definition.json.is_some() {
        let engine = relations.with([], bound)?;
        found.extend(check_file_source(engine, source, files));
        times = times_of_conversions(engine, source, files);
    }
    let types = declared_columns(source).into_iter();
    let columns =
        types.zip(definition.columns.iter()).map(|((name, type_name), (_, declared))| Column {
            name,
            type_name,
            origin: Origin::default(),
            nulls: nulls(declared),
            values: values(declared),
        });
    let query = Query { columns: columns.collect(), times, ..Query::default() };
    Ok(BoundSource { query, expectations: Vec::new() })
}

/// Whether a declared column has nulls; rows in which one has them unasked do not load.
fn nulls(declared: &ColumnTable) -> Nulls {
    if declared.nullable && !declared.key { Nulls::Possible } else { Nulls::Never }
}

/// The texts that a declared column can have; rows with others do not load.
fn values(declared: &ColumnTable) -> Option<BTreeSet<String>> {
    let texts = matches!(declared.r#type.value, Type::Text | Type::TextList);
    let values = || declared.values.iter().map(ToString::to_string).collect();
    (texts && !declared.values.is_empty()).then(values)
}

/// The uses of times in what makes the columns of a source from those of its files.
fn times_of_conversions(engine: &Engine, source: &Source, files: &Files) -> Vec<TimeUse> {
    let conversions = conversions(engine, source);
    let texts: Vec<&str> = conversions.iter().map(MappedSql::text).collect();
    let plans = engine.bound_plans(&texts).unwrap_or_default();
    let mut times = Vec::new();
    for (conversion, plan) in conversions.iter().zip(plans) {
        let Some(plan) = plan else {
            continue;
        };
        let mut query = trace(&plan, &BTreeMap::new(), Purpose::Rows).query;
        query.locate(|(start, end)| {
            let span = conversion.locate(files, start, end - start)?;
            Some((span.start, span.end))
        });
        // What has no place is goodhart's own.
        times.extend(query.times.into_iter().filter(|time| time.place.is_some()));
    }
    times
}

fn derived(
    source: &Source,
    sql: &Sql,
    files: &Files,
    relations: &mut Relations<'_>,
    bound: &BTreeMap<String, BoundSource>,
    found: &mut Vec<Diagnostic>,
) -> Result<Option<BoundSource>, Error> {
    let catalog = relations.catalog;
    let engine = relations.with(source.reads.iter().map(String::as_str), bound)?;
    let columns = match described(engine, sql, &catalog.sources, files) {
        Ok(columns) => columns,
        Err(diagnostics) => {
            found.extend(diagnostics);
            return Ok(None);
        }
    };
    if let Some(name) = first_repeated(&columns) {
        found.push(two_columns(name, in_sql(engine, sql, name, files)));
        return Ok(None);
    }
    let purpose = Purpose::Rows;
    let mut query = traced(engine, sql, purpose, &source.reads, bound, files, found);
    let anything = Origin { columns: query.reads.clone(), averaged: false };
    let mut traced = std::mem::take(&mut query.columns).into_iter();
    for (name, type_name) in columns {
        let (origin, mut nulls_found, mut values_found) = match traced.next() {
            Some(column) => (column.origin, column.nulls, column.values),
            None => (anything.clone(), Nulls::Unknown, None),
        };
        let declared = source.definition.columns.iter().find(|(known, _)| known.as_str() == name);
        if let Some((_, declared)) = declared {
            nulls_found = nulls(declared);
            values_found = values(declared).or(values_found);
        }
        let (nulls, values) = (nulls_found, values_found);
        query.columns.push(Column { name, type_name, origin, nulls, values });
    }
    let one = BoundSource { query, expectations: Vec::new() };
    let with_itself = BTreeMap::from([(source.id.clone(), one.clone())]);
    let engine = relations.with([source.id.as_str()], &with_itself)?;
    found.extend(check_derived(engine, source, files));
    Ok(Some(one))
}

/// One query and nothing else, over sources, and what it returns.
fn described(
    engine: &Engine,
    sql: &Sql,
    sources: &BTreeMap<String, Source>,
    files: &Files,
) -> Result<Vec<(String, String)>, Vec<Diagnostic>> {
    let refused = |failures: Vec<SqlFailure>| refusals(failures, sql, sources, files);
    engine.check_query(sql.as_str(), Readable::sources(sources)).map_err(refused)?;
    // The break behind it ends a comment that nothing else does.
    engine.describe(&format!("{}\n", sql.as_str())).map_err(|failure| refused(vec![failure]))
}

/// Every column of some sources.
pub fn all_columns<'a>(
    sources: impl IntoIterator<Item = &'a String>,
    bound: &BTreeMap<String, BoundSource>,
) -> BTreeSet<ColumnRef> {
    let columns = sources.into_iter().filter_map(|id| Some((id, bound.get(id)?)));
    let columns = columns.flat_map(|(id, source)| {
        let names = source.query.columns.iter().map(|column| column.name.clone());
        names.map(|column| ColumnRef { source: id.clone(), column })
    });
    columns.collect()
}

/// The lineage of a query that binds and reads these sources. Where DuckDB cannot write the plan,
/// everything may come from everything.
fn traced<'a>(
    engine: &Engine,
    sql: &Sql,
    purpose: Purpose,
    reads: impl IntoIterator<Item = &'a String>,
    bound: &BTreeMap<String, BoundSource>,
    files: &Files,
    found: &mut Vec<Diagnostic>,
) -> Query {
    let plans = engine.bound_plans(&[sql.as_str()]).unwrap_or_default();
    let Some(plan) = plans.into_iter().next().flatten() else {
        return Query { reads: all_columns(reads, bound), ..Query::default() };
    };
    let QueryTrace { mut query, writes, .. } = trace(&plan, bound, purpose);
    let located = |(start, end): (usize, usize)| {
        let span = sql.locate(files, start, end - start);
        Some((span.start, span.end))
    };
    query.locate(located);
    let mut seen = Vec::new();
    for mut one in std::mem::take(&mut query.observations) {
        let place = one.place.map(|(start, end)| sql.locate(files, start, end - start));
        if let Observed::RepeatedColumn { name } = &one.what {
            found
                .push(two_columns(name, place.unwrap_or_else(|| in_sql(engine, sql, name, files))));
            continue;
        }
        let place =
            place.or_else(|| place::of_word(engine, one.what.word(), [(Form::Query, sql)], files));
        one.place = place.map(|span| (span.start, span.end));
        seen.push(one);
    }
    query.observations = seen;
    if writes {
        found.push(no_query(sql));
    }
    query
}

/// Data-modifying common table expressions look like a query to the parser.
pub fn no_query(sql: &Sql) -> Diagnostic {
    Diagnostic::new(&codes::SQL_ERROR, "only a query can stand here")
        .at(sql.span, "changes something")
}

/// Binds what sources expect of themselves and of others.
fn expectations(
    catalog: &Catalog,
    files: &Files,
    engine: &mut Relations<'_>,
    bound: &mut BTreeMap<String, BoundSource>,
    answers: &mut Answers,
    found: &mut Vec<Diagnostic>,
) -> Result<(), Error> {
    for source in catalog.sources.values() {
        if source.definition.expect.is_empty() {
            continue;
        }
        let read: BTreeSet<String> = source
            .definition
            .expect
            .iter()
            .filter_map(|expect| catalog.sql.query(expect.sql.as_str()))
            .flat_map(|query| read_by(query, &catalog.sources))
            .collect();
        let schemas: Vec<String> = read.iter().map(|read| schema(read, bound)).collect();
        let parts = ["expectations", &source.id, files.text(source.file)];
        let key = Answers::key(parts.into_iter().chain(schemas.iter().map(String::as_str)));
        let expectations = match answers.get::<Vec<Query>>(&key) {
            Some(expectations) => expectations,
            None => {
                let before = found.len();
                let mut expectations = Vec::new();
                let engine = engine.with(read.iter().map(String::as_str), bound)?;
                for expect in &source.definition.expect {
                    let query = if reads_unbound(&expect.sql, catalog, bound) {
                        Query::default()
                    } else {
                        match described(engine, &expect.sql, &catalog.sources, files) {
                            Ok(_) => {
                                let (sql, purpose) = (&expect.sql, Purpose::Violations);
                                let query =
                                    traced(engine, sql, purpose, &read, bound, files, found);
                                // Nothing reads them, and a plan does not name their whole types.
                                Query { columns: Vec::new(), ..query }
                            }
                            Err(diagnostics) => {
                                found.extend(diagnostics);
                                Query::default()
                            }
                        }
                    };
                    expectations.push(query);
                }
                if found.len() == before {
                    answers.put(key, &expectations);
                }
                expectations
            }
        };
        if let Some(one) = bound.get_mut(&source.id) {
            one.expectations = expectations;
        }
    }
    Ok(())
}
