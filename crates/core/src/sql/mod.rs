//! SQL as DuckDB's parser understands it: plain data, made of its syntax tree.
//!
//! Only the engine can parse; whoever needs to know what a piece of SQL reads, calls or means gets a
//! [`ParsedSql`]. Nothing else in goodhart reads SQL that DuckDB understands.

mod calendar;
pub mod facts;
pub mod lineage;
mod names;
mod normal;
mod parsed;
mod tree;
mod types;

pub use calendar::{CalendarCall, CalendarCallResult};
pub use names::LocalNames;
pub use normal::Normal;
pub use parsed::{AS_OF, Call, Name, PERIOD_START, ParsedSql, Place, Relation, Text, name_length};
pub use tree::{Tree, Unreadable};
pub use types::TypeKind;

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

/// How a piece of SQL is used, which decides how it is parsed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Form {
    /// A query: of a population, of a derived source, of an expectation.
    Query,
    /// One value of a row: of a measure, or of a column of a file.
    Expression,
}

/// A piece of SQL in a definition.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Piece<'a> {
    pub form: Form,
    pub text: &'a str,
}

/// What is known of the SQL of a project, by its text. SQL that cannot be parsed is not in it.
#[derive(Debug, Clone, Default)]
pub struct ParsedPieces {
    queries: BTreeMap<String, Arc<ParsedSql>>,
    expressions: BTreeMap<String, Arc<ParsedSql>>,
}

impl ParsedPieces {
    fn of(&self, form: Form) -> &BTreeMap<String, Arc<ParsedSql>> {
        match form {
            Form::Query => &self.queries,
            Form::Expression => &self.expressions,
        }
    }

    pub fn insert(&mut self, piece: Piece<'_>, parsed: Arc<ParsedSql>) {
        let pieces = match piece.form {
            Form::Query => &mut self.queries,
            Form::Expression => &mut self.expressions,
        };
        pieces.insert(piece.text.to_owned(), parsed);
    }

    pub fn get(&self, piece: Piece<'_>) -> Option<&ParsedSql> {
        self.of(piece.form).get(piece.text).map(Arc::as_ref)
    }

    /// What is known of a query.
    pub fn query(&self, text: &str) -> Option<&ParsedSql> {
        self.get(Piece { form: Form::Query, text })
    }

    /// What is known of an expression.
    pub fn expression(&self, text: &str) -> Option<&ParsedSql> {
        self.get(Piece { form: Form::Expression, text })
    }
}

#[cfg(test)]
mod tests {
    //! Trees that DuckDB made of the queries of tests; tests/parsing.rs holds that it makes the same
    //! today.

    use std::collections::BTreeMap;

    use super::{ParsedSql, Tree};

    /// What is known of a query of tests/trees.json.
    pub fn query(sql: &str) -> ParsedSql {
        piece(sql, 0)
    }

    /// What is known of an expression, of which `select` and it are in tests/trees.json.
    pub fn expression(sql: &str) -> ParsedSql {
        const SELECT: &str = "select ";
        piece(&format!("{SELECT}{sql}"), SELECT.len())
    }

    fn piece(sql: &str, start: usize) -> ParsedSql {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/trees.json");
        let text = std::fs::read_to_string(path).unwrap();
        let trees: BTreeMap<String, Option<String>> = serde_json::from_str(&text).unwrap();
        let tree = trees.get(sql).and_then(Option::as_ref);
        let tree = tree.unwrap_or_else(|| panic!("tests/trees.json has no tree of {sql}"));
        let answer = Tree::read(tree).unwrap();
        ParsedSql::read(&answer.list_of("statements")[0], sql, start)
    }
}
