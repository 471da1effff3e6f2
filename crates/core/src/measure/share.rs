//! `share`: the rows for which a condition holds, among all rows or those that count.

use rust_decimal::Decimal;

use super::{Aggregate, Cells, Figure, NotComputable};
use crate::project::definition::measure::Share;

pub fn aggregates(share: &Share) -> Vec<Aggregate> {
    vec![numerator(share), denominator(share)]
}

pub fn value(share: &Share, cells: &Cells<'_>) -> Result<Figure, NotComputable> {
    let trials = cells.count(&denominator(share))?;
    let successes = cells.count(&numerator(share))?;
    Ok(Figure { n: Some(trials), ..Figure::rate(Decimal::from(successes), Decimal::from(trials)) })
}

fn numerator(share: &Share) -> Aggregate {
    let mut conditions = vec![share.r#where.clone()];
    conditions.extend(share.among.clone());
    Aggregate::CountWhere(conditions)
}

fn denominator(share: &Share) -> Aggregate {
    match &share.among {
        Some(among) => Aggregate::CountWhere(vec![among.clone()]),
        None => Aggregate::Rows,
    }
}
