//! Syntax errors: what is probably missing or misspelt there.
//!
//! DuckDB's parser names the first token that cannot stand where it stands. What is wrong is
//! often the one before it, or what should stand between the two.

use super::SqlFailure;
use crate::allow_list::{Suggestion, instead_of};
use crate::allow_list::{Token, tokens};
use goodhart_core::diagnostic::misspelt;

/// Words of SQL that are no names.
const KEYWORDS: &[&str] = &[
    "all",
    "and",
    "any",
    "as",
    "asc",
    "between",
    "by",
    "case",
    "cross",
    "desc",
    "distinct",
    "else",
    "end",
    "except",
    "exclude",
    "exists",
    "filter",
    "following",
    "from",
    "full",
    "group",
    "having",
    "ilike",
    "in",
    "inner",
    "intersect",
    "interval",
    "is",
    "join",
    "left",
    "like",
    "limit",
    "natural",
    "not",
    "null",
    "offset",
    "on",
    "or",
    "order",
    "outer",
    "over",
    "partition",
    "preceding",
    "qualify",
    "recursive",
    "replace",
    "right",
    "rows",
    "select",
    "then",
    "union",
    "using",
    "values",
    "when",
    "where",
    "window",
    "with",
];

/// Those of them that cannot be names without quotes.
const RESERVED: &[&str] = &[
    "all",
    "and",
    "any",
    "as",
    "asc",
    "case",
    "desc",
    "distinct",
    "else",
    "end",
    "except",
    "from",
    "group",
    "having",
    "in",
    "intersect",
    "limit",
    "not",
    "null",
    "offset",
    "on",
    "or",
    "order",
    "qualify",
    "select",
    "then",
    "union",
    "using",
    "when",
    "where",
    "window",
    "with",
];

/// Words that begin or go on with a clause, and are misspelt where one is missing.
const CLAUSES: &[&str] = &[
    "between",
    "case",
    "distinct",
    "exists",
    "from",
    "group",
    "having",
    "intersect",
    "interval",
    "join",
    "limit",
    "offset",
    "order",
    "partition",
    "qualify",
    "select",
    "union",
    "using",
    "values",
    "when",
    "where",
    "with",
];

/// A token of the statement.
#[derive(Clone, Copy)]
struct At<'a> {
    token: &'a Token<'a>,
    start: usize,
    written: &'a str,
}

impl At<'_> {
    fn is(&self, word: &str) -> bool {
        matches!(self.token, Token::Word(known) if known == word) && !self.written.starts_with('"')
    }

    fn is_one_of(&self, words: &[&str]) -> bool {
        words.iter().any(|word| self.is(word))
    }

    fn is_symbol(&self, symbols: &str) -> bool {
        matches!(self.token, Token::Symbol(symbol) if symbols.contains(*symbol))
    }

    /// Whether a value, or a part of one, can end here.
    fn ends_value(&self) -> bool {
        match self.token {
            Token::Symbol(symbol) => matches!(symbol, ')' | ']' | '}'),
            Token::Word(_) => !self.is_one_of(KEYWORDS) || self.is_one_of(&["end", "null"]),
            Token::Text { .. } | Token::Number(_) => true,
        }
    }

    /// Whether a value can begin here.
    fn begins_value(&self) -> bool {
        match self.token {
            Token::Symbol(_) => false,
            Token::Word(_) => !self.is_one_of(KEYWORDS) || self.is_one_of(&["case", "null"]),
            Token::Text { .. } | Token::Number(_) => true,
        }
    }

    fn place(&self) -> (usize, usize) {
        (self.start, self.written.len())
    }
}

impl SqlFailure {
    /// The same failure of DuckDB's parser, with what the tokens around its place say about it.
    #[must_use]
    pub fn of_syntax(mut self, sql: &str) -> Self {
        let Some(offset) = self.place.map(|(offset, _)| offset) else { return self };
        // `||` is one token to DuckDB, and a text has its quotes.
        let Some(named) = self.text.strip_prefix("syntax error at or near \"") else { return self };
        let named = named.strip_suffix('"').unwrap_or(named).to_owned();
        let tokens = tokens(sql);
        let written: Vec<At<'_>> = tokens
            .iter()
            .filter_map(|(token, range)| {
                let written = sql.get(range.clone())?;
                Some(At { token, start: range.start, written })
            })
            .collect();
        let Some(index) = written.iter().position(|at| at.start >= offset) else { return self };
        let Some(here) = written.get(index) else { return self };
        self.message = format!("`{named}` cannot stand here");
        let before = index.checked_sub(1).and_then(|before| written.get(before));
        let explained = explained(&written, index);
        if let Some(Explanation { message, help, place }) = explained {
            self.message = message.unwrap_or(self.message);
            self.help = Some(help);
            self.place = place.or(self.place);
        } else if let Some(misspelt) = before.and_then(keyword).or_else(|| keyword(here)) {
            self.help = Some(format!("did you mean `{misspelt}`?"));
        } else if index + 1 == written.len() && !here.is_symbol(")]}") {
            // At the end of the text, DuckDB names what stands there last.
            let sides = if here.ends_value() { "before or behind" } else { "behind" };
            self.message = format!("something is missing {sides} `{named}`");
            self.help = unjoined(&written).map(str::to_owned);
        } else if before.is_some_and(At::ends_value) && here.begins_value() {
            self.message = format!("something is missing before `{named}`");
            self.help = Some(separator(written.get(..index).unwrap_or_default()).to_owned());
        } else if before.is_some_and(|before| !before.ends_value()) && !here.begins_value() {
            self.message = format!("something is missing before `{named}`");
        } else if here.is_one_of(CLAUSES) {
            self.help = Some(ORDER.to_owned());
        }
        self
    }
}

/// What is said about a clause that stands at another place than its own.
pub const ORDER: &str = "clauses stand in this order: `select`, `from`, `where`, `group by`, `having`, \
                     `qualify`, `order by`, `limit`";

/// What stands between two values behind what is `written`.
fn separator(written: &[At<'_>]) -> &'static str {
    let mut depth = 0_usize;
    for at in written.iter().rev() {
        if at.is_symbol(")]}") {
            depth += 1;
        } else if at.is_symbol("([{") {
            let Some(less) = depth.checked_sub(1) else { break };
            depth = less;
        } else if depth == 0 && at.is_one_of(&["where", "on", "having", "qualify", "when"]) {
            return "conditions are joined with `and` or `or`";
        }
    }
    "a comma, perhaps: values and columns are separated by commas"
}

/// What to do where a join does not say what belongs together.
fn unjoined(written: &[At<'_>]) -> Option<&'static str> {
    let count = |words: &[&str]| written.iter().filter(|at| at.is_one_of(words)).count();
    let free = count(&["cross", "natural", "positional"]);
    (count(&["join"]) > count(&["on", "using"]) + free)
        .then_some("a join says with `on` or `using` what belongs together")
}

/// What is wrong, in other words than that something cannot stand where it does.
struct Explanation {
    message: Option<String>,
    help: String,
    place: Option<(usize, usize)>,
}

impl Explanation {
    fn help(help: impl Into<String>) -> Option<Self> {
        Some(Self { message: None, help: help.into(), place: None })
    }

    fn new(message: &str, help: &str, at: &At<'_>) -> Option<Self> {
        let (message, help) = (Some(message.to_owned()), help.to_owned());
        Some(Self { message, help, place: Some(at.place()) })
    }
}

fn explained(written: &[At<'_>], index: usize) -> Option<Explanation> {
    let here = written.get(index)?;
    let before = written.get(index.checked_sub(1)?)?;
    let last = index + 1 == written.len();
    let behind = written.get(index + 1);
    if let Some(at) = unopened(written).filter(|at| at.start == here.start) {
        return Explanation::new("this parenthesis closes nothing", "remove it", at);
    }
    if last && let Some(at) = unclosed(written) {
        return Explanation::new("this parenthesis is not closed", "write `)` where it ends", at);
    }
    if (last || here.is_one_of(RESERVED))
        && let Some(at) = endless_case(written.get(..=index)?)
    {
        return Explanation::new(
            "this `case` has no `end`",
            "write `end` behind its last value",
            at,
        );
    }
    if before.is("top") {
        return Explanation::help(format!(
            "`limit {}` at the end takes the first rows",
            here.written
        ));
    }
    if here.is_symbol(",") && written.get(index.checked_sub(2)?)?.is("limit") {
        return Explanation::help("the dialect has `limit 10 offset 20`");
    }
    if before.is("is") {
        return Explanation::help("values are compared with `=`; `is` stands before `null`");
    }
    if before.is_one_of(&["group", "order", "partition"]) && !here.is("by") {
        return Explanation::help(format!("write `{} by`", before.written));
    }
    if here.is("with") {
        return Explanation::help("common tables share one `with`: `with a as (…), b as (…)`");
    }
    if here.is("as") {
        // A cast of another dialect: `safe_cast(x as integer)`.
        let called = unclosed(written.get(..index)?)
            .and_then(|open| written.iter().rev().find(|at| at.start < open.start));
        let instead = called.and_then(|at| instead_of(&at.written.to_lowercase()));
        return Explanation::help(match instead {
            Some(Suggestion::Words(words)) => words,
            _ => "nothing is given a name here",
        });
    }
    if before.is("exclude") {
        return Explanation::help("`* exclude (column)` stands in the select list");
    }
    if here.is("select") && before.is("select") {
        return Explanation::help("an expression belongs here, and no query");
    }
    if matches!(before.token, Token::Number(_))
        && let Some(unit) = misspelt(here.written, UNITS)
    {
        return Explanation::help(format!(
            "a span of time is written `interval {} {unit}`",
            before.written
        ));
    }
    let named = behind.is_some_and(|behind| behind.is_symbol("=<>!.+-*/"));
    if here.is_one_of(RESERVED) && named {
        return Explanation::help(format!(
            "as a name it is in double quotes: `\"{}\"`",
            here.written
        ));
    }
    if here.is_symbol("%") {
        return Explanation::help("a pattern is a text in single quotes, as in `like 'low%'`");
    }
    if before.is_symbol("{") && here.is_symbol("{") {
        return Explanation::help("there are no templates: write the SQL itself");
    }
    None
}

const UNITS: [&str; 8] = ["second", "minute", "hour", "day", "week", "month", "quarter", "year"];

/// The word of a clause that a name misspells.
fn keyword(at: &At<'_>) -> Option<&'static str> {
    let is_name = matches!(at.token, Token::Word(_)) && !at.is_one_of(KEYWORDS);
    is_name.then(|| misspelt(at.written, CLAUSES.iter().copied()))?
}

/// The first parenthesis that closes none.
fn unopened<'t, 'a>(written: &'t [At<'a>]) -> Option<&'t At<'a>> {
    let mut depth = 0_usize;
    written.iter().find(|at| {
        if at.is_symbol("(") {
            depth += 1;
        }
        at.is_symbol(")") && depth.checked_sub(1).map(|less| depth = less).is_none()
    })
}

/// The innermost parenthesis that none closes.
fn unclosed<'t, 'a>(written: &'t [At<'a>]) -> Option<&'t At<'a>> {
    innermost(written, |at| at.is_symbol("("), |at| at.is_symbol(")"))
}

/// The innermost `case` without `end`.
fn endless_case<'t, 'a>(written: &'t [At<'a>]) -> Option<&'t At<'a>> {
    innermost(written, |at| at.is("case"), |at| at.is("end"))
}

/// The last of what opens that is not closed.
fn innermost<'t, 'a>(
    written: &'t [At<'a>],
    opens: impl Fn(&At<'a>) -> bool,
    closes: impl Fn(&At<'a>) -> bool,
) -> Option<&'t At<'a>> {
    let mut open = Vec::new();
    for at in written {
        if opens(at) {
            open.push(at);
        } else if closes(at) {
            open.pop();
        }
    }
    open.pop()
}
