//! The value of a formula.

use std::ops::Range;

use rust_decimal::Decimal;

/// A formula that has been parsed.
///
/// Kept in postfix order (`1 - a` as `1 a -`), so neither evaluating nor dropping it recurses, and
/// a long chain of operators cannot exhaust the stack.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Formula {
    pub(super) steps: Vec<Step>,
}

/// One step of the computation, on a stack of values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Step {
    /// Pushes a number.
    Number(Decimal),
    /// Pushes the value of a metric.
    Metric { name: String, range: Range<usize> },
    /// Replaces the top by its negative.
    Negate,
    /// Replaces the two topmost values by one.
    Combine(Operator),
    /// Replaces the topmost `arguments` values, at least one, by one.
    Call { function: Function, arguments: usize },
}

/// An operator between two values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Operator {
    Add,
    Subtract,
    Multiply,
    Divide,
}

/// A function of one or more values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Function {
    Minimum,
    Maximum,
    Absolute,
}

/// What a formula comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The value, not rounded beyond the 28 digits a decimal holds.
    Value(Decimal),
    /// There is no value, for example because a denominator is zero. Never 0 and never 100 %.
    Undefined(FormulaFailure),
    /// The value, or one on the way to it, is beyond the range of a decimal, about 7.9e28.
    Overflow,
}

/// Why a formula has no value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FormulaFailure {
    /// It divides by zero.
    DivisionByZero,
    /// The metric of this name has no value here.
    Missing(String),
}

impl Formula {
    /// The metrics the formula refers to, with their places (byte offsets) in the text it was
    /// parsed from, in order of appearance and as often as they appear.
    pub fn names(&self) -> impl Iterator<Item = (&str, Range<usize>)> {
        self.steps.iter().filter_map(|step| match step {
            Step::Metric { name, range } => Some((name.as_str(), range.clone())),
            _ => None,
        })
    }

    /// Computes the formula with the values `lookup` gives for the metrics.
    ///
    /// The first obstacle from left to right decides the outcome: a metric without a value makes
    /// the whole formula undefined, even where it would be multiplied by zero or lose a `max`.
    pub fn evaluate(&self, lookup: impl Fn(&str) -> Option<Decimal>) -> Outcome {
        let mut stack = Vec::new();
        for step in &self.steps {
            if let Err(obstacle) = step.run(&mut stack, &lookup) {
                return obstacle;
            }
        }
        match stack.pop() {
            // Zero has a sign, which would show as `-0`.
            Some(value) if value.is_zero() => Outcome::Value(Decimal::ZERO),
            Some(value) => Outcome::Value(value),
            None => UNBALANCED,
        }
    }
}

/// The outcome of steps that take more values than there are. The parser makes no such steps.
const UNBALANCED: Outcome = Outcome::Overflow;

impl Step {
    fn run(
        &self,
        stack: &mut Vec<Decimal>,
        lookup: impl Fn(&str) -> Option<Decimal>,
    ) -> Result<(), Outcome> {
        let value = match self {
            Self::Number(number) => *number,
            Self::Metric { name, .. } => lookup(name)
                .ok_or_else(|| Outcome::Undefined(FormulaFailure::Missing(name.clone())))?,
            Self::Negate => -stack.pop().ok_or(UNBALANCED)?,
            Self::Combine(operator) => {
                let right = stack.pop().ok_or(UNBALANCED)?;
                let left = stack.pop().ok_or(UNBALANCED)?;
                operator.apply(left, right)?
            }
            Self::Call { function, arguments } => {
                let first = stack.len().checked_sub(*arguments).ok_or(UNBALANCED)?;
                let arguments = stack.drain(first..);
                function.apply(arguments).ok_or(UNBALANCED)?
            }
        };
        stack.push(value);
        Ok(())
    }
}

impl Operator {
    fn apply(self, left: Decimal, right: Decimal) -> Result<Decimal, Outcome> {
        let value = match self {
            Self::Add => left.checked_add(right),
            Self::Subtract => left.checked_sub(right),
            Self::Multiply => left.checked_mul(right),
            Self::Divide if right.is_zero() => {
                return Err(Outcome::Undefined(FormulaFailure::DivisionByZero));
            }
            Self::Divide => left.checked_div(right),
        };
        value.ok_or(Outcome::Overflow)
    }
}

impl Function {
    /// The function of this name.
    pub(super) fn named(name: &str) -> Option<Self> {
        match name {
            "min" => Some(Self::Minimum),
            "max" => Some(Self::Maximum),
            "abs" => Some(Self::Absolute),
            _ => None,
        }
    }

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Minimum => "min",
            Self::Maximum => "max",
            Self::Absolute => "abs",
        }
    }

    fn apply(self, mut arguments: impl Iterator<Item = Decimal>) -> Option<Decimal> {
        match self {
            Self::Minimum => arguments.min(),
            Self::Maximum => arguments.max(),
            Self::Absolute => arguments.next().map(|value| value.abs()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::parse;
    use super::*;

    fn outcome(text: &str) -> Outcome {
        parse(text).unwrap().evaluate(|name| match name {
            "a" => Some(Decimal::from(6)),
            "b" => Some(Decimal::new(25, 2)),
            "zero" => Some(Decimal::ZERO),
            "estate_coverage" => Some(Decimal::new(97, 2)),
            "largest" => Some(Decimal::MAX),
            _ => None,
        })
    }

    fn value(text: &str) -> String {
        match outcome(text) {
            Outcome::Value(value) => value.normalize().to_string(),
            other => panic!("{text}: {other:?}"),
        }
    }

    #[test]
    fn computes() {
        for (text, expected) in [
            ("1 - estate_coverage", "0.03"),
            ("(a + 2 * b) / max(zero, 1)", "6.5"),
            ("1 + 2 * 3", "7"),
            ("(1 + 2) * 3", "9"),
            ("10 - 4 - 3", "3"),
            ("100 / 10 / 5", "2"),
            ("2 * 3 / 4", "1.5"),
            ("1 - 2 * 3 + 4", "-1"),
            ("-a", "-6"),
            ("--a", "6"),
            ("- a * - b", "1.5"),
            ("2 - -3", "5"),
            ("-(1 + 2)", "-3"),
            ("-2 * 3 - 1", "-7"),
            ("min(3, a, b, 9)", "0.25"),
            ("max(min(1, 2), -abs(-5), 0.5)", "1"),
            ("abs(b - a)", "5.75"),
            ("0.1 + 0.2", "0.3"),
            ("((((a))))", "6"),
            ("007.50", "7.5"),
        ] {
            assert_eq!(value(text), expected, "{text}");
        }
    }

    #[test]
    fn zero_has_no_sign() {
        for text in ["-zero", "-0", "0 * -1", "abs(-zero)", "min(-zero, 0)"] {
            match outcome(text) {
                Outcome::Value(value) => assert_eq!(value.to_string(), "0"),
                other => panic!("{text}: {other:?}"),
            }
        }
    }

    #[test]
    fn keeps_all_digits() {
        assert_eq!(value("1 / 3"), "0.3333333333333333333333333333");
    }

    #[test]
    fn no_value_says_why() {
        let division = Outcome::Undefined(FormulaFailure::DivisionByZero);
        let missing = |name: &str| Outcome::Undefined(FormulaFailure::Missing(name.into()));
        assert_eq!(outcome("a / zero"), division);
        assert_eq!(outcome("zero / zero"), division);
        assert_eq!(outcome("a / (b - 0.25)"), division);
        assert_eq!(outcome("0 * nothing"), missing("nothing"));
        assert_eq!(outcome("max(1, nothing, other)"), missing("nothing"));
        assert_eq!(outcome("1 / zero + nothing"), division);
        for text in ["largest + 1", "-largest - 1", "largest * largest", "largest / 0.1"] {
            assert_eq!(outcome(text), Outcome::Overflow, "{text}");
        }
    }

    #[test]
    fn names_in_order() {
        let text = "c + max(a, 2) * c";
        let formula = parse(text).unwrap();
        let names: Vec<_> = formula.names().collect();
        assert_eq!(names, [("c", 0..1), ("a", 8..9), ("c", 16..17)]);
    }
}
