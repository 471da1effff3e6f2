//! Bounds of a text that DuckDB's parser and binder get to see.

use super::scan::lambda_depth;
use crate::SqlFailure;

/// Bytes of a piece of SQL. The parser goes deeper with every join and every operator of a chain.
const LONGEST: usize = 64 * 1024;

/// Lambdas in lambdas: binding takes several times as long for each level.
const DEEPEST_LAMBDA: usize = 8;

/// Whether a text is small enough to be parsed and bound.
pub fn within_bounds(sql: &str) -> Result<(), SqlFailure> {
    if sql.len() > LONGEST {
        return Err(SqlFailure::refused(
            &format!("{} bytes of SQL, more than {LONGEST}", sql.len()),
            "too long",
            "make derived sources of its parts",
        ));
    }
    if lambda_depth(sql) > DEEPEST_LAMBDA {
        let message = format!("lambdas in one another, more than {DEEPEST_LAMBDA} deep");
        return Err(SqlFailure::own(&message));
    }
    Ok(())
}
