//! `count`: the number of rows. No rows are 0, not undefined.

use rust_decimal::Decimal;

use super::{Aggregate, Cells, Figure, NotComputable};

pub fn aggregates() -> Vec<Aggregate> {
    vec![Aggregate::Rows]
}

pub fn value(cells: &Cells<'_>) -> Result<Figure, NotComputable> {
    let rows = cells.count(&Aggregate::Rows)?;
    Ok(Figure { value: Some(Decimal::from(rows)), n: Some(rows), ..Figure::default() })
}
