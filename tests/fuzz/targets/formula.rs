//! The text of a formula → its mistakes, or its value.
#![no_main]

use goodhart_core::measure::arithmetic::{Outcome, parse};
use libfuzzer_sys::fuzz_target;
use rust_decimal::Decimal;

fuzz_target!(|input: &str| {
    let parsed = parse(input);
    assert_eq!(parsed, parse(input));
    match parsed {
        Ok(formula) => {
            for (name, range) in formula.names() {
                assert_eq!(input.get(range), Some(name));
            }
            for value in [Decimal::ZERO, Decimal::ONE, Decimal::MAX, Decimal::MIN, smallest()] {
                let outcome = formula.evaluate(|_| Some(value));
                assert_eq!(outcome, formula.evaluate(|_| Some(value)));
            }
            let outcome = formula.evaluate(|_| None);
            let names = formula.names().next().is_some();
            assert!(!names || !matches!(outcome, Outcome::Value(_)), "a value out of nothing");
        }
        Err(errors) => {
            assert!(!errors.is_empty());
            assert!(errors.is_sorted_by_key(|error| error.range.start));
            for error in errors {
                assert!(input.get(error.range.clone()).is_some(), "no place: {error:?}");
                assert!(!error.kind.to_string().is_empty() && !error.help.is_empty());
            }
        }
    }
});

fn smallest() -> Decimal {
    Decimal::new(1, Decimal::MAX_SCALE)
}
