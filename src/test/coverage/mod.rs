//! What no test reaches: metrics and derived sources without one, and conditions in their SQL
//! that no row of a test makes true, or false.
//!
//! DuckDB's own syntax tree says where the conditions are. Each is evaluated, while the rows of
//! a test are in their sources, over the rows of its own `select`. What has no value for a row
//! alone (a correlated query, a window, an aggregate) cannot be told, and is listed as such.

mod conditions;

use std::collections::BTreeSet;

use super::bench::Bench;
use crate::catalog::Catalog;
use crate::definition::read::Sql;
use crate::definition::test::TestTable;
use crate::engine::Readable;
use crate::error::Error;
use crate::fixtures::{Coverage, Gap, Kind, Unreached};
use crate::measure::Cell;
use crate::plan::Scan;
use crate::rules::tests as rule;
use conditions::{Condition, Node, Role, nodes};

/// Watches tests run.
pub struct Tracker<'a> {
    catalog: &'a Catalog,
    targets: BTreeSet<&'a str>,
    queries: Vec<Query<'a>>,
}

/// A query whose conditions are watched.
struct Query<'a> {
    kind: Kind,
    target: &'a str,
    /// The metrics with this population; of a derived source, itself.
    shared: BTreeSet<&'a str>,
    sql: &'a Sql,
    selects: Vec<Select>,
    /// Conditions that cannot be looked at.
    untold: Vec<(Condition, &'static str)>,
}

/// A `select` whose conditions are looked at in one statement.
struct Select {
    conditions: Vec<Condition>,
    statement: String,
    /// For each condition, whether it was true and whether it was false for a row.
    reached: Vec<(bool, bool)>,
}

impl<'a> Tracker<'a> {
    pub fn new(bench: &Bench<'a>, targets: &BTreeSet<&'a str>) -> Self {
        let catalog = bench.catalog;
        let aggregates = bench.engine.aggregate_functions();
        let mut queries: Vec<Query<'a>> = Vec::new();
        for source in catalog.sources.values() {
            if let Some(sql) = &source.definition.sql
                && targets.contains(source.id.as_str())
            {
                queries.push(Query::new(bench, Kind::Source, &source.id, sql, &aggregates));
            }
        }
        let mut keys = Vec::new();
        for metric in catalog.metrics.values().filter(|m| targets.contains(m.id.as_str())) {
            let Some(population) = &metric.definition.population else {
                continue;
            };
            let key = Scan::key(population).0;
            match keys.iter().find(|(known, _)| *known == key) {
                Some((_, index)) => {
                    let query: &mut Query<'a> = &mut queries[*index];
                    query.shared.insert(&metric.id);
                }
                None => {
                    keys.push((key, queries.len()));
                    let sql = &population.sql;
                    queries.push(Query::new(bench, Kind::Metric, &metric.id, sql, &aggregates));
                }
            }
        }
        Self { catalog, targets: targets.clone(), queries }
    }

    /// Looks at what the rows that a test gave to its sources reach.
    pub fn look(
        &mut self,
        bench: &Bench<'_>,
        test: &TestTable,
        target: (Kind, &str),
    ) -> Result<(), Error> {
        let Some(as_of) = rule::as_of(self.catalog, test) else {
            return Ok(());
        };
        bench.set_as_of(as_of)?;
        let (metrics, sources) = seen(self.catalog, test, target);
        for query in &mut self.queries {
            let ids = if query.kind == Kind::Metric { &metrics } else { &sources };
            if query.shared.iter().any(|id| ids.contains(id)) {
                for select in &mut query.selects {
                    select.look(bench);
                }
            }
        }
        Ok(())
    }

    pub fn finish(self, bench: &Bench<'_>) -> Coverage {
        let mut coverage =
            Coverage { untested: Vec::new(), unreached: Vec::new(), reached: 0, total: 0 };
        for id in &self.targets {
            if let Some(source) = self.catalog.sources.get(*id)
                && source.definition.sql.is_some()
                && source.definition.test.is_empty()
            {
                coverage.untested.push((Kind::Source, source.id.clone()));
            }
            if let Some(metric) = self.catalog.metrics.get(*id)
                && metric.definition.test.is_empty()
            {
                coverage.untested.push((Kind::Metric, metric.id.clone()));
            }
        }
        for query in self.queries {
            query.finish(bench, &mut coverage);
        }
        coverage.unreached.sort_by_key(|gap| (bench.files.path(gap.span.file), gap.span.start));
        coverage
    }
}

/// The metrics and derived sources whose queries run for a test.
fn seen<'c>(
    catalog: &'c Catalog,
    test: &TestTable,
    (kind, id): (Kind, &'c str),
) -> (BTreeSet<&'c str>, BTreeSet<&'c str>) {
    let mut metrics = BTreeSet::new();
    let mut pending: Vec<&str> = Vec::new();
    match kind {
        Kind::Source => pending.push(id),
        Kind::Metric => {
            let mut parts = vec![id];
            while let Some(id) = parts.pop() {
                if let Some(metric) = catalog.metrics.get(id)
                    && metrics.insert(id)
                {
                    parts.extend(metric.parts.iter().map(String::as_str));
                    pending.extend(metric.reads.iter().map(String::as_str));
                }
            }
        }
    }
    let mut sources = BTreeSet::new();
    while let Some(id) = pending.pop() {
        if let Some(source) = catalog.sources.get(id)
            && test.given.get(id).is_none()
            && sources.insert(id)
        {
            pending.extend(source.reads.iter().map(String::as_str));
        }
    }
    (metrics, sources)
}

impl<'a> Query<'a> {
    fn new(
        bench: &Bench<'_>,
        kind: Kind,
        target: &'a str,
        sql: &'a Sql,
        aggregates: &BTreeSet<String>,
    ) -> Self {
        let mut query = Self {
            kind,
            target,
            shared: BTreeSet::from([target]),
            sql,
            selects: Vec::new(),
            untold: Vec::new(),
        };
        // SQL that is wrong has a diagnostic of its own.
        let sources = Readable::sources(&bench.catalog.sources);
        let sound = bench.engine.check_query(sql.as_str(), sources).is_ok();
        let tree = if sound { bench.engine.syntax_tree(sql.as_str()) } else { None };
        for node in tree.iter().flat_map(|tree| nodes(tree, aggregates)) {
            query.add(bench, &node);
        }
        query
    }

    /// Adds the conditions of a `select` that can be looked at.
    fn add(&mut self, bench: &Bench<'_>, node: &Node) {
        let statement = |conditions: &[Condition]| {
            let expressions = conditions.iter().filter_map(|c| c.expression.as_ref());
            bench.engine.sql_of(&node.selecting(expressions))
        };
        let binds = |sql: &String| bench.engine.describe(sql).is_ok();
        // All together where that binds, which is nearly always.
        if node.conditions.iter().all(|condition| condition.obstacle.is_none())
            && let Some(sql) = statement(&node.conditions).filter(binds)
        {
            self.selects.push(Select::new(node.conditions.clone(), &sql));
            return;
        }
        let mut told: Vec<Condition> = Vec::new();
        // Branches stand behind the others of their `case`; one that is not told hides the rest.
        let mut hidden = false;
        for condition in &node.conditions {
            let after = match condition.role {
                Role::Filter => 0,
                Role::Branch { after } | Role::Rest { after } => after,
            };
            hidden &= after > 0;
            let alone = condition.expression.is_none()
                || statement(std::slice::from_ref(condition)).is_some_and(|sql| binds(&sql));
            let obstacle = condition
                .obstacle
                .or((!alone).then_some("it depends on the rows of an outer query"))
                .or(hidden.then_some("a branch before it cannot be told"));
            match obstacle {
                Some(why) => {
                    hidden |= condition.role != Role::Filter;
                    self.untold.push((condition.clone(), why));
                }
                None => told.push(condition.clone()),
            }
        }
        if let Some(sql) = statement(&told).filter(|_| !told.is_empty()) {
            self.selects.push(Select::new(told, &sql));
        }
    }

    fn finish(self, bench: &Bench<'_>, coverage: &mut Coverage) {
        let mut report = |condition: &Condition, gap: Gap| {
            let (start, end) = condition.place;
            coverage.unreached.push(Unreached {
                kind: self.kind,
                target: self.target.to_owned(),
                span: self.sql.locate(bench.files, start, end - start),
                sql: self.sql.as_str().get(start..end).unwrap_or_default().to_owned(),
                gap,
            });
        };
        for select in &self.selects {
            for (condition, (was_true, was_false)) in select.conditions.iter().zip(&select.reached)
            {
                coverage.total += 1;
                coverage.reached += usize::from(*was_true);
                let gap = match condition.role {
                    Role::Filter => {
                        coverage.total += 1;
                        coverage.reached += usize::from(*was_false);
                        match (was_true, was_false) {
                            (true, true) => None,
                            (true, false) => Some(Gap::NeverFalse),
                            (false, true) => Some(Gap::NeverTrue),
                            (false, false) => Some(Gap::NeverSeen),
                        }
                    }
                    Role::Branch { .. } => (!was_true).then_some(Gap::NeverTaken),
                    Role::Rest { .. } => (!was_true).then_some(Gap::NeverLeft),
                };
                if let Some(gap) = gap {
                    report(condition, gap);
                }
            }
        }
        for (condition, why) in &self.untold {
            report(condition, Gap::CannotTell(why));
        }
    }
}

impl Select {
    /// `rows` is a query with a column for each condition that has an expression.
    fn new(conditions: Vec<Condition>, rows: &str) -> Self {
        let mut columns: Vec<String> = Vec::new();
        // The column of each branch of the `case` that is being read.
        let mut branches: Vec<String> = Vec::new();
        let mut next = 0;
        for condition in &conditions {
            let column = format!("coalesce(c{next}::boolean, false)");
            next += usize::from(condition.expression.is_some());
            let mut true_for = match condition.role {
                Role::Filter => vec![column.clone()],
                Role::Branch { after } => {
                    branches.truncate(after);
                    let mut all = earlier(&branches, after);
                    branches.push(column.clone());
                    all.push(column.clone());
                    all
                }
                Role::Rest { after } => earlier(&branches, after),
            };
            if true_for.is_empty() {
                true_for.push("true".to_owned());
            }
            let false_for = match condition.role {
                Role::Filter => format!("not {column}"),
                Role::Branch { .. } | Role::Rest { .. } => "false".to_owned(),
            };
            columns.push(format!("coalesce(bool_or({}), false)", true_for.join(" and ")));
            columns.push(format!("coalesce(bool_or({false_for}), false)"));
        }
        let statement = format!("select {} from ({rows})", columns.join(", "));
        let reached = vec![(false, false); conditions.len()];
        Self { conditions, statement, reached }
    }

    fn look(&mut self, bench: &Bench<'_>) {
        let all = |(condition, (was_true, was_false)): (&Condition, &(bool, bool))| {
            *was_true && (*was_false || condition.role != Role::Filter)
        };
        if self.conditions.iter().zip(&self.reached).all(all) {
            return;
        }
        // What fails on these rows fails in the test too.
        let rows = bench.engine.query(&self.statement).unwrap_or_default();
        let cells = rows.first().map_or(&[][..], Vec::as_slice);
        for (reached, found) in self.reached.iter_mut().zip(cells.chunks(2)) {
            let is = |index: usize| matches!(found.get(index), Some(Cell::Boolean(true)));
            reached.0 |= is(0);
            reached.1 |= is(1);
        }
    }
}

/// That none of the branches before holds.
fn earlier(branches: &[String], count: usize) -> Vec<String> {
    branches.iter().take(count).map(|branch| format!("not {branch}")).collect()
}
