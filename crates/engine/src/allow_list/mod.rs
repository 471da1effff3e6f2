//! The allow_list: what a piece of user SQL may be, before it is put between generated text.
//!
//! DuckDB's own parser reads the text and nothing runs. Its tree is compared with lists of what is
//! allowed: kinds of nodes and their fields, relations that were declared, functions that compute
//! from their arguments. What is on no list is refused, so a newer DuckDB opens nothing by itself.

mod calls;
mod functions;
mod kinds;
mod relations;
mod scan;
mod text;
mod types;
mod walk;

pub use functions::{Suggestion, THEMES, Theme, instead_of, is_aggregate, why_refused};
pub use relations::Readable;
pub use scan::{Token, has_several_statements, names_of_tables, tokens};
pub use text::within_bounds;
pub use walk::Walk;

use super::parse::Outcome;
use super::{Engine, SqlFailure};
use goodhart_core::sql::{Form, Piece};

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
        self.check(Form::Query, queries, readable)
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
        self.check(Form::Expression, expressions, readable)
    }

    fn check(&self, form: Form, texts: &[&str], readable: Readable<'_>) -> Vec<Checked> {
        if !self.allow_list {
            return texts.iter().map(|_| Ok(())).collect();
        }
        let pieces: Vec<Piece<'_>> = texts.iter().map(|text| Piece { form, text }).collect();
        self.parse(&pieces).iter().map(|outcome| check(outcome, readable)).collect()
    }
}

/// What is allowed of a piece where so much is `readable`.
fn check(outcome: &Outcome, readable: Readable<'_>) -> Checked {
    let examined = outcome.as_ref().map_err(Vec::clone)?;
    let relations = examined.parsed.relations.iter();
    let mut found: Vec<SqlFailure> = examined.refused.clone();
    found.extend(relations.filter_map(|relation| readable.refusal(relation)));
    if found.is_empty() {
        return Ok(());
    }
    // In the order in which they stand there.
    found.sort_by_key(|failure| failure.place);
    Err(found)
}
