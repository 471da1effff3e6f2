//! One scan: its SQL is bound, and its types are what the measures need.

use std::collections::{BTreeMap, BTreeSet};

use super::selected::{ONE_ROW, aggregate, groups};
use crate::{Engine, Readable, SqlFailure, is_given, refusals, repeated_column};
use goodhart_core::diagnostic::{Diagnostic, Files, codes};
use goodhart_core::measure::Aggregate;
use goodhart_core::plan::{Columns, MappedSql, Scan, probe};
use goodhart_core::project::catalog::Source;
use goodhart_core::project::definition::read::Sql;
use goodhart_core::sql::TypeKind;

/// Binds scans over the relations of an engine.
#[derive(Clone, Copy)]
pub struct Binder<'a> {
    pub engine: &'a Engine,
    /// What a query may read, for suggestions.
    pub sources: &'a BTreeMap<String, Source>,
    pub files: &'a Files,
}

impl Binder<'_> {
    /// Binds the population and every expression, and checks what their types must be.
    ///
    /// # Errors
    /// Everything that is wrong with the SQL, or with the types of what it yields.
    pub fn kinds(&self, scan: &Scan, columns: &Columns) -> Result<Vec<TypeKind>, Vec<Diagnostic>> {
        self.check_allowed(scan, columns)?;
        let sql = probe(scan, columns);
        let described = match self.engine.describe(sql.text()) {
            Ok(described) => described,
            Err(failure) if failure.stop().is_some() => {
                let span = scan.population.sql.span;
                return Err(vec![failure.diagnostic(&codes::SQL_ERROR, &sql, self.files, span)]);
            }
            Err(failure) => return Err(self.bind_errors(scan, columns, &sql, &failure)),
        };
        let sql = &scan.population.sql;
        let given = |name: &str| is_given(self.engine, sql, name);
        let repeated = repeated_column(self.engine, &described, sql, self.files, given);
        let mut found: Vec<Diagnostic> = repeated.into_iter().collect();
        found.extend(check(*self, scan, columns, &described));
        if !found.is_empty() {
            return Err(found);
        }
        let expressions = described.len().saturating_sub(columns.expressions().len());
        Ok(described[expressions..].iter().map(|(_, name)| TypeKind::of(name)).collect())
    }

    /// One query, expressions, and nothing else: they are about to be put between parentheses.
    /// What is refused does not keep the rest from being looked at.
    fn check_allowed(&self, scan: &Scan, columns: &Columns) -> Result<(), Vec<Diagnostic>> {
        let refused = |sql: &Sql, failures: Vec<SqlFailure>| {
            refusals(failures, sql, self.sources, self.files)
        };
        let sources = Readable::sources(self.sources);
        let mut found = Vec::new();
        let mut sound = Vec::new();
        // All at once: a query costs more than what it parses.
        let texts: Vec<&str> = columns.expressions().iter().map(Sql::as_str).collect();
        let checked = self.engine.check_expressions(&texts, sources.and_population());
        for (expression, checked) in columns.expressions().iter().zip(checked) {
            match checked {
                Ok(()) => sound.push(expression),
                Err(failures) => found.extend(refused(expression, failures)),
            }
        }
        let query = &scan.population.sql;
        match self.engine.check_query(query.as_str(), sources) {
            Err(failures) => found.extend(refused(query, failures)),
            Ok(()) if !found.is_empty() => found.extend(self.unbound(scan, sound.into_iter())),
            Ok(()) => {}
        }
        if found.is_empty() { Ok(()) } else { Err(found) }
    }

    /// DuckDB reports the first error of a statement; each piece alone shows all of them.
    fn bind_errors(
        &self,
        scan: &Scan,
        columns: &Columns,
        whole: &MappedSql,
        first: &SqlFailure,
    ) -> Vec<Diagnostic> {
        let mut found = self.unbound(scan, columns.expressions().iter());
        if found.is_empty() {
            let span = scan.population.sql.span;
            found.push(first.diagnostic(&codes::SQL_ERROR, whole, self.files, span));
        }
        found
    }

    /// What does not bind: the population, else each of the expressions that does not.
    pub fn unbound<'s>(
        &self,
        scan: &Scan,
        expressions: impl Iterator<Item = &'s Sql>,
    ) -> Vec<Diagnostic> {
        let describe = |sql: &MappedSql, span| {
            let failure = self.engine.describe(sql.text()).err()?;
            let failure = failure.suggesting(self.sources.keys());
            Some((failure, span))
        };
        let alone = probe(scan, &Columns::default());
        let query = &scan.population.sql;
        if let Some((failure, span)) = describe(&alone, query.span) {
            let aggregate = failure.is_ungrouped().then(|| aggregate(query.as_str())).flatten();
            if let Some(range) = aggregate.filter(|_| !groups(query.as_str())) {
                let message = "an aggregate where the population returns rows";
                let place = query.locate(self.files, range.start, range.len());
                return vec![
                    Diagnostic::new(&codes::SQL_ERROR, message)
                        .at(place, "not a value of each row")
                        .help(ONE_ROW),
                ];
            }
            return vec![failure.diagnostic(&codes::SQL_ERROR, &alone, self.files, span)];
        }
        expressions
            .filter_map(|expression| {
                let one = probe(scan, &Columns::single(expression));
                let (failure, span) = describe(&one, expression.span)?;
                let aggregate = failure.is_ungrouped().then(|| aggregate(expression.as_str()));
                let span = aggregate
                    .flatten()
                    .map_or(span, |range| expression.locate(self.files, range.start, range.len()));
                let failure = failure.of_each_row();
                let diagnostic = failure.diagnostic(&codes::SQL_ERROR, &one, self.files, span);
                Some(match failure.missing_column() {
                    Some(name) => self.renamed(scan, name, diagnostic).0,
                    None => diagnostic,
                })
            })
            .collect()
    }
}

/// What is wrong with the names and types of the columns of a [`probe`].
pub fn check(
    binder: Binder<'_>,
    scan: &Scan,
    columns: &Columns,
    described: &[(String, String)],
) -> Vec<Diagnostic> {
    let population = &scan.population;
    let (own, expressions) =
        described.split_at(described.len().saturating_sub(columns.expressions().len()));
    let mut named = vec![&population.subject];
    named.extend(&population.segments);
    named.extend(&population.at);
    let known = |name: &str| own.iter().find(|(known, _)| known == name);
    let absent = named.iter().any(|name| known(name).is_none());
    let (mut found, taken) =
        if absent { binder.absent(scan, own) } else { (Vec::new(), BTreeSet::new()) };
    for name in named {
        let Some((_, type_name)) = known(name).filter(|_| !taken.contains(name.as_str())) else {
            continue;
        };
        if population.at.as_ref() == Some(name) && !TypeKind::of(type_name).is_instant() {
            found.push(
                Diagnostic::new(
                    &codes::WRONG_TYPE,
                    format!("`at` must be an instant, `{}` is {type_name}", name.as_str()),
                )
                .at(name.span, "decides the period"),
            );
        }
        if population.segments.contains(name) && !divides(type_name) {
            found.push(
                Diagnostic::new(
                    &codes::WRONG_TYPE,
                    format!("`{}` is {type_name}, which is no segment", name.as_str()),
                )
                .at(
                    name.span,
                    "must be a text, a whole or decimal number, true or false, or a date",
                )
                .help("make groups of it in the query, with `case`, `date_trunc` or `unnest`"),
            );
        }
    }
    for (expression, (_, type_name)) in columns.expressions().iter().zip(expressions) {
        found.extend(wrong_expression(scan, expression, type_name));
    }
    found
}

/// Whether values of a type divide rows into groups that mean something: instants and floats are
/// hardly ever the same twice, and a list is no name of a group.
fn divides(type_name: &str) -> bool {
    match TypeKind::of(type_name) {
        TypeKind::Double | TypeKind::Timestamp | TypeKind::TextList => false,
        TypeKind::Other => ["UUID", "JSON"].contains(&type_name),
        _ => true,
    }
}

/// A condition must be true or false, anything that is added or ordered a number.
fn wrong_expression(scan: &Scan, expression: &Sql, type_name: &str) -> Option<Diagnostic> {
    let is = |sql: &Sql| sql.as_str().trim() == expression.as_str().trim();
    let mut condition = false;
    let mut number = false;
    for aggregate in &scan.aggregates {
        match aggregate {
            Aggregate::Rows => {}
            Aggregate::CountWhere(conditions) => condition |= conditions.iter().any(is),
            Aggregate::Sum(of) => number |= is(of),
            Aggregate::Ended(sample, _) | Aggregate::OpenValues(sample) => {
                number |= is(&sample.of);
                condition |= sample.open.as_ref().is_some_and(is);
            }
        }
    }
    let kind = TypeKind::of(type_name);
    let expected = if condition && kind != TypeKind::Boolean {
        "a condition: true or false"
    } else if number && !(kind.is_number() || kind == TypeKind::Boolean) {
        "a number"
    } else {
        return None;
    };
    let diagnostic = Diagnostic::new(
        &codes::WRONG_TYPE,
        format!("`{}` is {type_name}", expression.as_str().trim()),
    )
    .at(expression.span, format!("must be {expected}"));
    let time = kind.is_instant() || type_name == "INTERVAL";
    Some(if time {
        diagnostic.help("`epoch(end) - epoch(start)` is the seconds between two instants")
    } else {
        diagnostic
    })
}
