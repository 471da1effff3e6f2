//! What bound SQL shows to the rules: a condition, an order or a set operation that may
//! do something else than it says.

use serde::{Deserialize, Serialize};

use super::ColumnRef;

/// Something that is seen at a place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Observation {
    pub what: Observed,
    /// Bytes of the definition file: where it starts and where it ends.
    pub place: Option<(usize, usize)>,
}

/// A value in an expression.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Operand {
    /// What the SQL calls it; empty where it has no name.
    pub name: String,
    /// The column of a source that it is, unchanged.
    pub column: Option<ColumnRef>,
}

/// What is seen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Observed {
    /// Rows are left out because a value is null.
    NullLost { of: Operand, by: NullLoss },
    /// A comparison with a text that a value cannot be.
    UnknownValue { of: Operand, text: String, values: Values },
    /// A condition that no row can meet.
    Never { of: Operand, why: Contradiction },
    /// A condition that every row meets: it leaves each of the texts that a value can be.
    Always { of: Operand, texts: Vec<String> },
    /// Texts that are ordered, or compared by their order.
    TextOrder { of: Operand, by: TextOrder },
    /// A set operation whose sides have their columns in different orders.
    ByPosition { operation: String, left: Vec<String>, right: Vec<String> },
    /// A query with two columns of one name.
    RepeatedColumn { name: String },
}

/// How rows are lost to null.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum NullLoss {
    /// `not in` a query that can return a null: no row is kept.
    NotIn,
    /// `<>`, `not like`, `not (…)`: neither true nor false of a null.
    Negated,
    /// A condition on the outer side of a join, which rows without a partner do not meet.
    OuterJoin,
    /// One end of a range.
    RangeEnd,
}

/// The texts that a value can be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Values {
    /// One of these.
    OneOf(Vec<String>),
    /// Any without capitals.
    Lower,
    /// Any without small letters.
    Upper,
}

/// Why no row can meet a condition.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Contradiction {
    /// `is null` of what is never null.
    NeverNull,
    /// Another condition wants other texts.
    Contradicted(Vec<String>),
    /// Another condition wants it to be so: `at most 3`.
    OutOfRange(String),
    /// Its type has no such value: no whole number is 1.5.
    NoSuchValue(String),
    /// The two sides have no value in common.
    Disjoint { with: Operand, left: Vec<String>, right: Vec<String> },
}

/// How texts are ordered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum TextOrder {
    /// Compared with a text.
    With(String),
    /// Sorted, or the first or last of them is taken.
    Sorted,
    /// The same, of texts that are numbers in another order.
    SortedNumbers(Vec<String>),
}

impl Observed {
    /// The name by which it is found in the SQL, where the plan has no place.
    pub fn word(&self) -> &str {
        match self {
            Self::NullLost { of, .. }
            | Self::UnknownValue { of, .. }
            | Self::Never { of, .. }
            | Self::Always { of, .. }
            | Self::TextOrder { of, .. } => &of.name,
            Self::ByPosition { operation, .. } => operation,
            Self::RepeatedColumn { name } => name,
        }
    }
}

/// The number that a text is, as people write numbers: no spaces, no exponents, no zeros in front.
pub fn number(text: &str) -> Option<f64> {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    let (whole, behind) = digits.split_once('.').unwrap_or((digits, "0"));
    let all = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let padded = whole.len() > 1 && whole.starts_with('0');
    if all(whole) && all(behind) && !padded { text.parse().ok() } else { None }
}
