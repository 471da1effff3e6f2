//! What DuckDB's parser makes of pieces of SQL: what is known of them, and what the allow-list
//! refuses of them whatever may be read.
//!
//! Many are asked about in one query, because asking costs more than parsing, and each text once in
//! the life of an engine and of those beside it. Nothing here comes from a disk.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

use super::allow_list::{Walk, within_bounds};
use super::{Engine, SqlFailure};
use goodhart_core::measure::Cell;
use goodhart_core::plan::literal;
use goodhart_core::sql::{Form, ParsedSql, Piece, Tree, Unreadable};

/// A piece that is one query, or one value.
#[derive(Debug)]
pub struct ParsedPiece {
    pub parsed: Arc<ParsedSql>,
    /// What is not allowed in it, but for relations, which may be read or not.
    pub refused: Vec<SqlFailure>,
}

/// What is known of a piece, or why it is no query or value.
pub type Outcome = Result<ParsedPiece, Vec<SqlFailure>>;

/// What was parsed, by form and text.
pub type ParseCache = Arc<Mutex<BTreeMap<(Form, String), Arc<Outcome>>>>;

/// So many texts are asked about in one query.
const TOGETHER: usize = 64;

/// An expression alone: what closes a parenthesis that it did not open is refused.
const BARE: &str = "select ";
/// An expression between parentheses: what goes on with `from` or `union` is refused.
const NESTED: &str = "select (";

impl Engine {
    /// Parses pieces, each in the order in which they are given.
    pub fn parse(&self, pieces: &[Piece<'_>]) -> Vec<Arc<Outcome>> {
        let known: Vec<Option<Arc<Outcome>>> = {
            let parsed = self.pieces.lock().unwrap_or_else(PoisonError::into_inner);
            let key = |piece: &Piece<'_>| (piece.form, piece.text.to_owned());
            pieces.iter().map(|piece| parsed.get(&key(piece)).cloned()).collect()
        };
        let missing: BTreeSet<Piece<'_>> = pieces
            .iter()
            .zip(&known)
            .filter(|(_, known)| known.is_none())
            .map(|(piece, _)| *piece)
            .collect();
        let missing: Vec<Piece<'_>> = missing.into_iter().collect();
        let mut fresh: BTreeMap<Piece<'_>, Arc<Outcome>> = BTreeMap::new();
        for together in missing.chunks(TOGETHER) {
            fresh.extend(self.parse_together(together));
        }
        let outcome = |(piece, known): (&Piece<'_>, Option<Arc<Outcome>>)| {
            known.or_else(|| fresh.get(piece).cloned()).unwrap_or_else(|| Arc::new(unread()))
        };
        pieces.iter().zip(known).map(outcome).collect()
    }

    /// What is known of one piece that can be parsed.
    pub fn parsed(&self, piece: Piece<'_>) -> Option<Arc<ParsedSql>> {
        let outcome = self.parse(&[piece]).pop()?;
        outcome.as_ref().as_ref().ok().map(|examined| Arc::clone(&examined.parsed))
    }

    /// Parses pieces that are not known. Where one of them ends the engine or its time, each is
    /// tried alone, and that one is not cached.
    fn parse_together<'p>(&self, pieces: &[Piece<'p>]) -> Vec<(Piece<'p>, Arc<Outcome>)> {
        match self.ask_parser(pieces) {
            Ok(outcomes) => {
                let outcomes = outcomes.into_iter().map(Arc::new);
                let parsed: Vec<_> = pieces.iter().copied().zip(outcomes).collect();
                let mut known = self.pieces.lock().unwrap_or_else(PoisonError::into_inner);
                known.extend(parsed.iter().map(|(piece, outcome)| {
                    ((piece.form, piece.text.to_owned()), Arc::clone(outcome))
                }));
                parsed
            }
            Err(failure) if pieces.len() <= 1 => {
                let failed = |piece: &Piece<'p>| (*piece, Arc::new(Err(vec![failure.clone()])));
                pieces.iter().map(failed).collect()
            }
            Err(_) => pieces.chunks(1).flat_map(|alone| self.parse_together(alone)).collect(),
        }
    }

    /// Asks DuckDB about several pieces.
    fn ask_parser(&self, pieces: &[Piece<'_>]) -> Result<Vec<Outcome>, SqlFailure> {
        let bounded: Vec<Result<(), SqlFailure>> =
            pieces.iter().map(|piece| within_bounds(piece.text)).collect();
        let small = pieces.iter().zip(&bounded).filter(|(_, bounded)| bounded.is_ok());
        let calls: Vec<String> = small
            .flat_map(|(piece, _)| statements(*piece))
            .map(|sql| format!("json_serialize_sql({})", literal(&sql)))
            .collect();
        let rows = match calls.is_empty() {
            true => Vec::new(),
            false => self.ask(&format!("select {}", calls.join(", ")))?,
        };
        let mut answers = rows.into_iter().next().unwrap_or_default().into_iter();
        let outcomes = pieces.iter().zip(bounded).map(|(piece, bounded)| {
            bounded.map_err(|failure| vec![failure])?;
            let answers = answers.by_ref().take(statements(*piece).len()).collect::<Vec<_>>();
            examine(*piece, &answers)
        });
        Ok(outcomes.collect())
    }
}

/// The statements that DuckDB is asked about for a piece.
fn statements(piece: Piece<'_>) -> Vec<String> {
    match piece.form {
        Form::Query => vec![piece.text.to_owned()],
        Form::Expression => {
            vec![format!("{BARE}{}", piece.text), format!("{NESTED}{}\n)", piece.text)]
        }
    }
}

/// What DuckDB's answers say about a piece.
fn examine(piece: Piece<'_>, answers: &[Cell]) -> Outcome {
    let start = match piece.form {
        Form::Query => 0,
        Form::Expression => BARE.len(),
    };
    let shifted = |by: usize| {
        move |failures: Vec<SqlFailure>| -> Vec<SqlFailure> {
            failures.into_iter().map(|failure| failure.shifted(by)).collect()
        }
    };
    let written = statements(piece);
    let text = |index: usize| written.get(index).map_or("", String::as_str);
    let json = json_of(answers.first())?;
    let statement = statement(json, text(0)).map_err(|failures| match piece.form {
        Form::Query => failures,
        Form::Expression => {
            let failures = failures.into_iter().map(SqlFailure::of_expression);
            shifted(start)(failures.collect())
        }
    })?;
    if piece.form == Form::Expression {
        let nested = self::statement(json_of(answers.get(1))?, text(1));
        nested.map_err(shifted(NESTED.len()))?;
        one_value(&statement)?;
    }
    let text = text(0);
    let refused = shifted(start)(Walk::over(&statement, text));
    Ok(ParsedPiece { parsed: Arc::new(ParsedSql::read(&statement, text, start)), refused })
}

fn json_of(answer: Option<&Cell>) -> Result<&str, Vec<SqlFailure>> {
    match answer {
        Some(Cell::Text(json)) => Ok(json),
        _ => Err(vec![unread_failure()]),
    }
}

fn unread() -> Outcome {
    Err(vec![unread_failure()])
}

fn unread_failure() -> SqlFailure {
    SqlFailure::own("the engine cannot read this")
}

/// The only statement in the answer of `json_serialize_sql` about `sql`.
fn statement<'j>(json: &'j str, sql: &str) -> Result<Tree<'j>, Vec<SqlFailure>> {
    SqlFailure::of_parser(json, sql).map_err(|failure| vec![failure])?;
    let answer = Tree::read(json).map_err(|unreadable| vec![failure(&unreadable)])?;
    let Tree::Object(fields) = answer else {
        return Err(vec![unread_failure()]);
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

fn failure(unreadable: &Unreadable) -> SqlFailure {
    match unreadable {
        Unreadable::TooDeep => SqlFailure::refused(
            "queries, calls or operators in one another, more than some forty deep",
            "too deep",
            "give parts a name with `with`, or make derived sources of them",
        ),
        Unreadable::Malformed(text) => SqlFailure::own(text),
    }
}

/// Whether `select …` has one column, and not all of them.
fn one_value(statement: &Tree<'_>) -> Result<(), Vec<SqlFailure>> {
    let selected = statement.field("node").and_then(|node| node.field("select_list"));
    let wrong = match selected {
        Some(Tree::List(values)) => match values.as_slice() {
            [one] if one.text_of("class") != Some("STAR") => return Ok(()),
            [_] => "all columns where one value belongs".to_owned(),
            several => format!("{} values where one belongs", several.len()),
        },
        _ => return Err(vec![unread_failure()]),
    };
    Err(vec![SqlFailure::own(&wrong)])
}
