//! Whether a text is one query, or one expression, before it is put between generated text.

use serde::Deserialize;

use super::{Engine, SqlFailure};
use crate::catalog::lambda_depth;
use crate::measure::Cell;
use crate::plan::literal;

/// What `json_serialize_sql` says about a text, as far as anybody asks.
#[derive(Debug, Deserialize)]
struct Parsed {
    #[serde(default)]
    statements: Vec<Statement>,
}

#[derive(Debug, Deserialize)]
struct Statement {
    node: Node,
}

#[derive(Debug, Deserialize)]
struct Node {
    #[serde(default)]
    select_list: Vec<Selected>,
}

#[derive(Debug, Deserialize)]
struct Selected {
    class: String,
}

impl Engine {
    /// Checks that `sql` is exactly one query and nothing else.
    ///
    /// # Errors
    /// A syntax error, a second statement, or a statement that is no query.
    pub fn check_query(&self, sql: &str) -> Result<(), SqlFailure> {
        self.check_queries(&[sql]).pop().unwrap_or(Ok(()))
    }

    /// [`Engine::check_query`] for many.
    pub fn check_queries(&self, queries: &[&str]) -> Vec<Result<(), SqlFailure>> {
        let texts: Vec<String> = queries.iter().map(|sql| (*sql).to_owned()).collect();
        self.parse(&texts).into_iter().map(|parsed| parsed.map(drop)).collect()
    }

    /// Checks that `sql` is exactly one expression over a row.
    ///
    /// # Errors
    /// A syntax error, a closing parenthesis without an opening one, or more than one value.
    pub fn check_expression(&self, sql: &str) -> Result<(), SqlFailure> {
        self.check_expressions(&[sql]).pop().unwrap_or(Ok(()))
    }

    /// [`Engine::check_expression`] for many.
    pub fn check_expressions(&self, expressions: &[&str]) -> Vec<Result<(), SqlFailure>> {
        // Alone: what closes a parenthesis that it did not open is refused.
        // Between parentheses: what goes on with `from` or `union` is refused.
        let texts: Vec<String> = expressions
            .iter()
            .flat_map(|sql| [format!("{BARE}{sql}"), format!("{NESTED}{sql}\n)")])
            .collect();
        let mut parsed = self.parse(&texts).into_iter();
        let mut checked = Vec::new();
        while let (Some(alone), Some(nested)) = (parsed.next(), parsed.next()) {
            checked.push(one_expression(alone, nested));
        }
        checked
    }

    /// What DuckDB's parser makes of each text; one query, because it costs more than parsing.
    fn parse(&self, texts: &[String]) -> Vec<Result<Parsed, SqlFailure>> {
        if texts.is_empty() {
            return Vec::new();
        }
        let calls: Vec<String> =
            texts.iter().map(|sql| format!("json_serialize_sql({})", literal(sql))).collect();
        match self.query(&format!("select {}", calls.join(", "))) {
            Ok(rows) => {
                let cells = rows.first().map_or(&[][..], Vec::as_slice);
                let parsed = |(index, sql): (usize, &String)| {
                    parsed(cells.get(index)).and_then(|parsed| shallow(sql).map(|()| parsed))
                };
                texts.iter().enumerate().map(parsed).collect()
            }
            Err(failure) => texts.iter().map(|_| Err(failure.clone())).collect(),
        }
    }
}

const BARE: &str = "select ";
const NESTED: &str = "select (";

/// Lambdas in lambdas: binding takes several times as long for each level.
const DEEPEST_LAMBDA: usize = 8;

fn shallow(sql: &str) -> Result<(), SqlFailure> {
    if lambda_depth(sql) <= DEEPEST_LAMBDA {
        return Ok(());
    }
    Err(SqlFailure::own(&format!("lambdas in one another, more than {DEEPEST_LAMBDA} deep")))
}

fn one_expression(
    alone: Result<Parsed, SqlFailure>,
    nested: Result<Parsed, SqlFailure>,
) -> Result<(), SqlFailure> {
    let parsed = alone.map_err(|failure| failure.shifted(BARE.len()))?;
    nested.map_err(|failure| failure.shifted(NESTED.len()))?;
    let selected = parsed.statements.first().map_or(&[][..], |s| &s.node.select_list);
    match selected {
        [one] if one.class != "STAR" => Ok(()),
        [_] => Err(SqlFailure::own("all columns where one value belongs")),
        several => Err(SqlFailure::own(&format!("{} values where one belongs", several.len()))),
    }
}

/// Reads what `json_serialize_sql` returned, which must be one query.
fn parsed(serialised: Option<&Cell>) -> Result<Parsed, SqlFailure> {
    let Some(Cell::Text(json)) = serialised else {
        return Err(SqlFailure::own("the engine cannot read this"));
    };
    SqlFailure::of_parser(json)?;
    let parsed: Parsed =
        serde_json::from_str(json).map_err(|error| SqlFailure::own(&error.to_string()))?;
    match parsed.statements.len() {
        1 => Ok(parsed),
        0 => Err(SqlFailure::own("there is no query here")),
        count => Err(SqlFailure::own(&format!("{count} statements where one query belongs"))),
    }
}
