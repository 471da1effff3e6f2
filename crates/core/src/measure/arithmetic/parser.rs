//! Reads the text of a formula.

use super::error::{FormulaError, FormulaErrorKind};
use super::evaluate::{Formula, Function, Operator, Step};
use super::lexer::{Token, TokenKind, tokens};

/// The longest text of a formula, in bytes.
pub const MAX_LENGTH: usize = 4096;
/// How many parentheses and functions may be open at once.
pub const MAX_DEPTH: usize = 64;

const COMMA_HELP: &str = "a decimal point is written as `.`; only min and max take a list";

/// Reads a formula.
///
/// ```text
/// sum     = product { ("+" | "-") product }
/// product = operand { ("*" | "/") operand }
/// operand = { "-" } ( number | name | "(" sum ")" | function "(" sum { "," sum } ")" )
/// ```
///
/// A sign binds tighter than an operator. `min` and `max` take two or more arguments, `abs` one.
/// Only a name before a parenthesis is a function, so a metric may have the name of one.
///
/// # Errors
///
/// Every mistake that can be told apart from the consequences of another one, in the order of
/// their places; at least one.
pub fn parse(text: &str) -> Result<Formula, Vec<FormulaError>> {
    let whole_text =
        |kind, help: String| Err(vec![FormulaError { range: 0..text.len(), kind, help }]);
    if text.len() > MAX_LENGTH {
        let help = "split it into metrics of their own and refer to them".to_owned();
        return whole_text(FormulaErrorKind::TooLong, help);
    }
    if text.trim().is_empty() {
        let help = "write a formula, such as `1 - estate_coverage`".to_owned();
        return whole_text(FormulaErrorKind::Empty, help);
    }

    let mut errors = Vec::new();
    let tokens = tokens(text, &mut errors);
    let mut parser = Parser {
        tokens: &tokens,
        end: text.trim_end().len(),
        depth: 0,
        steps: Vec::with_capacity(tokens.len()),
        errors,
    };
    // Without a token there was nothing but characters that have been reported.
    if !tokens.is_empty() {
        parser.formula();
    }
    if parser.errors.is_empty() {
        Ok(Formula { steps: parser.steps })
    } else {
        // Stable: of mistakes at one place, those of the spelling stay in front.
        parser.errors.sort_by_key(|error| error.range.start);
        Err(parser.errors)
    }
}

/// A recursive descent over the tokens. Recurses only into parentheses, and not deeper than
/// [`MAX_DEPTH`].
struct Parser<'a> {
    /// The tokens not yet read.
    tokens: &'a [Token<'a>],
    /// Byte offset of the end of the formula.
    end: usize,
    /// How many parentheses are open.
    depth: usize,
    /// The formula so far, in postfix order. Worthless once there are errors.
    steps: Vec<Step>,
    errors: Vec<FormulaError>,
}

impl<'a> Parser<'a> {
    fn formula(&mut self) {
        self.sum();
        // A sum ends at a closing parenthesis or a comma, which belong to nothing out here.
        while let Some(token) = self.next() {
            if token.kind == TokenKind::Comma {
                self.report(&token, FormulaErrorKind::StrayComma, COMMA_HELP);
                self.sum();
            } else {
                let help = "remove it, or open it further left";
                self.report(&token, FormulaErrorKind::Unopened, help);
                self.rest_of_product();
                self.rest_of_sum();
            }
        }
    }

    fn sum(&mut self) {
        self.product();
        self.rest_of_sum();
    }

    fn rest_of_sum(&mut self) {
        loop {
            let operator = match self.peek().map(|token| token.kind) {
                Some(TokenKind::Plus) => Operator::Add,
                Some(TokenKind::Minus) => Operator::Subtract,
                _ => return,
            };
            self.next();
            self.product();
            self.steps.push(Step::Combine(operator));
        }
    }

    fn product(&mut self) {
        self.operand();
        self.rest_of_product();
    }

    fn rest_of_product(&mut self) {
        while let Some(token) = self.peek() {
            let operator = match token.kind {
                TokenKind::Star => Operator::Multiply,
                TokenKind::Slash => Operator::Divide,
                _ if token.begins_operand() => {
                    let text = token.text.to_owned();
                    let help = "write one of `+ - * /` in between";
                    self.report(&token, FormulaErrorKind::MissingOperator(text), help);
                    self.operand();
                    continue;
                }
                _ => return,
            };
            self.next();
            self.operand();
            self.steps.push(Step::Combine(operator));
        }
    }

    fn operand(&mut self) {
        let mut negative = false;
        while self.skip(TokenKind::Minus) {
            negative = !negative;
        }
        self.unsigned_operand();
        if negative {
            self.steps.push(Step::Negate);
        }
    }

    fn unsigned_operand(&mut self) {
        let Some(token) = self.peek() else {
            return self.missing_operand(None);
        };
        match token.kind {
            TokenKind::Number(number) => {
                self.next();
                self.steps.push(Step::Number(number));
            }
            TokenKind::Name => {
                self.next();
                match self.peek() {
                    Some(open) if open.kind == TokenKind::Open => self.call(token, open),
                    _ => self
                        .steps
                        .push(Step::Metric { name: token.text.to_owned(), range: token.range() }),
                }
            }
            TokenKind::Open => {
                self.next();
                self.nested(token, Self::sum);
            }
            // Left where it is: what follows may well be read as if an operand had been here.
            _ => self.missing_operand(Some(token)),
        }
    }

    /// Reads a function, of which the name has been read and `open` has not.
    fn call(&mut self, name: Token<'a>, open: Token<'a>) {
        self.next();
        let known = self.errors.len();
        let mut found = 0;
        self.nested(open, |parser| {
            if matches!(parser.peek(), Some(token) if token.kind == TokenKind::Close) {
                return;
            }
            loop {
                parser.sum();
                found += 1;
                if !parser.skip(TokenKind::Comma) {
                    return;
                }
            }
        });
        let Some(function) = Function::named(name.text) else {
            let kind = FormulaErrorKind::UnknownFunction(name.text.to_owned());
            let help = match similar_function(name.text) {
                Some(similar) => format!("did you mean `{similar}`?"),
                None => "there are min, max and abs; to multiply, write `*`".to_owned(),
            };
            return self.report(&name, kind, &help);
        };
        let (expected, fits) = match function {
            Function::Minimum | Function::Maximum => ("two or more arguments", found >= 2),
            Function::Absolute => ("one argument", found == 1),
        };
        // A call with a mistake inside may have been cut short: its count says nothing.
        if !fits && self.errors.len() == known {
            let function = function.name();
            let kind = FormulaErrorKind::WrongArgumentCount { function, expected, found };
            let help = match function {
                "abs" => "write `abs(x)`".to_owned(),
                name => format!("write `{name}(x, y)`"),
            };
            self.report(&name, kind, &help);
        }
        self.steps.push(Step::Call { function, arguments: found });
    }

    /// Reads what is inside a parenthesis that has been opened, and its end.
    fn nested(&mut self, open: Token<'a>, inside: impl FnOnce(&mut Self)) {
        if self.depth == MAX_DEPTH {
            let help = "split it into metrics of their own and refer to them";
            self.report(&open, FormulaErrorKind::TooDeep, help);
            // Nothing behind this can be told apart from its consequences.
            self.tokens = &[];
            return;
        }
        self.depth += 1;
        inside(self);
        while !self.skip(TokenKind::Close) {
            // Besides a closing parenthesis, only a comma or the end ends a sum.
            if let Some(comma) = self.next() {
                self.report(&comma, FormulaErrorKind::StrayComma, COMMA_HELP);
                self.sum();
            } else {
                if !self.gave_up() {
                    self.report(&open, FormulaErrorKind::Unclosed, "add the missing `)`");
                }
                break;
            }
        }
        self.depth -= 1;
    }

    fn missing_operand(&mut self, found: Option<Token<'a>>) {
        if found.is_none() && self.gave_up() {
            return;
        }
        let range = found.map_or(self.end..self.end, |token| token.range());
        let help = match found.map(|token| token.kind) {
            Some(TokenKind::Plus) => "remove the `+`: a number has no plus sign",
            _ => "write a number, a metric or a parenthesis here",
        };
        self.errors.push(FormulaError {
            range,
            kind: FormulaErrorKind::MissingOperand(found.map(|token| token.text.to_owned())),
            help: help.to_owned(),
        });
    }

    /// Whether the rest of the tokens was dropped because of the nesting.
    fn gave_up(&self) -> bool {
        self.errors.iter().any(|error| error.kind == FormulaErrorKind::TooDeep)
    }

    fn report(&mut self, token: &Token<'_>, kind: FormulaErrorKind, help: &str) {
        self.errors.push(FormulaError { range: token.range(), kind, help: help.to_owned() });
    }

    fn peek(&self) -> Option<Token<'a>> {
        self.tokens.first().copied()
    }

    fn next(&mut self) -> Option<Token<'a>> {
        let (first, rest) = self.tokens.split_first()?;
        self.tokens = rest;
        Some(*first)
    }

    fn skip(&mut self, kind: TokenKind) -> bool {
        let here = self.peek().is_some_and(|token| token.kind == kind);
        if here {
            self.next();
        }
        here
    }
}

/// The function whose name is closest to a wrong one, or that other languages call so.
fn similar_function(name: &str) -> Option<&'static str> {
    match name {
        "minimum" | "least" => return Some("min"),
        "maximum" | "greatest" => return Some("max"),
        "absolute" => return Some("abs"),
        _ => {}
    }
    let lower = name.to_ascii_lowercase();
    ["min", "max", "abs"]
        .into_iter()
        .find(|function| strsim::damerau_levenshtein(function, &lower) <= 1)
}
