//! The gate: what a piece of user SQL may be, before it is put between generated text.
//!
//! DuckDB's own parser reads the text and nothing runs. Its tree is compared with lists of what is
//! allowed: kinds of nodes and their fields, relations that were declared, functions that compute
//! from their arguments. What is on no list is refused, so a newer DuckDB opens nothing by itself.

mod calls;
mod functions;
mod kinds;
mod relations;
mod syntax;
mod text;
mod types;
mod walk;

pub use functions::{Instead, THEMES, Theme, instead_of, is_aggregate, why_refused};
pub use relations::Readable;

use syntax::Tree;
use walk::Walk;

use super::{Engine, SqlFailure};
use crate::measure::Cell;
use crate::plan::literal;

/// Everything that keeps a piece of SQL from being used.
pub type Checked = Result<(), Vec<SqlFailure>>;

impl Engine {
    /// Checks that `sql` is exactly one query that does nothing but read what is `readable`.
    ///
    /// # Errors
    /// A syntax error, or everything in it that is not allowed.
    pub fn check_query(&self, sql: &str, readable: Readable<'_>) -> Checked {
        self.check_queries(&[sql], readable).pop().unwrap_or(Ok(()))
    }

    /// [`Engine::check_query`] for many.
    pub fn check_queries(&self, queries: &[&str], readable: Readable<'_>) -> Vec<Checked> {
        if !self.gate {
            return queries.iter().map(|_| Ok(())).collect();
        }
        let texts: Vec<String> = queries.iter().map(|sql| (*sql).to_owned()).collect();
        let parsed = self.parse(&texts).into_iter().zip(&texts);
        parsed
            .map(|(json, sql)| {
                json.and_then(|json| {
                    let statement = statement(&json)?;
                    Walk::over(&statement, sql, readable)
                })
            })
            .collect()
    }

    /// Checks that `sql` is exactly one expression over a row that does nothing but read what is
    /// `readable`.
    ///
    /// # Errors
    /// A syntax error, a closing parenthesis without an opening one, more than one value, or
    /// everything in it that is not allowed.
    pub fn check_expression(&self, sql: &str, readable: Readable<'_>) -> Checked {
        self.check_expressions(&[sql], readable).pop().unwrap_or(Ok(()))
    }

    /// [`Engine::check_expression`] for many.
    pub fn check_expressions(&self, expressions: &[&str], readable: Readable<'_>) -> Vec<Checked> {
        if !self.gate {
            return expressions.iter().map(|_| Ok(())).collect();
        }
        // Alone: what closes a parenthesis that it did not open is refused.
        // Between parentheses: what goes on with `from` or `union` is refused.
        let texts: Vec<String> = expressions
            .iter()
            .flat_map(|sql| [format!("{BARE}{sql}"), format!("{NESTED}{sql}\n)")])
            .collect();
        let mut parsed = self.parse(&texts).into_iter();
        let mut alone = texts.iter().step_by(2);
        let mut checked = Vec::new();
        while let (Some(bare), Some(nested), Some(text)) =
            (parsed.next(), parsed.next(), alone.next())
        {
            let bare = bare.map_err(|failures| {
                let failures = failures.into_iter().map(SqlFailure::of_expression);
                shifted(failures.collect(), BARE.len())
            });
            checked.push(bare.and_then(|bare| {
                let nested = nested.map_err(|failures| shifted(failures, NESTED.len()))?;
                statement(&nested)?;
                let statement = statement(&bare)?;
                one_value(&statement)?;
                Walk::over(&statement, text, readable)
                    .map_err(|failures| shifted(failures, BARE.len()))
            }));
        }
        checked
    }

    /// What DuckDB's parser makes of each text; one query, because it costs more than parsing.
    fn parse(&self, texts: &[String]) -> Vec<Result<String, Vec<SqlFailure>>> {
        let small: Vec<Result<(), SqlFailure>> =
            texts.iter().map(|sql| text::within_bounds(sql)).collect();
        let calls: Vec<String> = texts
            .iter()
            .zip(&small)
            .filter(|(_, small)| small.is_ok())
            .map(|(sql, _)| format!("json_serialize_sql({})", literal(sql)))
            .collect();
        let answer = if calls.is_empty() {
            Ok(Vec::new())
        } else {
            self.ask(&format!("select {}", calls.join(", ")))
        };
        let mut cells = match answer {
            Ok(rows) => rows.into_iter().next().unwrap_or_default().into_iter(),
            Err(failure) => return texts.iter().map(|_| Err(vec![failure.clone()])).collect(),
        };
        let parsed = small.into_iter().zip(texts).map(|(small, sql)| {
            small?;
            let Some(Cell::Text(json)) = cells.next() else {
                return Err(SqlFailure::own("the engine cannot read this"));
            };
            SqlFailure::of_parser(&json, sql)?;
            Ok(json)
        });
        parsed.map(|parsed| parsed.map_err(|failure| vec![failure])).collect()
    }
}

const BARE: &str = "select ";
const NESTED: &str = "select (";

fn shifted(failures: Vec<SqlFailure>, by: usize) -> Vec<SqlFailure> {
    failures.into_iter().map(|failure| failure.shifted(by)).collect()
}

/// The only statement in the answer of `json_serialize_sql`.
fn statement(json: &str) -> Result<Tree<'_>, Vec<SqlFailure>> {
    let answer = Tree::read(json).map_err(|failure| vec![failure])?;
    let Tree::Object(fields) = answer else {
        return Err(vec![SqlFailure::own("the engine cannot read this")]);
    };
    let statements = fields.into_iter().find(|(name, _)| name == "statements");
    let mut statements = match statements {
        Some((_, Tree::List(statements))) => statements,
        _ => Vec::new(),
    };
    match (statements.pop(), statements.len()) {
        (Some(statement), 0) => Ok(statement),
        (None, _) => Err(vec![SqlFailure::own("there is no query here")]),
        (Some(_), others) => {
            let message = format!("{} statements where one query belongs", others + 1);
            Err(vec![SqlFailure::own(&message)])
        }
    }
}

/// Whether `select …` has one column, and not all of them.
fn one_value(statement: &Tree<'_>) -> Checked {
    let selected = statement.field("node").and_then(|node| node.field("select_list"));
    let wrong = match selected {
        Some(Tree::List(values)) => match values.as_slice() {
            [one] if one.text_of("class") != Some("STAR") => return Ok(()),
            [_] => "all columns where one value belongs".to_owned(),
            several => format!("{} values where one belongs", several.len()),
        },
        _ => "the engine cannot read this".to_owned(),
    };
    Err(vec![SqlFailure::own(&wrong)])
}
