//! Whether the rows of a source are what it declares: columns, nulls, keys, value sets.

use std::collections::BTreeSet;

use super::failure::{self, count};
use super::place::{self, Origin};
use super::{LoadContext, cell_text, source_span};
use crate::{Engine, SqlFailure, repeated_column};
use goodhart_core::cache::Key;
use goodhart_core::diagnostic::{Diagnostic, Files, closest, codes};
use goodhart_core::measure::Cell;
use goodhart_core::plan::{MappedSql, literal, quote};
use goodhart_core::project::catalog::Source;
use goodhart_core::project::definition::read::Text;
use goodhart_core::project::definition::source::{ColumnTable, Format, Type};
use goodhart_core::sql::TypeKind;

/// Why rows are not as declared.
pub enum RowError {
    /// They break what is declared.
    Declaration(Vec<Diagnostic>),
    /// They could not be computed.
    Failure(SqlFailure),
}

impl RowError {
    /// The diagnostics, with what `explain` makes of a failure.
    pub fn explained(self, explain: impl FnOnce(SqlFailure) -> Vec<Diagnostic>) -> Vec<Diagnostic> {
        match self {
            Self::Declaration(found) => found,
            Self::Failure(failure) => explain(failure),
        }
    }
}

impl From<SqlFailure> for RowError {
    fn from(failure: SqlFailure) -> Self {
        Self::Failure(failure)
    }
}

/// Verifies a file source, unless the cache knows that the same content was verified under the same
/// declaration. `sql` made it. Returns the number of rows.
///
/// # Errors
/// Everything that the rows break.
pub fn verify(
    engine: &Engine,
    source: &Source,
    sql: &MappedSql,
    origin: Origin<'_>,
    fingerprint: &str,
    kind: &str,
    context: &LoadContext<'_>,
) -> Result<u64, Vec<Diagnostic>> {
    // The declaration as written: any edit of the file verifies anew, which is cheap and safe.
    let declaration = context.files.text(source.file);
    let key = Key::new("rows", [fingerprint, kind, declaration]);
    if let Some(rows) = context.cache.get_value(&key) {
        return Ok(rows);
    }
    let relation = format!("loaded.{}", quote(&source.id));
    let rows = rows_as_declared(engine, source, &relation, Some(origin), &BTreeSet::new())
        .map_err(|broken| {
            // A view converts its rows only now.
            broken.explained(|error| {
                let (data, raw) = (origin.data, origin.raw);
                failure::explain(engine, source, data, raw, sql, &error, context.files)
            })
        })?;
    context.cache.put_value(&key, &rows);
    Ok(rows)
}

/// A derived source has the columns that it declares, of the declared kinds.
///
/// # Errors
/// Every column that is missing or of another type.
pub fn declared_columns(
    engine: &Engine,
    source: &Source,
    relation: &str,
    files: &Files,
) -> Result<(), Vec<Diagnostic>> {
    let columns = engine.describe(&format!("from {relation}")).map_err(|failure| {
        let span = source.definition.sql.as_ref().map_or(source_span(source), |sql| sql.span);
        vec![failure.diagnostic(&codes::SQL_ERROR, &MappedSql::default(), files, span)]
    })?;
    let repeated = source.definition.sql.as_ref();
    let repeated = repeated.and_then(|sql| repeated_column(engine, &columns, sql, files, |_| true));
    let mut found: Vec<Diagnostic> = repeated.into_iter().collect();
    for (name, column) in source.definition.columns.iter() {
        let Some((_, type_name)) = columns.iter().find(|(known, _)| known == name.as_str()) else {
            found.push(
                Diagnostic::new(
                    &codes::MISSING_COLUMN,
                    format!("the query of `{}` yields no column `{}`", source.id, name.as_str()),
                )
                .at(name.span, "declared here")
                .did_you_mean(name, columns.iter().map(|(known, _)| known.as_str())),
            );
            continue;
        };
        if !compatible(column, type_name) {
            let declared = column.r#type.value.name();
            found.push(
                Diagnostic::new(
                    &codes::WRONG_TYPE,
                    format!("column `{}` is {type_name}, not {declared}", name.as_str()),
                )
                .at(column.r#type.span, format!("declared as {declared}"))
                .help(format!(
                    "cast it in the query, as in `{}::{}`, or correct the declaration",
                    name.as_str(),
                    sql_type(column.r#type.value)
                )),
            );
        }
    }
    if found.is_empty() { Ok(()) } else { Err(found) }
}

/// The type of DuckDB that a query casts to.
pub fn sql_type(declared: Type) -> &'static str {
    match declared {
        Type::Text => "varchar",
        Type::Integer => "bigint",
        Type::Decimal => "decimal(38, 6)",
        Type::Double => "double",
        Type::Boolean => "boolean",
        Type::Timestamp => "timestamp",
        Type::Date => "date",
        Type::TextList => "varchar[]",
    }
}

fn compatible(column: &ColumnTable, type_name: &str) -> bool {
    let kind = TypeKind::of(type_name);
    match column.r#type.value {
        Type::Text => kind.is_text(),
        Type::Integer => kind.is_integer(),
        Type::Decimal => kind.is_integer() || kind == TypeKind::Decimal,
        Type::Double => kind.is_number(),
        Type::Boolean => kind == TypeKind::Boolean,
        Type::Timestamp | Type::Date => kind.is_instant(),
        Type::TextList => kind == TypeKind::TextList,
    }
}

/// Counts all rows and everything that they break in one pass; looks for examples only then.
/// Columns in `unreadable` hold nulls that are not the data's, and say nothing.
///
/// # Errors
/// Everything that the rows break.
pub fn rows_as_declared(
    engine: &Engine,
    source: &Source,
    table: &str,
    origin: Option<Origin<'_>>,
    unreadable: &BTreeSet<&str>,
) -> Result<u64, RowError> {
    let columns = &source.definition.columns;
    let mut counts = vec!["count(*)".to_owned()];
    for (name, column) in columns.iter() {
        let readable = !unreadable.contains(name.as_str());
        counts.push(if column.nullable || !readable {
            "0".to_owned()
        } else {
            format!("count(*) filter (where {} is null)", quote(name))
        });
        counts.push(if column.values.is_empty() || !readable {
            "0".to_owned()
        } else {
            format!("count(*) filter (where {})", outside(name, column))
        });
    }
    let keys: Vec<&Text> =
        columns.iter().filter(|(_, column)| column.key).map(|(name, _)| name).collect();
    let unique = !keys.is_empty() && !keys.iter().any(|key| unreadable.contains(key.as_str()));
    if unique {
        // As many distinct hashes as rows prove the key unique; see `subject_unique`.
        let keys: Vec<String> = keys.iter().map(|key| quote(key)).collect();
        counts.push(format!("count(distinct hash({}))", keys.join(", ")));
    }
    let rows = engine.query(&format!("select {} from {table}", counts.join(", ")))?;
    let total = count(&rows, 0);
    let subject = Subject { engine, source, table, origin };
    let mut found = Vec::new();
    for (index, (name, column)) in columns.iter().enumerate() {
        let nulls = count(&rows, 1 + 2 * index);
        if nulls > 0 {
            found.push(subject.null_values(name, column, nulls, total));
        }
        let outsiders = count(&rows, 2 + 2 * index);
        if outsiders > 0 {
            found.push(subject.values_outside(name, column, outsiders)?);
        }
    }
    if unique && count(&rows, 1 + 2 * columns.entries.len()) < total {
        found.extend(subject.duplicate_keys(&keys)?);
    }
    if found.is_empty() { Ok(total) } else { Err(RowError::Declaration(found)) }
}

fn allowed(column: &ColumnTable) -> String {
    let values: Vec<String> = column.values.iter().map(|value| literal(value)).collect();
    values.join(", ")
}

/// The condition that a value, or an element of a list, is not in the set.
fn outside(name: &Text, column: &ColumnTable) -> String {
    let name = quote(name);
    match column.r#type.value {
        Type::TextList => format!("not list_has_all([{}], {name})", allowed(column)),
        _ => format!("{name} is not null and {name}::varchar not in ({})", allowed(column)),
    }
}

/// How many rows that break something are shown.
const SHOWN: usize = 3;

/// The rows that are verified.
struct Subject<'a> {
    engine: &'a Engine,
    source: &'a Source,
    table: &'a str,
    /// Where they come from, where that is files.
    origin: Option<Origin<'a>>,
}

impl Subject<'_> {
    /// Adds the lines of the first rows that meet a condition.
    fn show(
        &self,
        diagnostic: Diagnostic,
        condition: &str,
        name: &Text,
        most: usize,
    ) -> Diagnostic {
        match self.origin {
            Some(origin) => place::show_rows(
                diagnostic,
                self.engine,
                self.source,
                origin,
                condition,
                name,
                most,
            ),
            None => diagnostic,
        }
    }

    fn null_values(&self, name: &Text, column: &ColumnTable, nulls: u64, total: u64) -> Diagnostic {
        let (why, help) = if column.key {
            ("a key is never null", "choose another key, or give every row a value")
        } else {
            ("not `nullable`", "set `nullable = true` if rows without a value are right")
        };
        let diagnostic = Diagnostic::new(
            &codes::NULL_NOT_ALLOWED,
            format!(
                "column `{}` of source `{}` is null in {nulls} of {total} rows",
                name.as_str(),
                self.source.id
            ),
        )
        .at(name.span, why);
        if nulls == total
            && let Some(diagnostic) = self.absent(name, column)
        {
            return diagnostic;
        }
        self.show(diagnostic, &format!("{} is null", quote(name)), name, 1).help(help)
    }

    /// A column that no JSON record has: its name is wrong rather than all its values missing.
    fn absent(&self, name: &Text, column: &ColumnTable) -> Option<Diagnostic> {
        let json = matches!(self.source.definition.format.value, Format::Json | Format::Ndjson);
        if !json || column.select.is_some() || column.path.is_some() {
            return None;
        }
        let origin = self.origin?;
        let keys = self.engine.query(&format!(
            "select distinct unnest(json_keys(record)) from {} order by 1 limit 50",
            origin.raw.sql
        ));
        let keys: Vec<String> = keys.ok()?.iter().map(|row| cell_text(row.first())).collect();
        if keys.iter().any(|key| key == name.as_str()) {
            return None;
        }
        let mut diagnostic = Diagnostic::new(
            &codes::MISSING_COLUMN,
            format!("no record of source `{}` has `{}`", self.source.id, name.as_str()),
        )
        .at(name.span, "declared here");
        diagnostic = if keys.is_empty() {
            diagnostic.note("its records are not JSON objects with keys")
        } else {
            diagnostic.note(format!("its records have: {}", keys.join(", ")))
        };
        Some(match closest(name, keys.iter().map(String::as_str)) {
            Some(near) => {
                diagnostic.help(format!("read it from another one, as in `path = '$.\"{near}\"'`"))
            }
            None => diagnostic.help("say where it is with `path`, as in `path = \"$.detail.id\"`"),
        })
    }

    fn values_outside(
        &self,
        name: &Text,
        column: &ColumnTable,
        outsiders: u64,
    ) -> Result<Diagnostic, SqlFailure> {
        let quoted = quote(name);
        let value = match column.r#type.value {
            Type::TextList => format!("unnest({quoted})"),
            _ => format!("{quoted}::varchar"),
        };
        let examples = self.engine.query(&format!(
            "select value, count(*) from (select {value} as value from {} where {}) \
             where value not in ({}) group by 1 order by 2 desc, 1 limit 5",
            self.table,
            outside(name, column),
            allowed(column)
        ))?;
        let names: Vec<&str> = column.values.iter().map(|value| value.as_str()).collect();
        let shown: Vec<String> = examples
            .iter()
            .map(|row| format!("`{}` ({}×)", cell_text(row.first()), cell_text(row.get(1))))
            .collect();
        let rows = if outsiders == 1 { "row" } else { "rows" };
        let mut diagnostic = Diagnostic::new(
            &codes::VALUE_NOT_ALLOWED,
            format!("column `{}` has values outside its set in {outsiders} {rows}", name.as_str()),
        )
        .at(name.span, format!("allowed: {}", names.join(", ")));
        diagnostic = self.show(diagnostic, &outside(name, column), name, 1);
        let help = match self.origin {
            Some(_) => "add the value to `values`, or map it with `select`",
            None => "add the value to `values`, or map it in the query",
        };
        if self.source.is_withheld(name) {
            return Ok(diagnostic.help(help));
        }
        diagnostic = diagnostic.note(format!("found {}", shown.join(", ")));
        if let Some(Cell::Text(first)) = examples.first().and_then(|row| row.first()) {
            diagnostic = diagnostic.suggest(first, names);
        }
        Ok(diagnostic.help(help))
    }

    /// The first repeated keys. Equal hashes of different keys are no repetition, and neither are
    /// nulls, which are wrong in themselves: then it is none.
    fn duplicate_keys(&self, keys: &[&Text]) -> Result<Option<Diagnostic>, SqlFailure> {
        let Some(first_key) = keys.first() else {
            return Ok(None);
        };
        let names: Vec<String> = keys.iter().map(|key| quote(key)).collect();
        let texts: Vec<String> = names.iter().map(|name| format!("{name}::varchar")).collect();
        let known: Vec<String> = names.iter().map(|name| format!("{name} is not null")).collect();
        let repeated = self.engine.query(&format!(
            "select {}, count(*) as times from {} where {} \
             group by all having count(*) > 1 order by times desc, {} limit {SHOWN}",
            texts.join(", "),
            self.table,
            known.join(" and "),
            (1..=keys.len()).map(|index| index.to_string()).collect::<Vec<_>>().join(", ")
        ))?;
        let Some(first) = repeated.first() else {
            return Ok(None);
        };
        let shown: Vec<String> = repeated
            .iter()
            .map(|row| {
                let key: Vec<String> =
                    row.iter().take(keys.len()).map(|cell| cell_text(Some(cell))).collect();
                format!("`{}` ({}×)", key.join(", "), cell_text(row.get(keys.len())))
            })
            .collect();
        let mut diagnostic = Diagnostic::new(
            &codes::DUPLICATE_KEY,
            format!("the key of source `{}` is not unique", self.source.id),
        );
        for key in keys {
            diagnostic = diagnostic.at(key.span, "declared as key");
        }
        let same: Vec<String> = texts
            .iter()
            .zip(first)
            .map(|(text, cell)| format!("{text} = {}", literal(&cell_text(Some(cell)))))
            .collect();
        diagnostic = self.show(diagnostic, &same.join(" and "), first_key, 2);
        if !keys.iter().any(|key| self.source.is_withheld(key)) {
            diagnostic = diagnostic.note(format!("repeated: {}", shown.join(", ")));
        }
        Ok(Some(
            diagnostic
                .help("make what tells the rows apart part of the key, or remove the repetition"),
        ))
    }
}
