//! What can be wrong with the text of a formula.

use std::ops::Range;

use thiserror::Error;

use super::parser::{MAX_DEPTH, MAX_LENGTH};

/// A mistake in the text of a formula.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{kind}")]
pub struct FormulaError {
    /// The bytes of the text it is about; empty where something is missing. Both ends lie on
    /// character boundaries inside the text.
    pub range: Range<usize>,
    /// What is wrong.
    pub kind: FormulaErrorKind,
    /// What to write instead.
    pub help: String,
}

/// What is wrong with the text of a formula.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum FormulaErrorKind {
    /// There is nothing but white space.
    #[error("the formula is empty")]
    Empty,
    /// The text is too long to be read.
    #[error("the formula is longer than {MAX_LENGTH} bytes")]
    TooLong,
    /// Parentheses and functions are nested too deeply to be read; what follows is not checked.
    #[error("the formula is nested more than {MAX_DEPTH} levels deep")]
    TooDeep,
    /// A character that no formula contains.
    #[error("unexpected character `{0}`")]
    UnexpectedCharacter(char),
    /// A word that begins like a number and is none, or has more digits than can be kept.
    #[error("`{0}` is not a number")]
    BadNumber(String),
    /// A word that is not a metric name.
    #[error("`{0}` is not a metric name")]
    BadName(String),
    /// A number, name or parenthesis should be here. Names what is here instead, if anything.
    #[error("expected a number or a metric{}", found(.0.as_deref()))]
    MissingOperand(Option<String>),
    /// Two operands follow each other.
    #[error("expected an operator before `{0}`")]
    MissingOperator(String),
    /// A parenthesis is never closed.
    #[error("this parenthesis is never closed")]
    Unclosed,
    /// A parenthesis is closed that was never opened.
    #[error("this parenthesis was never opened")]
    Unopened,
    /// A comma outside the arguments of a function.
    #[error("a comma only separates the arguments of a function")]
    StrayComma,
    /// A name before a parenthesis that is no function.
    #[error("there is no function `{0}`")]
    UnknownFunction(String),
    /// A function has too few or too many arguments.
    #[error("`{function}` takes {expected}, not {found}")]
    WrongArgumentCount {
        /// The function.
        function: &'static str,
        /// How many arguments it takes, in words.
        expected: &'static str,
        /// How many it was given.
        found: usize,
    },
}

fn found(token: Option<&str>) -> String {
    token.map_or_else(|| " before the end".to_owned(), |token| format!(", found `{token}`"))
}
