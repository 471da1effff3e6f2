//! Arithmetic over metrics, such as `(a + 2 * b) / max(c, 1)`.
//!
//! A formula combines the values that other metrics have for the same period and segment. It knows
//! decimals, names, `+ - * /`, a minus sign, parentheses, and the functions `min`, `max` and `abs`.
//!
//! [`parse`] reports every mistake with its place in the text; [`Formula::evaluate`] computes
//! without rounding and says why where there is no value.

mod error;
mod evaluate;
mod lexer;
mod parser;
#[cfg(test)]
mod parser_errors;
mod quotient;

pub use error::{FormulaError, FormulaErrorKind};
pub use evaluate::{Formula, FormulaFailure, Outcome};
pub use parser::{MAX_DEPTH, MAX_LENGTH, parse};
pub use quotient::{Names, Quotient};
