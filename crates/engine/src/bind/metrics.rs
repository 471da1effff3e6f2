//! Metrics: their populations and measures over the sources' relations.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use serde_json::Value;

use super::cache::Answers;
use super::lineage::{Purpose, trace};
use super::place;
use super::scan::{Binder, check};
use super::sources::{Relations, all_columns, allowance, no_query, schema};
use crate::{Allowance, Engine, Readable, in_sql, two_columns};
use goodhart_core::diagnostic::{Diagnostic, Files, codes};
use goodhart_core::error::Error;
use goodhart_core::measure::aggregates;
use goodhart_core::parallel;
use goodhart_core::plan::{Columns, MappedSql, Scan, probe};
use goodhart_core::project::catalog::{Catalog, Metric};
use goodhart_core::project::definition::read::Sql;
use goodhart_core::sql::Form;
use goodhart_core::sql::facts::Observed;
use goodhart_core::sql::facts::{
    BoundMetric, BoundSource, Column, Expression, Nulls, Origin, Query,
};

/// So many metrics are asked about in one query: asking costs more than binding a small one.
const TOGETHER: usize = 64;

/// They take milliseconds. Where one of them takes longer, it is found by trying each alone.
const LONGEST_TOGETHER: Duration = Duration::from_secs(2);

/// A metric that is to be bound.
struct Job<'a> {
    metric: &'a Metric,
    scan: Scan,
    columns: Columns,
    probe: MappedSql,
    key: String,
}

type Outcome = Result<BoundMetric, Vec<Diagnostic>>;

/// Pieces of SQL that are one query, or one expression, and nothing else: they are about to be
/// put between parentheses.
#[derive(Debug, Default)]
struct Sound<'a> {
    queries: BTreeSet<&'a str>,
    expressions: BTreeSet<&'a str>,
}

impl<'a> Sound<'a> {
    /// Looks at the pieces of `jobs` that were not looked at before.
    fn check(&mut self, binder: Binder<'_>, jobs: &'a [Job<'_>]) {
        let (engine, sources) = (binder.engine, Readable::sources(binder.sources));
        let queries = jobs.iter().map(|job| job.scan.population.sql.as_str());
        let expressions = jobs.iter().flat_map(|job| job.columns.expressions()).map(Sql::as_str);
        let queries: BTreeSet<&str> = queries.filter(|sql| !self.queries.contains(sql)).collect();
        let expressions: BTreeSet<&str> =
            expressions.filter(|sql| !self.expressions.contains(sql)).collect();
        let queries: Vec<&str> = queries.into_iter().collect();
        let expressions: Vec<&str> = expressions.into_iter().collect();
        let checked = engine.check_queries(&queries, sources);
        let passed = queries.into_iter().zip(checked).filter(|(_, outcome)| outcome.is_ok());
        self.queries.extend(passed.map(|(sql, _)| sql));
        let checked = engine.check_expressions(&expressions, sources.and_population());
        let passed = expressions.into_iter().zip(checked).filter(|(_, outcome)| outcome.is_ok());
        self.expressions.extend(passed.map(|(sql, _)| sql));
    }

    fn has(&self, job: &Job<'_>) -> bool {
        self.queries.contains(job.scan.population.sql.as_str())
            && job.columns.expressions().iter().all(|sql| self.expressions.contains(sql.as_str()))
    }
}

/// Binds those of the metrics that are over rows. What reads a source that is `unbound` is left out.
pub fn bind<'a>(
    metrics: impl Iterator<Item = &'a Metric>,
    files: &Files,
    engine: &mut Relations<'a>,
    unbound: &BTreeSet<&str>,
    sources: &BTreeMap<String, BoundSource>,
    answers: &mut Answers,
    found: &mut Vec<Diagnostic>,
) -> Result<BTreeMap<String, BoundMetric>, Error> {
    let mut bound = BTreeMap::new();
    let mut jobs = Vec::new();
    let schemas: BTreeMap<&str, String> =
        sources.keys().map(|id| (id.as_str(), schema(id, sources))).collect();
    let parsed = &engine.catalog.sql;
    let reads_unbound = |sql: &Sql| {
        let query = parsed.query(sql.as_str()).filter(|_| !unbound.is_empty());
        query.is_some_and(|query| query.relation_names().iter().any(|name| unbound.contains(name)))
    };
    for metric in metrics {
        let Some(population) = &metric.definition.population else {
            continue;
        };
        if reads_unbound(&population.sql) {
            continue;
        }
        let schemas = metric.reads.iter().filter_map(|read| schemas.get(read.as_str()));
        let parts = ["metric", metric.id.as_str(), files.text(metric.file)];
        let key = Answers::key(parts.into_iter().chain(schemas.map(String::as_str)));
        if let Some(known) = answers.get(&key) {
            bound.insert(metric.id.clone(), known);
            continue;
        }
        let mut scan = Scan::new(population);
        scan.add(metric, aggregates(&metric.definition.measure), 0);
        let columns = Columns::of(&scan);
        let probe = probe(&scan, &columns);
        jobs.push(Job { metric, scan, columns, probe, key });
    }
    if jobs.is_empty() {
        return Ok(bound);
    }
    let needed: BTreeSet<&str> =
        jobs.iter().flat_map(|job| job.metric.reads.iter().map(String::as_str)).collect();
    let catalog = engine.catalog;
    let engine = engine.with(needed, sources)?;
    let outcomes = in_parallel(catalog, files, engine, sources, &jobs)?;
    for (job, outcome) in jobs.into_iter().zip(outcomes) {
        match outcome {
            Ok(one) => {
                answers.put(job.key, &one);
                bound.insert(job.metric.id.clone(), one);
            }
            Err(diagnostics) => found.extend(diagnostics),
        }
    }
    Ok(bound)
}

/// The outcome of each job. How many threads there are changes nothing but the time.
fn in_parallel(
    catalog: &Catalog,
    files: &Files,
    engine: &Engine,
    sources: &BTreeMap<String, BoundSource>,
    jobs: &[Job<'_>],
) -> Result<Vec<Outcome>, Error> {
    let pieces: Vec<&[Job<'_>]> = jobs.chunks(TOGETHER).collect();
    // Another connection costs more than a few metrics.
    if let [jobs] = pieces.as_slice() {
        let binder = Binder { engine, sources: &catalog.sources, files };
        return Ok(several(binder, sources, jobs, &mut Sound::default(), allowance(catalog)));
    }
    let mut workers = Vec::new();
    for _ in 0..parallel::workers(pieces.len()) {
        workers.push((engine.beside()?, Sound::default()));
    }
    let allowance = allowance(catalog);
    let outcomes = parallel::map_with(&pieces, workers, |(engine, sound), jobs| {
        let binder = Binder { engine, sources: &catalog.sources, files };
        several(binder, sources, jobs, sound, allowance)
    });
    Ok(outcomes.into_iter().flatten().collect())
}

/// Binds several metrics by few queries. Where one of them is wrong, it is looked at alone, with
/// care for where and why.
fn several<'a>(
    binder: Binder<'_>,
    sources: &BTreeMap<String, BoundSource>,
    jobs: &'a [Job<'_>],
    sound: &mut Sound<'a>,
    allowance: Allowance,
) -> Vec<Outcome> {
    binder.engine.grant(allowance);
    sound.check(binder, jobs);
    // What is not sound is not even bound: DuckDB folds constants then.
    let statements: Vec<&str> =
        jobs.iter().filter(|job| sound.has(job)).map(|job| job.probe.text()).collect();
    binder.engine.grant(Allowance { left: allowance.left.min(LONGEST_TOGETHER), ..allowance });
    let mut together = binder.engine.bound_plans(&statements).map(Vec::into_iter);
    jobs.iter()
        .map(|job| {
            binder.engine.grant(allowance);
            let plan = match &mut together {
                _ if !sound.has(job) => None,
                Ok(plans) => plans.next().flatten(),
                Err(_) => alone(binder, job)?,
            };
            one(binder, sources, job, plan.as_ref())
        })
        .collect()
}

/// The plan of a metric that shared a query with one that takes too long, or is that one.
fn alone(binder: Binder<'_>, job: &Job<'_>) -> Result<Option<Value>, Vec<Diagnostic>> {
    let plans = binder.engine.bound_plans(&[job.probe.text()]).map_err(|failure| {
        let span = job.scan.population.sql.span;
        vec![failure.diagnostic(&codes::SQL_ERROR, &job.probe, binder.files, span)]
    })?;
    Ok(plans.into_iter().next().flatten())
}

fn one(
    binder: Binder<'_>,
    sources: &BTreeMap<String, BoundSource>,
    job: &Job<'_>,
    plan: Option<&Value>,
) -> Outcome {
    if let Some(plan) = plan {
        let traced = trace(plan, sources, Purpose::Measure);
        if traced.writes {
            return Err(vec![no_query(&job.scan.population.sql)]);
        }
        let repeated = repeated(binder, job, &traced.query);
        if !repeated.is_empty() {
            return Err(repeated);
        }
        if check(binder, &job.scan, &job.columns, &traced.query.typed()).is_empty() {
            return Ok(facts(binder, job, traced.query, &traced.uses));
        }
    }
    binder.kinds(&job.scan, &job.columns)?;
    Ok(unknown(binder.engine, sources, job))
}

/// Queries with two columns of one name, in the population or below.
fn repeated(binder: Binder<'_>, job: &Job<'_>, query: &Query) -> Vec<Diagnostic> {
    let seen = query.observations.iter().filter_map(|one| match &one.what {
        Observed::RepeatedColumn { name } => Some((name, one.place)),
        _ => None,
    });
    let located = seen.map(|(name, place)| {
        let Binder { engine, files, .. } = binder;
        let place = place.and_then(|(start, end)| job.probe.locate(files, start, end - start));
        let sql = &job.scan.population.sql;
        two_columns(name, place.unwrap_or_else(|| in_sql(engine, sql, name, files)))
    });
    located.collect()
}

/// What the plan of a probe says about the metric.
fn facts(binder: Binder<'_>, job: &Job<'_>, mut query: Query, uses: &[Vec<usize>]) -> BoundMetric {
    let Binder { engine, files, .. } = binder;
    let located = |(start, end): (usize, usize)| {
        let span = job.probe.locate(files, start, end - start)?;
        Some((span.start, span.end))
    };
    query.locate(located);
    for one in &mut query.observations {
        let population = std::iter::once((Form::Query, &job.scan.population.sql));
        let expressions = job.columns.expressions().iter().map(|sql| (Form::Expression, sql));
        one.place = one.place.take().and_then(located).or_else(|| {
            let pieces = population.chain(expressions);
            let span = place::of_word(engine, one.what.word(), pieces, files)?;
            Some((span.start, span.end))
        });
    }
    let own = query.columns.len().saturating_sub(job.columns.expressions().len());
    let measured = query.columns.split_off(own);
    // The columns of the population stand first, each a position and a name.
    let names: BTreeMap<usize, &str> = uses
        .iter()
        .zip(&query.columns)
        .filter_map(|(uses, column)| Some((*uses.first()?, column.name.as_str())))
        .collect();
    let expressions = job
        .columns
        .expressions()
        .iter()
        .zip(measured)
        .zip(uses.iter().skip(own))
        .map(|((sql, column), uses)| Expression {
            sql: sql.as_str().trim().to_owned(),
            uses: uses.iter().filter_map(|at| names.get(at)).map(|name| (*name).into()).collect(),
            origin: column.origin,
        })
        .collect();
    BoundMetric { population: query, expressions }
}

/// Where DuckDB cannot write the plan, everything may come from everything.
fn unknown(engine: &Engine, sources: &BTreeMap<String, BoundSource>, job: &Job<'_>) -> BoundMetric {
    let reads = all_columns(&job.metric.reads, sources);
    let origin = Origin { columns: reads.clone(), averaged: false };
    let alone = probe(&job.scan, &Columns::default());
    let columns: Vec<Column> = engine
        .describe(alone.text())
        .unwrap_or_default()
        .into_iter()
        .map(|(name, type_name)| Column {
            name,
            type_name,
            origin: origin.clone(),
            nulls: Nulls::Unknown,
            values: None,
        })
        .collect();
    let uses: BTreeSet<String> = columns.iter().map(|column| column.name.clone()).collect();
    let expressions = job
        .columns
        .expressions()
        .iter()
        .map(|sql| Expression {
            sql: sql.as_str().trim().to_owned(),
            uses: uses.clone(),
            origin: origin.clone(),
        })
        .collect();
    BoundMetric { population: Query { columns, reads, ..Query::default() }, expressions }
}
