//! What a formula divides by what.

use std::ops::Range;

use super::evaluate::{Formula, Operator, Step};

/// Metrics with their places in the text of the formula.
pub type Names<'a> = Vec<(&'a str, Range<usize>)>;

/// A division: the metrics that make up what is divided, and those of the divisor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quotient<'a> {
    pub above: Names<'a>,
    pub below: Names<'a>,
}

impl Formula {
    /// The divisions, from left to right.
    pub fn quotients(&self) -> Vec<Quotient<'_>> {
        let mut quotients = Vec::new();
        // As in evaluating, with the names that a value comes from in the place of the value.
        let mut stack: Vec<Names<'_>> = Vec::new();
        for step in &self.steps {
            let names = match step {
                Step::Number(_) => Vec::new(),
                Step::Metric { name, range } => vec![(name.as_str(), range.clone())],
                Step::Negate => continue,
                Step::Combine(operator) => {
                    let below = stack.pop().unwrap_or_default();
                    let above = stack.pop().unwrap_or_default();
                    if *operator == Operator::Divide {
                        quotients.push(Quotient { above: above.clone(), below: below.clone() });
                    }
                    [above, below].concat()
                }
                Step::Call { arguments, .. } => {
                    let first = stack.len().saturating_sub(*arguments);
                    stack.drain(first..).flatten().collect()
                }
            };
            stack.push(names);
        }
        quotients
    }
}

#[cfg(test)]
mod tests {
    use super::super::parse;

    #[test]
    fn the_names_above_and_below() {
        let formula = parse("1 - (a + b) / -max(c, 2) / 3").unwrap();
        let found: Vec<(Vec<&str>, Vec<&str>)> = formula
            .quotients()
            .into_iter()
            .map(|quotient| {
                (
                    quotient.above.into_iter().map(|(name, _)| name).collect(),
                    quotient.below.into_iter().map(|(name, _)| name).collect(),
                )
            })
            .collect();
        assert_eq!(found, [(vec!["a", "b"], vec!["c"]), (vec!["a", "b", "c"], vec![])]);
    }
}
