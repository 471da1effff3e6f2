//! Every mistake is reported where it is, and no other.

use super::{FormulaErrorKind, MAX_DEPTH, MAX_LENGTH, parse};

/// The mistakes of a text, each with the part of the text it is about.
fn mistakes(text: &str) -> Vec<(String, String)> {
    let errors = parse(text).unwrap_err();
    errors
        .iter()
        .map(|error| {
            assert!(!error.help.is_empty());
            (text[error.range.clone()].to_owned(), error.to_string())
        })
        .collect()
}

#[test]
fn one_mistake_one_error() {
    for (text, place, message) in [
        ("a +", "", "expected a number or a metric before the end"),
        ("a + * b", "*", "expected a number or a metric, found `*`"),
        ("a * + b", "+", "expected a number or a metric, found `+`"),
        ("+a", "+", "expected a number or a metric, found `+`"),
        ("-", "", "expected a number or a metric before the end"),
        ("()", ")", "expected a number or a metric, found `)`"),
        ("a b", "b", "expected an operator before `b`"),
        ("2 (a + b)", "(", "expected an operator before `(`"),
        ("(a)(b)", "(", "expected an operator before `(`"),
        ("(a + b", "(", "this parenthesis is never closed"),
        ("max(a, b", "(", "this parenthesis is never closed"),
        ("a + b)", ")", "this parenthesis was never opened"),
        ("a) * b", ")", "this parenthesis was never opened"),
        ("1,5 * a", ",", "a comma only separates the arguments of a function"),
        ("(1,5) * a", ",", "a comma only separates the arguments of a function"),
        ("max(a,)", ")", "expected a number or a metric, found `)`"),
        ("min(, a)", ",", "expected a number or a metric, found `,`"),
        ("max(a)", "max", "`max` takes two or more arguments, not 1"),
        ("abs()", "abs", "`abs` takes one argument, not 0"),
        ("abs(a, b)", "abs", "`abs` takes one argument, not 2"),
        ("sqrt(a)", "sqrt", "there is no function `sqrt`"),
        ("a ^ 2", "^", "unexpected character `^`"),
        ("a * 5%", "%", "unexpected character `%`"),
        ("[a + b] / c", "[", "unexpected character `[`"),
        ("a \u{d7} b", "\u{d7}", "unexpected character `\u{d7}`"),
        ("\u{2764}", "\u{2764}", "unexpected character `\u{2764}`"),
        ("1 - MTTR", "MTTR", "`MTTR` is not a metric name"),
        ("1 - 1.2.3 * b", "1.2.3", "`1.2.3` is not a number"),
    ] {
        let found = mistakes(text);
        let first = (place.to_owned(), message.to_owned());
        assert_eq!(found.first(), Some(&first), "{text}");
        // The other bracket is a mistake of its own.
        assert_eq!(found.len(), 1 + text.matches(']').count(), "{text}");
    }
}

#[test]
fn all_mistakes_in_order() {
    let found = mistakes("(Foo + 1..2 * / b) $ c, sqrt(abs(a, 2)");
    let places: Vec<&str> = found.iter().map(|(place, _)| place.as_str()).collect();
    assert_eq!(places, ["Foo", "1..2", "/", "$", "$", "c", ",", "sqrt", "(", "abs"]);
}

#[test]
fn functions_are_suggested() {
    for (text, help) in [
        ("mix(a, b)", "did you mean `min`?"),
        ("greatest(a, b)", "did you mean `max`?"),
        ("coverage(a)", "there are min, max and abs; to multiply, write `*`"),
    ] {
        assert_eq!(parse(text).unwrap_err().first().unwrap().help, help);
    }
}

#[test]
fn a_metric_may_be_called_like_a_function() {
    let formula = parse("min + abs").unwrap();
    let names: Vec<_> = formula.names().map(|(name, _)| name).collect();
    assert_eq!(names, ["min", "abs"]);
}

#[test]
fn depth_and_length_are_bounded() {
    let nested = |depth: usize| "(".repeat(depth) + "1" + &")".repeat(depth);
    assert!(parse(&nested(MAX_DEPTH)).is_ok());
    for text in [
        nested(MAX_DEPTH + 1),
        "(".repeat(MAX_LENGTH),
        "-(".repeat(MAX_LENGTH / 2),
        "abs(".repeat(MAX_LENGTH / 4),
        "(1,".repeat(MAX_LENGTH / 3),
    ] {
        let errors = parse(&text).unwrap_err();
        let last = errors.iter().rfind(|e| e.kind == FormulaErrorKind::TooDeep);
        assert!(last.is_some());
    }
    // Chains do not nest.
    for text in ["1+".repeat(2_000) + "1", "-".repeat(4_000) + "1"] {
        assert!(parse(&text).is_ok());
    }
    assert!(parse(&("(1".to_owned() + &",1".repeat(2_000))).is_err());
    assert_eq!(parse(&"1".repeat(MAX_LENGTH + 1)).unwrap_err().len(), 1);
    for text in ["", " \n"] {
        let errors = parse(text).unwrap_err();
        assert_eq!(errors.first().unwrap().kind, FormulaErrorKind::Empty);
    }
}

#[test]
fn any_text_gets_an_answer() {
    let pieces = [
        "a",
        "1",
        "0.5",
        ".",
        "+",
        "-",
        "*",
        "/",
        "(",
        ")",
        ",",
        "max",
        "abs(",
        " ",
        "%",
        "\u{e9}",
        "A",
        "9999999999999999999999999999",
    ];
    let mut state = 1_u64;
    for _ in 0..20_000 {
        let mut text = String::new();
        for _ in 0..state % 12 {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            text += pieces[(state % pieces.len() as u64) as usize];
        }
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        match parse(&text) {
            Ok(formula) => {
                formula.evaluate(|_| Some(rust_decimal::Decimal::MAX));
            }
            Err(errors) => {
                assert!(!errors.is_empty());
                for error in errors {
                    assert!(text.get(error.range).is_some(), "{text}");
                }
            }
        }
    }
}
