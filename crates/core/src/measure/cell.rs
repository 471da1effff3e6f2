//! A value as an engine returns it.

use rust_decimal::Decimal;

use super::NotComputable;
use crate::result::{from_f64, to_f64};

/// One cell of a query result, independent of any engine.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    Null,
    Boolean(bool),
    Integer(i128),
    Decimal(Decimal),
    Double(f64),
    Text(String),
    /// Microseconds since 1970 in UTC.
    Instant(i64),
    List(Vec<Cell>),
    /// A value that results have no use for, or that does not fit; what it was.
    Other(String),
}

impl Cell {
    /// A whole, non-negative number such as a count; 0 where null.
    pub fn count(&self) -> Result<u64, NotComputable> {
        match self {
            Self::Null => Ok(0),
            Self::Integer(number) => {
                u64::try_from(*number).map_err(|_| NotComputable::TooLarge(number.to_string()))
            }
            other => Err(NotComputable::NotANumber(format!("{other:?}"))),
        }
    }

    /// An exact number, `None` where null. Floats are made canonical.
    pub fn number(&self) -> Result<Option<Decimal>, NotComputable> {
        Ok(Some(match self {
            Self::Null => return Ok(None),
            Self::Integer(number) => Decimal::try_from_i128_with_scale(*number, 0)
                .map_err(|_| NotComputable::TooLarge(number.to_string()))?,
            Self::Decimal(number) => *number,
            Self::Double(number) => {
                from_f64(*number).ok_or_else(|| NotComputable::TooLarge(number.to_string()))?
            }
            Self::Boolean(value) => Decimal::from(u8::from(*value)),
            other => return Err(NotComputable::NotANumber(format!("{other:?}"))),
        }))
    }

    /// The elements of a list; none where null.
    pub fn elements(&self) -> &[Cell] {
        match self {
            Self::List(cells) => cells,
            _ => &[],
        }
    }

    /// As a double, for reading lists of durations.
    pub fn double(&self) -> Option<f64> {
        match self {
            Self::Double(number) => Some(*number),
            Self::Integer(number) => Some(*number as f64),
            Self::Decimal(number) => Some(to_f64(*number)),
            _ => None,
        }
    }
}
