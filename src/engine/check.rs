//! Whether a text is one query, or one expression, before it is put between generated text.

use serde::Deserialize;

use super::{Engine, SqlFailure};
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
        let [parsed] = self.parse([sql])?;
        parsed.map(drop)
    }

    /// Checks that `sql` is exactly one expression over a row.
    ///
    /// # Errors
    /// A syntax error, a closing parenthesis without an opening one, or more than one value.
    pub fn check_expression(&self, sql: &str) -> Result<(), SqlFailure> {
        const BARE: &str = "select ";
        const NESTED: &str = "select (";
        // Alone: what closes a parenthesis that it did not open is refused.
        // Between parentheses: what goes on with `from` or `union` is refused.
        let [alone, nested] =
            self.parse([&format!("{BARE}{sql}"), &format!("{NESTED}{sql}\n)")])?;
        let parsed = alone.map_err(|failure| failure.shifted(BARE.len()))?;
        nested.map_err(|failure| failure.shifted(NESTED.len()))?;
        let selected = parsed.statements.first().map_or(&[][..], |s| &s.node.select_list);
        match selected {
            [one] if one.class != "STAR" => Ok(()),
            [_] => Err(SqlFailure::own("all columns where one value belongs")),
            several => Err(SqlFailure::own(&format!("{} values where one belongs", several.len()))),
        }
    }

    /// What DuckDB's parser makes of each text; one query, because it costs more than parsing.
    fn parse<const N: usize>(
        &self,
        texts: [&str; N],
    ) -> Result<[Result<Parsed, SqlFailure>; N], SqlFailure> {
        let calls = texts.map(|sql| format!("json_serialize_sql({})", literal(sql)));
        let rows = self.query(&format!("select {}", calls.join(", ")))?;
        let cells = rows.first().map_or(&[][..], Vec::as_slice);
        Ok(std::array::from_fn(|index| parsed(cells.get(index))))
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
